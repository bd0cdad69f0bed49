"""What is singled out in a panel, as the player marks it: a line drawn stronger, the way of a dot and a ring
around it, the frame of a cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke
from numpy.typing import NDArray

from explorer.figures.film.film import Panel
from explorer.figures.film.layers import HeatMap, Judged, Lines, Points, Regions
from explorer.figures.palette import Mode, Role, colour
from explorer.figures.print.layers import at_frame, dot_places, heat_map_corners, line_places
from explorer.figures.print.style import MARK, STROKE

Array = NDArray[Any]

STRONGER, OUTLINE = 1.5, 2.5  # widths on the screen: a picked line's more, and its outline's more
RING, RING_WIDTH = 9.0, 2.0  # on the screen: how much wider a ring is than its dot, and its line
TRAIL_WIDTH, TRAIL_OPACITY = 1.25, 0.6


def draw_picked(axes: Axes, panel: Panel, number: int, frame: int, mode: Mode) -> list[Artist]:
    """Mark item `number` in every layer of a panel that may be picked and has so many."""
    found: list[Artist] = []
    for layer in panel.layers:
        match layer:
            case Lines(pick=True) if number < layer.y.shape[1]:
                found += _line(axes, panel, layer, number, frame, mode)
            case Points(pick=True) if number < layer.xy.shape[-2]:
                found += _dot(axes, panel, layer, number, frame, mode)
            case Judged(pick=True) if number < len(layer.xy):
                found += _judged(axes, panel, layer, number, frame, mode)
            case HeatMap(pick=True) | Regions(pick=True):
                found += _cell(axes, panel, layer, number, mode)
    return found


def _line(axes: Axes, panel: Panel, layer: Lines, number: int, frame: int, mode: Mode) -> Iterator[Artist]:
    x, y = line_places(layer, frame, panel)
    role = layer.colour if layer.category is None else layer.colours[layer.category[number]]
    width = (layer.width + STRONGER) * STROKE
    yield from axes.plot(
        x, y[number], color=colour(role, mode), linewidth=width, path_effects=_outlined(width, mode)
    )


def _dot(axes: Axes, panel: Panel, layer: Points, number: int, frame: int, mode: Mode) -> Iterator[Artist]:
    if layer.xy.shape[0] > 1:
        way = np.stack([dot_places(layer, each, panel)[number] for each in range(frame + 1)])
        look: dict[str, Any] = {
            "color": colour("text", mode),
            "alpha": TRAIL_OPACITY,
            "linewidth": TRAIL_WIDTH * STROKE,
        }
        yield from axes.plot(*way.T, **look)
    category = layer.category
    if category is not None and category.ndim == 2:
        category = at_frame(category, frame)
    role = layer.colour if category is None else layer.colours[category[number]]
    yield from _ringed(axes, panel, dot_places(layer, frame, panel)[number], layer.size, role, mode, "o")


def _judged(axes: Axes, panel: Panel, layer: Judged, number: int, frame: int, mode: Mode) -> Iterator[Artist]:
    kept = layer.level[number] <= frame
    role: Role = "hallucinated" if layer.hallucinated[number] else "kept" if kept else "neutral"
    place = dot_places(layer, frame, panel)[number]
    yield from _ringed(axes, panel, place, max(2 * layer.size, 4), role, mode, "o" if kept else "x")


def _ringed(
    axes: Axes, panel: Panel, place: Array, size: float, role: Role, mode: Mode, marker: str
) -> Iterator[Artist]:
    """A mark once more over the ground, with a ring around it, whole even at the edge of the axes."""
    if not np.isfinite(place).all() or not _inside(axes, place):
        return
    look: dict[str, Any] = {"linestyle": "none", "clip_on": False}
    yield from axes.plot(
        *place,
        marker="o",
        markersize=(size + RING) * MARK,
        markerfacecolor=colour("ground", mode),
        markeredgecolor=colour("text", mode),
        markeredgewidth=RING_WIDTH * STROKE,
        **look,
    )
    yield from axes.plot(
        *place,
        marker=marker,
        markersize=size * MARK,
        color=colour(role, mode),
        markeredgewidth=0 if marker == "o" else RING_WIDTH * STROKE,
        **look,
    )


def _cell(axes: Axes, panel: Panel, layer: HeatMap | Regions, number: int, mode: Mode) -> Iterator[Artist]:
    tile = layer.tile if isinstance(layer, HeatMap) else 1
    rows, columns = (-(-cells // tile) for cells in layer.values.shape[1:3])
    if number >= rows * columns:
        return
    (left, bottom), (right, top) = heat_map_corners(axes, panel, layer)
    row, column = divmod(number, columns)
    across, up = (right - left) / columns, (top - bottom) / rows
    width = RING_WIDTH * STROKE
    cell = Rectangle(
        (left + column * across, bottom + row * up),
        across,
        up,
        transform=axes.transAxes,
        fill=False,
        edgecolor=colour("text", mode),
        linewidth=width,
        path_effects=_outlined(width, mode),
    )
    yield axes.add_patch(cell)


def _inside(axes: Axes, place: Array) -> bool:
    x, y = axes.transAxes.inverted().transform(axes.transData.transform(place))
    return bool(-1e-6 <= x <= 1 + 1e-6 and -1e-6 <= y <= 1 + 1e-6)


def _outlined(width: float, mode: Mode) -> list[Any]:
    """A line of that width over a wider one of the ground's colour."""
    return [Stroke(linewidth=width + OUTLINE * STROKE, foreground=colour("ground", mode)), Normal()]
