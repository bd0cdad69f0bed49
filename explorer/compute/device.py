"""Where tensors live and why, how precisely they are multiplied, and how many threads compute."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

ENVIRONMENT = "EXPLORER_DEVICE"
THREADS_RANGE = (1, 256)
MANY_SAMPLES = 1_000_000  # drawn from one small network, from which on a GPU is worth its launches
WITHOUT_FLOAT64 = {"mps"}  # types of devices that have no float64
AMPERE = (8, 0)  # the compute capability from which on CUDA devices multiply bfloat16 themselves

Value = TypeVar("Value")


# ---- which device, and why -----------------------------------------------------------------------------


@dataclass(frozen=True)
class DeviceChoice:
    """Where something is computed, and why, as a sentence."""

    device: torch.device
    reason: str

    @property
    def in_words(self) -> str:
        """Both in one sentence."""
        return f"Computed on {str(self.device).upper()}: {self.reason[0].lower()}{self.reason[1:]}"


def choose_device(kind: str, *, members: int = 1, samples: int = 0) -> DeviceChoice:
    """Where networks of a kind ("plain", "residual" or "unet") are trained and sampled.

    members     networks that are computed together, as a stack
    samples     how many are drawn

    The device that EXPLORER_DEVICE names, if it names one. Else a GPU, CUDA before Apple's, for what fills
    it: a U-Net, a stack, a million samples. One small network alone waits for the launches of its kernels
    there, and stays on the CPU. Raises ValueError if the device that is named is not there.
    """
    if named := os.environ.get(ENVIRONMENT):
        return DeviceChoice(_device_named(named, f"{ENVIRONMENT}="), "It was asked for.")
    gpu = _gpu()
    if gpu is None:
        return DeviceChoice(torch.device("cpu"), "There is no GPU.")
    if kind == "unet":
        return DeviceChoice(gpu, "A U-Net fills a GPU.")
    if members > 1:
        return DeviceChoice(gpu, f"A stack of {members:,} networks fills a GPU.")
    if samples >= MANY_SAMPLES:
        return DeviceChoice(gpu, f"{samples:,} samples fill a GPU.")
    return DeviceChoice(torch.device("cpu"), "One small network gains nothing on a GPU.")


@contextmanager
def asked_device(name: str | None) -> Iterator[None]:
    """While it lasts, everything is computed on the device of that name, here and in processes that are
    started; None leaves the choice as it is. Raises ValueError if the device is not there."""
    if name is None:
        yield
        return
    _device_named(name, "--device ")
    before = os.environ.get(ENVIRONMENT)
    os.environ[ENVIRONMENT] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ[ENVIRONMENT]
        else:
            os.environ[ENVIRONMENT] = before


def _device_named(name: str, source: str) -> torch.device:
    """The device of that name. Raises ValueError, after who asked for it, if there is none."""
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{source}{name!r} names no device of this machine: {reason}") from None


def _gpu() -> torch.device | None:
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps") if torch.backends.mps.is_available() else None


# ---- precision -----------------------------------------------------------------------------------------


def has_float64(device: torch.device) -> bool:
    """Whether tensors of double precision can live there: not on Apple's GPU."""
    return device.type not in WITHOUT_FLOAT64


def widest_float(device: torch.device) -> torch.dtype:
    """float64, or float32 on a device without it."""
    return torch.float64 if has_float64(device) else torch.float32


def moved(table: Tensor, device: torch.device, dtype: torch.dtype | None = None) -> Tensor:
    """A table of the CPU on a device, in the given precision or the widest that is there. It is rounded
    before it moves: a device without float64 never sees any."""
    return table.to(widest_float(device) if dtype is None else dtype).to(device)


def host_float64(value: float | Tensor) -> Tensor:
    """A number, or a tensor of any device, in float64 on the CPU. It moves before it is widened."""
    held = value.detach().cpu() if isinstance(value, Tensor) else value
    return torch.as_tensor(held, dtype=torch.float64, device="cpu")


def trains_in_bfloat16(device: torch.device) -> bool:
    """Whether a U-Net trains faster in bfloat16: on a processor or a CUDA device that multiplies it itself.

    Before Ampere CUDA emulates it, and Apple's GPU gains nothing that is known.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= AMPERE
    return device.type == "cpu" and multiplies_bfloat16()


def multiplies_bfloat16() -> bool:
    """Whether the processor itself multiplies bfloat16 numbers (AVX-512 BF16)."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


# ---- threads -------------------------------------------------------------------------------------------


def prepare(threads: int = 1) -> None:
    """Set the threads and the precision of PyTorch before any work starts.

    One thread is fastest for the small networks, and the only setting that does not collapse when a browser
    or another program keeps a core busy. float32 is multiplied with all its digits: PyTorch would let
    convolutions on a GPU round to the ten bits of TF32, and rates are to be the same on every device; what
    bears fewer digits is trained in bfloat16.
    """
    _set_threads(threads)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False


def _set_threads(threads: int) -> None:
    if not THREADS_RANGE[0] <= threads <= THREADS_RANGE[1]:
        raise ValueError(f"The number of threads {threads} is outside [1, {THREADS_RANGE[1]}].")
    torch.set_num_threads(threads)


def processors() -> int:
    """How many threads this machine runs at once."""
    return os.cpu_count() or 1


def spare_processors() -> int:
    """All but one, which is left to the browser and the server; at least one."""
    return max(1, processors() - 1)


def on_threads(work: Iterator[Value], threads: int) -> Iterator[Value]:
    """Do every slice of some work on so many threads of PyTorch; between two slices they are as before.

    For networks large enough to gain by it: the U-Net. Small ones lose, see `prepare`.
    """
    slices = iter(work)
    while True:
        before = torch.get_num_threads()
        try:
            _set_threads(threads)
            done = next(slices)
        except StopIteration:
            return
        finally:
            _set_threads(before)
        yield done
