"""How numbers were computed: by which engine, on what, and how exactly. It is stored with what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

# Raised by one whenever an experiment comes to give other numbers than before: other draws, another training,
# another sampler or measurement, by more than rounding. What only moves, renames or shows numbers keeps it.
# 1 is what was stored before it was recorded.
ENGINE = 2


@dataclass(frozen=True)
class Provenance:
    """What computed some numbers, as far as it can change them.

    engine      the number of this code's engine, see ENGINE
    torch       PyTorch's version
    device      cpu with what PyTorch uses of the processor, as in "cpu AVX2", or a GPU's name
    precision   of the network: of its weights, and of the products where these are rounded more coarsely
    threads     of PyTorch, on which sums are divided
    """

    engine: int
    torch: str
    device: str
    precision: str
    threads: int

    def __str__(self) -> str:
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        return f"engine {self.engine}, PyTorch {self.torch}, {self.device}, {self.precision}, {threads}"

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> Provenance | None:
        """What dataclasses.asdict wrote; None for what was stored before there was any.

        Raises TypeError for fields that are missing, unknown or of another type.
        """
        if values is None:
            return None
        found = cls(**values)
        for name, kind in (("engine", int), ("torch", str), ("device", str), ("precision", str)):
            if not isinstance(getattr(found, name), kind):
                raise TypeError(f"its {name} is {getattr(found, name)!r:.40}")
        if not isinstance(found.threads, int):
            raise TypeError(f"its threads are {found.threads!r:.40}")
        return found


def provenance(
    device: torch.device | str, *, convolutions: bool = False, bfloat16: bool = False
) -> Provenance:
    """How a float32 network computes on a device, here and now.

    convolutions    whether it has some, for which PyTorch rounds to TF32 by a switch of its own
    bfloat16        whether its products are of bfloat16 numbers
    """
    device = torch.device(device)
    precision = "float32"
    tf32 = torch.backends.cuda.matmul.allow_tf32 or (convolutions and torch.backends.cudnn.allow_tf32)
    if bfloat16:
        precision += ", bfloat16 products"
    elif device.type == "cuda" and tf32:
        precision += ", TF32 products"
    return Provenance(ENGINE, torch.__version__, _name(device), precision, torch.get_num_threads())


def _name(device: torch.device) -> str:
    if device.type == "cpu":
        return f"cpu {torch.backends.cpu.get_cpu_capability()}"
    if device.type == "cuda":
        return f"cuda {torch.cuda.get_device_name(device)}"
    return device.type
