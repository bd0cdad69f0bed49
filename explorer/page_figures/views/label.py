"""What the link of the page on labels by hand holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.data.pictures import subject
from explorer.experiments.experiment import MAX_SEED
from explorer.experiments.labels import LONGEST_NAME, PASSES
from explorer.page_figures.views.parameter import Text, parameter

COUNTS = (60, 120, 200, 400)
LAYOUTS = ("one", "twelve")
SOURCES = ("run", "model")
SHAPES_RULE = (
    "**Possible**: in each of the three columns one shape at most, a triangle, a square or a pentagon where "
    "it always is; and one shape at least: an empty picture is not possible."
)
HANDS_RULE = "**Possible**: a hand with five fingers."
OWN_RULE = "**Possible**: what you would take for another picture of the same kind as yours."
DIGITS_RULE = "**Possible**: one digit, that somebody could have written so, as you read it at a glance."
RULES = {"shapes": SHAPES_RULE, "hands": HANDS_RULE, "digits": DIGITS_RULE, "own": OWN_RULE}


@dataclass(frozen=True)
class View:
    """labelled: how many pictures are asked for. choice_seed: which. layout: one picture or twelve at once.
    labels_say: 1 for what the labels say. against: whose other labels they are compared with, "" the page's
    choice. label_of: whose pictures, those of the run or of a model of one's own."""

    labelled: int = parameter(200, COUNTS)
    choice_seed: int = parameter(0, range(MAX_SEED + 1))
    layout: str = parameter(LAYOUTS[0], LAYOUTS)
    labels_say: int = parameter(0, (0, 1))
    against: str = parameter("", Text(LONGEST_NAME + 12))
    label_of: str = parameter(SOURCES[0], SOURCES)


@dataclass(frozen=True)
class HandView:
    """Who labels here: labeller, a short name, "" as long as nobody has given one; label_pass, from 1."""

    labeller: str = parameter("", Text(LONGEST_NAME))
    label_pass: int = parameter(1, range(1, PASSES + 1))


def rule(pictures: str) -> str:
    """What is possible of the pictures of that name, in a sentence."""
    return RULES[subject(pictures)]
