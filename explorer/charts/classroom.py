"""What a class predicted: a bar for each option. Vega-Lite; only the data change as answers arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from explorer.charts.palette import Mode, colour


def votes_spec(height: int, mode: Mode, votes: int) -> dict[str, Any]:
    """Horizontal bars with their counts, on an axis that grows by tens; the right one, once it is shown, in
    the colour of what is kept."""
    axis = {"labelFontSize": 15, "labelLimit": 420, "ticks": False, "domain": False, "grid": False}
    y = {"field": "option", "type": "nominal", "sort": None, "title": None, "axis": axis}
    x = {
        "field": "count",
        "type": "quantitative",
        "title": None,
        "axis": None,
        "scale": {"domain": [0, 10 * max(1, -(-votes // 10))], "nice": False},
    }
    ink = {
        "field": "right",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [True, False], "range": [colour("kept"), colour("neutral", mode)]},
    }
    label = {"type": "text", "align": "left", "dx": 6, "fontSize": 15, "color": colour("text", mode)}
    return {
        "height": height,
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 3}, "encoding": {"x": x, "y": y, "color": ink}},
            {"mark": label, "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}}},
        ],
    }


def votes_data(options: Sequence[str], counts: dict[int, int], right: int | None) -> pd.DataFrame:
    """Every option with how many chose it; `right` is the number of the one that is true, None while that is
    hidden. What is right is written, too: colour alone says nothing."""
    rows = []
    for number, option in enumerate(options):
        count = counts.get(number, 0)
        rows.append((option, count, f"{count}  ✓" if number == right else str(count), number == right))
    return pd.DataFrame(rows, columns=["option", "count", "label", "right"])
