"""What the link of the Atlas page holds, and what it asks for."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from explorer.diffusion.sampler_spec import SamplerSpec, Solver
from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.atlas import LineAtlas, PlaneAtlas, atlas_sampler
from explorer.experiments.experiment import Experiment
from explorer.page_figures.atlas import REACH
from explorer.page_figures.atlas_seeds import Seed, opening_seed
from explorer.page_figures.views.parameter import SigmaView, Text, parameter

FIGURES = ("seeds", "training", "reverse time", "across")
SOLVERS: dict[str, Solver] = {"DPM-Solver++": "dpm-solver++", "DDIM": "first-order", "Heun": "heun"}
MOST_MODES = 64


@dataclass(frozen=True)
class View(SigmaView):
    """atlas: the plane of seeds, its films through the training and through reverse time, or the seeds of a
    line across borders. atlas_sampler: by which the seeds are carried. seed_at: the coordinates of the seed
    that is singled out, with a comma between; "" is the page's choice. atlas_frame: the frame of a film, -1
    the page's choice. from_mode, to_mode: the numbers of the modes between whose seeds the line runs, 0 the
    page's choice."""

    atlas: str = parameter(FIGURES[0], FIGURES)
    atlas_sampler: str = parameter("DPM-Solver++", tuple(SOLVERS))
    seed_at: str = parameter("", Text(40))
    atlas_frame: int = parameter(-1, range(-1, MAX_STEPS))
    from_mode: int = parameter(0, range(MOST_MODES + 1))
    to_mode: int = parameter(0, range(MOST_MODES + 1))


def asked_sampler(view: View, experiment: Experiment) -> SamplerSpec:
    """The sampler of a view, of 80 steps."""
    return dataclasses.replace(atlas_sampler(experiment), solver=SOLVERS[view.atlas_sampler])


def asked_seed(view: View, atlas: PlaneAtlas | LineAtlas, dimensions: int) -> Seed:
    """The seed of a view; the page's choice where it names none that can be drawn."""
    try:
        seed = tuple(float(text) for text in view.seed_at.split(","))
    except ValueError:
        seed = ()
    if len(seed) == dimensions and all(math.isfinite(c) and abs(c) <= REACH for c in seed):
        return seed
    return opening_seed(atlas)
