"""Curves by generation, one colour an arm of the loop. Vega-Lite; only the data change while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from explorer.figures.palette import Mode, Role, colour
from explorer.figures.vega.axes import AXIS, RATE_LABELS, title_above
from explorer.figures.words import percent

# Okabe and Ito 2008; an arm has the same colour in every figure.
_ARM_ROLES: dict[str, Role] = {"none": "model", "variance": "kept", "oracle": "truth", "random": "neutral"}
_OTHERS: dict[Mode, dict[str, str]] = {
    "light": {"real": "#CC79A7", "accumulate": "#56B4E9"},
    "dark": {"real": "#CC79A7", "accumulate": "#F0E442"},  # in the dark the truth is of that blue
}
ARM_TITLES = {
    "none": "no filter",
    "variance": "variance filter",
    "random": "random drop",
    "oracle": "oracle filter",
    "real": "real data mixed in",
    "accumulate": "accumulated data",
}
# Vega's name of each arm's mark and the sign for it in words, so that colour alone says nothing.
ARM_MARKS = {
    "none": ("circle", "●"),
    "variance": ("triangle-up", "▲"),
    "random": ("cross", "✚"),
    "oracle": ("square", "■"),
    "real": ("diamond", "◆"),
    "accumulate": ("triangle-down", "▼"),
}
ARM_COLOURS: dict[Mode, dict[str, str]] = {
    mode: {
        arm: colour(_ARM_ROLES[arm], mode) if arm in _ARM_ROLES else others[arm]
        for arm in ("none", "variance", "random", "oracle", "real", "accumulate")
    }
    for mode, others in _OTHERS.items()
}
COLUMNS = ["arm", "generation", "value", "low", "high"]


@dataclass(frozen=True)
class Band:
    """A range of values to compare with, its middle, and what it is in a few words."""

    low: float
    middle: float
    high: float
    label: str


@dataclass(frozen=True)
class Curve:
    """What one small chart shows against the generation.

    log     on a log axis from `floor` up; what lies below is drawn there
    rule    a value worth comparing with, such as that of the data; None for none
    top     the axis, of a number that is counted, runs from 0 to here; None leaves it to the data
    band    a range worth comparing with; None for none
    seeds   of how many the values are medians; from two on their ranges are drawn as bands along the lines
    """

    title: str
    log: bool = False
    floor: float = 1e-5
    rule: float | None = None
    percent: bool = False
    top: float | None = None
    band: Band | None = None
    seeds: int = 1


def curve_spec(curve: Curve, generations: int, height: int, mode: Mode = "light") -> dict[str, Any]:
    """Lines over generations 0 to `generations` - 1, with a bar for each interval, of several seeds with a
    band for their range."""
    arms = list(ARM_COLOURS[mode])
    x = {
        "field": "generation",
        "type": "quantitative",
        "title": "generation",
        "scale": {"domain": [0, max(generations - 1, 1)], "nice": False},
        "axis": {**AXIS, "tickMinStep": 1, "format": "d"},
    }
    scale: dict[str, Any] = {"zero": False, "nice": True}
    axis = {**AXIS, "grid": True, "tickCount": 4}
    if curve.log:
        scale = {"type": "log", "domainMin": curve.floor, "clamp": True, "nice": False}
        axis["values"] = [10.0**power for power in range(0, -9, -1) if 10.0**power >= curve.floor]
    if curve.top is not None:
        scale, axis["format"] = {"domain": [0, curve.top]}, "d"
    if curve.percent:
        axis["labelExpr"] = RATE_LABELS
    elif curve.log:
        axis["format"] = "~g"
    y = {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    ink = {
        "field": "arm",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [ARM_TITLES[arm] for arm in arms], "range": list(ARM_COLOURS[mode].values())},
    }
    shape = {
        "field": "arm",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [ARM_TITLES[arm] for arm in arms], "range": [ARM_MARKS[arm][0] for arm in arms]},
    }
    tip = [
        {"field": "arm", "type": "nominal"},
        {"field": "generation", "type": "quantitative", "format": "d"},
        {
            "field": "said",
            "type": "nominal",
            "title": curve.title if curve.seeds == 1 else f"median of {curve.seeds} seeds",
        },
        {"field": "reach", "type": "nominal", "title": "from, to"},
    ]
    layers: list[dict[str, Any]] = [
        {
            "mark": (
                {"type": "rule", "strokeWidth": 2, "opacity": 0.45}
                if curve.seeds == 1
                else {"type": "area", "opacity": 0.2}
            ),
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": ink},
        },
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"x": x, "y": y, "color": ink}},
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": ink, "shape": shape, "tooltip": tip},
        },
    ]
    if curve.rule is not None:
        layers.insert(
            0,
            {
                "data": {"values": [{"value": curve.rule}]},
                "mark": {"type": "rule", "strokeDash": [5, 4], "color": colour("truth", mode)},
                "encoding": {"y": {"field": "value", "type": "quantitative"}},
            },
        )
    if curve.band is not None:
        layers = [*_band_layers(curve.band, mode), *layers]
    title = curve.title if curve.band is None else f"{curve.title} · grey: {curve.band.label}"
    return {"title": title_above(title), "height": height, "layer": layers}


def _band_layers(band: Band, mode: Mode) -> list[dict[str, Any]]:
    """A band across the chart, and its middle."""
    data = {"values": [{"low": band.low, "middle": band.middle, "high": band.high}]}
    low, middle, high = ({"field": name, "type": "quantitative"} for name in ("low", "middle", "high"))
    shade = colour("neutral", mode)
    return [
        {
            "data": data,
            "mark": {"type": "rect", "color": shade, "opacity": 0.22},
            "encoding": {"y": low, "y2": {"field": "high"}},
        },
        {
            "data": data,
            "mark": {"type": "rule", "color": shade, "strokeDash": [2, 3]},
            "encoding": {"y": middle},
        },
    ]


def curve_data(
    rows: Sequence[tuple[str, int, float | None, float | None, float | None]], curve: Curve
) -> pd.DataFrame:
    """Rows of (title of the arm, generation, value, low, high) as the data of curve_spec.

    A row without a value is left out; an interval without ends is the value itself. What lies below the floor
    of a log axis is drawn there, and labelled with its value.
    """
    known = [
        (arm, number, value, value if low is None else low, value if high is None else high)
        for arm, number, value, low, high in rows
        if value is not None
    ]
    frame = pd.DataFrame(known, columns=COLUMNS)
    in_words = percent if curve.percent else "{:.3g}".format
    frame["said"] = [in_words(value) for value in frame["value"]]
    frame["reach"] = [
        "" if low == high else f"{in_words(low)}, {in_words(high)}"
        for low, high in zip(frame["low"], frame["high"], strict=True)
    ]
    if curve.log:
        frame[["value", "low", "high"]] = frame[["value", "low", "high"]].clip(lower=curve.floor)
    return frame
