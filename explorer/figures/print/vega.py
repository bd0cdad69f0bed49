"""A Vega-Lite chart as a file: SVG, PNG or PDF, its letters as large as those of printed films."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

import matplotlib
import pandas as pd
import pyarrow as pa
import vl_convert

from explorer.figures.palette import Mode, colour, ink
from explorer.figures.print.style import POINTS_PER_MM, check_size, clean, text_width, wrapped

Kind = Literal["png", "svg", "pdf"]

VERSION = "6.4"  # of Vega-Lite: that of Altair and of the page
LETTERS = 14  # pixels on the page, which are 8 points in print
POINTS = 8 / LETTERS  # of a pixel of the page
FONT = "DejaVu Sans"
# The name of y stands over its axis, where no word of the chart comes.
LARGEST = 60_000_000  # pixels
PASSES = 3  # in which the room for words is found
PADDING = 4  # pixels around a chart
CAPTION, CAPTION_LINE = 12, 16  # pixels of a caption's letters and of its lines
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox')


def chart_file(
    data: pd.DataFrame | pa.Table,
    spec: dict[str, Any],
    kind: Kind = "png",
    *,
    mode: Mode = "light",
    width_mm: float = 85.0,
    height_mm: float | None = None,
    dpi: float = 300.0,
    alt: str = "",
    explained: str = "",
    caption: str = "",
) -> bytes:
    """A chart `width_mm` wide with all that stands around it, as a file.

    spec        as the page shows it; what it does for a pointer is left as it stands before any
    height_mm   without one, it follows from the width: the wider, the flatter
    alt         what the chart shows, for who cannot see it
    explained   the field whose colours and shapes are explained in a legend, as the page does beside it
    caption     what stands under the chart, in lines that fit
    Raises ValueError if the kind is another, the width is not 40 to 400 mm, dpi is not 50 to 1200, or a PNG
    would have more than 60 million pixels.
    """
    check_size(width_mm, dpi)
    if kind not in ("png", "svg", "pdf"):
        raise ValueError(f"A chart is png, svg or pdf, not {kind}.")
    height_mm = 22 + 0.4 * width_mm if height_mm is None else height_mm
    if kind == "png" and (pixels := width_mm * height_mm * (dpi / 25.4) ** 2) > LARGEST:
        raise ValueError(
            f"{width_mm:g} × {height_mm:g} mm at {dpi:g} dpi are {pixels / 1e6:.0f} million pixels of "
            f"{LARGEST / 1e6:.0f} million; choose a smaller width or fewer dpi."
        )
    rows, across = chart_rows(data), width_mm * POINTS_PER_MM / POINTS
    lines = wrapped(caption, CAPTION, across - 2 * PADDING).split("\n") if caption else []
    sides = (across, height_mm * POINTS_PER_MM / POINTS + CAPTION_LINE * len(lines))
    whole = {
        **_fitted(spec, rows, sides[0], explained),
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VERSION}.json",
        "data": {"values": rows},
        "autosize": "pad",
        "padding": {side: PADDING for side in ("left", "right", "top")}
        | {"bottom": PADDING + CAPTION_LINE * len(lines)},
        "background": colour("ground", mode),
        "config": _config(mode),
    }
    svg, across, up = _drawn(whole, sides)
    svg = _captioned(svg, lines, up, mode)
    height_mm = width_mm * up / across
    unit, scale = ("mm", 1.0) if kind == "svg" else ("", POINTS_PER_MM)
    size = f'role="img" width="{width_mm * scale:.3f}{unit}" height="{height_mm * scale:.3f}{unit}" viewBox'
    svg = _SIZE.sub(size, svg, count=1)
    if kind == "pdf":
        return vl_convert.svg_to_pdf(svg)
    if kind == "png":
        return vl_convert.svg_to_png(svg, scale=1.0, ppi=dpi)
    title = f"<title>{escape(clean(alt))}</title>" if alt else ""
    return svg.replace(">", f">{title}", 1).encode()


def _drawn(spec: dict[str, Any], sides: tuple[float, float]) -> tuple[str, float, float]:
    """A specification as SVG and its size: what is drawn gets the room that words around and beyond it leave
    of `sides`, so that nothing is cut off."""
    _know_font()
    inner = tuple(0.8 * side for side in sides)
    svg, total = "", sides
    for _ in range(PASSES):
        shown = {**spec, "width": round(inner[0]), "height": round(inner[1])}
        svg = vl_convert.vegalite_to_svg(shown, vl_version=VERSION, allowed_base_urls=[])
        found = _SIZE.search(svg)
        assert found is not None, svg[:300]
        total = (float(found[1]), float(found[2]))
        inner = tuple(
            max(side / 2, drawn + side - all_) for side, drawn, all_ in zip(sides, inner, total, strict=True)
        )
    return svg, *total


def _captioned(svg: str, lines: list[str], height: float, mode: Mode) -> str:
    """An SVG with lines of text at its foot, where the padding leaves room for them."""
    texts = [
        f'<text x="{PADDING}" y="{height - PADDING - CAPTION_LINE * (len(lines) - 1 - number):.1f}" '
        f'font-family="{FONT}" font-size="{CAPTION}px" fill="{ink("neutral", mode)}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    end = svg.rindex("</svg>")
    return svg[:end] + "".join(texts) + svg[end:]


def _fitted(spec: dict[str, Any], rows: list[dict[str, Any]], width: float, explained: str) -> dict[str, Any]:
    """The specification with all that its file has to say, the name of x in lines that fit, and numbers in
    the cells of a table as large as the cells let them."""
    channels = spec.get("encoding", {}).items()
    encoding = {channel: dict(how) for channel, how in channels if channel != "tooltip"}
    if x := encoding.get("x"):
        axis = dict(x.get("axis") or {})
        for holder in (x, axis):
            if isinstance(title := holder.get("title"), str):
                holder["title"] = wrapped(title, LETTERS, 0.75 * width).split("\n")
        x |= {"axis": axis} if axis else {}
    if explained:
        _explain(encoding, rows, explained, int(width / 150))
    fitted = {**spec, "encoding": encoding}
    if "layer" in spec:
        fitted["layer"] = [_fitted(layer, rows, width, explained) for layer in spec["layer"]]
    mark, cells = spec.get("mark"), all(encoding.get(side, {}).get("type") == "ordinal" for side in "xy")
    if isinstance(mark, dict) and mark.get("type") == "text" and cells:
        words = {str(row[encoding["text"]["field"]]) for row in rows}
        longest = max(text_width(word, 1.0) for word in {*words, "0"})
        asked = mark.get("fontSize", LETTERS)
        asked = asked["expr"] if isinstance(asked, dict) else asked
        size = f"min({asked}, 0.95 * bandwidth('x') / {longest:.3f})"
        fitted["mark"] = {**mark, "fontSize": {"expr": size}}
    return fitted


def with_legend(
    spec: dict[str, Any], rows: list[dict[str, Any]], explained: str, width: float
) -> dict[str, Any]:
    """The specification with a legend below it for the colours and shapes of a field; `width` in pixels."""
    encoding = {
        channel: dict(said) if isinstance(said, dict) else said
        for channel, said in spec.get("encoding", {}).items()
    }
    _explain(encoding, rows, explained, int(width / 150))
    found = {**spec, "encoding": encoding}
    if "layer" in spec:
        found["layer"] = [with_legend(layer, rows, explained, width) for layer in spec["layer"]]
    return found


def _explain(encoding: dict[str, Any], rows: list[dict[str, Any]], explained: str, columns: int) -> None:
    """Give the channels that show a field by colours or shapes a legend."""
    named = sorted({row[explained] for row in rows}, key=[row[explained] for row in rows].index)
    legend = {
        "title": None,
        "orient": "bottom",
        "columns": columns,
        "values": named,
        "symbolOpacity": 1,
    }
    for said in encoding.values():
        if isinstance(said, dict) and said.get("field") == explained and "scale" in said:
            said["legend"] = legend


def chart_rows(data: pd.DataFrame | pa.Table) -> list[dict[str, Any]]:
    """One record a row; what is no number is null."""
    rows = data.to_pylist() if isinstance(data, pa.Table) else data.to_dict("records")
    return [
        {
            str(name): None if isinstance(value, float) and not math.isfinite(value) else _plain(value)
            for name, value in row.items()
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _config(mode: Mode) -> dict[str, Any]:
    """Type and colours of what a specification says nothing of, as on the page."""
    letters, text, lines = ink("neutral", mode), colour("text", mode), colour("grid", mode)
    return {
        "font": FONT,
        "axis": {
            "labelColor": letters,
            "titleColor": letters,
            "gridColor": lines,
            "domainColor": colour("neutral", mode),
            "tickColor": colour("neutral", mode),
            "labelFontSize": 13,
            "titleFontSize": 14,
            "titleFontWeight": "normal",
        },
        "title": {"color": text, "fontSize": 14, "subtitleColor": letters},
        "legend": {"labelColor": letters, "titleColor": letters, "labelFontSize": 13, "titleFontSize": 13},
        "text": {"color": text},
        "view": {"stroke": None},
    }


@cache
def _know_font() -> None:
    """Let charts be drawn in the typeface that comes with matplotlib, on any machine."""
    vl_convert.register_font_directory(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf"))
