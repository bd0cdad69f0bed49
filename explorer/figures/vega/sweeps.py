"""A sweep as a heat map with its numbers in it, and slices through it. Vega-Lite; only the data change while
it runs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.colourmaps import colourmap
from explorer.figures.palette import Mode, colour, contrast
from explorer.figures.vega.axes import QUIET, RATE_LABELS, title_above
from explorer.figures.words import percent

_AXIS = {**QUIET, "labelAngle": 0}
STOPS = 9  # colours of the map that Vega is given; it mixes what lies between
LOWEST_POWER, HIGHEST_POWER = -6.0, 0.0  # of ten: rates on the colour scale, the same for every sweep
HIGHEST = 2.0  # of a measure that is no rate
HIGHEST_FLOOR, LOWEST_FLOOR = 1e-3, 1e-9  # between which the axis of rates begins
ROOM = 18  # pixels of height that a label needs
NO_GAP = "no gap"  # what stands in a cell whose modes leave no room
CELL = "cell"  # the name of the selection
# Pixels of a number's letters: on a phone as few as its cell has room for.
LETTERS = "min(13, 1.8 * bandwidth('x') / max(length(datum.label), 1))"


@dataclass(frozen=True)
class Sides:
    """The two axes of a sweep: for people, and the values, in their order."""

    x: str
    xs: tuple[float, ...]
    y: str
    ys: tuple[float, ...]


def heat_spec(sides: Sides, title: str, height: int, mode: Mode) -> dict[str, Any]:
    """A cell for each pair of values, its number written in it; a click picks it."""
    steps = colourmap("sequential", mode)[:-1]
    stops = [steps[round(i * (len(steps) - 1) / (STOPS - 1))] for i in range(STOPS)]
    shades = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue, _ in stops]
    x = {**_side("x", sides.x), "sort": [f"{x:g}" for x in sides.xs]}
    y = {**_side("y", sides.y), "sort": [f"{y:g}" for y in reversed(sides.ys)]}
    if height / len(sides.ys) > 1.5 * ROOM:
        y["axis"] = {**_AXIS, "labelOverlap": False}
    tip = [
        {"field": "x", "type": "nominal", "title": sides.x},
        {"field": "y", "type": "nominal", "title": sides.y},
        {"field": "label", "type": "nominal", "title": "median"},
        {"field": "range", "type": "nominal", "title": "over the seeds"},
    ]
    shade = {
        "condition": {
            "test": "isValid(datum.level)",
            "field": "level",
            "type": "quantitative",
            "scale": {"domain": [0, 1], "range": shades, "clamp": True},
            "legend": None,
        },
        "value": "transparent",
    }
    ink = {
        "condition": {
            "test": f"datum.level > {_turning_point(mode)}",
            "value": colour("ground", mode),
        },
        "value": colour("text", mode),
    }
    return {
        "title": title_above(title),
        "height": height,
        "layer": [
            {
                "params": [{"name": CELL, "select": {"type": "point", "fields": ["x", "y"]}}],
                "mark": {
                    "type": "rect",
                    "stroke": colour("grid", mode),
                    "strokeWidth": 1,
                    "cursor": "pointer",
                },
                "encoding": {"x": x, "y": y, "color": shade, "tooltip": tip},
            },
            {
                "mark": {"type": "text", "fontSize": {"expr": LETTERS}},
                "encoding": {
                    "x": x,
                    "y": y,
                    "text": {"field": "label", "type": "nominal"},
                    "color": ink,
                    "opacity": {
                        "condition": {"test": f"datum.label === '{NO_GAP}'", "value": 0.6},
                        "value": 1,
                    },
                },
            },
            {
                "transform": [{"filter": "datum.picked"}],
                "mark": {
                    "type": "rect",
                    "filled": False,
                    "stroke": colour("hallucinated", mode),
                    "strokeWidth": 3,
                },
                "encoding": {"x": x, "y": y},
            },
        ],
    }


def heat_data(
    sides: Sides,
    cells: Sequence[tuple[float, float, float, float, float]],
    *,
    rates: bool,
    picked: tuple[float, float] | None,
    without_gap: Collection[tuple[float, float]] = (),
) -> pd.DataFrame:
    """Every cell of a sweep as the data of heat_spec; those that are not finished are empty.

    cells   x, y, median, lowest and highest over the seeds, of the finished ones
    rates   whether the numbers are shares, on a log scale
    without_gap     x and y of the cells in which there is no gap to count in: they say so
    """
    known = {(x, y): spread for x, y, *spread in cells}
    rows = []
    for y in sides.ys:
        for x in sides.xs:
            level, label, reach = math.nan, "", ""
            if (x, y) in known:
                median, low, high = known[x, y]
                level, label = _level(median, rates), format_value(median, rates)
                reach = f"{format_value(low, rates)} to {format_value(high, rates)}"
            elif (x, y) in without_gap:
                label, reach = NO_GAP, "there is no room between the modes"
            rows.append((f"{x:g}", f"{y:g}", level, label, reach, (x, y) == picked))
    return pd.DataFrame(rows, columns=["x", "y", "level", "label", "range", "picked"])


def floor_of(rates: Sequence[float]) -> float:
    """Where an axis of rates begins: the power of ten below all of them, within bounds."""
    lowest = min(rates, default=HIGHEST_FLOOR)
    power = math.floor(math.log10(max(lowest, LOWEST_FLOOR)))
    return min(10.0**power, HIGHEST_FLOOR)


def slice_spec(
    side: str, values: Sequence[float], title: str, height: int, floor: float | None
) -> dict[str, Any]:
    """A line through the medians along one axis, and a dot for every seed.

    side, title     what the axis holds, and what the chart is called: it says that of the axis, too
    floor           where the log axis of rates begins; None for what is no rate
    """
    x = {**_side("x", None), "sort": [f"{value:g}" for value in values], "scale": {"padding": 0.4}}
    axis: dict[str, Any] = {**_AXIS, "grid": True, "tickCount": 4}
    scale: dict[str, Any] = {"zero": False, "nice": True}
    if floor is not None:
        scale = {"type": "log", "domainMax": 1, "domainMin": floor, "clamp": True, "nice": False}
        powers = round(-math.log10(floor))
        axis["values"] = [10.0**-power for power in range(0, powers + 1, 1 if powers < 5 else 2)]
        axis["labelExpr"] = RATE_LABELS
    y = {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    tip = [
        {"field": "x", "type": "nominal", "title": side},
        {"field": "seed", "type": "quantitative", "format": "d"},
        {"field": "said", "type": "nominal", "title": "value"},
    ]
    ink = colour("model" if floor is None else "hallucinated")
    return {
        "title": title_above(title),
        "height": height,
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2.5, "color": ink},
                "encoding": {"x": x, "y": {**y, "aggregate": "median"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 34, "opacity": 0.6, "color": ink},
                "encoding": {"x": x, "y": y, "tooltip": tip},
            },
        ],
    }


def slice_data(rows: Sequence[tuple[float, int, float]], floor: float | None) -> pd.DataFrame:
    """Rows of (place, seed, value) as the data of slice_spec: what lies below the floor is drawn there, and
    labelled with its value."""
    table = pd.DataFrame(rows, columns=["x", "seed", "value"])
    table["x"] = [f"{x:g}" for x in table["x"]]
    table["said"] = [format_value(value, floor is not None) for value in table["value"]]
    if floor is not None:
        table["value"] = table["value"].clip(lower=floor)
    return table


def format_value(value: float, rates: bool) -> str:
    """A number of a sweep as people read it."""
    return percent(value) if rates else f"{value:.2f}"


def _level(value: float, rates: bool) -> float:
    """Where a number lies on the colour scale, 0 to 1."""
    if not rates:
        return min(max(value / HIGHEST, 0.0), 1.0)
    power = math.log10(max(value, 10.0 ** (LOWEST_POWER - 1)))
    return min(max((power - LOWEST_POWER) / (HIGHEST_POWER - LOWEST_POWER), 0.0), 1.0)


@cache
def _turning_point(mode: Mode) -> float:
    """The level from which letters in the ground's colour stand out more than those in the text's."""
    steps = colourmap("sequential", mode)[:-1, :3]
    ground, text = colour("ground", mode), colour("text", mode)
    cells = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in steps]
    better = [contrast(cell, ground) > contrast(cell, text) for cell in cells]
    return round(float(np.argmax(better)) / (len(steps) - 1), 3)


def _side(field: str, title: str | None) -> dict[str, Any]:
    return {"field": field, "type": "ordinal", "title": title, "axis": _AXIS}
