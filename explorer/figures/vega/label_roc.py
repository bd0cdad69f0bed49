"""ROC of one score against several verdicts on the same samples. Vega-Lite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.vega.axes import QUIET

PERCENT = "format(datum.value * 100, '~g') + ' %'"


@dataclass(frozen=True, eq=False)
class Verdict:
    """A ROC against a verdict: its name, the shares of the possible and of the impossible removed, (m,) each,
    rising, from (0, 0) to (1, 1); its colour and dashes."""

    name: str
    removed: np.ndarray
    recall: np.ndarray
    role: Role
    dash: tuple[int, ...] = ()


def verdicts_data(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """The curves as the data of verdicts_spec."""
    tables = [
        pd.DataFrame(
            {"name": one.name, "removed": one.removed, "recall": one.recall, "order": range(len(one.recall))}
        )
        for one in verdicts
    ]
    return pd.concat(tables, ignore_index=True)


def verdicts_spec(verdicts: Sequence[Verdict], retention: float, height: int, mode: Mode) -> dict[str, Any]:
    """The curves on linear axes; a hairline stands where `retention` of the possible are kept. Their names
    stand above: where a curve runs depends on the detector."""
    names = [one.name for one in verdicts]
    x = {
        "field": "removed",
        "type": "quantitative",
        "title": "possible ones removed",
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {**QUIET, "values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": PERCENT},
    }
    y = {
        "field": "recall",
        "type": "quantitative",
        "title": "impossible ones removed",
        "scale": {"domain": [0, 1.02], "nice": False},
        "axis": {**QUIET, "grid": True, "values": [0, 0.5, 1], "labelExpr": PERCENT},
    }
    look = {
        "color": {"domain": names, "range": [colour(one.role, mode) for one in verdicts]},
        "strokeDash": {"domain": names, "range": [list(one.dash) for one in verdicts]},
    }
    neutral = ink("neutral", mode)
    legend = {
        "orient": "top",
        "title": None,
        "labelFontSize": 15,
        "labelColor": colour("text", mode),
        "labelLimit": 300,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "symbolSize": 400,
    }
    encoding = {
        channel: {"field": "name", "type": "nominal", "legend": legend, "scale": scale}
        for channel, scale in look.items()
    }
    here = max(
        float(one.recall[np.searchsorted(one.removed, 1 - retention, "right") - 1]) for one in verdicts
    )
    tip = [
        {"field": "name", "type": "nominal", "title": "against"},
        {"field": "removed", "type": "quantitative", "title": x["title"], "format": ".3~%"},
        {"field": "recall", "type": "quantitative", "title": y["title"], "format": ".3~%"},
    ]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"removed": 1 - retention}]},
            "mark": {"type": "rule", "strokeWidth": 1, "color": neutral},
            "encoding": {"x": x},
        },
        {
            "data": {"values": [{"removed": 1 - retention, "recall": 0.06 if here > 0.4 else 0.92}]},
            "mark": {
                "type": "text",
                "text": f"{100 * retention:g} % kept",
                "align": "left",
                "dx": 6,
                "fontSize": 14,
                "color": neutral,
            },
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 3},
            "encoding": {"x": x, "y": y, "order": {"field": "order"}, "tooltip": tip, **encoding},
        },
    ]
    return {"height": height, "layer": layers}
