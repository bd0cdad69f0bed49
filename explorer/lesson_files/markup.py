"""The markup of lessons as HTML: **bold**, *italic*, words in the colours of the figures, formulas."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from markupsafe import Markup
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from explorer.figures.coloured_words import with_colours

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.S)
_ITALIC = re.compile(r"(?<![*\w])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![*\w])", re.S)
_ICON = re.compile(r":material/\w+:\s*")
_GREY = re.compile(r":gray\[(.+?)\]")
_SPACE = re.compile(r"&amp;nbsp;")
FORMULA_SIZE, MARGIN = 40.0, 2.0  # units of the drawing: of a letter, and around it all
LETTERS = {
    int(code): letter
    for code, letter in (
        (Path.MOVETO, "M"),
        (Path.LINETO, "L"),
        (Path.CURVE3, "Q"),
        (Path.CURVE4, "C"),
        (Path.CLOSEPOLY, "Z"),
    )
}


def html_of(text: str) -> Markup:
    """A text of a lesson, or a sentence under a figure, as HTML for one paragraph; all else is escaped.

    {model} and {hallucinated:bridges:} become words in the colour of that role.
    """
    found = escape(_ICON.sub("", text), quote=False)
    found = with_colours(found, lambda words, role: f'<b class="role-{role}">{words}</b>')
    found = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<b>\1</b>", found))
    return Markup(_SPACE.sub("&nbsp;", _GREY.sub(r"<span>\1</span>", found)))  # noqa: S704, escaped above


@cache
def formula_svg(latex: str) -> Markup:
    """A formula in LaTeX as an SVG of one path, in the colour of the text around it."""
    drawn = TextPath((0, 0), f"${latex}$", size=FORMULA_SIZE)
    box = drawn.get_extents()
    steps = [
        f"{LETTERS[int(code)]}{' '.join(f'{x:.1f} {-y:.1f}' for x, y in ends.reshape(-1, 2))}"
        for ends, code in drawn.iter_segments(simplify=False, curves=True)
        if int(code) in LETTERS
    ]
    path = "".join("Z" if step.startswith("Z") else step for step in steps)
    across, up = box.width + 2 * MARGIN, box.height + 2 * MARGIN
    seen = f"{box.x0 - MARGIN:.1f} {-box.y1 - MARGIN:.1f} {across:.1f} {up:.1f}"
    size = f'style="width:{across / FORMULA_SIZE:.2f}em;height:{up / FORMULA_SIZE:.2f}em"'
    return Markup(  # noqa: S704, the only text in it is escaped
        f'<svg class="formula" role="img" aria-label="{escape(latex)}" viewBox="{seen}" {size}>'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )
