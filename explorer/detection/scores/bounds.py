"""What no detector can beat, and what each has to: the truth itself, and chance."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.compute.device import widest_float
from explorer.detection.origin import Origin
from explorer.detection.scores.detector import Evidence


@dataclass(frozen=True)
class Oracle:
    """The distance to the support, by which samples are called hallucinated."""

    name = "oracle"
    title = "oracle"
    sentence = "The distance to the data, which only who knows the truth can tell: the bound."
    source = "the definition of a hallucination"
    origin = Origin("ours")
    needs_ensemble = points_only = False

    def calls(self, evidence: Evidence) -> int:
        return 0

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        yield 1.0
        return evidence.trial.distance.astype(np.float64)


@dataclass(frozen=True)
class Chance:
    """A random number for each sample."""

    name = "random"
    title = "random"
    sentence = "A random number, which knows nothing: the floor."
    source = "a control"
    origin = Origin("ours")
    needs_ensemble = points_only = False

    def calls(self, evidence: Evidence) -> int:
        return 0

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        yield 1.0
        n = evidence.trial.n
        device = generator.device
        drawn = torch.rand(n, generator=generator, device=device, dtype=widest_float(device))
        return drawn.cpu().double().numpy()
