"""The score of truth and model side by side, and their difference: films over t."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Arrows, Axis, HeatMap, Layer, Lines, Points, Rule

FRAME_SECONDS = 0.12
ENDS = ("noise", "t = 0, clean")


def captions(steps: np.ndarray, alpha_bars: np.ndarray) -> tuple[str, ...]:
    """What each frame shows: t = 37 · ᾱ = 0.93."""
    return tuple(
        f"t = {t} · ᾱ = {a:.2g}" if a < 0.995 else f"t = {t} · ᾱ = {a:.4f}"
        for t, a in zip(steps, alpha_bars, strict=True)
    )


def score_film(
    x: np.ndarray,
    truth: np.ndarray | None,
    model: np.ndarray,
    frame_captions: Sequence[str],
    *,
    y_label: str,
    boundaries: np.ndarray,
    ticks: tuple[float, ...] | None,
    alt: str,
) -> Film:
    """Curves (F, n) of truth, model and model - truth on common axes; boundaries (F, b) lie between the
    modes."""
    reach = 1.08 * max(float(np.abs(values).max()) for values in (truth, model) if values is not None)
    x_axis = Axis(float(x[0]), float(x[-1]), "x at step t", ticks=ticks)
    ends = np.array([[[-reach, reach]]])
    upright = (
        Lines(np.stack([b, b], 1), ends, "neutral", width=1, dash=True, opacity=0.6) for b in boundaries.T
    )
    rules: tuple[Layer, ...] = (*upright, Rule(0.0, "y", dash=False))
    axis = Axis(-reach, reach, y_label)
    panels = []
    if truth is not None:
        panels.append(
            Panel("truth", "truth", x_axis, axis, (*rules, Lines(x, truth[:, None], "truth", width=2.5)))
        )
    panels.append(
        Panel("model", "model", x_axis, axis, (*rules, Lines(x, model[:, None], "model", width=2.5)))
    )
    if truth is not None:
        gap = Lines(x, (model - truth)[:, None], "hallucinated", width=2.5, fill=0.0)
        panels.append(Panel("model − truth", "hallucinated", x_axis, axis, (*rules, gap)))
    return Film(tuple(panels), tuple(frame_captions), "step t", ENDS, alt, FRAME_SECONDS)


def field_film(
    xy: np.ndarray,
    truth: np.ndarray,
    model: np.ndarray,
    log_density: np.ndarray,
    error: np.ndarray,
    frame_captions: Sequence[str],
    *,
    near: np.ndarray,
    region: tuple[float, float, float, float],
    modes: np.ndarray,
    alt: str,
) -> Film:
    """Arrows (F, n, 2) of truth, model and model - truth; log p_t (F, r, c) and the error lie under them.

    Lengths are scaled by one factor for all panels and frames, and drawn no longer than the lattice's
    spacing.
    """
    x_axis, y_axis = Axis(region[0], region[1]), Axis(region[2], region[3])
    spacing = (region[1] - region[0]) / np.sqrt(len(xy))
    scale = float(np.quantile(np.linalg.norm(truth, axis=-1), 0.97)) or 1.0
    ground = HeatMap(_relative(log_density), -12.0, 0.0, "faint")
    wrong = HeatMap(error, 0.0, max(float(np.quantile(error[near], 0.99)), 1e-6), "sequential")
    dots = Points(modes[None], "neutral", size=3, opacity=0.9) if len(modes) else None

    def panel(title: str, role: str, under: HeatMap, vectors: np.ndarray) -> Panel:
        arrows = Arrows(xy, _shortened(vectors / scale) * spacing, "text" if role == "hallucinated" else role)  # type: ignore[arg-type]
        layers: list[Layer] = [under, arrows]
        if dots is not None:
            layers.append(dots)
        return Panel(title, role, x_axis, y_axis, tuple(layers), equal=True)  # type: ignore[arg-type]

    panels = (
        panel("truth", "truth", ground, truth),
        panel("model", "model", ground, model),
        panel("model − truth", "hallucinated", wrong, model - truth),
    )
    return Film(panels, tuple(frame_captions), "step t", ENDS, alt, FRAME_SECONDS)


def _relative(log_density: np.ndarray) -> np.ndarray:
    return log_density - log_density.max(axis=(1, 2), keepdims=True)


def _shortened(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length at most 1."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, 1.0)
