"""What the Memorise page shows for what a step's link asks, of what ships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from explorer.experiments.run import Result
from explorer.figures.palette import Mode
from explorer.lesson_files.step_figure import StepFigure
from explorer.memorisation.presets import shipped_memorisation
from explorer.page_figures import memorise as figures
from explorer.page_figures.memorise_findings import describe_size, evaluation_method
from explorer.page_figures.views.memorise import View, asked_figure, asked_spec
from explorer.page_figures.views.parameter import read_view

ANY_SIZE = "The app shows samples and scores of any number of points, at any noise, and trains networks anew."


def memorise_page(result: Result, link: Mapping[str, str], mode: Mode) -> StepFigure:
    """The bands of network and by heart, the samples of both, and the scores."""
    view = read_view(View, link)
    spec = asked_spec(view, result.experiment)
    sizes = shipped_memorisation(spec)
    if sizes is None:
        raise ValueError("A step shows networks of few and many points that come with the explorer.")
    shown = asked_figure(view, figures.ShownMemorisation(spec, sizes))
    bands, by_heart = (
        figures.bands_chart(shown, who, figures.HEIGHT, mode) for who in ("network", "empirical")
    )
    details = (make(mode) for _, _, make in figures.detail_charts(shown))
    told = {size: describe_size(replace(shown, asked=size)) for size in spec.sizes}
    return StepFigure(
        (bands, by_heart, *details),
        before=by_heart,
        finding=describe_size(shown),
        caption=evaluation_method(spec),
        told_picked=tuple(told[int(size)] for size in bands.data["size"]),
        needs_app=ANY_SIZE,
    )
