"""What a model produces, as counts: every rate and share that is said of it comes from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.drift import mode_width, modes_alive
from explorer.diffusion.exact_density.density import Density
from explorer.experiments.measurement import CountedRate, Measurement

INSIDE = 5.0  # sigma: what lies nearer to a mode belongs to it


@dataclass(frozen=True, kw_only=True)
class RunSummary(CountedRate):
    """Counts of n samples of a model; of an exact density the masses in their place, of which all is 1.

    n               how many samples were counted; None where the counts are exact masses
    beyond_counts   farther than k sigma from every mode, by k; None where there is no mixture
    mode_counts     within 5 sigma of a mode, by the mode that is nearest in units of its sigma, (K,); ()
                    where there is no mixture
    width           standard deviation of what lies within 5 sigma of a mode, over its sigma, averaged over
                    the modes that have at least a tenth of their true share; None if there is none
    kinds           how many pictures are of each kind, the valid kind first; None for points
    error           numerical error of exact shares beyond k sigma, by k; None where they are counted or where
                    it was not stored
    """

    n: int | None
    beyond_counts: dict[int, float] | None
    mode_counts: tuple[float, ...]
    width: float | None
    kinds: dict[str, int] | None = None
    error: dict[int, float] | None = None

    STORED: ClassVar[tuple[str, ...]] = ("beyond", "error", "n", "mode_shares", "width", "kinds")

    @property
    def beyond(self) -> dict[int, float] | None:
        """Share farther than k sigma from every mode, by k; None where there is no mixture."""
        if self.beyond_counts is None:
            return None
        return {k: self._share(count) for k, count in self.beyond_counts.items()}

    @property
    def mode_shares(self) -> tuple[float, ...]:
        """Share within 5 sigma of each mode, (K,)."""
        return tuple(map(self._share, self.mode_counts))

    def _share(self, count: float) -> float:
        return count if self.n is None else count / self.n

    def to_json(self) -> dict[str, Any]:
        """The fields that are stored, in their order, shares in the place of counts; no error where there is
        none."""
        names = (name for name in self.STORED if name != "error" or self.error is not None)
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The summary of which `to_json` made these values: share times n is rounded to the count it was.

        Raises KeyError or TypeError for fields that are missing or unknown.
        """
        fields = dict(values)
        beyond, shares, n = fields.pop("beyond"), fields.pop("mode_shares"), fields["n"]
        error = fields.pop("error", None)
        return cls(
            beyond_counts=None if beyond is None else {int(k): _count(p, n) for k, p in beyond.items()},
            mode_counts=tuple(_count(p, n) for p in shares),
            error=None if error is None else {int(k): float(e) for k, e in error.items()},
            **fields,
        )


def summarize(measured: Measurement, mixture: GaussianMixture | None) -> RunSummary:
    """The summary of what was measured of a model of a mixture; of pictures, if it is None, their kinds."""
    n, beyond = measured.n, measured.beyond
    if mixture is None:
        return RunSummary(n=n, beyond_counts=None, mode_counts=(), width=None, kinds=measured.kinds)
    counts: np.ndarray
    if measured.density is not None:
        counts, width = _modes_of_density(measured.density, mixture)
    else:
        assert measured.samples is not None  # a measurement has a density or samples
        counts, width = _modes_of_samples(measured.samples, mixture)
    return RunSummary(
        n=n,
        beyond_counts=None if beyond is None else {k: _count(share, n) for k, share in beyond.items()},
        mode_counts=tuple(counts.tolist()),
        width=width,
        error=measured.error,
    )


def share_distance(summary: RunSummary, mixture: GaussianMixture) -> float | None:
    """Total variation between the shares of the modes, made to add up to one, and the true ones; None if no
    sample is near a mode."""
    shares = np.array(summary.mode_shares)
    total = shares.sum()
    return float(0.5 * np.abs(shares / total - np.array(mixture.weights)).sum()) if total > 0 else None


def _count(share: float, n: int | None) -> float:
    """The count of which a share of n samples came; an exact share is its own mass."""
    return float(share) if n is None else round(share * n)


def _modes_of_density(density: Density, mixture: GaussianMixture) -> tuple[np.ndarray, float | None]:
    """The mass within 5 sigma of a mode, by the nearest (K,), and the width of those that are alive."""
    masses = density.mode_shares(mixture, INSIDE)
    widths = density.mode_widths(mixture, INSIDE)[modes_alive(masses, mixture)]
    return masses, float(widths.mean()) if len(widths) else None


def _modes_of_samples(samples: np.ndarray, mixture: GaussianMixture) -> tuple[np.ndarray, float | None]:
    """How many of samples (n, D) lie within 5 sigma of each mode (K,), and the width of those alive."""
    x = torch.from_numpy(samples)
    inside = ~mixture.is_hallucination(x, INSIDE).numpy()
    modes = mixture.nearest_mode(x).numpy()[inside]
    return np.bincount(modes, minlength=mixture.modes), mode_width(samples[inside], modes, mixture)
