"""What the link of the Shapes page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.diffusion.schedule import MAX_STEPS
from explorer.page_figures.shapes import COMPARED, ORDERS
from explorer.ui.shell.view import Text, parameter

MOST_TILES = 10_000
GALLERIES = ("samples", "data", "on their way", "mean", "detector")


@dataclass(frozen=True)
class View:
    """gallery: what is shown. order: of the samples, a kind of picture or one of ORDERS. picture: the number
    of the data picture whose posterior mean is shown. frame: of the gallery's film, -1 the page's choice.
    tile: the number of the one that is shown large, -1 none."""

    gallery: str = parameter(GALLERIES[0], GALLERIES)
    order: str = parameter(ORDERS[0], Text(40))
    picture: int = parameter(0, range(COMPARED))
    frame: int = parameter(-1, range(-1, MAX_STEPS))
    tile: int = parameter(-1, range(-1, MOST_TILES))
