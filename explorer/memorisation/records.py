"""What comes of networks that learned from so many points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.seed_range import SeedRange
from explorer.memorisation.sample_kinds import Shares
from explorer.memorisation.score_position import ScorePosition

GRID = 700  # places on the line at which scores are drawn
MARGIN = 6.0  # sigma around the outermost modes
WHO = ("network", "empirical", "fresh")


def line_grid(mixture: GaussianMixture) -> np.ndarray:
    """Where on the line scores are drawn, (G,) in the units of the data."""
    pairs = zip(mixture.means, mixture.sigmas, strict=True)
    ends = [(mean[0] - MARGIN * sigma, mean[0] + MARGIN * sigma) for mean, sigma in pairs]
    return np.linspace(min(low for low, _ in ends), max(high for _, high in ends), GRID)


@dataclass(frozen=True, eq=False)
class MemorisationRow:
    """One network: what it draws, what the empirical denoiser of its training points draws from the same
    noise, and fresh draws of the truth, as many."""

    size: int
    seed: int
    network: Shares
    empirical: Shares
    fresh: Shares
    position: ScorePosition

    def shares(self, who: str) -> Shares:
        """Of one of WHO."""
        found: Shares = getattr(self, who)
        return found

    def to_json(self) -> dict[str, Any]:
        counts = {who: self.shares(who).to_counts() for who in WHO}
        return {"size": self.size, "seed": self.seed, **counts, "position": self.position.to_json()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> MemorisationRow:
        """What to_json wrote. Raises ValueError, KeyError or TypeError for what is none."""
        shares = (Shares.from_counts(values[who]) for who in WHO)
        return cls(
            int(values["size"]), int(values["seed"]), *shares, ScorePosition.from_json(values["position"])
        )


@dataclass(frozen=True, eq=False)
class MemorisedSize:
    """The networks that learned from so many points, and of the first one what is drawn.

    rows        by seed
    samples     (2, n, D) float32, of the network and of the empirical denoiser, from the same noise
    kinds       (2, n) uint8, places in KINDS
    curves      on a line the noise that the network predicts over line_grid at each level of its rows'
                positions, (L, G) float32; None in the plane
    """

    size: int
    rows: tuple[MemorisationRow, ...]
    samples: np.ndarray
    kinds: np.ndarray
    curves: np.ndarray | None = None

    def over_seeds(self, who: str, kind: str) -> SeedRange:
        """The shares of a kind among what each seed's denoiser draws."""
        return SeedRange(tuple(row.shares(who).rate(kind).value for row in self.rows))
