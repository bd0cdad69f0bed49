"""figure: what a page shows large, as a file for a paper, a slide or a web page."""

from __future__ import annotations

import argparse
from typing import Any

from tqdm import tqdm

from explorer.commands.command import Report, command, named_folder
from explorer.commands.options import add_preset, new_file, number
from explorer.figures.palette import Mode
from explorer.figures.print.style import COARSEST, FINEST, NARROWEST, WIDEST
from explorer.page_figures.main_figure import (
    ANIMATION_DPI,
    ANIMATIONS,
    ONE_COLUMN,
    STILL_DPI,
    STILLS,
    TWO_COLUMNS,
    FilmFigure,
    figure_file,
)
from explorer.page_figures.stored import PAGES, stored_figure
from explorer.storage.files import write_file


def add(commands: Any) -> None:
    sub = command(commands, "figure", _figure, "Write what a page shows large as a file.")
    add_preset(sub)
    sub.add_argument("page", choices=tuple(PAGES), help="whose main figure is wanted")
    sub.add_argument(
        "--out",
        type=new_file,
        required=True,
        metavar="FILE",
        help=f"with .{', .'.join(STILLS)} one frame, with .{' or .'.join(ANIMATIONS)} the animation",
    )
    number(
        sub,
        "--width",
        f"mm; {ONE_COLUMN:g} is one column of a paper",
        (NARROWEST, WIDEST),
        kind=float,
        default=TWO_COLUMNS,
        default_text=f"{TWO_COLUMNS:g}, two columns",
        metavar="MM",
    )
    number(
        sub,
        "--dpi",
        "dots per inch",
        (COARSEST, FINEST),
        kind=float,
        default_text=f"{STILL_DPI:g}; {ANIMATION_DPI:g} for an animation",
    )
    number(
        sub,
        "--frame",
        "frame of a figure that moves",
        "0 to its last; -1 is the last",
        default_text="as it opens",
        metavar="N",
    )
    sub.add_argument("--dark", action="store_true", help="on a dark ground")


def _figure(options: argparse.Namespace) -> Report:
    kind = options.out.suffix.removeprefix(".").lower()
    mode: Mode = "dark" if options.dark else "light"
    if kind not in (*STILLS, *ANIMATIONS):
        raise ValueError(f"{options.out.name!r} should end with .{', .'.join((*STILLS, *ANIMATIONS))}.")
    figure = stored_figure(named_folder(options.preset), options.page, mode)
    if options.frame is not None:
        if not isinstance(figure, FilmFigure) or kind in ANIMATIONS:
            raise ValueError("--frame goes with png, svg or pdf of a figure that moves.")
        figure = FilmFigure(figure.film, options.frame)
    with tqdm(total=100, unit="%", desc="drawing", disable=None if kind in ANIMATIONS else True) as bar:
        blob = figure_file(
            figure,
            kind,
            mode=mode,
            width_mm=options.width,
            dpi=options.dpi,
            progress=lambda share: bar.update(round(100 * share) - bar.n) and None,
        )
    write_file(options.out, blob)
    return {
        "preset": options.preset,
        "page": options.page,
        "file": str(options.out),
        "bytes": len(blob),
        "shows": figure.alt,
    }
