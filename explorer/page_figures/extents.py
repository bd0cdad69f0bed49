"""The part of the line or of the plane that figures show of a mixture, and where their axes have ticks."""

from __future__ import annotations

import numpy as np

from explorer.data.mixture import GaussianMixture

GRID = 720  # places at which a density is drawn


def shown_interval(mixture: GaussianMixture | None) -> tuple[float, float]:
    """The x range of 1-D figures: all modes with room beside them; four standard deviations of unknown
    data."""
    if mixture is None:
        return -4.0, 4.0
    means = [m for (m,) in mixture.means]
    room = max(0.7, 6 * max(mixture.sigmas))
    return min(means) - room, max(means) + room


def shown_square(mixture: GaussianMixture | None) -> tuple[tuple[float, float], float]:
    """Centre and half side of the square that 2-D figures show."""
    if mixture is None:
        return (0.0, 0.0), 4.0
    means = np.array(mixture.means)
    centre = (means.max(0) + means.min(0)) / 2
    reach = float(np.abs(means - centre).max()) + max(0.35, 6 * max(mixture.sigmas))
    return (float(centre[0]), float(centre[1])), reach


def mode_ticks(mixture: GaussianMixture | None) -> tuple[float, ...] | None:
    """Ticks at the modes, if they are few."""
    return tuple(m for (m,) in mixture.means) if mixture is not None and mixture.modes <= 6 else None
