"""What the link of the Shapes page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.page_figures.shapes import COMPARED, ORDERS
from explorer.ui.shell.view import parameter

GALLERIES = ("samples", "data", "on their way", "mean", "detector")


@dataclass(frozen=True)
class View:
    """gallery: what is shown. order: of the samples, a kind of picture or one of ORDERS. picture: the number
    of the data picture whose posterior mean is shown."""

    gallery: str = parameter(GALLERIES[0], GALLERIES)
    order: str = parameter(ORDERS[0])
    picture: int = parameter(0, range(COMPARED))
