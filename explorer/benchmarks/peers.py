"""The plain reference, which lies with the tests, and what lets it stand beside the engine's own."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.schedule import NoiseSchedule

PLACE = Path(__file__).resolve().parents[2] / "tests" / "benchmarks" / "reference.py"


@cache
def reference() -> Any:
    """The module of the reference. Raises ValueError where the explorer lies without its tests."""
    if not PLACE.is_file():
        raise ValueError("The plain reference, tests/benchmarks/reference.py, is not beside this explorer.")
    spec = importlib.util.spec_from_file_location("explorer_reference", PLACE)
    assert spec is not None  # the file ends with .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ReferenceDenoiser:
    """A network of the reference as a denoiser, so that one judge measures both."""

    def __init__(self, network: nn.Module, schedule: NoiseSchedule, shape: tuple[int, ...]) -> None:
        self.network, self.schedule, self.shape = network, schedule, shape

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        return self.network(x_t, torch.full((len(x_t),), t))


@torch.no_grad()
def copied(network: NoiseNetwork, into: nn.Module) -> nn.Module:
    """Give a network of the reference the weights of one of ours, which lists them in the same order."""
    for mine, theirs in zip(network.parameters(), into.parameters(), strict=True):
        theirs.copy_(mine[0].T.reshape(theirs.shape))
    return into
