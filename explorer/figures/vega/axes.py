"""What all Vega-Lite charts have in common: the style of axes and titles, and the labels of rates."""

from __future__ import annotations

import json
from typing import Any

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.words import SUPERSCRIPTS

AXIS: dict[str, Any] = {
    "labelFontSize": 13,
    "titleFontSize": 13,
    "titleFontWeight": "normal",
    "grid": False,
}
QUIET: dict[str, Any] = AXIS | {"labelFontSize": 14, "titleFontSize": 14, "ticks": False, "domain": False}
_POWERS = ["1", *("10" + str(-power).translate(SUPERSCRIPTS) for power in range(1, 10))]
# A rate at a power of ten, as percent() says it: in percent down to 0.01 %, as a power below.
RATE_LABELS = (
    "datum.value == 0 || datum.value >= 0.00009 ? format(datum.value * 100, '~g') + ' %' "
    f": {json.dumps(_POWERS)}[round(-log(datum.value) / LN10)]"
)


def title_above(*lines: str) -> dict[str, Any]:
    """The title of a chart, above it at the left; in a narrow place its lines are given one by one."""
    return {
        "text": lines[0] if len(lines) == 1 else list(lines),
        "anchor": "start",
        "fontSize": 14,
        "fontWeight": "normal",
    }


def on_page(spec: dict[str, Any], mode: Mode) -> dict[str, Any]:
    """A specification as a page shows it: its words can be read on the page's ground and leave their room to
    the curves, and each label stands at its tick."""
    words = ink("neutral", mode)
    axis = {"labelColor": words, "titleColor": words, "labelPadding": 6, "titlePadding": 6}
    config = {
        "axis": {**axis, "labelFlush": False, "gridColor": colour("grid", mode)},
        "title": {"color": words, "offset": 10},
    }
    return {**spec, "config": config, "padding": {"left": 0, "right": 8, "top": 6, "bottom": 4}}
