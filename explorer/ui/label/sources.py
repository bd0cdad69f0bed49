"""Whose pictures are labelled: those of the run on screen, or of a model of one's own."""

from __future__ import annotations

from explorer.page_figures.labelled_pictures import LabelledPictures, ModelPictures, RunPictures
from explorer.page_figures.model import RankedSamples
from explorer.page_figures.views.model import View as ModelView
from explorer.ui.model import results
from explorer.ui.shared import training
from explorer.ui.shell import session


def of_run() -> tuple[LabelledPictures | None, str]:
    """The pictures that are stored with the run, or why there are none, in words."""
    result, origin, _ = training.stored_result()
    if result is not None and result.final.measurement.trial is None:
        return None, "none are stored with this run"
    return (None, origin) if result is None else (RunPictures(result), origin)


def of_model() -> tuple[LabelledPictures | None, str]:
    """The samples of the model, once they are drawn, or why there are none, in words."""
    try:
        found = results.drawn(results.chosen_model())
    except ValueError as error:
        return None, str(error).rstrip(".")
    if found.samples is None or not found.whole:
        return None, "draw the samples of the model first, on its page"
    return ModelPictures(RankedSamples.of(session.view(ModelView), found.samples)), "drawn here"
