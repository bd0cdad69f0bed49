"""What the link of the Shapes page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.data.pictures import kind_names
from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.experiment import Experiment
from explorer.page_figures.shapes import COMPARED, ORDERS
from explorer.page_figures.views.parameter import Text, parameter

MOST_TILES = 10_000
GALLERIES = ("samples", "data", "on their way", "mean", "detector")


SHAPES_SENTENCE = (
    "No column of the data holds two shapes, and none of its pictures is empty. {hallucinated:Framed:} ones "
    "break these rules."
)

SHAPES_DATA = "What it learns from: at most one shape in each column, and at least one in each picture."

HANDS_DATA = "What it learns from: every hand has five fingers."

HANDS_SENTENCE = (
    "Every hand in the data has five fingers. {hallucinated:Framed:} ones have not: dots mark a finger "
    "{hallucinated:too many:} or {truth:missing:}."
)

WAY_SENTENCE = (
    "The same noise, walked by the {model} and by the {truth}. Click a picture to see when it was decided."
)

MEAN_SENTENCE = (
    "What the {model} predicts of a noisy picture, and what it should: the {truth:mean:} of all that it "
    "could be."
)


@dataclass(frozen=True)
class View:
    """gallery: what is shown. order: of the samples, a kind of picture or one of ORDERS. picture: the number
    of the data picture whose posterior mean is shown. frame: of the gallery's film, -1 the page's choice.
    tile: the number of the one that is shown large, -1 none."""

    gallery: str = parameter(GALLERIES[0], GALLERIES)
    order: str = parameter(ORDERS[0], Text(40))
    picture: int = parameter(0, range(COMPARED))
    frame: int = parameter(-1, range(-1, MAX_STEPS))
    tile: int = parameter(-1, range(-1, MOST_TILES))


def orders(experiment: Experiment) -> tuple[str, ...]:
    """The ways in which samples can be looked at: two orders, or one kind alone."""
    return (*ORDERS, *kind_names(experiment.pictures))


def asked_order(view: View, experiment: Experiment) -> str:
    """The one of them that a view asks for."""
    return view.order if view.order in orders(experiment) else ORDERS[0]


def gallery_sentence(view: View, experiment: Experiment, *, trained: bool) -> str:
    """The sentence under a gallery; of data alone where nothing is trained."""
    hands = experiment.pictures.startswith("hands")
    if view.gallery == "data" or not trained:
        return HANDS_DATA if hands else SHAPES_DATA
    usual = HANDS_SENTENCE if hands else SHAPES_SENTENCE
    return {"on their way": WAY_SENTENCE, "mean": MEAN_SENTENCE}.get(view.gallery, usual)
