"""What the link of the Dimension page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.data.layouts import LAYOUTS
from explorer.dimension.methods import SAMPLERS
from explorer.dimension.presets import COMPARISONS
from explorer.dimension.spec import DIMENSIONS, SEEDS_RANGE, DimensionSpec
from explorer.page_figures.views.parameter import SigmaView, parameter

BOUNDS = ("equal tails", "plain")
SHOWN = ("rate", "where", "cures", "width", "hal")
DEFAULT = DimensionSpec()
STEPS_RANGE = (100, 20_000)  # of the training of a network that a page starts
WIDTH_RANGE = (16, 256)


@dataclass(frozen=True)
class View(SigmaView):
    """arranged: where the modes lie. bound: what a hallucination is beyond. curves: what is drawn over the
    dimension. drawn: the sampler that is singled out. d: the dimension that is. networks: seeds in each.
    updates: training steps. units: in a layer."""

    arranged: str = parameter(next(iter(COMPARISONS)), LAYOUTS)
    bound: str = parameter(BOUNDS[0], BOUNDS)
    curves: str = parameter(SHOWN[0], SHOWN)
    drawn: str = parameter("ddim", SAMPLERS)
    d: int = parameter(16, DIMENSIONS)
    networks: int = parameter(DEFAULT.seeds, range(SEEDS_RANGE[0], SEEDS_RANGE[1] + 1))
    updates: int = parameter(DEFAULT.steps, range(STEPS_RANGE[0], STEPS_RANGE[1] + 1))
    units: int = parameter(DEFAULT.width, range(WIDTH_RANGE[0], WIDTH_RANGE[1] + 1))


def asked_spec(view: View) -> DimensionSpec:
    """The comparison that a view asks for."""
    return DimensionSpec(view.arranged, seeds=view.networks, steps=view.updates, width=view.units)
