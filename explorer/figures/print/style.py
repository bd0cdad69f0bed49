"""How printed figures look: sizes in points at the size they are printed, and matplotlib's settings."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from explorer.figures.palette import Mode, colour, ink

POINTS_PER_MM = 72 / 25.4
SMALL, LABEL, TITLE = 7.0, 7.5, 8.5  # points of ticks and names, of axes and captions, of titles
LINE = 1.3  # the height of a line of text, of the size of its type
HINTED = 1.03  # letters on pixels are a little wider than on paper
STROKE, THINNEST, THICKEST = 0.48, 0.5, 1.2  # points of a line that is 1 wide on the screen, and its bounds
MARK = 0.65  # points of a dot's diameter that is 1 on the screen
NARROWEST, WIDEST = 40.0, 400.0  # mm of a figure
COARSEST, FINEST = 50, 1200  # dots per inch
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SETTINGS = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],  # the first comes with matplotlib
    "font.size": SMALL,
    "text.parse_math": False,  # a dollar is a dollar
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "film",  # the same film, the same file
    "pdf.fonttype": 42,  # whole fonts are embedded, as publishers ask
    "lines.scale_dashes": False,
    "axes.linewidth": 0.5,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.titlepad": 4.0,
    "axes.labelsize": LABEL,
    "axes.labelpad": 2.0,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 2.0,
    "ytick.major.size": 2.0,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.pad": 2.0,
    "ytick.major.pad": 2.0,
    "legend.fontsize": SMALL,
}
_LOCK = threading.RLock()


@contextmanager
def style(mode: Mode) -> Iterator[None]:
    """Within this, matplotlib draws as figures are printed, for one thread at a time; then it is as before.

    Its settings belong to the whole process, so everything that draws or saves a figure happens in here.
    """
    ground, letters, axes = colour("ground", mode), ink("neutral", mode), colour("neutral", mode)
    colours = {
        "figure.facecolor": ground,
        "axes.facecolor": ground,
        "axes.edgecolor": axes,
        "axes.labelcolor": letters,
        "grid.color": colour("grid", mode),
        "grid.linewidth": 0.4,
        "text.color": colour("text", mode),
        "xtick.color": axes,
        "ytick.color": axes,
        "xtick.labelcolor": letters,
        "ytick.labelcolor": letters,
    }
    with _LOCK, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS | colours)  # type: ignore[arg-type]
        yield


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Points that a line of text takes."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


def wrapped(text: str, size: float, room: float, bold: bool = False) -> str:
    """The words in lines no wider than `room` points, unless a single word is."""
    lines: list[str] = []
    for word in clean(text).split():
        if lines and HINTED * text_width(f"{lines[-1]} {word}", size, bold) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def clean(text: str) -> str:
    """The text without the characters that no file of XML may hold."""
    return _NOT_XML.sub("", text)


def check_size(width_mm: float, dpi: float) -> None:
    """Raise ValueError unless a figure may be so wide and so fine."""
    if not NARROWEST <= width_mm <= WIDEST:
        raise ValueError(f"The width must be {NARROWEST:g} to {WIDEST:g} mm, not {width_mm:g}.")
    if not COARSEST <= dpi <= FINEST:
        raise ValueError(f"The resolution must be {COARSEST} to {FINEST} dpi, not {dpi:g}.")
