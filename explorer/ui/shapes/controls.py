"""The Shapes page's controls: what is shown, and how the samples are ordered."""

from __future__ import annotations

from explorer.data.pictures import kind_names
from explorer.experiments.experiment import Experiment
from explorer.page_figures.shapes import COMPARED, ORDERS
from explorer.ui.shapes import help
from explorer.ui.shapes.view import GALLERIES, View
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import session


def gallery_choice() -> None:
    """What is shown."""
    view_choice(View, "gallery", GALLERIES, "Show", help.GALLERY, resets=("frame", "tile"))


def orders(experiment: Experiment) -> tuple[str, ...]:
    """The ways in which samples can be looked at: two orders, or one kind alone."""
    return (*ORDERS, *kind_names(experiment.pictures))


def order(experiment: Experiment) -> str:
    """The one of them that is on screen."""
    chosen = session.view(View).order
    return chosen if chosen in orders(experiment) else ORDERS[0]


def picture_choice(experiment: Experiment) -> None:
    """Which samples are shown and in which order, or beside which picture of the data the means are."""
    if session.view(View).gallery == "samples":
        view_choice(View, "order", orders(experiment), "Pictures", help.ORDER, resets=("tile",))
    if session.view(View).gallery == "mean":
        view_choice(
            View,
            "picture",
            tuple(range(COMPARED)),
            "Picture",
            "Which picture of the data.",
            resets=("frame",),
        )
