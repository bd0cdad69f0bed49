"""A chart as a page draws it by itself: its specification in both themes, with the data inside."""

from __future__ import annotations

from functools import cache
from typing import Any

import vl_convert

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.print.vega import VERSION, chart_rows, with_legend
from explorer.figures.vega.axes import on_page
from explorer.lesson_files.typeface import FAMILY
from explorer.page_figures.main_figure import ChartFigure

LEGEND_WIDTH = 600.0  # pixels
ROW = "explorer_row"  # the field that holds the number of a row, for who picks its mark
CATEGORIES = [colour("truth"), colour("model"), colour("hallucinated"), colour("kept"), "#CC79A7", "#56B4E9"]


@cache
def vega_code() -> bytes:
    """Vega, Vega-Lite and Vega-Embed as one script that sets `vegaEmbed`; it asks no address for anything."""
    code = vl_convert.javascript_bundle("globalThis.vegaEmbed = vegaEmbed;", vl_version=VERSION)
    return f"(() => {{{code}}})();".encode()


def chart_block(charts: dict[Mode, ChartFigure], *, legend: bool) -> dict[str, Any]:
    """What page/chart_place.js draws: the chart in each theme, and what it shows in words.

    legend  whether colours and shapes that the chart does not explain by itself are explained below it
    """
    light = charts["light"]
    specs: dict[str, Any] = {mode: _whole(chart, mode, legend) for mode, chart in charts.items()}
    return specs | {"alt": f"{light.alt} {light.numbers}".strip()}


def _whole(chart: ChartFigure, mode: Mode, legend: bool) -> dict[str, Any]:
    spec, rows = on_page(chart.spec, mode), chart_rows(chart.data)
    if legend and chart.explained:
        spec = with_legend(spec, rows, chart.explained, LEGEND_WIDTH)
    letters = ink("neutral", mode)
    legends = {"labelColor": letters, "titleColor": letters, "labelFontSize": 14, "titleFontSize": 14}
    config = {
        "font": FAMILY,
        "background": "transparent",
        "view": {"stroke": None},
        "aria": False,
        "legend": legends,
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
        "data": {"values": [{**row, ROW: number} for number, row in enumerate(rows)]},
        "autosize": {"type": "fit", "contains": "padding"},
        "config": config | own | {"axis": axis | own["axis"]},
    }
