"""The plane through three modes: the true density in it, the scores, and samples, over noise levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Arrows, Axis, HeatMap, Layer, Points

KINDS = ("in a mode", "on a bridge", "in a tail")
COLOURS = ("kept", "hallucinated", "neutral")
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
    """Density log p (F, r, c) under the arrows of the learned score (F, n, 2) at the feet (n, 2), and samples
    (m, 2) by kind (m,); beside it the true score with the modes (K, 2).

    Lengths of arrows are scaled by one factor a frame, that of the truth, and end at the lattice's spacing.
    """
    spacing = (region[1] - region[0]) / np.sqrt(len(feet))
    typical = np.quantile(np.linalg.norm(truth, axis=-1), 0.8, axis=1)[:, None, None]
    ground = HeatMap(log_density - log_density.max((1, 2), keepdims=True), -10.0, 0.0, "faint")
    x, y = Axis(region[0], region[1]), Axis(region[2], region[3])

    def panel(title: str, role: str, vectors: np.ndarray, *more: Layer) -> Panel:
        scaled = vectors / typical
        length = np.maximum(np.linalg.norm(scaled, axis=-1, keepdims=True), 1.0)
        arrows = Arrows(feet, 0.85 * spacing * scaled / length, role)  # type: ignore[arg-type]
        return Panel(title, role, x, y, (ground, arrows, *more), equal=True)  # type: ignore[arg-type]

    dots = Points(samples[None], "kept", 2.5, 0.85, "samples", kinds.astype(np.uint8), COLOURS)  # type: ignore[arg-type]
    true_modes = Points(modes[None], "text", size=3, opacity=1, name="modes")
    panels = (
        panel("truth", "truth", truth, true_modes),
        panel("model and its samples", "model", model, dots),
    )
    return Film(panels, tuple(captions), "noise", ENDS, alt, FRAME_SECONDS)
