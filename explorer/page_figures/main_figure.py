"""What a page shows large of a run, a film and its opening frame or a chart and its data, and its file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

from explorer.compute.progress import finish, map_progress
from explorer.experiments.run import Result
from explorer.experiments.settings import nearest_preset
from explorer.figures.film.film import Film, Zoom
from explorer.figures.palette import Mode
from explorer.figures.print.animations import Kind as AnimationKind
from explorer.figures.print.animations import animation, shown_frames
from explorer.figures.print.stills import Kind as StillKind
from explorer.figures.print.stills import still
from explorer.figures.print.vega import chart_file

STILLS: tuple[str, ...] = get_args(StillKind)
ANIMATIONS: tuple[str, ...] = get_args(AnimationKind)
ONE_COLUMN, TWO_COLUMNS = 85.0, 180.0  # mm, of a paper
STILL_DPI, ANIMATION_DPI = 300.0, 150.0


@dataclass(frozen=True)
class FilmFigure:
    """A film, and how it is seen.

    frame       the number of the frame at which the page opens it
    picked      the number of what is singled out in it
    zoom        the part of each panel that is seen; all of those that have none
    caption     of its file at a frame: what the numbers are; the film's own where it is None
    """

    film: Film
    frame: int = 0
    picked: int | None = None
    zoom: tuple[Zoom | None, ...] = ()
    caption: Callable[[int], str] | None = None

    @property
    def alt(self) -> str:
        return self.film.alt

    @property
    def moves(self) -> bool:
        return len(self.film.captions) > 1

    def captioned(self, frames: Iterable[int]) -> Film:
        """The film with the captions of its file at these frames."""
        if self.caption is None:
            return self.film
        asked = {frame: self.caption(frame) for frame in frames}
        captions = (asked.get(frame, own) for frame, own in enumerate(self.film.captions))
        return replace(self.film, captions=tuple(captions))

    def in_words(self, kind: str) -> FilmFigure:
        """The same for a file of a kind, with its captions written out: it can be sent to another process."""
        count = len(self.film.captions)
        frames = shown_frames(count) if kind in ANIMATIONS else [self.frame % count]
        return replace(self, film=self.captioned(frames), caption=None)


@dataclass(frozen=True)
class ChartFigure:
    """A Vega-Lite specification without its data, the data (a data frame or an Arrow table), what the chart
    shows in words, and its most important numbers in a sentence.

    explained, caption     what only its file has to say, as chart_file takes them
    """

    spec: dict[str, Any]
    data: Any
    alt: str
    numbers: str = ""
    explained: str = ""
    caption: str = ""

    @property
    def moves(self) -> bool:
        return False


MainFigure = FilmFigure | ChartFigure


def named(result: Result, caption: str) -> str:
    """The caption of a file with the preset and the seed of the run behind it."""
    experiment, base = result.experiment, nearest_preset(result.experiment)
    edited = ", edited" if set(experiment.differences(base.experiment)) - {"seed"} else ""
    data = "own points" if experiment.upload else base.name + edited
    return f"{caption} · {data}, seed {experiment.seed}"


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
    work = figure_file_in_steps(figure, kind, mode=mode, width_mm=width_mm, dpi=dpi)
    return finish(map_progress(work, progress or (lambda share: None)))


def figure_file_in_steps(
    figure: MainFigure,
    kind: str,
    *,
    mode: Mode = "light",
    width_mm: float = TWO_COLUMNS,
    dpi: float | None = None,
) -> Generator[float, None, bytes]:
    """The same in steps: yields the share that is done, 0 to 1, and returns the file."""
    if kind not in (*STILLS, *ANIMATIONS):
        raise ValueError(f"A figure is {', '.join((*STILLS, *ANIMATIONS))}, not {kind[:20]!r}.")
    if kind in STILLS:
        yield 0.0
        return _still_file(figure, cast(StillKind, kind), mode, width_mm, STILL_DPI if dpi is None else dpi)
    if not isinstance(figure, FilmFigure):
        raise ValueError(f"A chart does not move: it is written as {', '.join(STILLS)}.")
    return (
        yield from animation(
            figure.in_words(kind).film,
            cast(AnimationKind, kind),
            mode=mode,
            width_mm=width_mm,
            dpi=ANIMATION_DPI if dpi is None else dpi,
            picked=figure.picked,
            zoom=figure.zoom,
        )
    )


def _still_file(figure: MainFigure, kind: StillKind, mode: Mode, width_mm: float, dpi: float) -> bytes:
    if isinstance(figure, FilmFigure):
        return still(
            figure.in_words(kind).film,
            figure.frame,
            kind,
            mode=mode,
            width_mm=width_mm,
            dpi=dpi,
            picked=figure.picked,
            zoom=figure.zoom,
        )
    return chart_file(
        figure.data,
        figure.spec,
        kind,
        mode=mode,
        width_mm=width_mm,
        dpi=dpi,
        alt=f"{figure.alt} {figure.numbers}".strip(),
        explained=figure.explained,
        caption=figure.caption,
    )
