"""The steps at which a sample's mode is decided, as formulas (arXiv 2605.06831)."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.schedule import NoiseSchedule

KAPPA = 7.0  # how far apart counts as decided
SPLITTING_KAPPA = 1.0  # two equal modes then have two peaks, and with more noise one


def gap_step(mixture: GaussianMixture, schedule: NoiseSchedule, kappa: float = KAPPA) -> int | None:
    """The first reverse step at which the closest two modes lie apart: the noisiest with
    gap^2 >= 4 kappa D (s^2 + sigma^2), where sigma^2 = (1 - alpha_bar) / alpha_bar, s is the wider of the two
    and D the dimension. None for a single mode, and where even the cleanest step has too much noise.

    With kappa = 1 and D = 1 it is where the density of x_t splits into two peaks.
    """
    pair = _closest(mixture)
    if pair is None:
        return None
    gap, s = math.dist(*(mixture.means[k] for k in pair)), max(mixture.sigmas[k] for k in pair)
    most = gap**2 / (4 * kappa * mixture.dimensions) - s**2
    return _noisiest(schedule, lambda alpha_bar: (1 - alpha_bar) / alpha_bar <= most)


def pair_step(mixture: GaussianMixture, schedule: NoiseSchedule, kappa: float = KAPPA) -> int | None:
    """The first reverse step at which a sample half way between the closest two modes is theirs alone: the
    noisiest with d3^2 - d1^2 >= 2 kappa (alpha_bar s^2 + 1 - alpha_bar), where d1 and d3 are the distances
    of x_t to the nearest and to the third nearest scaled mean. None for fewer than three modes, and where no
    step is clean enough.
    """
    pair = _closest(mixture)
    if pair is None or mixture.modes < 3:
        return None
    middle = [(a + b) / 2 for a, b in zip(*(mixture.means[k] for k in pair), strict=True)]
    d1, _, d3, *_ = sorted(math.dist(middle, mean) for mean in mixture.means)
    s = max(mixture.sigmas[k] for k in pair)
    return _noisiest(
        schedule,
        lambda alpha_bar: alpha_bar * (d3**2 - d1**2) >= 2 * kappa * (alpha_bar * s**2 + 1 - alpha_bar),
    )


def _closest(mixture: GaussianMixture) -> tuple[int, int] | None:
    pairs = combinations(range(mixture.modes), 2)
    return min(pairs, key=lambda pair: math.dist(*(mixture.means[k] for k in pair)), default=None)


def _noisiest(schedule: NoiseSchedule, clean_enough: Callable[[float], bool]) -> int | None:
    return next((t for t in range(schedule.steps - 1, -1, -1) if clean_enough(schedule.alpha_bar(t))), None)
