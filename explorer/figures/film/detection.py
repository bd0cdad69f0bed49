"""Films of the detector: a threshold that is dragged, and the windows it may look through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.figures.film.film import Film, Panel, Reading
from explorer.figures.film.layers import Axis, Band, HeatMap, Judged, Layer, Lines, Points, Rule
from explorer.figures.film.trajectories import step_axis
from explorer.figures.palette import Role

BINS = 64
SIDE_TICKS = (0.0, 0.5, 1.0)
SHOWN_RISES = 1_000  # of the recall, on the curve of the precision


@dataclass(frozen=True, eq=False)
class Separation:
    """How a score tells hallucinated samples from honest ones: its curves, and T thresholds on them.

    roc         the whole curve: shares of the honest and of the hallucinated removed; empty if a class is
    precision   the whole curve: recall and precision, wherever the recall rises; empty if a class is
    base_rate   the precision of a guess
    removed, recall, precision_at   (T,) shares of the honest and of the hallucinated removed, and of the
                                    hallucinated among the removed; NaN where there are none
    """

    roc: tuple[np.ndarray, np.ndarray]
    precision: tuple[np.ndarray, np.ndarray]
    base_rate: float
    removed: np.ndarray
    recall: np.ndarray
    precision_at: np.ndarray


def threshold_film(
    places: np.ndarray,
    hal: np.ndarray,
    hallucinated: np.ndarray,
    thresholds: np.ndarray,
    separation: Separation,
    captions: Sequence[str],
    readings: Sequence[Reading],
    *,
    region: tuple[float, float, float, float],
    modes: np.ndarray,
    window: str,
    alt: str,
    names: tuple[str, ...] | None = None,
) -> Film:
    """One frame a threshold, (T,) rising: samples, histograms of their variance, and the ROC.

    places              (n, 1) or (n, 2): on a line the samples are drawn against their variance
    hal, hallucinated   (n,) scores above 0, and flags
    region              x low, x high, y low, y high of the samples shown
    modes               (K, 2) centres, or (K, 1) with the line
    names               of the whole numbers on the line, where it holds kinds and not places
    """
    low, high = float(thresholds[0]), float(thresholds[-1])
    level = np.searchsorted(thresholds, hal, side="left")
    if places.shape[1] == 1:
        places = np.stack([places[:, 0], np.clip(hal, low, high)], axis=1)
        x = Axis(*region[:2], "kind" if names else "x", names=names)
        y = Axis(low, high, "variance", log=True)
        bound = np.broadcast_to(thresholds[:, None, None], (len(thresholds), 1, 2))
        under: list[Layer] = [Rule(float(m), "x", "truth") for m in modes[:, 0]]
        over: list[Layer] = [Lines(np.array(region[:2]), bound, "text", width=2)]
    else:
        x, y = Axis(*region[:2]), Axis(*region[2:])
        under, over = [], [Points(modes[None], "truth", size=4, opacity=0.9)]
    judged = Judged(places, level, hallucinated, size=2.0, pick=True)
    samples = Panel("samples", "kept", x, y, (*under, judged, *over), equal=places_are_equal(modes))
    panels = (samples, _histograms(hal, hallucinated, thresholds, window), _roc(separation))
    return _dragged(panels, captions, readings, alt)


def curves_film(
    hal: np.ndarray,
    hallucinated: np.ndarray,
    thresholds: np.ndarray,
    separation: Separation,
    captions: Sequence[str],
    readings: Sequence[Reading],
    *,
    window: str,
    alt: str,
) -> Film:
    """One frame a threshold, (T,) rising: histograms of the variance, the ROC, and precision against recall.

    hal, hallucinated   (n,) scores above 0, and flags
    """
    panels = (_histograms(hal, hallucinated, thresholds, window), _roc(separation), _precision(separation))
    return _dragged(panels, captions, readings, alt)


def _dragged(
    panels: tuple[Panel, ...], captions: Sequence[str], readings: Sequence[Reading], alt: str
) -> Film:
    return Film(
        panels,
        tuple(captions),
        "threshold",
        ("remove all", "remove none"),
        alt,
        frame_seconds=0.05,
        shared_x=False,
        readings=tuple(readings),
    )


def places_are_equal(modes: np.ndarray) -> bool:
    """Whether samples lie in the plane, where both axes have one scale."""
    return modes.shape[1] == 2


def window_film(
    steps: np.ndarray,
    recall: np.ndarray,
    auroc: np.ndarray,
    paths: Sequence[tuple[str, Role, np.ndarray]],
    *,
    marks: Sequence[tuple[str, tuple[int, int]]],
    chosen: tuple[int, int],
    retention: float,
    alt: str,
) -> Film:
    """Every window at once, (W, W) at [first, last] of the steps (W,) from t = 0 on, and who it would flag.

    paths   name, colour and distance (W,) from where the sample ends at each step, of a few samples
    marks   windows (from t, to t) with their names, drawn on the maps
    """
    count = len(steps)
    names = tuple(str(t) for t in steps)
    ticks = tuple(float(i) for i in range(0, count, max(1, count // 6)))
    first = Axis(-0.5, count - 0.5, "window from t", ticks=ticks, names=names)
    last = Axis(-0.5, count - 0.5, "to t", ticks=ticks, names=names)
    places = np.array([[np.searchsorted(steps, w[0]), np.searchsorted(steps, w[1])] for _, w in marks], float)
    maps = []
    for title, values, bottom, ends in (
        (f"recall, keeping {100 * retention:g} %", recall, 0.0, ("catches none", "all")),
        ("AUROC", auroc, 0.5, ("guesses", "1: no mistake")),
    ):
        layers: list[Layer] = [
            HeatMap(values.T[None], bottom, 1.0, "sequential", pick=True, sharp=True, ends=ends)
        ]
        layers += [
            Points(place[None, None], "text", size=9, opacity=1, name=name)
            for (name, _), place in zip(marks, places, strict=True)
        ]
        maps.append(Panel(title, "neutral", first, last, tuple(layers)))
    return Film((*maps, _flagged(steps, paths, chosen)), ("",), "window", ("", ""), alt, shared_x=False)


def _flagged(
    steps: np.ndarray, paths: Sequence[tuple[str, Role, np.ndarray]], chosen: tuple[int, int]
) -> Panel:
    """Samples against time, which runs right, and the window that looks at them."""
    count = len(steps)
    axis = step_axis(steps[::-1], "step t", sparse=True)
    frames = np.arange(count, dtype=float)
    right, left = (count - 1 - float(np.searchsorted(steps, t)) for t in chosen)
    top = 1.1 * max(float(path.max()) for *_, path in paths) if paths else 1.0
    layers: list[Layer] = [Band(left, right, "x", "neutral", 0.2, "window")]
    layers += [Lines(frames, path[::-1][None, None], role, name, width=2.5) for name, role, path in paths]
    return Panel("who it sees", "neutral", axis, Axis(0, max(top, 1e-6), "way still to go"), tuple(layers))


def _histograms(hal: np.ndarray, hallucinated: np.ndarray, thresholds: np.ndarray, window: str) -> Panel:
    """Both classes over one axis, each as shares of its own number."""
    score = Axis(float(thresholds[0]), float(thresholds[-1]), "variance of x̂₀, log axis", log=True)
    cursor = tuple(float(t) for t in thresholds)
    edges = np.geomspace(score.low, score.high, BINS + 1)
    clipped = np.clip(hal, score.low, score.high)
    layers: list[Layer] = []
    top = 0.0
    for flag, role, name in ((False, "kept", "honest"), (True, "hallucinated", "hallucinated")):
        mine = clipped[hallucinated == flag]
        if not len(mine):
            continue
        shares = np.histogram(mine, edges)[0] / len(mine)
        top = max(top, float(shares.max()))
        x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(shares, 2), [0]])
        layers.append(Lines(x, y[None, None], role, name, width=1.8, fill=0.0))  # type: ignore[arg-type]
    axis = Axis(0, 1.12 * max(top, 1e-6), "share of each")
    return Panel(f"variance, {window}", "neutral", score, axis, tuple(layers), cursor=cursor, scrub=True)


def _roc(separation: Separation) -> Panel:
    """The ROC and where the threshold stands on it."""
    layers: list[Layer] = [Rule(0.04, "x", "neutral")]  # where 96 % of the honest are kept
    removed, recall = separation.roc
    if len(removed):
        layers.append(Lines(removed, recall[None, None], "text", width=2))
        layers.append(_threshold_dot(separation.removed, separation.recall))
    x = Axis(-0.02, 1.0, "honest removed", ticks=SIDE_TICKS)
    y = Axis(0.0, 1.03, "hallucinated removed", ticks=SIDE_TICKS)
    return Panel("ROC", "neutral", x, y, tuple(layers))


def _precision(separation: Separation) -> Panel:
    """Precision against recall, a step where the recall rises, and where the threshold stands on it."""
    layers: list[Layer] = [Rule(separation.base_rate, "y", "neutral")]
    recall, precision = separation.precision
    if len(recall):
        shown = np.unique(np.linspace(0, len(recall) - 1, SHOWN_RISES).astype(int))
        rises = np.repeat(np.append(0.0, recall[shown]), 2)[1:-1]
        layers.append(Lines(rises, np.repeat(precision[shown], 2)[None, None], "text", width=2))
        layers.append(_threshold_dot(separation.recall, separation.precision_at))
    x = Axis(0.0, 1.02, "hallucinated removed", ticks=SIDE_TICKS)
    y = Axis(-0.02, 1.03, "dashed: base rate", ticks=SIDE_TICKS)
    return Panel("precision", "neutral", x, y, tuple(layers))


def _threshold_dot(x: np.ndarray, y: np.ndarray) -> Points:
    """A dot that stands at another place at each threshold."""
    return Points(np.stack([x, y], 1)[:, None], "hallucinated", size=11, opacity=1)
