"""What the link of the Samplers page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiments.experiment import Experiment
from explorer.experiments.sampler_rates import (
    DEFAULT_CALLS,
    DEFAULT_SAMPLER,
    DEFAULT_SPACING,
    NAMES,
    SPACINGS,
)
from explorer.page_figures.samplers import PRICES, prices_of
from explorer.page_figures.views.parameter import SigmaView, parameter

MOST_CALLS = 4_000


@dataclass(frozen=True)
class View(SigmaView):
    """solver: the sampler that is singled out. calls: of the network, about so many. spacing: of its steps.
    measured: what is read off every sampler."""

    solver: str = parameter(DEFAULT_SAMPLER, NAMES)
    calls: int = parameter(DEFAULT_CALLS, range(1, MOST_CALLS + 1))
    spacing: str = parameter(DEFAULT_SPACING, SPACINGS)
    measured: str = parameter("rate", tuple(PRICES))


def asked_price(view: View, experiment: Experiment) -> str:
    """What a view asks to be read off every sampler, or the first that there is."""
    known = prices_of(experiment)
    return view.measured if view.measured in known else known[0]
