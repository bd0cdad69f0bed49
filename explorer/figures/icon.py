"""The tab's icon, drawn here so that it needs no network: two modes and the bridge between them."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw

from explorer.figures.palette import colour

SIZE = 64


@cache
def icon() -> Image.Image:
    """A 64 x 64 picture on a transparent ground."""
    picture = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.line((14, 32, 50, 32), fill=colour("hallucinated"), width=8)
    for centre in (14, 50):
        pen.ellipse((centre - 13, 19, centre + 13, 45), fill=colour("truth"))
    return picture
