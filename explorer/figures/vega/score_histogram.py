"""Histograms of scores without a verdict, on one logarithmic axis. Vega-Lite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, Role, colour
from explorer.figures.vega.axes import QUIET
from explorer.figures.words import SUPERSCRIPTS

BINS = 32
_POWERS = ["10" + str(power).translate(SUPERSCRIPTS) for power in range(-16, 17)]


def histogram_data(scores: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """How many scores lie in each of some bins that all names have in common: name, low, high, count. A score
    of 0 lies in the lowest."""
    everything = np.concatenate(list(scores.values()))
    above = everything[everything > 0]
    low, high = (float(above.min()), float(above.max())) if len(above) else (1e-6, 1.0)
    edges = np.geomspace(low / 1.05, high * 1.05, BINS + 1)
    tables = []
    for name, values in scores.items():
        counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
        tables.append(pd.DataFrame({"name": name, "low": edges[:-1], "high": edges[1:], "count": counts}))
    return pd.concat(tables, ignore_index=True)


def histogram_spec(names: Mapping[str, Role], title: str, height: int, mode: Mode) -> dict[str, Any]:
    """The bins as bars; each name has its role's colour, and stands above the chart."""
    labels = f"{_POWERS}[round(log(datum.value) / LN10) + 16]".replace("'", '"')
    x = {
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "nice": False},
        "axis": {**QUIET, "labelExpr": labels, "tickCount": 6, "labelOverlap": True},
    }
    encoding = {
        "x": {"field": "low", **x},
        "x2": {"field": "high"},
        "y": {
            "field": "count",
            "type": "quantitative",
            "title": "samples",
            "stack": None,
            "axis": {**QUIET, "grid": True, "tickCount": 4, "tickMinStep": 1, "format": "d"},
        },
        "color": {
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
                "symbolOpacity": 0.7,
            },
        },
        "tooltip": [
            {"field": "name", "type": "nominal", "title": "x̂₀"},
            {"field": "low", "type": "quantitative", "format": ".2~e", "title": "from"},
            {"field": "high", "type": "quantitative", "format": ".2~e", "title": "to"},
            {"field": "count", "type": "quantitative", "title": "samples"},
        ],
    }
    return {"height": height, "mark": {"type": "bar", "opacity": 0.6, "binSpacing": 0}, "encoding": encoding}
