"""Histograms of scores without a verdict, on one logarithmic axis. Vega-Lite."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, Role, colour
from explorer.figures.vega.axes import QUIET
from explorer.figures.words import SUPERSCRIPTS

BINS = (12, 32)  # the fewest and the most
SMALLEST = 1e-12  # score that the axis shows; what is lower lies in the lowest bin
FEW_DECADES = 2  # up to which 2 and 5 between the powers of ten have labels


def histogram_data(scores: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """How many scores lie in each of some bins that all names have in common, even on a log axis: name, low,
    high, count, and behind the last bin of each name a row with a count of 0. Raises ValueError without
    scores."""
    everything = np.concatenate(list(scores.values())) if scores else np.zeros(0)
    if not len(everything):
        raise ValueError("A histogram needs at least one score.")
    low, high = (max(float(end), SMALLEST) for end in (everything.min(), everything.max()))
    bins = min(max(BINS[0], round(1.5 * math.sqrt(len(everything) / len(scores)))), BINS[1])
    edges = np.geomspace(low / 1.05, high * 1.05, bins + 1)
    tables = []
    for name, values in scores.items():
        counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
        ends = np.append(edges[1:], edges[-1])
        tables.append(pd.DataFrame({"name": name, "low": edges, "high": ends, "count": np.append(counts, 0)}))
    return pd.concat(tables, ignore_index=True)


def histogram_spec(
    data: pd.DataFrame,
    filled: tuple[str, Role],
    outlined: tuple[str, Role],
    title: str,
    height: int,
    mode: Mode,
) -> dict[str, Any]:
    """The bins of one name as bars, and those of another as an outline over them; both stand above the
    chart."""
    values, labels = _ticks(float(data["low"].min()), float(data["high"].max()))
    x = {
        "field": "low",
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "nice": False},
        "axis": {**QUIET, "values": values, "labelExpr": labels, "labelOverlap": True},
    }
    y = {
        "field": "count",
        "type": "quantitative",
        "title": "samples",
        "axis": {**QUIET, "grid": True, "tickCount": 4, "tickMinStep": 1, "format": "d"},
    }
    names = dict((filled, outlined))
    shade = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": list(names), "range": [colour(role, mode) for role in names.values()]},
        "legend": {
            "orient": "top",
            "title": None,
            "labelFontSize": 15,
            "labelColor": colour("text", mode),
            "labelLimit": 300,
            "symbolType": "square",
        },
    }
    tooltip = [
        {"field": "name", "type": "nominal", "title": "of"},
        {"field": "low", "type": "quantitative", "format": ".2~e", "title": "from"},
        {"field": "high", "type": "quantitative", "format": ".2~e", "title": "to"},
        {"field": "count", "type": "quantitative", "title": "samples"},
    ]

    def only(name: str) -> list[dict[str, Any]]:
        return [{"filter": {"field": "name", "equal": name}}]

    bars = {
        "transform": only(filled[0]),
        "mark": {"type": "bar", "opacity": 0.75, "binSpacing": 1},
        "encoding": {
            "x": x,
            "x2": {"field": "high"},
            "y": y,
            "y2": {"datum": 0},
            "color": shade,
            "tooltip": tooltip,
        },
    }
    outline = {
        "transform": only(outlined[0]),
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5},
        "encoding": {"x": x, "y": y, "color": shade, "tooltip": tooltip},
    }
    return {"height": height, "layer": [bars, outline]}


def _ticks(low: float, high: float) -> tuple[list[float], str]:
    """The labelled values of a log axis, and the expression that names them: powers of ten; over few decades
    2 and 5 times these, too; where not two of these lie on the axis, two values of two digits."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if math.log10(high / low) <= FEW_DECADES else (1,)
    found = [(float(step), power) for power in powers for step in steps if low <= step * 10.0**power <= high]
    if len(found) < 2:
        texts = dict.fromkeys(f"{value:.1e}" for value in np.geomspace(low, high, 4)[1:3])
        found = [(float(mantissa), int(power)) for mantissa, power in (text.split("e") for text in texts)]
    keys = [f"{step:.1f}e{power:+d}" for step, power in found]  # as d3 formats them
    names = [_name(step, power) for step, power in found]
    told = json.dumps(names, ensure_ascii=False)
    expression = f"{told}[indexof({json.dumps(keys)}, format(datum.value, '.1e'))]"
    return [float(f"{step}e{power}") for step, power in found], expression


def _name(step: float, power: int) -> str:
    if -3 <= power <= 2:
        return f"{step * 10.0**power:.2g}"
    ten = "10" + str(power).translate(SUPERSCRIPTS)
    return ten if step == 1 else f"{step:g} · {ten}"
