"""Independent tasks spread over the processes of this machine, or over a Slurm cluster, through submitit.

A task is a function of plain values that stores what it makes itself and returns little. It should take
seconds at least: a cluster needs as long to start it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Executor = Literal["local", "slurm"]
EXECUTORS: tuple[Executor, ...] = ("local", "slurm")
WORKERS_RANGE = (1, 1_000)
MINUTES_RANGE = (1, 43_200)
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class ClusterConfig:
    """Where tasks run.

    executor    local is this machine's processes, slurm one job array of the cluster
    workers     tasks at once
    threads     processors of a task
    minutes     after which a task is given up
    slurm       further parameters of sbatch, such as {"partition": "gpu", "gres": "gpu:1"}

    Raises ValueError for numbers out of bounds.
    """

    executor: Executor = "local"
    workers: int = os.cpu_count() or 1
    threads: int = 1
    minutes: int = 600
    slurm: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.executor not in EXECUTORS:
            raise ValueError(f"There is no executor {self.executor!r:.40}; there are {', '.join(EXECUTORS)}.")
        for name, value, (low, high) in (
            ("workers", self.workers, WORKERS_RANGE),
            ("threads", self.threads, WORKERS_RANGE),
            ("minutes", self.minutes, MINUTES_RANGE),
        ):
            if not low <= value <= high:
                raise ValueError(f"The number of {name} {value:,} is outside [{low}, {high:,}].")


class TaskFailed(ValueError):
    """A task that did not come to its end: which one, and why."""


def map_tasks(
    task: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], folder: Path, config: ClusterConfig
) -> Iterator[int | None]:
    """Run task(*arguments[i]) for every i: yields i when it is done, and None twice a second meanwhile.

    folder      for what the executor writes, visible to all machines

    Tasks that still run when the generator is closed are cancelled. Raises ValueError where submitit or Slurm
    is missing, TaskFailed for the first task that fails.
    """
    executor = _executor(folder, config)
    waiting, running = list(range(len(arguments))), {}
    try:
        if config.executor == "slurm":  # all of them at once: the array itself keeps to its workers
            jobs = executor.map_array(task, *zip(*arguments, strict=True)) if arguments else []
            running, waiting = dict(enumerate(jobs)), []
        while waiting or running:
            while waiting and len(running) < config.workers:
                number = waiting.pop(0)
                running[number] = executor.submit(task, *arguments[number])
            ended = [number for number, job in running.items() if job.done()]
            for number in ended:
                error = running.pop(number).exception()
                if error is not None:
                    raise TaskFailed(f"Task {number + 1} of {len(arguments)} failed: {_last_line(error)}")
                yield number
            if not ended:
                yield None
                time.sleep(POLL_SECONDS)
    finally:
        for job in running.values():
            job.cancel()


def _executor(folder: Path, config: ClusterConfig) -> Any:
    try:
        import submitit
    except ImportError:
        raise ValueError("Executors need submitit; install it with pip install submitit.") from None
    try:
        executor = submitit.AutoExecutor(folder=folder, cluster=config.executor)
    except RuntimeError as error:
        raise ValueError(f"The executor {config.executor} is not to be had: {_last_line(error)}") from None
    executor.update_parameters(name="explorer", timeout_min=config.minutes, cpus_per_task=config.threads)
    if config.executor == "slurm":
        executor.update_parameters(
            slurm_array_parallelism=config.workers, slurm_additional_parameters=dict(config.slurm)
        )
    return executor


def _last_line(error: BaseException) -> str:
    """What went wrong, without the trace of the process that it happened in, which stands between two rules
    of dashes."""
    trace = re.split(r"^-{3,}$", str(error), flags=re.MULTILINE)
    lines = trace[min(1, len(trace) - 1)].split("\n")
    written = [line.strip() for line in lines if line.strip()]
    return written[-1] if written else type(error).__name__
