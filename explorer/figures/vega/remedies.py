"""Remedies in one picture: the rate that is left against the price that is paid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from explorer.figures.palette import Mode, Role, colour, ink, legible
from explorer.figures.vega.axes import AXIS, OWN_COLOURS, RATE_LABELS, title_above
from explorer.figures.words import percent

PICK = "pick"
WHOLE_FROM = 10.0  # where prices are written as whole numbers
LOWEST, HIGHEST_FLOOR = 1e-9, 1e-3  # of the axis of rates


@dataclass(frozen=True)
class Look:
    """How the marks of a remedy look: a colour (a role of the palette, or one of Okabe and Ito 2008) and a
    shape, so that neither says it alone.

    in_the_dark     its colour on a dark ground, "" for the same
    size            in square pixels
    """

    ink: Role | str
    shape: str
    dash: tuple[int, ...] = ()
    in_the_dark: str = ""
    size: int = 90

    def colour(self, mode: Mode) -> str:
        """Hex colour in a theme mode."""
        if self.ink.startswith("#"):
            return self.in_the_dark if mode == "dark" and self.in_the_dark else self.ink
        return colour(self.ink, mode)  # type: ignore[arg-type]


LOOKS: dict[str, Look] = {
    "untreated": Look("model", "square"),
    "ddim": Look("model", "diamond"),
    "guidance": Look("kept", "circle"),
    "late-guidance": Look("kept", "square", (6, 3)),
    "found-guidance": Look("kept", "triangle-up", (5, 3), size=420),
    "sharpening": Look("#CC79A7", "triangle-down"),
    "late": Look("#56B4E9", "diamond", in_the_dark="#F0E442"),  # in the dark the truth is of that blue
    "cas": Look("#8C6D1F", "triangle-up", in_the_dark="#C9A94F"),
    "sas": Look("#8C6D1F", "triangle-down", (2, 3), in_the_dark="#C9A94F"),
    "quenching": Look("#2F7F86", "circle", in_the_dark="#7FC8D8"),
    "scaled-quenching": Look("#2F7F86", "square", (6, 3), in_the_dark="#7FC8D8"),
    "step": Look("#8C6D1F", "cross", in_the_dark="#C9A94F"),
    "truth": Look("truth", "square"),
    "smoothing": Look("hallucinated", "triangle-right", (2, 2)),
    "patch": Look("hallucinated", "triangle-left", (2, 2)),
    "together": Look("#7A5FA8", "triangle-up", in_the_dark="#B9A5E2"),
    "yours": Look("text", "circle"),
}
AWAY, LETTER, LINE = 9, 7.0, 15  # pixels between a dot and its name, of a letter's width, between two lines
OVER_LABELS, OVER_EDGE = 50, 4  # pixels by which a name may reach over the labels and the right edge
WIDE, HIGH = 400, 330  # pixels of the axes
LIFTS = (-7, 9, -22, 24, -37, 39, -52, 54)
UNDER = ("found-guidance",)  # drawn first: it does nearly the same as another, whose dots have to be reached


@dataclass(frozen=True)
class Dot:
    """A treatment in the picture.

    look        a name of LOOKS; dots of one remedy that follow each other in `order` are joined
    text        what identifies it, "" where it cannot be opened
    summary     what it is called, for people
    label       a name written beside it, "" for none; at its left where `leftwards`
    low, high   the ends of the rate's interval
    """

    look: str
    order: int
    text: str
    summary: str
    label: str
    price: float
    rate: float
    low: float
    high: float
    leftwards: bool = False


def span_of(prices: Sequence[float], least: float | None) -> tuple[float, float]:
    """The ends of the axis of prices, with room for a name at its right.

    least   where a log axis begins at the latest; None for a linear one
    """
    low, high = min(prices, default=0.0), max(prices, default=1.0)
    if least is not None:
        return least, max(high, 10 * least) * 6
    room = max(high - low, 0.05 * abs(high), 1e-3)
    return low - 0.12 * room, high + 0.45 * room


def floor_of(rates: Sequence[float]) -> float:
    """Where the axis of rates begins: the power of ten below all that are above 0, within bounds."""
    lowest = min((rate for rate in rates if rate > 0), default=HIGHEST_FLOOR)
    return min(10.0 ** math.floor(math.log10(max(lowest, LOWEST))), HIGHEST_FLOOR)


def ceiling_of(rates: Sequence[float]) -> float:
    """Where the axis of rates ends: a power of ten above all, with room for a name; 1 at most."""
    highest = max((rate for rate in rates if rate > 0), default=1.0)
    return min(10.0 ** math.ceil(math.log10(2 * highest)), 1.0)


def price_data(
    dots: Sequence[Dot], floor: float, least: float | None, picked: str | None, ceiling: float = 1.0
) -> pd.DataFrame:
    """The dots as the data of price_spec; what lies below the floor, or below the least price of a log axis,
    is drawn there."""
    drawn = sorted(dots, key=lambda dot: dot.look not in UNDER)
    lifts = _lifts(drawn, floor, ceiling, least)
    rows = [
        {
            "look": dot.look,
            "order": dot.order,
            "text": dot.text,
            "told": dot.summary,
            "label": dot.label,
            "leftwards": dot.leftwards,
            "price": dot.price if least is None else max(dot.price, least),
            "rate": max(dot.rate, floor),
            "low": max(dot.low, floor),
            "high": max(dot.high, floor),
            "said": percent(dot.rate),
            "paid": f"{dot.price:.3g}",
            "picked": dot.text == picked,
            "lift": lift,
        }
        for dot, lift in zip(drawn, lifts, strict=True)
    ]
    columns = [
        *("look", "order", "text", "told", "label", "leftwards", "price"),
        *("rate", "low", "high", "said", "paid", "picked", "lift"),
    ]
    return pd.DataFrame(rows, columns=columns)


def _lifts(dots: Sequence[Dot], floor: float, ceiling: float, least: float | None) -> list[int]:
    """By how many pixels each name stands below its dot, less than 0 above it: as near as names leave room
    for each other, on axes as wide and high as they are on a laptop."""
    low, high = span_of([dot.price for dot in dots], least)

    def at(dot: Dot) -> tuple[float, float]:
        share = (dot.price - low) / (high - low)
        if least is not None:
            share = math.log(max(dot.price, least) / low) / math.log(high / low)
        return WIDE * share, HIGH * math.log(max(dot.rate, floor) / ceiling) / math.log(floor / ceiling)

    taken: list[tuple[float, float, float]] = []  # left and right end and height of each name
    found = []
    for dot in dots:
        x, y = at(dot)
        long = LETTER * len(dot.label)
        left = x - AWAY - long if dot.leftwards else x + AWAY
        lift = next(
            (
                lift
                for lift in LIFTS
                if not any(
                    abs(y + lift - height) < LINE and left < right and start < left + long
                    for start, right, height in taken
                )
            ),
            LIFTS[0],
        )
        found.append(lift)
        if dot.label:
            taken.append((left, left + long, y + lift))
    return found


def price_spec(
    rate: str,
    title: str,
    floor: float,
    span: tuple[float, float],
    untreated: float | None,
    mode: Mode,
    *,
    log: bool,
    ceiling: float = 1.0,
) -> dict[str, Any]:
    """Rate on a log axis against a price, a line for each dial; the rate without a remedy as a dashed line.

    rate, title what the rate is, and what the price is
    span, log   the ends of its axis, and whether that is logarithmic
    floor, ceiling  the ends of the axis of rates, powers of ten
    """
    top, bottom = (round(-math.log10(end)) for end in (ceiling, floor))
    y_axis = {
        **AXIS,
        "grid": True,
        "values": [10.0**-power for power in range(top, bottom + 1, 1 if bottom - top < 6 else 2)],
        "labelExpr": RATE_LABELS,
        "labelOverlap": False,
        "title": None,
    }
    scale = {"type": "log", "domain": [floor, ceiling], "clamp": True, "nice": False}
    y = {"field": "rate", "type": "quantitative", "scale": scale, "axis": y_axis}
    x_scale: dict[str, Any] = {"domain": list(span), "zero": False, "nice": False, "clamp": True}
    if log:
        x_scale["type"] = "log"
    x = {
        "field": "price",
        "type": "quantitative",
        "scale": x_scale,
        "axis": {**AXIS, "title": title, "tickCount": 4, "format": "~g" if span[1] < WHOLE_FROM else ",d"},
    }
    names = list(LOOKS)
    shades = [look.colour(mode) for look in LOOKS.values()]
    hue = {"field": "look", "type": "nominal", "legend": None, "scale": {"domain": names, "range": shades}}
    letters = {**hue, "scale": {"domain": names, "range": [legible(shade, mode) for shade in shades]}}
    shapes = [look.shape for look in LOOKS.values()]
    shape = {"field": "look", "type": "nominal", "legend": None, "scale": {"domain": names, "range": shapes}}
    sizes = [look.size for look in LOOKS.values()]
    size = {"field": "look", "type": "nominal", "legend": None, "scale": {"domain": names, "range": sizes}}
    dashes = [list(look.dash) or [1, 0] for look in LOOKS.values()]
    dash = {"field": "look", "type": "nominal", "legend": None, "scale": {"domain": names, "range": dashes}}
    tip = [
        {"field": "told", "type": "nominal", "title": "treatment"},
        {"field": "said", "type": "nominal", "title": "rate"},
        {"field": "paid", "type": "nominal", "title": title},
    ]
    joined = {"filter": "indexof(['together', 'untreated', 'ddim', 'yours'], datum.look) < 0"}
    layers: list[dict[str, Any]] = [
        {
            "transform": [joined],
            "mark": {"type": "line", "strokeWidth": 2, "opacity": 0.7},
            "encoding": {"x": x, "y": y, "color": hue, "strokeDash": dash, "order": {"field": "order"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.4},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": hue},
        },
        {
            "transform": [{"filter": "datum.picked"}],
            "mark": {"type": "point", "size": 420, "strokeWidth": 2, "color": colour("text", mode)},
            "encoding": {"x": x, "y": y},
        },
        {
            "params": [{"name": PICK, "select": {"type": "point", "fields": ["text"]}}],
            "mark": {"type": "point", "filled": True, "opacity": 0.95, "cursor": "pointer"},
            "encoding": {"x": x, "y": y, "color": hue, "shape": shape, "size": size, "tooltip": tip},
        },
    ]
    # A name that reached beyond the chart would be cut off on a phone: it is moved back over its dot.
    long, place = f"{LETTER} * length(datum.label)", "scale('x', datum.price)"
    for side, align, away in (
        ("false", "left", f"min({AWAY}, width + {OVER_EDGE} - {place} - {long})"),
        ("true", "right", f"max({-AWAY}, {long} - {place} - {OVER_LABELS})"),
    ):
        layers.append(
            {
                "transform": [{"filter": f"datum.label != '' && datum.leftwards == {side}"}],
                "mark": {
                    "type": "text",
                    "align": align,
                    "dx": {"expr": away},
                    "dy": {"expr": "datum.lift"},
                    "fontSize": 13,
                    "fontWeight": 600,
                },
                "encoding": {"x": x, "y": y, "text": {"field": "label"}, "color": letters},
            }
        )
    if untreated is not None:
        rule = {"type": "rule", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": ink("model", mode)}
        layers.insert(
            0,
            {
                "data": {"values": [{"rate": max(untreated, floor)}]},
                "mark": rule,
                "encoding": {"y": {"field": "rate", "type": "quantitative", "scale": scale}},
            },
        )
    return {"title": title_above(rate), "layer": layers, "resolve": OWN_COLOURS}
