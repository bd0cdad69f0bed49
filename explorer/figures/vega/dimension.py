"""A number over the dimension: a line a method, with its range over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

import pandas as pd

from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.vega.axes import AXIS, OWN_COLOURS, RATE_LABELS, title_above
from explorer.figures.words import percent

PICK = "pick"
ROOM = 2.9  # times the largest dimension: where the axis ends, with the names of the lines
LABEL_GAP = 0.07  # of the axis, between labels


@dataclass(frozen=True)
class Series:
    """A line: its name, its colour, and a value with the ends of its range at each dimension.

    strong      whether it is singled out
    dashed      whether it belongs to the truth, and is no measurement of a network
    """

    name: str
    role: Role
    places: tuple[tuple[int, float, float, float], ...]
    strong: bool = False
    dashed: bool = False


def dimension_data(
    lines: Sequence[Series], picked: int, span: tuple[float, float], *, log: bool
) -> pd.DataFrame:
    """The lines as the data of dimension_spec; of a network what lies beyond the axis is drawn at its end.
    Places of a dashed line below it are left out; a line that lies below it as a whole is told in words."""
    low, high = span

    def inside(value: float) -> float:
        return min(max(value, low), high)

    rows = []
    for line in lines:
        under = line.dashed and all(value < low for _, value, *_ in line.places)
        for number, (d, value, least, most) in enumerate(line.places):
            if line.dashed and value < low and not (under and number == 0):
                continue
            rows.append(
                {
                    "name": line.name,
                    "role": line.role,
                    "d": d,
                    "value": inside(value),
                    "low": inside(least),
                    "high": inside(most),
                    "said": percent(value) if log else f"{value:.3g}",
                    "range": f"{percent(least)} to {percent(most)}" if log else f"{least:.3g} to {most:.3g}",
                    "strong": line.strong,
                    "dashed": line.dashed,
                    "picked": line.strong and d == picked,
                    "under": f"{line.name}: {percent(value)}, far below" if under else "",
                    "label": "",
                    "height": 0.0,
                }
            )
    columns = [
        "name",
        "role",
        "d",
        "value",
        "low",
        "high",
        "said",
        "range",
        "strong",
        "dashed",
        "picked",
        "under",
    ]
    table = pd.DataFrame(rows, columns=[*columns, "label", "height"])
    drawn = table[table["under"] == ""]
    if len(drawn):
        ends = drawn.loc[drawn.groupby("name", sort=False)["d"].idxmax()]
        table.loc[ends.index, "label"] = ends["name"]
        table.loc[ends.index, "height"] = labels_apart(ends["value"].tolist(), span, log=log)
    return table


def labels_apart(values: Sequence[float], span: tuple[float, float], *, log: bool) -> list[float]:
    """Where labels stand that do not touch, each near its value, inside the axis."""
    low, high = (log10(end) if log else end for end in span)
    order = sorted(range(len(values)), key=lambda n: values[n])
    places = [((log10(values[n]) if log else values[n]) - low) / (high - low) for n in order]
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + LABEL_GAP)
    top = 0.98
    for n in range(len(places) - 1, -1, -1):
        places[n] = min(places[n], top)
        top = places[n] - LABEL_GAP
    heights = [0.0] * len(values)
    for n, place in zip(order, places, strict=True):
        at = low + place * (high - low)
        heights[n] = 10**at if log else at
    return heights


def dimension_spec(
    lines: Sequence[Series],
    title: str,
    dimensions: Sequence[int],
    span: tuple[float, float],
    mode: Mode,
    *,
    log: bool,
    rule: float | None = None,
) -> dict[str, Any]:
    """Lines over the dimension on a log axis; a click on a dot picks its dimension.

    rule    a value with a hairline through it
    """
    y_axis: dict[str, Any] = {**AXIS, "grid": True, "title": None}
    scale: dict[str, Any] = {"domain": list(span), "nice": False, "zero": False, "clamp": True}
    if log:
        scale["type"] = "log"
        first, end = (round(log10(value)) for value in span)
        y_axis |= {"values": [10.0**power for power in range(first, end + 1)], "labelExpr": RATE_LABELS}
        y_axis["labelOverlap"] = False
    else:
        y_axis["tickCount"] = 5
    y = {"field": "value", "type": "quantitative", "scale": scale, "axis": y_axis}
    last = max(dimensions)
    x = {
        "field": "d",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [0.85 * min(dimensions), ROOM * last], "nice": False},
        "axis": {
            **AXIS,
            "title": "coordinates d",
            "values": list(dimensions),
            "format": "d",
            "labelOverlap": False,
        },
    }
    roles = list(dict.fromkeys(line.role for line in lines))
    hue = {
        "field": "role",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": roles, "range": [colour(role, mode) for role in roles]},
    }
    letters = {**hue, "scale": {"domain": roles, "range": [ink(role, mode) for role in roles]}}
    detail = {"field": "name", "type": "nominal"}
    tip = [
        {"field": "name", "type": "nominal"},
        {"field": "d", "type": "quantitative", "format": "d", "title": "coordinates"},
        {"field": "said", "type": "nominal", "title": "median"},
        {"field": "range", "type": "nominal", "title": "over seeds"},
    ]
    layers: list[dict[str, Any]] = []
    if rule is not None:
        layers.append(
            {
                "data": {"values": [{"value": rule}]},
                "mark": {"type": "rule", "color": colour("neutral", mode), "strokeDash": [3, 3]},
                "encoding": {"y": y},
            }
        )
    for strong, dashed in ((False, True), (False, False), (True, True), (True, False)):
        mark: dict[str, Any] = {"type": "line", "strokeWidth": 4 if strong else 2, "tooltip": None}
        mark |= {"opacity": 1 if strong else 0.75}
        if dashed:
            mark["strokeDash"] = [7, 4]
        test = f"datum.strong === {str(strong).lower()} && datum.dashed === {str(dashed).lower()}"
        test += " && datum.under === ''"
        encoding = {"x": x, "y": y, "color": hue, "detail": detail}
        layers.append({"transform": [{"filter": test}], "mark": mark, "encoding": encoding})
    layers += [
        {
            "transform": [{"filter": "!datum.dashed"}],
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": hue},
        },
        {
            "transform": [{"filter": "datum.picked"}],
            "mark": {"type": "point", "size": 330, "strokeWidth": 2, "color": colour("text", mode)},
            "encoding": {"x": x, "y": y},
        },
        {
            "transform": [{"filter": "datum.under === ''"}],
            "params": [{"name": PICK, "select": {"type": "point", "fields": ["d"]}}],
            "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1, "cursor": "pointer"},
            "encoding": {"x": x, "y": y, "color": hue, "tooltip": tip},
        },
    ]
    below = {"type": "text", "align": "left", "baseline": "bottom", "dy": -6, "fontSize": 14, "tooltip": None}
    layers.append(
        {
            "transform": [{"filter": "datum.under !== ''"}],
            "mark": below,
            "encoding": {"x": x, "y": y, "text": {"field": "under"}, "color": letters},
        }
    )
    for strong in (True, False):
        text: dict[str, Any] = {"type": "text", "align": "left", "fontSize": 14, "baseline": "middle"}
        layers.append(
            {
                "transform": [{"filter": f"datum.label !== '' && datum.strong === {str(strong).lower()}"}],
                "mark": text | {"fontWeight": 700 if strong else 400},
                "encoding": {
                    "x": {"datum": 1.12 * last, "type": "quantitative", "scale": x["scale"]},
                    "y": {**y, "field": "height"},
                    "text": {"field": "label"},
                    "color": letters,
                },
            }
        )
    return {"title": title_above(title), "layer": layers, "resolve": OWN_COLOURS}
