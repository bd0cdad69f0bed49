"""What networks do that learned from so many points: bands over their number, and samples among the points.
Vega-Lite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.vega.axes import AXIS, RATE_LABELS, title_above
from explorer.figures.words import percent

PICK = "size"
ORDER = ("memorised", "spurious", "generalised", "hallucinated")  # of the bands, from the bottom
_SPURIOUS = "#CC79A7"  # Okabe and Ito 2008
ROOM_FOR_WORDS = 0.09  # of the height, of a band that is named inside it
TRAINING = "training point"


@dataclass(frozen=True)
class Bands:
    """Shares at a number of training points: of each of ORDER the mean over seeds, and where the upper edges
    of the bands lie over seeds, lowest and highest."""

    size: int
    shares: tuple[float, ...]
    edges: tuple[tuple[float, float], ...]


def kind_colour(kind: str, mode: Mode) -> str:
    """Hex colour of a kind of samples."""
    if kind == "spurious":
        return _SPURIOUS
    roles: dict[str, Any] = {"memorised": "neutral", "generalised": "kept", "hallucinated": "hallucinated"}
    return colour(roles[kind], mode)


def bands_data(bands: Sequence[Bands], picked: int) -> pd.DataFrame:
    """A row a number of points and kind as the data of bands_spec."""
    rows = []
    for one in bands:
        bottom = 0.0
        for kind, share, (low, high) in zip(ORDER, one.shares, one.edges, strict=True):
            rows.append(
                {
                    "size": one.size,
                    "kind": kind,
                    "bottom": bottom,
                    "top": bottom + share,
                    "low": low,
                    "high": high,
                    "said": percent(share),
                    "picked": one.size == picked,
                }
            )
            bottom += share
    columns = ["size", "kind", "bottom", "top", "low", "high", "said", "picked"]
    return pd.DataFrame(rows, columns=columns)


def _labels(bands: Sequence[Bands]) -> list[dict[str, Any]]:
    """Where the name of each band stands: between the two numbers of points where most of it is at one
    height, if there is room."""
    found = []
    for place, kind in enumerate(ORDER):
        spans = [(sum(one.shares[:place]), sum(one.shares[: place + 1])) for one in bands]
        pairs = [
            (min(spans[n][1], spans[n + 1][1]) - max(spans[n][0], spans[n + 1][0]), n)
            for n in range(len(spans) - 1)
        ]
        room, n = max(pairs, default=(0.0, 0))
        if room < ROOM_FOR_WORDS:
            continue
        middle = (min(spans[n][1], spans[n + 1][1]) + max(spans[n][0], spans[n + 1][0])) / 2
        ends = bands[n].size, bands[n + 1].size
        at, align = (ends[0] * ends[1]) ** 0.5, "center"
        if n == 0:
            at, align = ends[0], "left"
        elif n == len(pairs) - 1:
            at, align = ends[1], "right"
        found.append({"size": at, "middle": middle, "label": kind, "align": align})
    return found


def bands_spec(
    title: str,
    bands: Sequence[Bands],
    sizes: Sequence[int],
    fresh: float | None,
    height: int,
    mode: Mode,
    *,
    named: bool,
) -> dict[str, Any]:
    """Bands that fill the height, over the number of training points on a log axis.

    fresh   share of fresh draws that are called memorised, a broken line; None for none
    named   whether that line has its name
    """
    x = {
        "field": "size",
        "type": "quantitative",
        "title": "training points",
        "scale": {"type": "log", "domain": [min(sizes), max(sizes)], "nice": False},
        "axis": {**AXIS, "values": list(sizes), "format": "~s", "labelOverlap": True},
    }
    axis = {**AXIS, "labelExpr": RATE_LABELS, "values": [0, 0.25, 0.5, 0.75, 1]}
    scale = {"domain": [0, 1], "nice": False}
    y = {"type": "quantitative", "title": None, "scale": scale, "axis": axis}
    kinds = {"domain": list(ORDER), "range": [kind_colour(kind, mode) for kind in ORDER]}
    hue = {"field": "kind", "type": "nominal", "legend": None, "scale": kinds}
    tip = [
        {"field": "size", "type": "quantitative", "format": ",d", "title": "training points"},
        {"field": "kind", "type": "nominal"},
        {"field": "said", "type": "nominal", "title": "share, mean over seeds"},
    ]
    both = {"x": x, "y": {**y, "field": "bottom"}, "y2": {"field": "top"}}
    inside = {"filter": "datum.kind !== 'hallucinated'"}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "area", "opacity": 0.55}, "encoding": {**both, "color": hue}},
        {
            "transform": [inside, {"filter": "datum.high > datum.low"}],
            "mark": {"type": "rule", "strokeWidth": 2.5, "color": colour("text", mode), "opacity": 0.75},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "transform": [{"filter": "datum.picked && datum.kind === 'memorised'"}],
            "mark": {
                "type": "rule",
                "strokeWidth": 2,
                "color": colour("text", mode),
                "opacity": 0.6,
                "strokeDash": [2, 4],
                "aria": False,
            },
            "encoding": {"x": x},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 16, "opacity": 0.001, "cursor": "pointer"},
            "params": [{"name": PICK, "select": {"type": "point", "fields": ["size"]}}],
            "encoding": {**both, "color": hue, "tooltip": tip},
        },
        *(layer for one in _labels(bands) for layer in _label(one, x, y, mode)),
    ]
    if fresh is not None:
        at = {**y, "field": "share"}
        line = {"type": "rule", "strokeWidth": 2, "strokeDash": [6, 4], "color": colour("truth", mode)}
        words = {"type": "text", "align": "right", "baseline": "bottom", "dx": -6, "dy": -5, "fontSize": 13}
        layers.append(
            {
                "data": {"values": [{"share": fresh, "label": "fresh draws memorised" if named else ""}]},
                "layer": [
                    {"mark": line, "encoding": {"y": at}},
                    {
                        "mark": {**words, "color": ink("truth", mode), "aria": False},
                        "encoding": {"y": at, "x": {"value": "width"}, "text": {"field": "label"}},
                    },
                ],
            }
        )
    return {"title": title_above(title), "height": height, "layer": layers}


def _label(one: dict[str, Any], x: dict[str, Any], y: dict[str, Any], mode: Mode) -> list[dict[str, Any]]:
    """The name of a band, on a rim that keeps it apart from the bars that it crosses."""
    shift = {"left": 6, "center": 0, "right": -6}[one["align"]]
    words = {"fontSize": 15, "fontWeight": 700, "color": colour("text", mode), "dx": shift, "aria": False}
    rim = {"stroke": colour("ground", mode), "strokeWidth": 4, "strokeJoin": "round", "opacity": 0.75}
    mark = {"type": "text", "align": one["align"], "baseline": "middle", **words}
    encoding = {"x": x, "y": {**y, "field": "middle"}, "text": {"field": "label"}}
    drawn = ({**mark, **rim}, mark)
    return [{"data": {"values": [one]}, "mark": each, "encoding": encoding} for each in drawn]


# ---- one number of points ---------------------------------------------------------------------------


def samples_data(
    samples: np.ndarray, kinds: Sequence[str], training: np.ndarray, seed: int = 0
) -> pd.DataFrame:
    """Samples (n, D) with their kinds and training points (N, D) as the data of samples_spec; on a line they
    are spread over the height by chance."""
    height = np.random.default_rng(seed)
    points = np.concatenate([samples, training])
    y = points[:, 1] if points.shape[1] > 1 else height.uniform(0, 1, len(points))
    return pd.DataFrame(
        {"x": points[:, 0].astype(float), "y": y.astype(float), "kind": [*kinds, *[TRAINING] * len(training)]}
    )


def samples_spec(
    title: str,
    x_span: tuple[float, float],
    y_span: tuple[float, float] | None,
    few: bool,
    height: int,
    mode: Mode,
) -> dict[str, Any]:
    """Samples in the colour of their kind among the training points: crosses in the plane, on a line strokes
    through all of the height.

    y_span      of the plane; None on a line
    few         whether training points are few enough to be drawn as large marks
    """
    x = {
        "field": "x",
        "type": "quantitative",
        "title": "x",
        "scale": {"domain": list(x_span), "nice": False, "zero": False, "clamp": False},
        "axis": {**AXIS, "tickCount": 6},
    }
    y: dict[str, Any] = {"field": "y", "type": "quantitative", "title": None, "axis": None}
    if y_span is None:
        y["scale"] = {"domain": [0, 1], "nice": False}
    else:
        y |= {
            "scale": {"domain": list(y_span), "nice": False, "zero": False},
            "axis": {**AXIS, "tickCount": 4},
        }
    kinds = {"domain": list(ORDER), "range": [kind_colour(kind, mode) for kind in ORDER]}
    hue = {"field": "kind", "type": "nominal", "legend": None, "scale": kinds}
    of_training = {"filter": f"datum.kind === '{TRAINING}'"}
    bounds = [("x", x_span), *((("y", y_span),) if y_span is not None else ())]
    tests = [f"datum.{name} >= {low} && datum.{name} <= {high}" for name, (low, high) in bounds]
    inside = {"filter": " && ".join(tests)}
    line: dict[str, Any] = {
        "transform": [of_training, inside],
        "mark": {
            "type": "rule",
            "strokeWidth": 1.5 if few else 0.6,
            "opacity": 0.8 if few else 0.25,
            "color": colour("text", mode),
            "aria": False,
        },
        "encoding": {"x": x},
    }
    plane: dict[str, Any] = {
        "transform": [of_training, inside],
        "mark": {
            "type": "point",
            "shape": "cross",
            "filled": True,
            "size": 40 if few else 12,
            "opacity": 0.85 if few else 0.35,
            "color": colour("text", mode),
            "aria": False,
        },
        "encoding": {"x": x, "y": y},
    }
    dots: dict[str, Any] = {
        "transform": [{"filter": f"datum.kind !== '{TRAINING}'"}, inside],
        "mark": {"type": "point", "filled": True, "size": 22, "opacity": 0.7, "aria": False},
        "encoding": {"x": x, "y": y, "color": hue},
    }
    layers = [line, dots] if y_span is None else [dots, plane]
    return {"title": title_above(title), "height": height, "layer": layers}
