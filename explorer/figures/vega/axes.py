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
_POWERS = ["10" + str(2 - power).translate(SUPERSCRIPTS) + " %" for power in range(10)]
# Each layer has a scale of colours of its own, so that letters can be darker than the marks they name.
OWN_COLOURS: dict[str, Any] = {"scale": {"color": "independent"}}
TITLE_LIMIT = (
    1000  # pixels at which a title is cut off; without it Streamlit cuts titles before the chart ends
)
# A rate at a power of ten, as percent() says it: in percent, below 0.01 % as a power of ten.
RATE_LABELS = (
    "datum.value == 0 || datum.value >= 0.00009 ? format(datum.value * 100, '~g') + ' %' "
    f": {json.dumps(_POWERS)}[round(-log(datum.value) / LN10)]"
)


def title_above(text: str) -> dict[str, Any]:
    """The title of a chart, above it at the left."""
    return {"text": text, "anchor": "start", "fontSize": 14, "fontWeight": "normal", "limit": TITLE_LIMIT}


def on_page(spec: dict[str, Any], mode: Mode) -> dict[str, Any]:
    """A specification as a page shows it: its words can be read on the page's ground and leave the room to
    the curves, and each label stands at its tick."""
    words = ink("neutral", mode)
    config = {
        "axis": {
            "labelColor": words,
            "titleColor": words,
            "gridColor": colour("grid", mode),
            "labelFlush": False,
            "labelPadding": 5,
            "titlePadding": 4,
        },
        "title": {"color": words, "offset": 8},
    }
    return {**spec, "config": config, "padding": {"left": 0, "right": 8, "top": 4, "bottom": 4}}
