"""What the link of the Samplers page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiments.sampler_rates import (
    DEFAULT_CALLS,
    DEFAULT_SAMPLER,
    DEFAULT_SPACING,
    NAMES,
    SPACINGS,
)
from explorer.page_figures.samplers import PRICES
from explorer.ui.shell.view import SigmaView, parameter

MOST_CALLS = 4_000


@dataclass(frozen=True)
class View(SigmaView):
    """solver: the sampler that is singled out. calls: of the network, about so many. spacing: of its steps.
    measured: what is read off every sampler."""

    solver: str = parameter(DEFAULT_SAMPLER, NAMES)
    calls: int = parameter(DEFAULT_CALLS, range(1, MOST_CALLS + 1))
    spacing: str = parameter(DEFAULT_SPACING, SPACINGS)
    measured: str = parameter("rate", tuple(PRICES))
