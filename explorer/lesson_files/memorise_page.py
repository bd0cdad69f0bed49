"""What the Memorise page shows for what a step's link asks, of what ships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from explorer.experiments.run import Result
from explorer.figures.palette import Mode
from explorer.lesson_files.step_figure import StepFigure
from explorer.memorisation.presets import shipped_memorisation
from explorer.page_figures import memorise as figures
from explorer.page_figures.main_figure import MainFigure
from explorer.page_figures.memorise_findings import describe_size, evaluation_method
from explorer.page_figures.views.memorise import View, asked_figure, asked_spec
from explorer.page_figures.views.parameter import read_view

HEIGHT, DETAIL_HEIGHT = 320, 260
ANY_SIZE = "The app shows samples and scores of any number of points, at any noise, and trains networks anew."


def memorise_page(result: Result, link: Mapping[str, str], mode: Mode) -> StepFigure:
    """The bands of network and by heart, the samples of both, and the scores."""
    view = read_view(View, link)
    spec = asked_spec(view, result.experiment)
    sizes = shipped_memorisation(spec)
    if sizes is None:
        raise ValueError("A step shows networks of few and many points that come with the explorer.")
    shown = asked_figure(view, figures.ShownMemorisation(spec, sizes))
    bands, by_heart = (figures.bands_chart(shown, who, HEIGHT, mode) for who in ("network", "empirical"))
    line = shown.mixture.dimensions == 1
    tall = DETAIL_HEIGHT if line else 2 * DETAIL_HEIGHT
    beside: tuple[MainFigure, ...] = (
        by_heart,
        *((figures.pull_chart(shown, DETAIL_HEIGHT, mode),) if line else ()),
        figures.samples_chart(shown, "network", tall, mode),
        figures.samples_chart(shown, "empirical", tall, mode),
        figures.position_chart(shown, DETAIL_HEIGHT, mode),
    )
    told = {size: describe_size(replace(shown, asked=size)) for size in spec.sizes}
    return StepFigure(
        (bands, *beside),
        before=by_heart,
        finding=describe_size(shown),
        caption=evaluation_method(spec),
        told_picked=tuple(told[int(size)] for size in bands.data["size"]),
        needs_app=ANY_SIZE,
    )
