"""figure: what a page shows large, as a file for a paper, a slide or a web page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, cast, get_args

from tqdm import tqdm

from explorer.commands.command import Report, command, named_folder
from explorer.figures.palette import Mode
from explorer.figures.pictures import animation
from explorer.figures.print.animations import Kind as AnimationKind
from explorer.figures.print.stills import Kind as StillKind
from explorer.figures.print.stills import still
from explorer.figures.print.vega import chart_file
from explorer.page_figures.main_figure import ChartFigure, MainFigure
from explorer.page_figures.stored import PAGES, stored_figure
from explorer.storage.files import write_file

STILLS, ANIMATIONS = get_args(StillKind), get_args(AnimationKind)
ONE_COLUMN, TWO_COLUMNS = 85.0, 180.0  # mm
DPI = {"still": 300.0, "animation": 150.0}


def add(commands: Any) -> None:
    sub = command(commands, "figure", _figure, "Write what a page shows large as a file.")
    sub.add_argument("preset", metavar="PRESET", help="a preset, or the folder of a run")
    sub.add_argument("page", choices=tuple(PAGES), help="whose main figure is wanted")
    sub.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"with .{', .'.join(STILLS)} one frame, with .{' or .'.join(ANIMATIONS)} the animation",
    )
    sub.add_argument(
        "--width",
        type=float,
        default=TWO_COLUMNS,
        metavar="MM",
        help=f"40 to 400 mm; {ONE_COLUMN:g} is one column of a paper (default: {TWO_COLUMNS:g}, two)",
    )
    sub.add_argument("--dpi", type=float, help="50 to 1,200 (default: 300; 150 for an animation)")
    sub.add_argument(
        "--frame", type=int, metavar="N", help="from 0 on; -1 is the last (default: as it opens)"
    )
    sub.add_argument("--dark", action="store_true", help="on a dark ground")


def _figure(options: argparse.Namespace) -> Report:
    kind = options.out.suffix.removeprefix(".").lower()
    mode: Mode = "dark" if options.dark else "light"
    if kind not in (*STILLS, *ANIMATIONS):
        raise ValueError(f"{options.out.name!r} should end with .{', .'.join((*STILLS, *ANIMATIONS))}.")
    figure = stored_figure(named_folder(options.preset), options.page, mode)
    blob = _drawn(figure, kind, mode, options)
    write_file(options.out, blob)
    return {
        "preset": options.preset,
        "page": options.page,
        "file": str(options.out),
        "bytes": len(blob),
        "shows": figure.alt if isinstance(figure, ChartFigure) else figure.film.alt,
    }


def _drawn(figure: MainFigure, kind: str, mode: Mode, options: argparse.Namespace) -> bytes:
    moves, frame = kind in ANIMATIONS, options.frame
    dpi = options.dpi or DPI["animation" if moves else "still"]
    if isinstance(figure, ChartFigure):
        if moves or frame is not None:
            raise ValueError(
                "This figure does not move: it has no frames, and is written as png, svg or pdf."
            )
        return chart_file(
            figure.data,
            figure.spec,
            cast(StillKind, kind),
            mode=mode,
            width_mm=options.width,
            dpi=dpi,
            alt=f"{figure.alt} {figure.numbers}".strip(),
        )
    if not moves:
        frame = figure.frame if frame is None else frame
        return still(figure.film, frame, cast(StillKind, kind), mode=mode, width_mm=options.width, dpi=dpi)
    if frame is not None:
        raise ValueError("An animation has all frames; --frame goes with png, svg or pdf.")
    with tqdm(total=100, unit="%", desc="drawing", disable=None) as bar:
        return animation(
            figure.film,
            cast(AnimationKind, kind),
            mode=mode,
            width_mm=options.width,
            dpi=dpi,
            progress=lambda share: bar.update(round(100 * share) - bar.n) and None,
        )
