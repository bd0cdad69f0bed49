"""The plane through three modes: the true density in it, the scores, and samples, over noise levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Arrows, Axis, HeatMap, Layer, Points
from explorer.figures.palette import Role

KINDS = ("in a mode", "on a bridge", "in a tail")
COLOURS: tuple[Role, ...] = ("kept", "hallucinated", "neutral")
FRAME_SECONDS = 0.8
ENDS = ("noise", "clean")


def plane_film(
    log_density: np.ndarray,
    feet: np.ndarray,
    model: np.ndarray,
    truth: np.ndarray,
    samples: np.ndarray,
    kinds: np.ndarray,
    modes: np.ndarray,
    region: tuple[float, float, float, float],
    captions: Sequence[str],
    *,
    alt: str,
) -> Film:
    """Density log p (F, r, c) over the region under the arrows of the learned score (F, n, 2) at the feet
    (n, 2), the modes (K, 2), and samples (m, 2) by kind (m,).

    Lengths of arrows are scaled by one factor a frame, which is that of the true score, and end at the
    lattice's spacing. Feet outside the region are left out.
    """
    spacing = float(np.diff(np.unique(feet[:, 0].round(9))).min())
    typical = np.quantile(np.linalg.norm(truth, axis=-1), 0.8, axis=1)[:, None, None]
    left, right, low, high = region
    inside = (left < feet[:, 0]) & (feet[:, 0] < right) & (low < feet[:, 1]) & (feet[:, 1] < high)
    scaled = (model / typical)[:, inside]
    length = np.maximum(np.linalg.norm(scaled, axis=-1, keepdims=True), 1.0)
    layers: tuple[Layer, ...] = (
        HeatMap(log_density - log_density.max((1, 2), keepdims=True), -10.0, 0.0, "faint"),
        Arrows(feet[inside], 0.85 * spacing * scaled / length, "model", name="learned score"),
        Points(samples[None], "kept", 2.5, 0.85, "", kinds.astype(np.uint8), COLOURS),
        Points(modes[None], "truth", size=3, opacity=1, name="true modes"),
    )
    panel = Panel("", "model", Axis(left, right), Axis(low, high), layers, equal=True)
    return Film((panel,), tuple(captions), "noise", ENDS, alt, FRAME_SECONDS)
