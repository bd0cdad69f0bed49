"""The paper's detector: trajectory variance over a window of the steps that drew the sample."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.detection.origin import AUTHORS_CODE, Origin
from explorer.detection.scores.detector import Evidence
from explorer.detection.trajectory_variance import AUTHORS_WINDOW


@dataclass(frozen=True)
class WindowVariance:
    """Hal over a window of steps (from t, to t)."""

    window: tuple[int, int] = AUTHORS_WINDOW
    name = "variance"
    sentence = "How much the predicted clean sample still moved in the last steps of the walk."
    source = "arXiv 2406.09358"
    origin = Origin("read in code", AUTHORS_CODE)
    needs_ensemble = points_only = False

    @property
    def title(self) -> str:
        return f"variance {self.window[0]}–{self.window[1]}"

    def calls(self, evidence: Evidence) -> int:
        return 0

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        yield 1.0
        return evidence.trial.hal(self.window)
