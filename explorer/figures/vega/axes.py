"""What the axes of Vega-Lite charts have in common."""

from __future__ import annotations

import json
from typing import Any

from explorer.figures.words import SUPERSCRIPTS

QUIET: dict[str, Any] = {
    "labelFontSize": 14,
    "titleFontSize": 14,
    "titleFontWeight": "normal",
    "grid": False,
    "ticks": False,
    "domain": False,
}
_POWERS = ["1", *("10" + str(-power).translate(SUPERSCRIPTS) for power in range(1, 10))]
# A rate at a power of ten, as percent() says it: in percent down to 0.01 %, as a power below.
RATE_LABELS = (
    "datum.value >= 0.00009 ? format(datum.value * 100, '~g') + ' %' "
    f": {json.dumps(_POWERS)}[round(-log(datum.value) / LN10)]"
)
