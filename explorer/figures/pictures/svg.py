"""A canvas that writes SVG."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.figures.pictures.canvas import SOLID, Anchor, Box, Dash, parts

Array = NDArray[Any]

FAMILY = "Inter, Segoe UI, Helvetica, Arial, sans-serif"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HALO = 4  # units of width, half of them outside the letters


class Svg:
    """A canvas of `width` by `height` units, which are pixels where nothing scales it."""

    def __init__(self, width: int, height: int, ground: str, title: str, description: str) -> None:
        self._clips = 0
        self._lines = [
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" font-family="{FAMILY}">',
            f"<title>{_escaped(title)}</title>",
            f"<desc>{_escaped(description)}</desc>",
            f'<rect width="{width}" height="{height}" fill="{ground}"/>',
        ]

    def finish(self) -> str:
        """The whole file."""
        return "\n".join([*self._lines, "</svg>", ""])

    @contextmanager
    def clipped(self, box: Box) -> Iterator[None]:
        self._clips += 1
        name = f"plot-{self._clips}"
        self._lines += [
            f'<clipPath id="{name}"><rect {_box(box)}/></clipPath>',
            f'<g clip-path="url(#{name})">',
        ]
        yield
        self._lines.append("</g>")

    def lines(self, places: Array, colour: str, width: float, opacity: float = 1, dash: Dash = SOLID) -> None:
        look = f'{_stroke(colour, width, opacity, dash)} stroke-linecap="round" stroke-linejoin="round"'
        paths = (f'<path d="{" ".join(_path(part) for part in parts(line))}"/>' for line in places)
        self._group(f'fill="none" {look}', paths)

    def polygon(self, places: Array, colour: str, opacity: float) -> None:
        outlines = " ".join(f"{_path(part)}Z" for part in parts(places))
        self._lines.append(f'<path d="{outlines}" fill="{colour}"{_opacity("fill", opacity)}/>')

    def dots(self, places: Array, size: float, colour: str, opacity: float) -> None:
        radius = _short(size / 2)
        circles = (f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{radius}"/>' for x, y in _finite(places))
        self._group(f'fill="{colour}"{_opacity("fill", opacity)}', circles)

    def crosses(self, places: Array, size: float, width: float, colour: str, opacity: float) -> None:
        side, half = _short(size), size / 2
        paths = (
            f'<path d="M{_short(x - half)},{_short(y - half)}l{side},{side}m0,-{side}l-{side},{side}"/>'
            for x, y in _finite(places)
        )
        self._group(f'{_stroke(colour, width, opacity, SOLID)} stroke-linecap="round"', paths)

    def hairline(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        opacity: float = 1,
        dash: Dash = SOLID,
    ) -> None:
        upright = start[0] == end[0]
        (x1, y1), (x2, y2) = (
            (round(x) + 0.5 if upright else x, y if upright else round(y) + 0.5) for x, y in (start, end)
        )
        ends = f'x1="{_short(x1)}" y1="{_short(y1)}" x2="{_short(x2)}" y2="{_short(y2)}"'
        self._lines.append(f"<line {ends} {_stroke(colour, 1, opacity, dash)}/>")

    def rectangle(self, box: Box, colour: str, opacity: float = 1) -> None:
        self._lines.append(f'<rect {_box(box)} fill="{colour}"{_opacity("fill", opacity)}/>')

    def image(self, pixels: Array, box: Box, sharp: bool) -> None:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        look = ' style="image-rendering:pixelated"' if sharp else ""
        self._lines.append(
            f'<image {_box(box)} preserveAspectRatio="none"{look} xlink:href="data:image/png;base64,{data}"/>'
        )

    def text(
        self,
        words: str,
        x: float,
        baseline: float,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: Anchor = "start",
        halo: str | None = None,
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        side = "" if anchor == "start" else f' text-anchor="{anchor}"'
        edge = (
            f' paint-order="stroke" stroke="{halo}" stroke-width="{HALO}" stroke-linejoin="round"'
            if halo
            else ""
        )
        place = f'x="{_short(x)}" y="{_short(baseline)}" font-size="{_short(size)}"'
        self._lines.append(f'<text {place} fill="{colour}"{weight}{side}{edge}>{_escaped(words)}</text>')

    def _group(self, look: str, members: Iterator[str]) -> None:
        self._lines += [f"<g {look}>", *members, "</g>"]


def _escaped(words: str) -> str:
    return escape(NOT_XML.sub("", words))


def _path(part: Array) -> str:
    return "M" + "L".join(f"{_short(x)},{_short(y)}" for x, y in part)


def _stroke(colour: str, width: float, opacity: float, dash: Dash) -> str:
    dashes = f' stroke-dasharray="{_short(dash[0])},{_short(dash[1])}"' if dash[1] else ""
    return f'stroke="{colour}" stroke-width="{_short(width)}"{_opacity("stroke", opacity)}{dashes}'


def _opacity(what: str, opacity: float) -> str:
    return "" if opacity == 1 else f' {what}-opacity="{_short(opacity)}"'


def _box(box: Box) -> str:
    sides = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
    return " ".join(f'{name}="{_short(value)}"' for name, value in sides.items())


def _finite(places: Array) -> Array:
    return places[np.isfinite(places).all(axis=1)]


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
