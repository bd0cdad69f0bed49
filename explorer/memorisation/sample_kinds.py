"""What becomes of a sample: four kinds that are all.

hallucinated    beyond 5 sigma of every mode
memorised       not hallucinated, and a repetition of a training point: the nearest is nearer than p0^(1/D) of
                the second nearest (see detection/statistics/training_distance.py)
spurious        neither, and nearer to another sample of the same denoiser than all but a share p0 of fresh
                draws of the truth are to each other (see detection/statistics/crowding.py). Pham et al.
                (arXiv 2505.21777) call spurious what a model generates again and again though it is no
                training picture, by a bound on the distance; where the truth is known, the bound follows
generalised     the rest

p0 = 1 %: about that share of fresh draws is called memorised, and that share spurious, in every dimension.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.crowding import crowded
from explorer.detection.statistics.rates import Rate, rate_values
from explorer.detection.statistics.training_distance import (
    FRESH_SHARE,
    ratio_bound,
    training_distance,
)

KINDS = ("hallucinated", "memorised", "spurious", "generalised")
BOUND = 5.0  # sigma
Kinds = np.ndarray  # (n,) uint8, places in KINDS


def sample_kinds(samples: np.ndarray, training: np.ndarray, mixture: GaussianMixture) -> Kinds:
    """The kind of each of samples (n, D) of a denoiser that knows training points (N, D)."""
    wrong, repeated = (
        mixture.is_hallucination(torch.from_numpy(samples), BOUND).numpy(),
        training_distance(samples, training).ratio < ratio_bound(FRESH_SHARE, samples.shape[1]),
    )
    crowds = crowded(samples, mixture.mass_within)
    return np.select([wrong, repeated, crowds], [0, 1, 2], 3).astype(np.uint8)


@dataclass(frozen=True)
class Shares:
    """Of n samples, how many are of each kind; the four are all.

    beside      of the spurious ones, those that lie on the nearer half: nearer to a training point than half
                of the fresh draws are, by the same ratio. All of them, if crowds are smeared memories of
                training points; about half, if they are elsewhere
    """

    hallucinated: Rate
    memorised: Rate
    spurious: Rate
    generalised: Rate
    beside: int

    @classmethod
    def counted(cls, kinds: Kinds, samples: np.ndarray, training: np.ndarray) -> Shares:
        """Of samples (n, D), whose kinds are known, that were drawn after training on (N, D)."""
        counts = np.bincount(kinds, minlength=len(KINDS))
        near = training_distance(samples, training).ratio < ratio_bound(0.5, samples.shape[1])
        beside = int((near & (kinds == KINDS.index("spurious"))).sum())
        rates = {kind: Rate(int(count), len(samples)) for kind, count in zip(KINDS, counts, strict=True)}
        return cls(**rates, beside=beside)

    def rate(self, kind: str) -> Rate:
        """The share of one of KINDS. Raises ValueError for another."""
        if kind not in KINDS:
            raise ValueError(f"There is no kind {kind[:20]!r} of samples; there are {', '.join(KINDS)}.")
        found: Rate = getattr(self, kind)
        return found

    def to_json(self) -> dict[str, Any]:
        """As a report has it: each share with its interval."""
        values = {key: value for name in KINDS for key, value in rate_values(name, self.rate(name)).items()}
        return values | {"spurious_beside_training": self.beside}

    def to_counts(self) -> list[int]:
        """The counts of the kinds, and `beside`."""
        return [*(self.rate(name).count for name in KINDS), self.beside]

    @classmethod
    def from_counts(cls, values: list[int]) -> Shares:
        """What to_counts wrote. Raises ValueError for counts that are none."""
        *counts, beside = (int(value) for value in values)
        n = sum(counts)
        if len(counts) != len(KINDS) or n < 1 or not 0 <= beside <= counts[2]:
            raise ValueError(f"{values!r:.60} are no counts of kinds")
        rates = {kind: Rate(count, n) for kind, count in zip(KINDS, counts, strict=True)}
        return cls(**rates, beside=beside)
