"""What the link of the Sweep page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.sweeps.axes import AXES
from explorer.sweeps.presets import BUDGET
from explorer.sweeps.table import MEASURES
from explorer.ui.shell.view import SigmaView, parameter

USUAL_SEEDS = 5


@dataclass(frozen=True)
class View(SigmaView):
    """x, y: the axes. xs, ys: their values, "" the usual ones. repeats: seeds in a cell. budget: training
    steps. measure: what the map shows. cell: the one singled out, as "x:y"."""

    x: str = parameter("modes", tuple(AXES))
    xs: str = parameter("")
    y: str = parameter("spacing", tuple(AXES))
    ys: str = parameter("")
    repeats: int = parameter(USUAL_SEEDS)
    budget: int = parameter(BUDGET)
    measure: str = parameter("rate", tuple(MEASURES))
    cell: str = parameter("")
