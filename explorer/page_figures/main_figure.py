"""What a page shows large of a run: a film and the frame it opens with, or a chart with its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explorer.figures.film.film import Film


@dataclass(frozen=True)
class FilmFigure:
    """A film, and the number of the frame at which the page opens it."""

    film: Film
    frame: int = 0


@dataclass(frozen=True)
class ChartFigure:
    """A Vega-Lite specification without its data, the data (a data frame or an Arrow table), what the chart
    shows in words, and its most important numbers in a sentence."""

    spec: dict[str, Any]
    data: Any
    alt: str
    numbers: str = ""


MainFigure = FilmFigure | ChartFigure
