"""What all Vega-Lite charts have in common: the style of axes and titles, and the labels of rates."""

from __future__ import annotations

import json
from typing import Any

from explorer.figures.palette import colour
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


def title_above(text: str) -> dict[str, Any]:
    """The title of a chart, above it at the left."""
    return {
        "text": text,
        "anchor": "start",
        "fontSize": 14,
        "fontWeight": "normal",
        "color": colour("neutral"),
    }
