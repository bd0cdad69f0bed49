"""ROC and precision of several detectors on the same samples, named where the curves begin. Vega-Lite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from explorer.figures.palette import Mode, Role, colour
from explorer.figures.vega.axes import QUIET

POINTS = 160  # of a curve, evenly on the log axis
LEAD = 1.8  # factor on the log axis between the names and the beginning of the curves
LETTERS, AROUND = 17.0, 52.0  # pixels of height between two names, and of what stands around a chart
BEFORE = 0.12  # of the linear axis between the names and the beginning of the curves
PERCENT = "format(datum.value * 100, '~g') + ' %'"
LOW, HIGH = -0.02, 1.03
_PINK = "#CC79A7"
_AXIS = {**QUIET, "titlePadding": 8, "labelPadding": 6}


@dataclass(frozen=True)
class Line:
    """How a detector is drawn wherever it is drawn: a colour (a role of the palette, or a hex colour), and
    dashes of its own.

    in_the_dark     its colour on a dark ground, "" for the same
    """

    ink: Role | str
    dash: tuple[int, ...]
    in_the_dark: str = ""

    def colour(self, mode: Mode) -> str:
        """Hex colour in a theme mode."""
        if self.ink.startswith("#"):
            return self.in_the_dark if mode == "dark" and self.in_the_dark else self.ink
        return colour(self.ink, mode)  # type: ignore[arg-type]


LINES: dict[str, Line] = {
    "variance": Line("kept", ()),
    "lid": Line("#7A5FA8", (18, 4), "#B9A5E2"),
    "lmi": Line("#56B4E9", (6, 2, 2, 2), "#F0E442"),  # in the dark the truth is of that blue
    "rods": Line("#8C6D1F", (8, 3, 3, 3), "#C9A94F"),
    "ensemble": Line("model", (14, 4, 2, 4)),
    "perturbation": Line(_PINK, (10, 4)),
    "curvature": Line("text", (2, 3)),
    "score-norm": Line("#2F7F86", (3, 2), "#7FC8D8"),
    "oracle": Line("truth", (5, 3)),
    "random": Line("neutral", (1, 5)),
}
YOUR_OWN = Line("hallucinated", (12, 2))  # whatever a user brings
TITLES = {"lid": "LID", "lmi": "LMI", "rods": "RODS index", "score-norm": "score norm"}  # as tables have them


def line_of(name: str) -> Line:
    """How the detector of that name is drawn."""
    return LINES.get(name, YOUR_OWN)


@dataclass(frozen=True, eq=False)
class RocCurve:
    """A detector's ROC: its name, and the shares of the honest and of the hallucinated removed, rising."""

    name: str
    removed: np.ndarray
    recall: np.ndarray

    def at(self, removed: np.ndarray) -> np.ndarray:
        """The recall that is had while at most so much of the honest is removed."""
        return self.recall[np.searchsorted(self.removed, removed, "right") - 1]


@dataclass(frozen=True, eq=False)
class PrecisionCurve:
    """A detector's precision: its name, the recall wherever it rises, up to 1, and the share of the removed
    that is hallucinated there."""

    name: str
    recall: np.ndarray
    precision: np.ndarray

    def at(self, recall: np.ndarray) -> np.ndarray:
        """The precision at the first threshold that catches so much."""
        return self.precision[np.searchsorted(self.recall, recall - 1e-12, "left")]


def first_removed(in_support: int) -> float:
    """Where the axis of the honest removed begins: as low as so many honest samples can show."""
    return 1e-4 if in_support >= 5_000 else 1e-3


def roc_data(curves: Sequence[RocCurve], first: float) -> pd.DataFrame:
    """The curves as the data of roc_spec."""
    x = _grid(first)
    tables = [pd.DataFrame({"name": c.name, "removed": x, "recall": c.at(x)}) for c in curves]
    return pd.concat(tables, ignore_index=True)


def precision_data(curves: Sequence[PrecisionCurve]) -> pd.DataFrame:
    """The curves as the data of precision_spec."""
    x = np.linspace(0, 1, POINTS)
    tables = [pd.DataFrame({"name": c.name, "recall": x, "precision": c.at(x)}) for c in curves]
    return pd.concat(tables, ignore_index=True)


def _grid(first: float) -> np.ndarray:
    return np.geomspace(first, 1, POINTS)


def roc_spec(
    curves: Sequence[RocCurve], first: float, retention: float, height: int, mode: Mode
) -> dict[str, Any]:
    """All curves over one log axis; a hairline stands where `retention` of the honest are kept."""
    left = first / LEAD
    curves = sorted(curves, key=lambda curve: curve.at(_grid(first)).mean())  # names in the order of lines
    begins = {curve.name: float(curve.at(np.array([first]))[0]) for curve in curves}
    powers = [10.0**-power for power in range(5) if 10.0**-power >= first]
    x = {
        "field": "removed",
        "type": "quantitative",
        "title": "honest removed, log axis",
        "scale": {"type": "log", "domain": [left, 1], "nice": False},
        "axis": {**_AXIS, "values": powers, "labelExpr": PERCENT},
    }
    y = _share("recall", "hallucinated removed")
    under = [
        _hairline({"x": x}, {"removed": 1 - retention}, mode),
        _beside_hairline(
            {"x": x, "y": y}, {"removed": 1 - retention, "recall": 0.5}, f"{100 * retention:g} % kept", mode
        ),
    ]
    return _curves(x, y, begins, (left, first), under, "step-after", height, mode)


def precision_spec(
    curves: Sequence[PrecisionCurve], base_rate: float, height: int, mode: Mode
) -> dict[str, Any]:
    """Precision against recall; a hairline stands at the base rate, the precision of a guess."""
    curves = sorted(curves, key=lambda curve: curve.at(np.linspace(0, 1, POINTS)).mean())
    begins = {curve.name: float(curve.precision[0]) for curve in curves}
    x = {
        "field": "recall",
        "type": "quantitative",
        "title": "hallucinated removed",
        "scale": {"domain": [-BEFORE, 1], "nice": False},
        "axis": {**_AXIS, "values": [0, 0.5, 1], "labelExpr": PERCENT},
    }
    y = _share("precision", "precision, hairline: base rate")
    under = [_hairline({"y": y}, {"precision": base_rate}, mode)]
    return _curves(x, y, begins, (-BEFORE, 0.0), under, "step-before", height, mode)


def _share(field: str, title: str) -> dict[str, Any]:
    """A share on the axis at the right."""
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [LOW, HIGH], "nice": False},
        "axis": {**_AXIS, "orient": "right", "grid": True, "values": [0, 0.5, 1], "labelExpr": PERCENT},
    }


def _hairline(encoding: dict[str, Any], at: dict[str, float], mode: Mode) -> dict[str, Any]:
    return {
        "data": {"values": [at]},
        "mark": {"type": "rule", "strokeWidth": 1, "color": colour("neutral", mode)},
        "encoding": encoding,
    }


def _beside_hairline(encoding: dict[str, Any], at: dict[str, float], text: str, mode: Mode) -> dict[str, Any]:
    return {
        "data": {"values": [at]},
        "mark": {
            "type": "text",
            "text": text,
            "align": "left",
            "dx": 6,
            "fontSize": 13,
            "color": colour("neutral", mode),
        },
        "encoding": encoding,
    }


def _curves(
    x: dict[str, Any],
    y: dict[str, Any],
    begins: dict[str, float],
    lead: tuple[float, float],
    under: list[dict[str, Any]],
    steps: str,
    height: int,
    mode: Mode,
) -> dict[str, Any]:
    """Curves over what lies under them; at the left their names, each led to where its curve begins.

    begins    the y at which each curve begins, by name
    lead      the x of the names and that of the beginnings
    """
    names = list(begins)
    gap = min(LETTERS / (height - AROUND), 1 / max(len(names) - 1, 1))  # so that all stand on the axis
    places = spaced(list(begins.values()), gap)
    scales = {
        "color": {"domain": names, "range": [line_of(name).colour(mode) for name in names]},
        "strokeDash": {"domain": names, "range": [list(line_of(name).dash) for name in names]},
    }
    look = {
        channel: {"field": "name", "type": "nominal", "legend": None, "scale": scale}
        for channel, scale in scales.items()
    }
    beginning = {
        "field": y["field"],
        "type": "quantitative",
        "title": None,
        "scale": y["scale"],
        "axis": {
            **_AXIS,
            "orient": "left",
            "values": [round(place, 4) for place in places],
            "labelExpr": _named(names, places),
            "labelColor": colour("text", mode),
            "labelLimit": 160,
            "labelOverlap": False,
        },
    }
    leads = [
        {"name": name, x["field"]: at, y["field"]: value}
        for name, place, begin in zip(names, places, begins.values(), strict=True)
        for at, value in zip(lead, (round(place, 4), begin), strict=True)
    ]
    tip = [
        {"field": "name", "type": "nominal", "title": "detector"},
        {"field": x["field"], "type": "quantitative", "title": x["title"].split(",")[0], "format": ".3~%"},
        {"field": y["field"], "type": "quantitative", "title": y["title"].split(",")[0], "format": ".3~%"},
    ]
    return {
        "height": height,
        "resolve": {"axis": {"y": "independent"}},
        "layer": [
            *under,
            {
                "data": {"values": leads},
                "mark": {"type": "line", "strokeWidth": 1.2, "opacity": 0.7},
                "encoding": {"x": x, "y": beginning, **look},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2.6, "interpolate": steps},
                "encoding": {"x": x, "y": y, **look, "tooltip": tip},
            },
        ],
    }


def spaced(wanted: Sequence[float], gap: float, top: float = 1.0) -> list[float]:
    """Places near the wanted ones and at least a gap apart, none above the top; in the order given."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    found = list(wanted)
    for place, i in enumerate(order[1:]):
        found[i] = max(found[i], found[order[place]] + gap)
    bound = top
    for i in reversed(order):
        found[i] = bound = min(found[i], bound)
        bound -= gap
    return found


def _named(names: Sequence[str], places: Sequence[float]) -> str:
    """A Vega expression that turns the height of a label into the name that stands there."""
    pairs = [
        f"abs(datum.value - {place:.4f}) < 0.001 ? {json.dumps(TITLES.get(name, name))}"
        for name, place in zip(names, places, strict=True)
    ]
    return " : ".join([*pairs, "''"])
