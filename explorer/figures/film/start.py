"""The start page's film: the data, what a model learned of them, and two samples on their way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, Band, Layer, Lines, Points
from explorer.figures.film.trajectories import step_axis
from explorer.figures.palette import Role

BINS = 120


def opening_film(
    points: np.ndarray,
    learned: Panel,
    steps: np.ndarray,
    paths: Sequence[tuple[str, Role, np.ndarray]],
    *,
    modes: Sequence[tuple[float, float]],
    interval: tuple[float, float],
    alt: str,
) -> Film:
    """Three panels; only the last one moves: a frame for each of the steps (F,), noisiest first.

    points      (n,) of the data
    learned     the panel of the learned density
    paths       name, colour and predicted x0 (F,) of samples
    modes       the low and the high end of each mode's support
    """
    return Film(
        (_data(points, interval), learned, _way(steps, paths, modes, interval)),
        tuple(f"step t = {t}" for t in steps),
        "step t",
        (f"t = {steps[0]}", "t = 0, clean"),
        alt,
        frame_seconds=0.09,
        shared_x=False,
    )


def _data(points: np.ndarray, interval: tuple[float, float]) -> Panel:
    heights, edges = np.histogram(points, BINS, interval, density=True)
    x = np.repeat(edges, 2)
    y = np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])
    bars = Lines(x, y[None, None], "truth", width=1.5, fill=0.0)
    return Panel("The data", "truth", Axis(*interval, "x"), Axis(0.0, 1.1 * float(heights.max())), (bars,))


def _way(
    steps: np.ndarray,
    paths: Sequence[tuple[str, Role, np.ndarray]],
    modes: Sequence[tuple[float, float]],
    interval: tuple[float, float],
) -> Panel:
    """Lines that grow with the frame, a dot at the head of each."""
    frames = np.arange(len(steps), dtype=float)
    layers: list[Layer] = [Band(low, high, "y", "truth", 0.18) for low, high in modes]
    for name, role, path in paths:
        cut = np.clip(path, *interval)
        grown = np.where(frames[None] <= frames[:, None], cut[None], np.nan)
        layers.append(Lines(frames, grown[:, None], role, name, width=2.5))
        layers.append(Points(np.stack([frames, cut], 1)[:, None], role, size=9, opacity=1))
    axis = step_axis(steps, "step t (0 = clean)")
    return Panel("Two samples on their way", "neutral", axis, Axis(*interval, "predicted x̂₀"), tuple(layers))
