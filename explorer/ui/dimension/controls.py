"""The Dimension page's controls: what is shown, where the modes lie, and the job that trains the networks."""

from __future__ import annotations

from explorer.data.layouts import LAYOUTS, TITLES
from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.methods import METHODS, SAMPLERS
from explorer.dimension.presets import COMPARISONS, SHIPPED_DIMENSION
from explorer.dimension.run import DimensionUpdate
from explorer.dimension.spec import DIMENSIONS, SCHEDULE, SEEDS_RANGE, DimensionSpec
from explorer.dimension.store import load_dimensions
from explorer.experiments.experiment import Experiment
from explorer.page_figures.dimension import TITLES_SHOWN
from explorer.page_figures.views.dimension import (
    BOUNDS,
    SHOWN,
    STEPS_RANGE,
    WIDTH_RANGE,
    View,
    asked_spec,
)
from explorer.page_tasks.stored import dimensions_in_folder
from explorer.ui.dimension import help
from explorer.ui.shared import view_controls
from explorer.ui.shared.long_work import LongWork, shipped_whole
from explorer.ui.shared.view_controls import view_choice, view_number
from explorer.ui.shell import server, session

SAMPLING = 1.5  # times the work of a training that training and sampling are, about


def chosen() -> DimensionSpec:
    """The comparison that the controls describe."""
    return asked_spec(session.view(View))


def choices() -> None:
    """What is shown of it."""
    view_choice(View, "curves", SHOWN, "Show", help.SHOWN, TITLES_SHOWN.__getitem__)
    if session.view(View).curves in ("rate", "cures"):
        view_choice(View, "bound", BOUNDS, "Beyond", help.BOUND)
    view_controls.threshold()
    view_choice(View, "drawn", SAMPLERS, "Sampler", help.SAMPLER, lambda name: METHODS[name].title)
    view_choice(View, "d", DIMENSIONS, "Coordinates in the plane", help.DIMENSION, lambda d: f"d = {d}")


def arrangement() -> None:
    """Where the modes lie."""
    view_choice(View, "arranged", LAYOUTS, "Modes", help.LAYOUT, TITLES.__getitem__)


def numbers() -> None:
    """How many networks there are, and how they are trained."""
    view_number(View, "networks", "Networks in each dimension", SEEDS_RANGE, 1, help.NETWORKS)
    view_number(View, "updates", "Training steps", STEPS_RANGE, 1_000, help.STEPS)
    view_number(View, "units", "Units in a layer", WIDTH_RANGE, 16, help.WIDTH)


def _shipped(spec: DimensionSpec) -> tuple[DimensionPart, ...] | None:
    return shipped_whole(load_dimensions, SHIPPED_DIMENSION, COMPARISONS, spec)


def _work(spec: DimensionSpec) -> float | None:
    """Of training and sampling every network by itself; stacks take less."""
    alike = Experiment(
        spec.mixture(2),
        points=spec.points,
        schedule=SCHEDULE,
        network=spec.network,
        training=spec.training,
    )
    one = server.costs().seconds(alike)
    return None if one is None else SAMPLING * one * spec.seeds * len(spec.dimensions)


DIMENSION: LongWork[DimensionSpec, DimensionUpdate, DimensionPart] = LongWork(
    purpose="dimension",
    name="dimension",
    chosen=chosen,
    compute=dimensions_in_folder,
    load=load_dimensions,
    shipped=_shipped,
    parts=lambda update: update.parts,
    complete=lambda spec: len(spec.dimensions),
    describe=lambda spec, update: f"{len(update.parts)} of {len(spec.dimensions)} dimensions",
    note=lambda spec: "",
    work=_work,
    texts=(
        "Train and sample every network here; each dimension is kept as it is finished.",
        "Hold it; it goes on where it was.",
        "End it. The dimensions that are finished stay, and Run goes on after them.",
    ),
)
