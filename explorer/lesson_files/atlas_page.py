"""What the Atlas page shows for what a step's link asks, of what ships."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.compute.progress import finish
from explorer.experiments.atlas import PlaneAtlas
from explorer.experiments.atlas_seeds import ends_along, ways_of_seeds
from explorer.experiments.run import Result
from explorer.experiments.shipped_atlases import ShippedPlane, shipped_atlas
from explorer.figures.palette import Mode
from explorer.lesson_files.step_figure import StepFigure
from explorer.page_figures import atlas, atlas_findings, atlas_seeds
from explorer.page_figures.main_figure import FilmFigure
from explorer.page_figures.views import atlas as atlas_view
from explorer.page_figures.views.parameter import asked_frame, read_view


def atlas_page(result: Result, link: Mapping[str, str], mode: Mode) -> StepFigure:
    """The seeds of the line or of the plane, each in the colour of the mode in which it ends."""
    view, experiment = read_view(atlas_view.View, link), result.experiment
    spec, mixture = atlas_view.asked_sampler(view, experiment), experiment.mixture
    shipped = shipped_atlas(result, spec, view.k)
    if shipped is None or mixture is None:
        raise ValueError("A step shows an atlas that comes with the explorer: its sampler, beyond 5 σ.")
    if view.atlas != "seeds" and isinstance(shipped, ShippedPlane):
        return _atlas_film(shipped, view, result)
    known = shipped.atlas if isinstance(shipped, ShippedPlane) else shipped
    seed = atlas_view.asked_seed(view, known, mixture.dimensions)
    ways = finish(ways_of_seeds(result, [seed], spec))
    if isinstance(known, PlaneAtlas):
        film = atlas_seeds.with_seed(atlas.plane_film(known, mixture, pick=True), seed, ways)
    else:
        along = finish(ends_along(result, *atlas_seeds.LINE, spec, atlas_seeds.LINE_SEEDS))
        stripes = atlas.line_film(known, mixture, pick=True)
        film = atlas_seeds.line_figure(stripes, along, seed, ways, mixture, view.k, ways.steps)
    told = atlas_seeds.describe_seed(seed, ways, mixture, view.k)
    return StepFigure(
        (FilmFigure(film),),
        finding=f"{atlas_findings.describe_shares(known)} {told}",
        caption=atlas_seeds.file_caption(known),
        needs_app="The app follows any seed that you click, and looks closer where you zoom in.",
    )


def _atlas_film(shipped: ShippedPlane, view: atlas_view.View, result: Result) -> StepFigure:
    mixture = result.experiment.mixture
    assert mixture is not None  # what ships is of one
    if view.atlas == "training":
        film = atlas.training_film(shipped.atlas, shipped.steps, shipped.trained, mixture)
        said = atlas_findings.describe_training(shipped.steps, shipped.trained)
    elif view.atlas == "reverse time":
        film = atlas.way_film(shipped.way, result.experiment.schedule, mixture, float(view.k))
        said = atlas.describe_settled(shipped.way)
    else:
        raise ValueError("A line across borders is followed in the app alone.")
    frame = asked_frame(view.atlas_frame, len(film.captions))
    how = atlas_findings.describe_exactness(shipped.atlas)
    return StepFigure((FilmFigure(film, frame),), finding=said, caption=how)
