"""Ensemble variance: do networks of other seeds end elsewhere with the same noise?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.compute.progress import rescaled
from explorer.detection.origin import AUTHORS_CODE, Origin
from explorer.detection.scores.detector import Evidence
from explorer.diffusion.sampling import sample


@dataclass(frozen=True)
class EnsembleVariance:
    """Variance of the final sample over the networks of an ensemble, averaged over the coordinates (after
    arXiv 2502.20946).

    Every member samples from the trial's own x_T with its own noise at every step; the trial's samples are
    the first member's. The variance is the unbiased one. Raises ValueError if there are no further members.
    """

    name = "ensemble"
    title = "ensemble"
    sentence = "How far apart networks of other seeds end with the same noise."
    source = "after arXiv 2502.20946"
    origin = Origin(
        "ours, a variant",
        AUTHORS_CODE,
        "Networks of other seeds in place of draws of the last layer's weights, and their variance in place "
        "of an entropy that rises with it.",
    )
    needs_ensemble, points_only = True, False

    def calls(self, evidence: Evidence) -> int:
        return len(evidence.members) * evidence.spec.calls(evidence.denoiser.schedule)

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        samples, count = evidence.trial.samples, len(evidence.members)
        if not count:
            raise ValueError(
                "An ensemble needs at least one member beside the network that drew the samples."
            )
        ends = [samples.astype(np.float64)]
        for number, member in enumerate(evidence.members):
            walk = sample(member, len(samples), evidence.spec, evidence.noise(), chunk=evidence.chunk)
            end = yield from rescaled(walk, number / count, (number + 1) / count)
            ends.append(end.cpu().double().numpy())
        return np.var(ends, axis=0, ddof=1).reshape(len(samples), -1).mean(1)
