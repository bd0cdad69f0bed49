"""Samplers against what they cost: a line each, by the network and by the true score, and the steps of
one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.vega.axes import AXIS, RATE_LABELS, title_above
from explorer.figures.words import percent

PICK = "pick"
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
VARIANT = "(2M)"  # left out where a name stands at the end of its line
LABEL_GAP = 0.055  # of the axis, between labels of lines
LABEL_ENDS = (0.02, 0.98)  # of the axis, between which they stand
ROOM = 5.0  # times the most calls: where the axis ends, with the names of the lines
CALLS = [5, 10, 20, 50, 100, 200, 344]


@dataclass(frozen=True)
class Place:
    """A sampler at a number of calls, by the network (`model`) or by the true score (`truth`): a value, and
    the ends of its interval."""

    sampler: str
    who: str
    calls: int
    value: float
    low: float
    high: float


def span_of(places: Sequence[Place], *, log: bool) -> tuple[float, float]:
    """The ends of the axis of values: of a log axis powers of ten, two below the lowest of the network, or
    one where the true score makes none."""
    values = [place.value for place in places if place.who == "model"]
    if not log:
        low, high = min([*values, 1.0]), max([*values, 1.0])
        return low - 0.05 * (high - low), high + 0.05 * (high - low)
    lowest = min((value for value in values if value > 0), default=1e-3)
    below = 2 if any(place.value > 0 for place in places if place.who == "truth") else 1
    powers = math.floor(math.log10(lowest)) - below, math.ceil(math.log10(max(values, default=1.0)) + 0.1)
    return 10.0 ** powers[0], 10.0 ** min(powers[1], 0)


def rates_data(
    places: Sequence[Place], chosen: str, calls: int, span: tuple[float, float], *, log: bool
) -> pd.DataFrame:
    """The places as the data of rates_spec: what lies below the axis is drawn at its end, with its value in
    the label.

    chosen, calls   the sampler that is singled out, and where on its line
    """
    low, high = span
    other = {(p.sampler, p.calls): p.value for p in places if p.who == "truth"}
    rows = [
        {
            "sampler": p.sampler,
            "who": p.who,
            "calls": p.calls,
            "value": min(max(p.value, low), high),
            "below": min(max(other.get((p.sampler, p.calls), low), low), high),
            "low": min(max(p.low, low), high),
            "high": min(max(p.high, low), high),
            "said": percent(p.value) if log else f"{p.value:.3g}",
            "whose": "network" if p.who == "model" else "true score",
            "chosen": p.sampler == chosen,
            "picked": p.sampler == chosen and p.calls == calls,
            "label": "",
            "height": 0.0,
        }
        for p in places
    ]
    columns = ["sampler", "who", "calls", "value", "below", "low", "high", "said", "whose"]
    table = pd.DataFrame(rows, columns=[*columns, "chosen", "picked", "label", "height"])
    by_network = table[table["who"] == "model"]
    ends = by_network.loc[by_network.groupby("sampler", sort=False)["calls"].idxmax()]
    table.loc[ends.index, "label"] = ends["sampler"].str.removesuffix(VARIANT)
    table.loc[ends.index, "height"] = _apart(ends["value"].tolist(), span, log)
    return table


def _apart(values: Sequence[float], span: tuple[float, float], log: bool) -> list[float]:
    """Where labels stand that do not touch: each as near to its value as the others let it."""

    def along(value: float) -> float:
        low, high = (math.log10(end) if log else end for end in span)
        return ((math.log10(value) if log else value) - low) / (high - low)

    def back(place: float) -> float:
        low, high = (math.log10(end) if log else end for end in span)
        at = low + place * (high - low)
        return 10.0**at if log else at

    order = sorted(range(len(values)), key=lambda n: values[n])
    wanted = [along(values[n]) for n in order]
    placed = list(wanted)
    for n in range(1, len(placed)):
        placed[n] = max(placed[n], placed[n - 1] + LABEL_GAP)
    lower = (sum(placed) - sum(wanted)) / max(len(wanted), 1)
    placed = [max(place - lower, LABEL_ENDS[0] + n * LABEL_GAP) for n, place in enumerate(placed)]
    for n in range(1, len(placed) + 1):  # from the top
        placed[-n] = min(placed[-n], LABEL_ENDS[1] - (n - 1) * LABEL_GAP)
    result = [0.0] * len(values)
    for n, place in zip(order, placed, strict=True):
        result[n] = back(place)
    return result


def rates_spec(
    names: Sequence[str],
    title: str,
    span: tuple[float, float],
    calls: tuple[int, int],
    parts: Sequence[tuple[float, float, str, str]],
    mode: Mode,
    *,
    log: bool,
    intervals: bool,
    band: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """A value against network calls, a line a sampler; of the one that is singled out the part of the solver
    and the part of the network are shaded.

    parts       words in the shaded parts: calls, value, text and role of the palette
    calls       the fewest and the most
    intervals   whether values are counted, and have some
    band        low and high end of a rate that others are compared with
    """
    y_axis: dict[str, Any] = {**AXIS, "grid": True, "title": None}
    scale: dict[str, Any] = {"domain": list(span), "nice": False, "zero": False, "clamp": True}
    if log:
        scale["type"] = "log"
        first, last = (round(math.log10(end)) for end in span)
        y_axis |= {"values": [10.0**p for p in range(first, last + 1)], "labelExpr": RATE_LABELS}
        y_axis["labelOverlap"] = False
    else:
        y_axis["tickCount"] = 5
    y = {"field": "value", "type": "quantitative", "scale": scale, "axis": y_axis}
    least, most = calls
    x = {
        "field": "calls",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [0.9 * least, ROOM * most], "nice": False},
        "axis": {
            **AXIS,
            "title": "network calls for one sample",
            "values": [number for number in CALLS if least <= number <= most],
            "format": "d",
        },
    }
    grey = colour("neutral", mode)
    shape = {
        "field": "sampler",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(names), "range": list(SHAPES[: len(names)])},
    }
    tip = [
        {"field": "sampler", "type": "nominal"},
        {"field": "whose", "type": "nominal", "title": "by the"},
        {"field": "calls", "type": "quantitative", "format": "d"},
        {"field": "said", "type": "nominal", "title": title},
    ]
    model, truth = "datum.who === 'model'", "datum.who === 'truth'"
    layers: list[dict[str, Any]] = []
    if band is not None:
        layers.append(_band(band, scale, mode))
    if log:
        area = {"type": "area", "opacity": 0.2, "tooltip": None}
        layers += [
            {
                "transform": [{"filter": f"datum.chosen && {truth}"}],
                "mark": {**area, "color": colour("truth", mode)},
                "encoding": {"x": x, "y": y, "y2": {"datum": span[0]}},
            },
            {
                "transform": [{"filter": f"datum.chosen && {model}"}],
                "mark": {**area, "color": colour("model", mode)},
                "encoding": {"x": x, "y": y, "y2": {"field": "below"}},
            },
        ]
    layers += [
        _lines(f"!datum.chosen && {truth}", x, y, colour("truth", mode), 1.2, 0.45, (4, 4)),
        _lines(f"!datum.chosen && {model}", x, y, grey, 1.6, 0.8, ()),
        _lines(f"datum.chosen && {truth}", x, y, colour("truth", mode), 3.0, 1.0, (7, 4)),
        _lines(f"datum.chosen && {model}", x, y, colour("model", mode), 4.0, 1.0, ()),
    ]
    if intervals:
        whose = {
            "field": "who",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": ["model", "truth"], "range": [colour("model", mode), colour("truth", mode)]},
        }
        layers.append(
            {
                "transform": [{"filter": "datum.chosen"}],
                "mark": {"type": "rule", "strokeWidth": 1.4, "opacity": 0.5},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": whose},
            }
        )
    layers += [
        {
            "transform": [{"filter": "datum.picked"}],
            "mark": {"type": "point", "size": 330, "strokeWidth": 2, "color": colour("text", mode)},
            "encoding": {"x": x, "y": y},
        },
        {
            "transform": [{"filter": model}],
            "params": [{"name": PICK, "select": {"type": "point", "fields": ["sampler", "calls"]}}],
            "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1, "cursor": "pointer"},
            "encoding": {
                "x": x,
                "y": y,
                "shape": shape,
                "color": {
                    "condition": {"test": "datum.chosen", "value": colour("model", mode)},
                    "value": grey,
                },
                "tooltip": tip,
            },
        },
        *_labels(x, y, shape, most, mode),
    ]
    layers += [_words(part, x, y, mode) for part in parts]
    return {"title": title_above(title), "layer": layers}


def _band(band: tuple[float, float], scale: dict[str, Any], mode: Mode) -> dict[str, Any]:
    y = {"type": "quantitative", "scale": scale}
    return {
        "data": {"values": [{"low": band[0], "high": band[1]}]},
        "mark": {"type": "rect", "opacity": 0.18, "color": colour("kept", mode)},
        "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }


def _lines(
    test: str,
    x: dict[str, Any],
    y: dict[str, Any],
    hue: str,
    width: float,
    opacity: float,
    dash: tuple[int, ...],
) -> dict[str, Any]:
    mark: dict[str, Any] = {"type": "line", "color": hue, "strokeWidth": width, "opacity": opacity}
    if dash:
        mark["strokeDash"] = list(dash)
    return {
        "transform": [{"filter": test}],
        "mark": mark,
        "encoding": {"x": x, "y": y, "detail": {"field": "sampler"}, "order": {"field": "calls"}},
    }


def _labels(
    x: dict[str, Any], y: dict[str, Any], shape: dict[str, Any], most: int, mode: Mode
) -> list[dict[str, Any]]:
    """The names of the samplers in a column at the right, each behind its mark; the one that is singled out
    in bold."""
    found: list[dict[str, Any]] = []
    right = {"datum": 1.12 * most, "type": "quantitative", "scale": x["scale"]}
    at = {"x": right, "y": {**y, "field": "height"}}
    roles: dict[str, tuple[Role, int]] = {"datum.chosen": ("model", 700), "!datum.chosen": ("neutral", 400)}
    for test, (role, weight) in roles.items():
        shown = [{"filter": f"datum.label !== '' && {test}"}]
        mark = {"type": "point", "filled": True, "size": 75, "opacity": 1, "color": colour(role, mode)}
        found.append({"transform": shown, "mark": mark, "encoding": {**at, "shape": shape}})
        found.append(
            {
                "transform": shown,
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 10,
                    "fontSize": 14,
                    "fontWeight": weight,
                    "color": ink(role, mode),
                    "baseline": "middle",
                },
                "encoding": {**at, "text": {"field": "label"}},
            }
        )
    return found


def _words(
    part: tuple[float, float, str, str], x: dict[str, Any], y: dict[str, Any], mode: Mode
) -> dict[str, Any]:
    at, value, text, role = part
    return {
        "data": {"values": [{"calls": at, "value": value, "text": text}]},
        "mark": {
            "type": "text",
            "align": "center",
            "baseline": "middle",
            "fontSize": 15,
            "fontWeight": 600,
            "color": ink(role, mode),  # type: ignore[arg-type]
        },
        "encoding": {"x": x, "y": y, "text": {"field": "text"}},
    }


# ---- the steps of one sampler ----------------------------------------------------------------------------


def steps_data(steps: Sequence[tuple[int, float, float]]) -> pd.DataFrame:
    """Visited steps t with their log-SNR and sigma as the data of steps_spec."""
    return pd.DataFrame(steps, columns=["t", "log_snr", "sigma"])


def steps_spec(title: str, span: tuple[float, float], mode: Mode) -> dict[str, Any]:
    """A stroke for every visited step on an axis of log-SNR, from noise at the left to data at the right."""
    tip = [
        {"field": "t", "type": "quantitative", "format": "d"},
        {"field": "log_snr", "type": "quantitative", "format": ".2f", "title": "log-SNR"},
        {"field": "sigma", "type": "quantitative", "format": ".3g", "title": "sigma"},
    ]
    x = {
        "field": "log_snr",
        "type": "quantitative",
        "scale": {"domain": list(span), "nice": False},
        "axis": {**AXIS, "title": "log-SNR: noise at the left, data at the right", "tickCount": 6},
    }
    mark = {"type": "tick", "thickness": 2, "size": 26, "color": colour("model", mode), "opacity": 0.9}
    return {"title": title_above(title), "mark": mark, "encoding": {"x": x, "tooltip": tip}}


# ---- kinds of impossible pictures ------------------------------------------------------------------------


def kinds_data(rows: Sequence[tuple[str, str, float, float, float, bool]]) -> pd.DataFrame:
    """Kind, sampler, share with the ends of its interval, and whether it is the one singled out, as the data
    of kinds_spec."""
    table = pd.DataFrame(rows, columns=["kind", "sampler", "share", "low", "high", "chosen"])
    table["said"] = [percent(share) for share in table["share"]]
    return table


def kinds_spec(title: str, names: Sequence[str], mode: Mode) -> dict[str, Any]:
    """Shares of the kinds of impossible pictures, a row a kind and in it a dot a sampler with its
    interval."""
    top = {**AXIS, "grid": True, "labelExpr": RATE_LABELS, "title": None, "tickCount": 4}
    x = {"field": "share", "type": "quantitative", "axis": top, "scale": {"domainMin": 0, "nice": True}}
    side = {**AXIS, "title": None, "labelLimit": 160, "ticks": False, "domain": False}
    y = {"field": "kind", "type": "nominal", "sort": None, "axis": side}
    offset = {"field": "sampler", "type": "nominal", "sort": list(names)}
    hue = {
        "condition": {"test": "datum.chosen", "value": colour("model", mode)},
        "value": colour("neutral", mode),
    }
    letters = {
        "condition": {"test": "datum.chosen", "value": ink("model", mode)},
        "value": ink("neutral", mode),
    }
    tip = [{"field": name, "type": "nominal"} for name in ("kind", "sampler", "said")]
    common = {"y": y, "yOffset": offset}
    return {
        "title": title_above(title),
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.6},
                "encoding": {
                    **common,
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "color": hue,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {**common, "x": x, "color": hue, "tooltip": tip},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12},
                "encoding": {
                    **common,
                    "x": {**x, "field": "high"},
                    "text": {"field": "sampler"},
                    "color": letters,
                },
            },
        ],
    }
