"""What the link of the Shapes page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.data.pictures import kind_names, subject
from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.experiment import Experiment
from explorer.page_figures import own_findings, own_pictures
from explorer.page_figures.shapes import COMPARED, ORDERS, picture_digits
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

DIGITS_DATA = "What it learns from: real digits of MNIST, as many of each."

DIGITS_SENTENCE = (
    "No rule says what a digit is: a judge does, a small network of its own. {hallucinated:Framed:} ones it "
    "calls no digit."
)

DATA_SENTENCES = {
    "shapes": SHAPES_DATA,
    "hands": HANDS_DATA,
    "digits": DIGITS_DATA,
    "own": own_pictures.DATA_SENTENCE,
}
SENTENCES = {
    "shapes": SHAPES_SENTENCE,
    "hands": HANDS_SENTENCE,
    "digits": DIGITS_SENTENCE,
    "own": own_pictures.SENTENCE,
}

WAY_SENTENCE = (
    "The same noise, walked by the {model} and by the {truth}. Click a picture to see when it was decided."
)

EMPIRICAL_WAY_SENTENCE = (
    "The same noise, walked by the {model} and by what stands in for the truth, the best for these very "
    "digits: it can only give one of them back. Click a picture to see when it was decided."
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


def galleries(experiment: Experiment) -> tuple[str, ...]:
    """What can be shown: of a user's own pictures no detector that a rule judges."""
    return GALLERIES if experiment.distribution is not None else GALLERIES[:-1]


def orders(experiment: Experiment) -> tuple[str, ...]:
    """The ways in which samples can be looked at: two orders, or one kind or one digit alone; of a user's own
    pictures by their variance, too."""
    if experiment.distribution is None:
        return own_findings.ORDERS
    return (*ORDERS, *kind_names(experiment.pictures), *picture_digits(experiment))


def asked_order(view: View, experiment: Experiment) -> str:
    """The one of them that a view asks for."""
    return view.order if view.order in orders(experiment) else orders(experiment)[0]


def gallery_sentence(view: View, experiment: Experiment, *, trained: bool) -> str:
    """The sentence under a gallery; of data alone where nothing is trained."""
    of = subject(experiment.pictures)
    if view.gallery == "data" or not trained:
        return DATA_SENTENCES[of]
    empirical = {"digits": EMPIRICAL_WAY_SENTENCE, "own": own_pictures.WAY_SENTENCE}
    way = empirical.get(of, WAY_SENTENCE)
    mean = own_pictures.MEAN_SENTENCE if of == "own" else MEAN_SENTENCE
    return {"on their way": way, "mean": mean}.get(view.gallery, SENTENCES[of])
