"""What the link of the Memorise page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.diffusion.network_spec import MAX_OCTAVES
from explorer.experiments.experiment import Experiment
from explorer.memorisation.presets import BUDGET, OCTAVES, SEEDS, default_experiment, default_sizes
from explorer.memorisation.score_position import LEVELS
from explorer.memorisation.spec import SEEDS_RANGE, SIZES_RANGE, SMALLEST_NOISE, MemorisationSpec
from explorer.page_figures.memorise import SIZE, ZOOMS, ShownMemorisation
from explorer.page_figures.views.parameter import parameter

STEPS_RANGE = (100, 20_000)
NOISES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)


@dataclass(frozen=True)
class View:
    """learned_from: about so many training points. noise_level: the number of a noise level, the noisiest is
    0; -1 is the page's choice. zoomed: one mode of the line, or all. steps_each, octaves_each, seeds_each: of
    each network. cleanest: sigma of the cleanest step."""

    learned_from: int = parameter(SIZE, range(SIZES_RANGE[0], SIZES_RANGE[1] + 1))
    noise_level: int = parameter(-1, range(-1, LEVELS))
    zoomed: str = parameter(ZOOMS[0], ZOOMS)
    steps_each: int = parameter(BUDGET, range(STEPS_RANGE[0], STEPS_RANGE[1] + 1))
    octaves_each: int = parameter(OCTAVES, range(MAX_OCTAVES + 1))
    seeds_each: int = parameter(SEEDS, range(SEEDS_RANGE[0], SEEDS_RANGE[1] + 1))
    cleanest: float = parameter(SMALLEST_NOISE, NOISES)


def asked_spec(view: View, experiment: Experiment) -> MemorisationSpec:
    """What a view asks to be computed of an experiment. Raises ValueError for what cannot be."""
    base = default_experiment(experiment, view.steps_each, view.octaves_each)
    sizes = default_sizes(base)
    return MemorisationSpec(base, sizes, view.seeds_each, smallest_noise=view.cleanest)


def asked_figure(view: View, shown: ShownMemorisation) -> ShownMemorisation:
    """What is shown, as a view has it."""
    return shown.with_view(view.learned_from, view.noise_level, view.zoomed)
