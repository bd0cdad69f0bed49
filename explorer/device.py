"""Where tensors live and how many threads compute: said once, at start-up."""

from __future__ import annotations

import os

import torch

ENVIRONMENT = "EXPLORER_DEVICE"


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
    """Set the threads of PyTorch, once, before any work starts.

    One thread is fastest for the small networks, and the only setting that does not collapse when a browser
    or another program keeps a core busy.
    """
    if not 1 <= threads <= 256:
        raise ValueError(f"The number of threads {threads} is outside [1, 256].")
    torch.set_num_threads(threads)
