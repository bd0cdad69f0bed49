"""Options that several commands have, their ranges and defaults in the help, and what is made of them."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from errno import EISDIR
from pathlib import Path
from typing import Any

from explorer.compute.cluster import EXECUTORS, MINUTES_RANGE, ClusterConfig
from explorer.compute.cluster import WORKERS_RANGE as TASKS_RANGE
from explorer.compute.device import THREADS_RANGE
from explorer.compute.threads import WORKERS_RANGE
from explorer.data.digits.handwritten import LARGEST_BOUND
from explorer.data.pictures import check_bound, support_bound
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.experiments.experiment import MAX_SEED, Experiment
from explorer.experiments.trials import DEFAULT_SWITCH
from explorer.storage.folders import SPEC

Group = Any  # an argparse parser, or a group of one
SIGMA_BOUND, MIXTURE_BOUND = 100.0, 5.0
TRIAL_SAMPLES = "100,000 in 1-D, 20,000 in 2-D, the 1,024 pictures that are stored"
FOLDERS = "--out DIR or --resume DIR"


def number(
    sub: Group,
    name: str,
    text: str,
    allowed: str | tuple[float, float],
    *,
    default: Any = None,
    default_text: str = "",
    kind: Callable[[str], Any] = int,
    metavar: str | None = None,
) -> None:
    """Add an option that takes a number, or several in one word.

    allowed         its range, from and to or in words
    default_text    what is taken without it, if that is no value of `default`
    """
    if not isinstance(allowed, str):
        low, high = (f"{end:,}" if isinstance(end, int) else f"{end:g}" for end in allowed)
        allowed = f"{low} to {high}"
    if not default_text:
        default_text = f"{default:,}" if isinstance(default, int) else f"{default:g}"
    help_text = f"{text}, {allowed} (default: {default_text})".replace("%", "%%")
    sub.add_argument(name, type=kind, default=default, metavar=metavar, help=help_text)


def whole_numbers(text: str) -> tuple[int, ...]:
    """The type of an option that takes several whole numbers in one word."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() for word in words):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} are no whole numbers; write them like 5,10,20")
    return tuple(map(int, words))


# ---- numbers -------------------------------------------------------------------------------------------


def add_preset(sub: Group, text: str = "a preset, or the folder of a run") -> None:
    sub.add_argument("preset", metavar="PRESET", help=text)


def add_seed(
    sub: Group, of: str = "the noise", *, default_text: str = "the run's", default: int | None = None
) -> None:
    number(sub, "--seed", f"seed of {of}", (0, MAX_SEED), default_text=default_text, default=default)


def chosen_seed(options: argparse.Namespace, experiment: Experiment) -> int:
    """The seed that was asked for, or the run's own. Raises ValueError for one that no run can have."""
    if options.seed is None:
        return experiment.seed
    return experiment.replace(seed=options.seed).seed


def add_threads(sub: Group, of: str = "", default: int | None = 1, default_text: str = "") -> None:
    number(
        sub, "--threads", f"PyTorch threads{of}", THREADS_RANGE, default=default, default_text=default_text
    )


def add_bound(sub: Group) -> None:
    number(
        sub,
        "--k",
        "a hallucination is farther than k from all data",
        f"above 0 to {SIGMA_BOUND:g} sigma; of pictures 0 to 15 pixels, above 0 and below 5 fingers, 0 to "
        f"{LARGEST_BOUND:g} of the judge's score above its threshold",
        kind=float,
        default_text="5 sigma; of pictures 5 pixels, half a finger, 0 of the score",
    )


def chosen_bound(options: argparse.Namespace, experiment: Experiment) -> float:
    """The k beyond which a sample is hallucinated. Raises ValueError for one that the data do not take."""
    pictures = experiment.pictures
    k: float = options.k if options.k is not None else support_bound(pictures) if pictures else MIXTURE_BOUND
    if pictures:
        check_bound(pictures, k)
    else:
        check_sigma(k)
    return k


def check_sigma(k: float) -> None:
    if not 0 < k <= SIGMA_BOUND:
        raise ValueError(f"The threshold k = {k:g} sigma is outside (0, {SIGMA_BOUND:g}].")


def window(text: str) -> tuple[int, int]:
    """The type of an option FROM:TO, a window of steps."""
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit()):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a window; write it like 0:9")
    return int(first), int(last)


def add_window(sub: Group, default_text: str = "the authors' 0:9") -> None:
    number(
        sub,
        "--window",
        "steps t over which the variance is taken, both included",
        f"two to {WINDOW_STEPS} of the last {WINDOW_STEPS} visited",
        kind=window,
        default=AUTHORS_WINDOW if default_text.startswith("the authors'") else None,
        default_text=default_text,
        metavar="FROM:TO",
    )


def add_switch(sub: Group) -> None:
    text = "step from which late noise is added"
    number(sub, "--switch", text, "0 to the last of the schedule", default=DEFAULT_SWITCH)


def add_retention(sub: Group) -> None:
    number(sub, "--retention", "share of honest samples to keep", (0.0, 1.0), kind=float, default=0.96)


def check_judged(n: int | None, retention: float) -> None:
    """Raise ValueError for samples and a retention by which no detector can be judged."""
    if n == 1:
        raise ValueError(
            "One sample cannot be judged: there must be others, hallucinated or honest, to compare it with. "
            "Take --n 2 or more."
        )
    if not 0 <= retention <= 1:
        raise ValueError(f"The retention {retention:g} is outside [0, 1].")


# ---- where something is written --------------------------------------------------------------------------


def new_file(text: str) -> Path:
    """The type of an option that names a file to write. It is refused, as it was typed, before anything is
    computed if it could not be written."""
    path = Path(text)
    with _refused(text):
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        _try_to_write(path.parent)
    return path


def new_folder(text: str) -> Path:
    """The type of an option that names a folder to make, or to fill; refused as a file is."""
    path = Path(text)
    with _refused(text):
        _try_to_write(next(above for above in (path, *path.absolute().parents) if above.exists()))
    return path


@contextlib.contextmanager
def _refused(text: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text[:200]} cannot be written: {error.strerror}") from None


def _try_to_write(folder: Path) -> None:
    """Raises OSError if the folder takes no new file."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def add_folders(sub: argparse.ArgumentParser, what: str) -> None:
    """The options --out and --resume of work that goes on where it was stopped."""
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--out", type=new_folder, metavar="DIR", help=f"new folder to keep the {what} in")
    where.add_argument(
        "--resume",
        type=new_folder,
        metavar="DIR",
        help=f"folder of the same {what}, to go on after what is in it",
    )


def chosen_folder(options: argparse.Namespace, what: str) -> Path | None:
    """The folder of --out or --resume. Raises ValueError for a new one that holds such work already."""
    if options.out is not None and (options.out / SPEC).exists():
        raise ValueError(f"The folder {options.out} holds a {what} already; use --resume to go on.")
    folder: Path | None = options.out or options.resume
    return None if folder is None else folder.resolve()


# ---- where something is computed ---------------------------------------------------------------------------


def add_cluster_options(sub: argparse.ArgumentParser) -> None:
    """The options that say where tasks run."""
    sub.add_argument(
        "--executor",
        choices=EXECUTORS,
        help="as tasks: processes of this machine, or a Slurm job array (needs submitit)",
    )
    number(
        sub,
        "--workers",
        "at once",
        f"1 to {WORKERS_RANGE[1]} threads, or 1 to {TASKS_RANGE[1]:,} tasks",
        default_text="processors here",
        metavar="N",
    )
    number(sub, "--minutes", "after which a task is given up", MINUTES_RANGE, default=ClusterConfig.minutes)
    sub.add_argument(
        "--slurm",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a further parameter of sbatch, such as partition=gpu; may be repeated",
    )


def cluster_config(options: argparse.Namespace) -> ClusterConfig | None:
    """Where the tasks run; None for this very process."""
    if options.executor is None:
        return None
    pairs = [pair.partition("=") for pair in options.slurm]
    if wrong := [key for key, equals, _ in pairs if not (key and equals)]:
        raise ValueError(f"--slurm {wrong[0][:40]!r} is no parameter; write it like partition=gpu.")
    return ClusterConfig(
        options.executor,
        ClusterConfig.workers if options.workers is None else options.workers,
        getattr(options, "threads", 1),
        options.minutes,
        {key: value for key, _, value in pairs},
    )


def task_folder(folder: Path | None, choices: str) -> Path:
    """The folder in which tasks keep what they make. Raises ValueError, with the options that name one, if
    there is none."""
    if folder is None:
        raise ValueError(f"Tasks need a folder to keep what they make in: give {choices}.")
    return folder
