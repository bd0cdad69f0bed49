"""A chart as a page draws it by itself: its specification in both themes with the data inside, and Vega's code."""

from __future__ import annotations

from functools import cache
from typing import Any

import vl_convert

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.print.vega import VERSION, chart_rows
from explorer.figures.vega.axes import on_page
from explorer.lesson_files.typeface import FAMILY
from explorer.page_figures.main_figure import ChartFigure

CATEGORIES = [colour("truth"), colour("model"), colour("hallucinated"), colour("kept"), "#CC79A7", "#56B4E9"]


@cache
def vega_code() -> bytes:
    """Vega, Vega-Lite and Vega-Embed as one script that sets `vegaEmbed`; it asks no address for anything."""
    code = vl_convert.javascript_bundle("globalThis.vegaEmbed = vegaEmbed;", vl_version=VERSION)
    return f"(() => {{{code}}})();".encode()


def chart_block(charts: dict[Mode, ChartFigure]) -> dict[str, Any]:
    """What page/chart_place.js draws: the chart in each theme, and what it shows in words."""
    light = charts["light"]
    specs: dict[str, Any] = {mode: _whole(chart, mode) for mode, chart in charts.items()}
    return specs | {"alt": f"{light.alt} {light.numbers}".strip()}


def _whole(chart: ChartFigure, mode: Mode) -> dict[str, Any]:
    spec = on_page(chart.spec, mode)
    letters = ink("neutral", mode)
    legend = {"labelColor": letters, "titleColor": letters, "labelFontSize": 13, "titleFontSize": 13}
    config = {
        "font": FAMILY,
        "background": "transparent",
        "view": {"stroke": None},
        "aria": False,
        "legend": legend,
        "text": {"color": colour("text", mode)},
        "range": {"category": CATEGORIES},
    }
    axis = {
        "domainColor": colour("grid", mode),
        "tickColor": colour("grid", mode),
        "titleFontWeight": "normal",
    }
    own = spec["config"]
    return {
        **spec,
        "data": {"values": chart_rows(chart.data)},
        "autosize": {"type": "fit", "contains": "padding"},
        "config": config | own | {"axis": axis | own["axis"]},
    }
