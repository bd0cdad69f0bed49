"""What a page shows large of a run, a film and its opening frame or a chart and its data, and its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, get_args

from explorer.figures.film.film import Film
from explorer.figures.palette import Mode
from explorer.figures.print.animations import Kind as AnimationKind
from explorer.figures.print.animations import animation
from explorer.figures.print.stills import Kind as StillKind
from explorer.figures.print.stills import still
from explorer.figures.print.vega import chart_file

STILLS: tuple[str, ...] = get_args(StillKind)
ANIMATIONS: tuple[str, ...] = get_args(AnimationKind)
ONE_COLUMN, TWO_COLUMNS = 85.0, 180.0  # mm, of a paper
STILL_DPI, ANIMATION_DPI = 300.0, 150.0


@dataclass(frozen=True)
class FilmFigure:
    """A film, and the number of the frame at which the page opens it."""

    film: Film
    frame: int = 0

    @property
    def alt(self) -> str:
        return self.film.alt

    @property
    def moves(self) -> bool:
        return len(self.film.captions) > 1


@dataclass(frozen=True)
class ChartFigure:
    """A Vega-Lite specification without its data, the data (a data frame or an Arrow table), what the chart
    shows in words, and its most important numbers in a sentence.

    y_title, explained      what only its file has to say, as chart_file takes them
    """

    spec: dict[str, Any]
    data: Any
    alt: str
    numbers: str = ""
    y_title: str = ""
    explained: str = ""

    @property
    def moves(self) -> bool:
        return False


MainFigure = FilmFigure | ChartFigure


def figure_file(
    figure: MainFigure,
    kind: str,
    *,
    mode: Mode = "light",
    width_mm: float = TWO_COLUMNS,
    dpi: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> bytes:
    """A figure as a file: one of STILLS is a film's frame or the chart, one of ANIMATIONS the whole film.

    dpi     by default 300, of an animation 150
    Raises ValueError for another kind, an animation of a chart, and as `still`, `animation` and `chart_file`.
    """
    if kind not in (*STILLS, *ANIMATIONS):
        raise ValueError(f"A figure is {', '.join((*STILLS, *ANIMATIONS))}, not {kind[:20]!r}.")
    if kind in STILLS:
        dpi = STILL_DPI if dpi is None else dpi
        if isinstance(figure, FilmFigure):
            still_kind = cast(StillKind, kind)
            return still(figure.film, figure.frame, still_kind, mode=mode, width_mm=width_mm, dpi=dpi)
        return chart_file(
            figure.data,
            figure.spec,
            cast(StillKind, kind),
            mode=mode,
            width_mm=width_mm,
            dpi=dpi,
            alt=f"{figure.alt} {figure.numbers}".strip(),
            y_title=figure.y_title,
            explained=figure.explained,
        )
    if not isinstance(figure, FilmFigure):
        raise ValueError(f"A chart does not move: it is written as {', '.join(STILLS)}.")
    return animation(
        figure.film,
        cast(AnimationKind, kind),
        mode=mode,
        width_mm=width_mm,
        dpi=ANIMATION_DPI if dpi is None else dpi,
        progress=progress,
    )
