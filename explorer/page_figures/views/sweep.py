"""What the link of the Sweep page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.diffusion.training import STEPS_RANGE
from explorer.page_figures.views.parameter import SigmaView, Text, parameter
from explorer.sweeps.axes import AXES
from explorer.sweeps.presets import BUDGET
from explorer.sweeps.spec import SEEDS_RANGE
from explorer.sweeps.table import MEASURES

DEFAULT_SEEDS = 5


@dataclass(frozen=True)
class View(SigmaView):
    """x, y: the axes. xs, ys: their values, "" the usual ones. repeats: seeds in a cell. budget: training
    steps. measure: what the map shows. cell: the one singled out, as "x:y"."""

    x: str = parameter("modes", tuple(AXES))
    xs: str = parameter("", Text(200))
    y: str = parameter("spacing", tuple(AXES))
    ys: str = parameter("", Text(200))
    repeats: int = parameter(DEFAULT_SEEDS, range(SEEDS_RANGE[0], SEEDS_RANGE[1] + 1))
    budget: int = parameter(BUDGET, range(STEPS_RANGE[0], STEPS_RANGE[1] + 1))
    measure: str = parameter("rate", tuple(MEASURES))
    cell: str = parameter("", Text(40))
