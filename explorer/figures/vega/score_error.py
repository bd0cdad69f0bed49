"""The error of the score over t: where the data are, and between the modes. Vega-Lite."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.vega.axes import AXIS, title_above

TICKS = [500, 200, 100, 50, 20, 10, 5, 2, 1, 0]
LINEAR = 4  # steps from t = 0 on that lie about evenly; beyond, t is on a log axis
ROOM = 2.5  # factor above and below the curves, for their names


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """An error above 0 at steps (F,), with the ends of its interval, (F,) each; its name and colour."""

    name: str
    role: Role
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    above: bool  # its name stands above its clean end, or below


def error_data(curves: list[ErrorCurve], steps: np.ndarray, here: int | None) -> pd.DataFrame:
    """Curves at steps (F,), noisiest first, as the data of error_spec; `here` is the step on view."""
    tables = [
        pd.DataFrame(
            {
                "name": curve.name,
                "t": steps,
                "value": curve.value,
                "low": np.maximum(curve.low, 1e-3 * curve.value),  # a log axis has no 0
                "high": curve.high,
                "here": steps == here,
                "end": steps == steps[-1],
            }
        )
        for curve in curves
    ]
    return pd.concat(tables, ignore_index=True)


def error_spec(
    curves: list[ErrorCurve], steps: np.ndarray, title: str, height: int, mode: Mode
) -> dict[str, Any]:
    """Curves on a log axis over t, noise on the left, with their intervals as bands and the step on view."""
    values = np.concatenate([curve.value for curve in curves])
    low, high = float(values.min()) / ROOM, float(values.max()) * ROOM
    powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    t = {
        "field": "t",
        "type": "quantitative",
        "title": "step t (0 = clean)",
        "scale": {
            "type": "symlog",
            "constant": LINEAR,
            "domain": [int(steps[-1]), int(steps[0])],
            "reverse": True,
            "nice": False,
        },
        "axis": {**AXIS, "values": [tick for tick in TICKS if tick <= steps[0]], "labelOverlap": True},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": {"type": "log", "domain": [low, high], "nice": False},
        "axis": {**AXIS, "grid": True, "values": [10.0**power for power in powers], "format": "~g"},
    }
    names = [curve.name for curve in curves]
    marks, words = ([paint(curve.role, mode) for curve in curves] for paint in (colour, ink))

    def painted(inks: list[str]) -> dict[str, Any]:
        return {
            "field": "name",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": names, "range": inks},
        }

    tip = [
        {"field": "name", "type": "nominal", "title": "error"},
        {"field": "t", "type": "quantitative", "title": "t"},
        {"field": "value", "type": "quantitative", "title": "value", "format": ".3~g"},
        {"field": "low", "type": "quantitative", "title": "from", "format": ".3~g"},
        {"field": "high", "type": "quantitative", "title": "to", "format": ".3~g"},
    ]
    here, end = {"filter": "datum.here"}, {"filter": "datum.end"}
    band = {"x": t, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": painted(marks)}
    marker = {"aria": False}  # of the step on view: it may be none, and a mark of nothing has no words
    label: dict[str, Any] = {"type": "text", "align": "right", "dx": -4, "fontSize": 13}
    layers: list[dict[str, Any]] = [
        {
            "transform": [here],
            "mark": {
                **marker,
                "type": "rule",
                "strokeWidth": 1.5,
                "strokeDash": [4, 3],
                "color": colour("neutral"),
            },
            "encoding": {"x": t},
        },
        {"mark": {"type": "area", "opacity": 0.25, "clip": True}, "encoding": band},
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"x": t, "y": y, "color": painted(marks)}},
        {
            "mark": {"type": "point", "filled": True, "size": 30, "opacity": 0},
            "encoding": {"x": t, "y": y, "color": painted(marks), "tooltip": tip},
        },
        {
            "transform": [here],
            "mark": {**marker, "type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {"x": t, "y": y, "color": painted(marks), "tooltip": tip},
        },
    ]
    for curve in curves:
        name = {"field": "name", "type": "nominal"}
        layers.append(
            {
                "transform": [end, {"filter": {"field": "name", "equal": curve.name}}],
                "mark": {**label, "dy": -10 if curve.above else 20},
                "encoding": {"x": t, "y": y, "text": name, "color": painted(words)},
            }
        )
    return {
        "title": title_above(title),
        "height": height,
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},
    }
