"""What a network draws in a dimension, by a method: counts of samples, widths, and what Hal is worth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from explorer.data.between_modes import along_fixed_axes, between_nearest
from explorer.data.equal_tails import median_radius
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.rates import Rate
from explorer.experiments.measurement import THRESHOLDS
from explorer.storage.files import by_threshold

K = 5
Who = Literal["network", "truth"]


@dataclass(frozen=True)
class Counted:
    """Of n samples, by k of THRESHOLDS:

    beyond      share beyond the radius of equal tails r_D(k) of every mode
    plain       share beyond k sigma of every mode
    bridge      share of all samples that lies on a bridge between two modes; the rest of `beyond` in a tail
    width       of the modes across an axis: the median distance of the samples off it over that of the truth;
                1 where they are as wide as they should be. None where no sample is near a mode
    off         how far shares of the modes are from the truth's, half the sum of the differences, 0 to 1
    """

    n: int
    beyond: dict[int, float]
    plain: dict[int, float]
    bridge: dict[int, float]
    width: float | None
    off: float

    @classmethod
    def of(cls, samples: Any, mixture: GaussianMixture) -> Counted:
        """Of samples (n, D), a tensor; those that are not finite lie beyond everything."""
        n = len(samples)
        places, axes = between_nearest(mixture, samples), along_fixed_axes(mixture, samples)

        def share(flags: Any) -> float:
            return int(flags.sum()) / n

        near = axes.off_axis[axes.along.abs() <= K]
        width = float(near.median()) / median_radius(mixture.dimensions - 1) if len(near) else None
        modes = mixture.nearest_mode(samples).bincount(minlength=mixture.modes).double() / n
        weights = modes.new_tensor(mixture.weights)
        return cls(
            n,
            {k: share(places.beyond(k)) for k in THRESHOLDS},
            {k: share(~(places.distance <= k)) for k in THRESHOLDS},
            {k: share(places.on_a_bridge(k)) for k in THRESHOLDS},
            width,
            float((modes - weights).abs().sum() / 2),
        )

    def rates(self, k: int) -> dict[str, Rate]:
        """The three shares at k as counts, by what they are beyond: equal_tails, plain, bridge."""
        shares = {"equal_tails": self.beyond, "plain": self.plain, "bridge": self.bridge}
        return {name: Rate(round(share[k] * self.n), self.n) for name, share in shares.items()}

    def tail(self, k: int) -> float:
        """Share of all samples that lies beyond equal tails and on no bridge."""
        return self.beyond[k] - self.bridge[k]


@dataclass(frozen=True)
class DimensionRow:
    """A method on a network, or on the true score with the same noise.

    method      one of methods.METHODS
    auroc       of Hal for beyond r_D(5); None where it was not asked for, or one class is empty
    """

    dimensions: int
    seed: int
    who: Who
    method: str
    counted: Counted
    auroc: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values that from_json reads back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DimensionRow:
        """Raises ValueError, KeyError or TypeError for what to_json did not write."""
        counted = dict(values["counted"])
        for name in ("beyond", "plain", "bridge"):
            counted[name] = by_threshold(counted[name])
            if set(counted[name]) != set(THRESHOLDS):
                raise ValueError(f"its {name} is not told of {THRESHOLDS}")
        if values["who"] not in ("network", "truth"):
            raise ValueError(f"there is no {str(values['who'])[:20]!r}")
        return cls(**{**values, "counted": Counted(**counted)})
