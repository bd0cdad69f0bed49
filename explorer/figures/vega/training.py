"""How a training went: what was recorded of its steps, and the share of hallucinated mass. Vega-Lite,
updated live without a flicker.

The specifications are constants and only the data change, as Arrow tables, which need no conversion: that
keeps a live update to a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.figures.palette import colour
from explorer.figures.vega.axes import AXIS, RATE_LABELS, title_above
from explorer.figures.words import format_rate, percent

POINTS_SHOWN = 240
_AXIS = {**AXIS, "tickCount": 5}
RATE_FLOOR = 1e-5  # where the axis of rates begins
_RATE_AXIS = {**_AXIS, "grid": True, "labelExpr": RATE_LABELS, "values": [1, 1e-2, 1e-4]}


def loss_spec(title: str = "loss") -> dict[str, Any]:
    """What was recorded of every training step, which `title` names, against the step; both on a log
    axis."""
    return {
        "title": title_above(title),
        "mark": {"type": "line", "strokeWidth": 2, "color": colour("model")},
        "encoding": {
            "x": {
                "field": "step",
                "type": "quantitative",
                "scale": {"type": "log"},
                "title": "training step",
                "axis": _AXIS,
            },
            "y": {
                "field": "loss",
                "type": "quantitative",
                "scale": {"type": "log", "nice": False},
                "title": None,
                "axis": {**_AXIS, "grid": True, "format": "~g"},
            },
        },
    }


def loss_data(losses: np.ndarray) -> pa.Table:
    """The mean loss in at most 240 bins whose width grows with the step: columns step and loss."""
    if len(losses) == 0:
        return pa.table({"step": [1.0], "loss": [1.0]})
    edges = np.unique(np.geomspace(1, len(losses) + 1, POINTS_SHOWN).astype(int))
    starts = edges[:-1] - 1 if len(edges) > 1 else np.array([0])
    sums = np.add.reduceat(losses.astype(np.float64), starts)
    counts = np.diff(np.append(starts, len(losses)))
    return pa.table({"step": starts + (counts + 1) / 2, "loss": sums / counts})


def rate_spec(k: int) -> dict[str, Any]:
    """Share of mass beyond k sigma against the seconds of training, on log axes; bars where it was
    counted."""
    x = {
        "field": "seconds",
        "type": "quantitative",
        "scale": {"type": "log"},
        "title": "seconds of training",
        "axis": _AXIS,
    }
    scale = {"type": "log", "domain": [RATE_FLOOR, 1], "clamp": True, "nice": False}
    y = {"field": "share", "type": "quantitative", "scale": scale, "title": None, "axis": _RATE_AXIS}
    vermilion = colour("hallucinated")
    return {
        "title": title_above(f"beyond {k} σ"),
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2, "color": vermilion}, "encoding": {"x": x, "y": y}},
            {
                "mark": {"type": "rule", "strokeWidth": 2, "color": vermilion, "opacity": 0.5},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 50, "color": vermilion, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y,
                    "tooltip": [
                        {"field": "step", "type": "quantitative", "title": "step", "format": ","},
                        {"field": "seconds", "type": "quantitative", "title": "seconds", "format": ".2f"},
                        {"field": "said", "type": "nominal", "title": f"beyond {k} σ"},
                    ],
                },
            },
        ],
    }


def rate_data(rows: Sequence[tuple[int, float, float, float, float]]) -> pa.Table:
    """Rows of (step, seconds, share, low, high) as the data of rate_spec: what lies below the axis is drawn
    at its floor, and labelled with its value."""
    floors = [0, 1e-3, RATE_FLOOR, RATE_FLOOR, RATE_FLOOR]
    table = np.maximum(np.reshape(rows, (-1, 5)).astype(float), floors)
    drawn = dict(zip(("step", "seconds", "share", "low", "high"), table.T, strict=True))
    labels = [
        percent(share) if low == high else format_rate(share, low, high) for _, _, share, low, high in rows
    ]
    return pa.table(drawn | {"said": pa.array(labels, pa.string())})
