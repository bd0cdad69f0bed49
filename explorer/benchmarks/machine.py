"""The machine that a measurement runs on: what it is, and how much of it others used meanwhile."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch

from explorer.compute.device import multiplies_bfloat16

Value = TypeVar("Value")

KERNEL_TIMES = Path("/proc/stat")
BUSY_FIELDS = (0, 1, 2, 5, 6, 7)  # user, nice, system, interrupts of both kinds, stolen by other guests


def machine() -> dict[str, Any]:
    """What the numbers depend on beside the code: processor, threads, versions."""
    return {
        "system": platform.system(),
        "processors": _processors(),
        "threads": torch.get_num_threads(),
        "instruction_set": torch.backends.cpu.get_cpu_capability(),
        "bfloat16": multiplies_bfloat16(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def watched(work: Callable[[], Value]) -> tuple[Value, float | None]:
    """What work returns, and the share of all processors' time that other programs took meanwhile.

    Children that work started and waited for count as its own. The share is None where the system keeps no
    count of it in /proc/stat, that is outside Linux.
    """
    start, busy, own = time.perf_counter(), _busy_seconds(), _own_seconds()
    value = work()
    seconds, busy_after, own_after = time.perf_counter() - start, _busy_seconds(), _own_seconds()
    if busy is None or busy_after is None:
        return value, None
    others = busy_after - busy - (own_after - own)
    return value, min(max(others / (seconds * _processors()), 0.0), 1.0)


def _processors() -> int:
    return os.cpu_count() or 1


def _own_seconds() -> float:
    """Processor time of this process and of the children it has waited for."""
    return sum(os.times()[:4])


def _busy_seconds() -> float | None:
    """Processor time of everybody, added over the processors; None where it is not known."""
    try:
        fields = KERNEL_TIMES.read_text("ascii").split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    return sum(int(fields[i]) for i in BUSY_FIELDS) / os.sysconf("SC_CLK_TCK")
