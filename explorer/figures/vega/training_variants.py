"""Networks that were trained with one change each: the rate of every seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.vega.axes import AXIS, RATE_LABELS
from explorer.figures.words import percent


def changes_data(rows: Sequence[tuple[str, int, float, float | None]], floor: float) -> pd.DataFrame:
    """Networks that were trained anew: (title of the change, seed, rate, what is paid), those of one change
    together, the lowest median first."""
    table = pd.DataFrame(rows, columns=["change", "seed", "rate", "paid"])
    table["median"] = table.groupby("change")["rate"].transform("median")
    table["said"] = [percent(rate) for rate in table["rate"]]
    table["price"] = ["" if paid is None else f"{paid:.3g}" for paid in table["paid"]]
    table["rate"] = table["rate"].clip(lower=floor)
    return table.sort_values(["median", "change", "seed"], kind="stable")


def changes_spec(title: str, coin: str, floor: float, untreated: float | None, mode: Mode) -> dict[str, Any]:
    """A line for each change, a dot for each seed, a bar at their median; as it is, as a dashed line.

    title, coin     what the rate is, and what is paid with
    """
    axis = {**AXIS, "labelLimit": 220, "ticks": False, "domain": False}
    y = {"field": "change", "type": "nominal", "sort": None, "title": None, "axis": axis}
    x = {
        "field": "rate",
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "domainMin": floor, "nice": False, "clamp": True},
        "axis": {
            **AXIS,
            "grid": True,
            "labelExpr": RATE_LABELS,
            "values": [10.0**-power for power in range(10)],
        },
    }
    tip = [
        {"field": "change", "type": "nominal"},
        {"field": "seed", "type": "quantitative", "format": "d"},
        {"field": "said", "type": "nominal", "title": "rate"},
        {"field": "price", "type": "nominal", "title": coin},
    ]
    middle = {"type": "tick", "thickness": 3, "size": 20, "color": colour("text", mode)}
    dots = {"type": "point", "filled": True, "size": 70, "opacity": 0.85, "color": colour("model")}
    layers: list[dict[str, Any]] = [
        {"mark": middle, "encoding": {"x": {**x, "aggregate": "median"}, "y": y}},
        {"mark": dots, "encoding": {"x": x, "y": y, "tooltip": tip}},
    ]
    if untreated is not None:
        rule = {"type": "rule", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": ink("model", mode)}
        at = {"field": "rate", "type": "quantitative", "scale": x["scale"]}
        layers.insert(0, {"data": {"values": [{"rate": untreated}]}, "mark": rule, "encoding": {"x": at}})
    return {"layer": layers}
