"""The score of a network beside that of the truth and of its training points, along a line, and where it lies
between these two. Vega-Lite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.vega.axes import AXIS, title_above
from explorer.figures.vega.memorisation import TRAINING

SCORES = ("truth", "by heart", "network")


def scores_data(x: np.ndarray, scores: dict[str, np.ndarray], training: np.ndarray) -> pd.DataFrame:
    """Scores (G,) by their names over x (G,), and training points (N,) as the data of scores_spec."""
    tables = [pd.DataFrame({"x": x, "value": scores[name], "who": name}) for name in SCORES]
    points = pd.DataFrame({"x": training, "value": 0.0, "who": TRAINING})
    return pd.concat([*tables, points], ignore_index=True)


def scores_spec(
    title: str, span: tuple[float, float], reach: float, few: bool, height: int, mode: Mode
) -> dict[str, Any]:
    """The three scores over x, seen from -reach to reach; training points are strokes at the bottom."""
    x = {
        "field": "x",
        "type": "quantitative",
        "title": "x",
        "scale": {"domain": list(span), "nice": False, "zero": False},
        "axis": {**AXIS, "tickCount": 6},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "axis": {**AXIS, "grid": True, "tickCount": 4},
        "scale": {"domain": [-reach, reach], "nice": False},
    }
    inside = {"filter": f"datum.x >= {span[0]} && datum.x <= {span[1]}"}
    layers: list[dict[str, Any]] = [
        {
            "transform": [{"filter": f"datum.who === '{TRAINING}'"}, inside],
            "mark": {
                "type": "tick",
                "orient": "vertical",
                "thickness": 1.5 if few else 0.7,
                "size": 16,
                "color": colour("text", mode),
                "opacity": 0.8 if few else 0.4,
                "aria": False,
                "yOffset": -9,
            },
            "encoding": {"x": x, "y": {"value": "height"}},
        }
    ]
    for name, hue, width, dash in (
        ("by heart", colour("neutral", mode), 1.8, ()),
        ("truth", colour("truth", mode), 3.0, (7, 4)),
        ("network", colour("model", mode), 3.0, ()),
    ):
        mark: dict[str, Any] = {"type": "line", "color": hue, "strokeWidth": width, "clip": True}
        if dash:
            mark["strokeDash"] = list(dash)
        layers.append(
            {
                "transform": [{"filter": f"datum.who === '{name}'"}, inside],
                "mark": mark,
                "encoding": {"x": x, "y": y},
            }
        )
    for place, (name, role) in enumerate((("truth", "truth"), ("by heart", "neutral"), ("network", "model"))):
        words: dict[str, Any] = {"type": "text", "fontSize": 14, "fontWeight": 700, "align": "right"}
        layers.append(
            {
                "data": {"values": [{"label": name}]},
                "mark": {**words, "color": ink(role, mode), "dx": -6, "aria": False},  # type: ignore[arg-type]
                "encoding": {
                    "x": {"value": "width"},
                    "y": {"value": 10 + 18 * place},
                    "text": {"field": "label"},
                },
            }
        )
    return {"title": title_above(title), "height": height, "layer": layers}


# ---- where a score lies -----------------------------------------------------------------------------


def position_data(sigma: np.ndarray, along: np.ndarray, here: float) -> pd.DataFrame:
    """Of noise levels sigma (L,) how far along the way networks lie, (S, L), as the data of position_spec.

    What lies beyond the axis is drawn at its end.
    """
    shown = np.clip(along, *ALONG)
    return pd.DataFrame(
        {
            "sigma": sigma,
            "value": np.median(shown, 0),
            "low": shown.min(0),
            "high": shown.max(0),
            "said": [f"{value:.2f}" for value in np.median(along, 0)],
            "here": np.isclose(sigma, here, rtol=1e-3),
        }
    )


ALONG = (-0.6, 1.6)


def position_spec(title: str, height: int, mode: Mode) -> dict[str, Any]:
    """How far along the way from the truth, 0, to who knows the points by heart, 1, over the noise: median
    and range over seeds."""
    x = {
        "field": "sigma",
        "type": "quantitative",
        "title": "noise σ: noise at the left, data at the right",
        "scale": {"type": "log", "reverse": True, "nice": False},
        "axis": {**AXIS, "format": "~g", "tickCount": 5, "labelOverlap": True},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": list(ALONG), "nice": False},
        "axis": {
            **AXIS,
            "values": [0, 1],
            "grid": True,
            "labelExpr": "datum.value === 0 ? 'truth' : 'by heart'",
        },
    }
    tip = [
        {"field": "sigma", "type": "quantitative", "format": ".3g", "title": "noise"},
        {"field": "said", "type": "nominal", "title": "along, median of seeds"},
    ]
    hue = colour("model", mode)
    layers: list[dict[str, Any]] = [
        {
            "transform": [{"filter": "datum.here"}],
            "mark": {
                "type": "rule",
                "strokeWidth": 1.5,
                "strokeDash": [4, 3],
                "color": colour("neutral"),
                "aria": False,
            },
            "encoding": {"x": x},
        },
        {
            "mark": {"type": "area", "opacity": 0.25, "color": hue},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {"mark": {"type": "line", "strokeWidth": 3, "color": hue}, "encoding": {"x": x, "y": y}},
        {
            "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1, "color": hue},
            "encoding": {"x": x, "y": y, "tooltip": tip},
        },
    ]
    return {"title": title_above(title), "height": height, "layer": layers}
