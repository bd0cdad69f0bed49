"""Where tensors live, how many threads compute, and what the processor can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypeVar

import torch

ENVIRONMENT = "EXPLORER_DEVICE"

Value = TypeVar("Value")


def pick_device() -> torch.device:
    """CUDA if there is one, else Apple's GPU, else the CPU; the environment variable EXPLORER_DEVICE
    overrides it."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        try:
            return torch.empty(0, device=named).device
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"{ENVIRONMENT}={named!r} names no device of this machine: {reason}") from None
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def prepare(threads: int = 1) -> None:
    """Set the threads of PyTorch before any work starts.

    One thread is fastest for the small networks, and the only setting that does not collapse when a browser
    or another program keeps a core busy.
    """
    if not 1 <= threads <= 256:
        raise ValueError(f"The number of threads {threads} is outside [1, 256].")
    torch.set_num_threads(threads)


def processors() -> int:
    """How many threads this machine runs at once."""
    return os.cpu_count() or 1


def spare_processors() -> int:
    """All but one, which is left to the browser and the server; at least one."""
    return max(1, processors() - 1)


def trains_in_bfloat16(device: torch.device) -> bool:
    """Whether a U-Net is trained there with bfloat16 products: where the processor multiplies such numbers
    itself."""
    return device.type == "cuda" or (device.type == "cpu" and multiplies_bfloat16())


def multiplies_bfloat16() -> bool:
    """Whether the processor itself multiplies bfloat16 numbers (AVX-512 BF16)."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def on_threads(work: Iterator[Value], threads: int) -> Iterator[Value]:
    """Do every slice of some work on so many threads of PyTorch; between two slices they are as before.

    For networks large enough to gain by it: the U-Net. Small ones lose, see `prepare`.
    """
    slices = iter(work)
    while True:
        before = torch.get_num_threads()
        try:
            prepare(threads)
            done = next(slices)
        except StopIteration:
            return
        finally:
            prepare(before)
        yield done
