"""One frame of a film as a file: PNG, or SVG and PDF whose words are text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Literal
from xml.sax.saxutils import escape

from explorer.figures.film.film import Film, Zoom
from explorer.figures.palette import Mode
from explorer.figures.print.film_figure import FilmFigure
from explorer.figures.print.style import check_size, clean, style

Kind = Literal["png", "svg", "pdf"]
LARGEST = 60_000_000  # pixels


def still(
    film: Film,
    frame: int = -1,
    kind: Kind = "png",
    *,
    mode: Mode = "light",
    width_mm: float = 180.0,
    dpi: float = 300.0,
    picked: int | None = None,
    zoom: Sequence[Zoom | None] = (),
) -> bytes:
    """One frame, -1 the last, as a file `width_mm` wide; its height follows from the panels' proportions.

    dpi     of a PNG, and of the pixels in an SVG or PDF: pictures, and clouds of more than 5,000 dots
    picked  the number of what is singled out, in every layer that may be picked
    zoom    the part of each panel that is seen; all of those that have none
    The same film gives the same bytes.
    Raises ValueError if there is no such frame or kind, a zoom is no part of its panel, the width is not 40
    to 400 mm, dpi is not 50 to 1200, or a PNG would have more than 60 million pixels.
    """
    check_size(width_mm, dpi)
    if kind not in ("png", "svg", "pdf"):
        raise ValueError(f"A still is png, svg or pdf, not {kind}.")
    count = len(film.captions)
    if not -1 <= frame < count:
        raise ValueError(f"frame must be 0 to {count - 1}, or -1 for the last, not {frame}.")
    frame %= count
    title = clean(film.alt or film.slider)
    parts = [film.captions[frame], *(f"{each.name}: {each.texts[frame]}" for each in film.readings)]
    description = clean(" · ".join(part for part in (film.alt, *parts) if part))
    file = io.BytesIO()
    with style(mode):
        drawn = FilmFigure(film, mode, width_mm, [frame], dpi, picked=picked, zoom=zoom)
        across, up = drawn.figure.get_size_inches() * dpi
        if kind == "png" and across * up > LARGEST:
            raise ValueError(
                f"{across:.0f} × {up:.0f} pixels are {across * up / 1e6:.0f} million of {LARGEST / 1e6:.0f} "
                "million; choose a smaller width or fewer dpi."
            )
        drawn.show(frame)
        metadata = {
            "png": {"Software": None, "Title": title, "Description": description},
            "svg": {"Creator": None, "Date": None, "Title": title},
            "pdf": {"CreationDate": None, "Title": title, "Subject": description},
        }[kind]
        drawn.figure.savefig(file, format=kind, dpi=dpi, metadata=metadata)
    if kind != "svg":
        return file.getvalue()
    return _described(file.getvalue().decode(), description).encode()


def _described(svg: str, description: str) -> str:
    """The SVG as a picture with a description, for who cannot see it."""
    svg = svg.replace("<svg ", '<svg role="img" ', 1)
    return svg.replace("</title>", f"</title>\n <desc>{escape(description)}</desc>", 1)
