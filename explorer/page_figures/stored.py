"""The main figure of any page, of what a preset or a folder holds: for files, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from explorer.data.pictures import subject
from explorer.dimension.presets import COMPARISONS, shipped_dimensions
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT, preset
from explorer.experiments.run import Result
from explorer.experiments.shipped_samplers import WITH_SAMPLERS, shipped_samplers
from explorer.figures.palette import Mode
from explorer.memorisation.presets import MEMORISATIONS, shipped_memorisation
from explorer.page_figures import (
    atlas_seeds,
    detect,
    dimension,
    learn,
    memorise,
    own_pictures,
    recursive,
    remedies,
    samplers,
    score,
    shapes,
    start,
    sweep,
    trajectories,
)
from explorer.page_figures.main_figure import MainFigure
from explorer.recursion.presets import LOOPS, shipped_loop
from explorer.remedies.remedy_table import REMEDY_PRESETS, shipped_remedies
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.store import load_sweep


def _start(result: Result, mode: Mode) -> MainFigure:
    if result.experiment != preset(DEFAULT).experiment:
        raise ValueError(f"The start page shows {DEFAULT} and no other run.")
    return start.main_figure()


def _learn(result: Result, mode: Mode) -> MainFigure:
    upload = result.experiment.upload
    return learn.main_figure(result, points=checkpoints.own().load_points(upload) if upload else None)


def _shapes(result: Result, mode: Mode) -> MainFigure:
    return (own_pictures if subject(result.experiment.pictures) == "own" else shapes).main_figure(result)


def _recursive(result: Result, mode: Mode) -> MainFigure:
    name = _name(result.experiment, {name: spec.experiment for name, spec in LOOPS.items()}, "recursive loop")
    return recursive.main_figure(*shipped_loop(name))


def _remedies(result: Result, mode: Mode) -> MainFigure:
    known = {name: preset(name).experiment for name in REMEDY_PRESETS}
    table = shipped_remedies(_name(result.experiment, known, "table of remedies"))
    if not table.is_of(result):
        raise ValueError("The remedies that come with the explorer are of another network than this run's.")
    return remedies.main_figure(result.experiment, table, mode=mode)


def _samplers(result: Result, mode: Mode) -> MainFigure:
    table = shipped_samplers(result)
    if table is None:
        known = ", ".join(WITH_SAMPLERS)
        raise ValueError(
            f"No table of samplers of that run comes with the explorer; there are those of {known}."
        )
    return samplers.main_figure(result, table.rows, mode=mode)


def _dimension(result: Result, mode: Mode) -> MainFigure:
    if result.experiment != preset(DEFAULT).experiment:
        raise ValueError(f"Dimension shows networks of its own and no run; ask for it with {DEFAULT}.")
    name, spec = next(iter(COMPARISONS.items()))
    return dimension.main_figure(spec, shipped_dimensions(name), mode=mode)


def _sweep(result: Result, mode: Mode) -> MainFigure:
    name = next(iter(SWEEPS))
    swept = SWEEPS[name].spec.experiment
    if result.experiment.replace(**{"training.steps": swept.training.steps}) != swept:
        raise ValueError(f"No sweep of that run comes with the explorer; there is one of {DEFAULT}.")
    return sweep.main_figure(*load_sweep(SHIPPED_SWEEPS / name, SWEEPS[name].spec), mode=mode)


def _memorise(result: Result, mode: Mode) -> MainFigure:
    known = {name: preset(name).experiment for name in MEMORISATIONS}
    spec = MEMORISATIONS[_name(result.experiment, known, "networks of few and many points")]
    sizes = shipped_memorisation(spec)
    if sizes is None:
        raise ValueError("The networks of few and many points do not lie in this copy of the explorer.")
    return memorise.main_figure(spec, sizes, mode)


def _name(experiment: Experiment, known: dict[str, Experiment], what: str) -> str:
    """The name under which what was computed of an experiment is shipped."""
    for name, other in known.items():
        if experiment == other:
            return name
    raise ValueError(f"No {what} of that run comes with the explorer; there are those of {', '.join(known)}.")


PAGES: dict[str, Callable[[Result, Mode], MainFigure]] = {
    "start": _start,
    "learn": _learn,
    "score": lambda result, mode: score.main_figure(result),
    "trajectories": lambda result, mode: trajectories.main_figure(result),
    "atlas": lambda result, mode: atlas_seeds.main_figure(result),
    "detect": lambda result, mode: detect.main_figure(result),
    "shapes": _shapes,
    "recursive": _recursive,
    "remedies": _remedies,
    "samplers": _samplers,
    "sweep": _sweep,
    "memorise": _memorise,
    "dimension": _dimension,
}


def stored_figure(folder: Path, page: str, mode: Mode = "light") -> MainFigure:
    """What a page opens with for the run in a folder; a loop, a sweep and remedies are those that ship.

    Raises ValueError for a page that is none of PAGES, or that does not show such a run; CheckpointError for
    files that are damaged or missing.
    """
    if page not in PAGES:
        raise ValueError(f"There is no figure of a page {page[:40]!r}; there are {', '.join(PAGES)}.")
    return PAGES[page](checkpoints.load_folder(folder).result, mode)
