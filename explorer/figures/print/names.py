"""Direct labels: where the names of lines, single dots, bands and rules stand in a panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import NDArray

from explorer.figures.film.film import Panel
from explorer.figures.film.layers import Band, Layer, Lines, Points, Rule
from explorer.figures.palette import Role
from explorer.figures.print.layers import dot_places, line_places, on_axis
from explorer.figures.print.style import LINE, MARK, SMALL, clean, text_width, wrapped

Array = NDArray[Any]
Marks = tuple[Array, Array]  # (n, 2) in points: what hides letters, and what a name belongs to

COLUMNS, ROWS = 48, 36  # places that are tried in each direction
APART = 2.0  # points between a name and what it must not touch, and between two looked-at places of a line
CLEAR = 14.0  # points that other lines are farther away than what is named, if there is room
EDGE = 8.0  # points from the edges of the axes, if there is room
# What it costs, in points away from what is named, to lie on another name, on so much of a line, or to break.
ON_A_NAME, ON_A_LINE, MOST, BROKEN = 1e4, 12.0, 9, 6.0


@dataclass(frozen=True, slots=True)
class Name:
    """Words whose lower left corner lies at (x, y), as shares of the axes' sides."""

    text: str
    role: Role
    x: float
    y: float


def is_direct(layer: Layer) -> bool:
    """Whether a layer's name stands at its marks; those of a cloud are everywhere."""
    return isinstance(layer, Band | Rule) or _has_marks(layer)


def place_names(axes: Axes, panel: Panel, frames: Sequence[int]) -> list[Name]:
    """The names of a panel's layers, each once, where they are near what they name in all the frames and lie
    on nothing else. Clouds, and lines called as their panel is, have none here."""
    layers = [each for each in panel.layers if is_direct(each) and each.name not in ("", panel.title)]
    if not layers:
        return []
    box = axes.get_window_extent()
    size = np.array([box.width, box.height]) * 72 / axes.figure.dpi
    in_points = axes.transData - axes.transAxes + Affine2D().scale(*size)
    marks = [
        {id(each): _look(each, frame, panel, in_points) for each in panel.layers if _has_marks(each)}
        for frame in frames
    ]
    found: list[Name] = []
    taken = np.empty((0, 4))
    for layer in sorted(layers, key=_has_marks):
        places = [shown[id(layer)][1] for shown in marks if id(layer) in shown]
        if sum(map(len, places)) and not any(_inside(each, size) for each in places):
            continue  # what it names lies beyond the part that is seen
        text, best = clean(layer.name), (np.inf, "", np.empty(4))
        for words in (text, wrapped(text, SMALL, 0.6 * text_width(text, SMALL, True), True)):
            lines = words.split("\n")
            wide = max(text_width(line, SMALL, True) for line in lines)
            boxes = _boxes(layer, panel, in_points, np.array([wide, LINE * SMALL * len(lines)]), size)
            cost = np.mean([_cost(boxes, layer, shown, size) for shown in marks], axis=0)
            cost += BROKEN * len(lines)
            cost += ON_A_NAME * (_away(boxes, taken[:, :2], taken[:, 2:]) < APART).sum(axis=1)
            if len(boxes) and cost.min() < best[0]:
                best = cost.min(), words, boxes[cost.argmin()]
        if best[1]:
            taken = np.vstack([taken, best[2]])
            role: Role = getattr(layer, "colour", "neutral")
            found.append(Name(best[1], role, *(best[2][:2] / size).tolist()))
    return found


def _inside(places: Array, size: Array) -> bool:
    """Whether any of places (n, 2) lies in axes of that size."""
    return bool(((places >= 0) & (places <= size)).all(axis=1).any())


def _has_marks(layer: Layer) -> bool:
    """Whether it is lines or a single dot."""
    return isinstance(layer, Lines) or (isinstance(layer, Points) and layer.xy.shape[1] == 1)


def _look(layer: Layer, frame: int, panel: Panel, in_points: Transform) -> Marks:
    if isinstance(layer, Points):
        angle = np.linspace(0, 2 * np.pi, 13)[:-1]
        ring = layer.size * MARK / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        places = in_points.transform(dot_places(layer, frame, panel)) + ring
        places = places[np.isfinite(places).all(axis=1)]
        return places, places
    assert isinstance(layer, Lines)
    x, y = line_places(layer, frame, panel)
    level = y if layer.fill is None else np.where(np.isfinite(y), on_axis(layer.fill, panel.y), y)
    gap = np.full((len(y), 1), np.nan)
    joined = (np.stack([np.hstack([x + 0 * y, gap]), np.hstack([each, gap])], -1) for each in (y, level))
    lines, levels = (in_points.transform(each.reshape(-1, 2)) for each in joined)
    return _dense(lines), _dense((lines + levels) / 2)  # the name of an area belongs into it


def _dense(places: Array) -> Array:
    """Places along lines (n, 2) with gaps, about APART points from one to the next, each once."""
    start, step = places[:-1], np.diff(places, axis=0)
    there = np.isfinite(step).all(axis=1)
    longest = np.hypot(*step[there].T).max(initial=0)
    share = np.linspace(0, 1, int(np.clip(longest / APART, 1, 200)) + 1)[:, None, None]
    along = (start[there] + share * step[there]).reshape(-1, 2)
    return np.unique(np.round(along / APART), axis=0) * APART


def _boxes(layer: Layer, panel: Panel, in_points: Transform, extent: Array, size: Array) -> Array:
    """Boxes (n, 4) that a name may fill: left, bottom, right, top in points. All over the axes, but in a
    band, and beside a rule: at the top of an upright one, at an end of a level one."""
    end = size - extent - APART
    if isinstance(layer, Band | Rule):
        upright, beside = layer.orientation == "x", isinstance(layer, Rule)
        at = (layer.low + layer.high) / 2 if isinstance(layer, Band) else layer.at
        place = in_points.transform([at, panel.y.low] if upright else [panel.x.low, at])
        near = place + APART, place - extent - APART
        sides = near if beside else (place - extent / 2,)
        along = np.arange(end[1], size[1] / 2, -extent[1]) if upright else (end[0], APART)
        corners = np.array([(s[0], a) if upright else (a, s[1]) for a in along for s in sides]).reshape(-1, 2)
    else:
        grid = np.meshgrid(np.linspace(APART, end[0], COLUMNS), np.linspace(APART, end[1], ROWS))
        corners = np.stack([side.ravel() for side in grid], axis=1)
    corners = corners[((corners >= 0) & (corners <= end + APART)).all(axis=1)]
    return np.hstack([corners, corners + extent])


def _cost(boxes: Array, layer: Layer, marks: dict[int, Marks], size: Array) -> Array:
    """How far boxes (b, 4) are from what they name, how clearly, and what they lie on: (b,)."""
    rest = [each for key, (each, _) in marks.items() if key != id(layer)]
    others = np.concatenate([np.empty((0, 2)), *rest])
    away = _away(boxes, others, others)
    cost, near = ON_A_LINE * np.minimum((away < APART).sum(axis=1), MOST), away.min(axis=1, initial=1e3)
    own, named = marks.get(id(layer), (others[:0], others[:0]))
    if not len(named):
        return cost
    far = _away(boxes, named, named).min(axis=1)
    if isinstance(layer, Lines) and layer.fill is not None:  # both ends of the name lie in the area
        middle = (boxes[:, 1] + boxes[:, 3])[:, None] / 2
        ends = (np.hstack([side, middle, side, middle]) for side in (boxes[:, :1], boxes[:, 2:3]))
        far = np.maximum(*(_away(end, named, named).min(axis=1) for end in ends))
    cost += ON_A_LINE * np.minimum((_away(boxes, own, own) < APART).sum(axis=1), MOST)
    edge = np.minimum(boxes[:, :2].min(axis=1), (size - boxes[:, 2:]).min(axis=1))
    return cost + far + 0.5 * np.maximum(0, CLEAR + far - near) + np.maximum(0, EDGE - edge)


def _away(boxes: Array, low: Array, high: Array) -> Array:
    """How far each of boxes (b, 4) is from each of others, from their low to their high corner: (b, n)."""
    gaps = (np.maximum(low[:, i] - boxes[:, i + 2, None], boxes[:, i, None] - high[:, i]) for i in (0, 1))
    return np.hypot(*(np.maximum(gap, 0) for gap in gaps))
