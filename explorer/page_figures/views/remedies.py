"""What the link of the Remedies page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiments.experiment import Experiment
from explorer.page_figures.remedies import PRICES, prices_of
from explorer.page_figures.views.parameter import SigmaView, Text, parameter
from explorer.remedies.catalogue import data_kind
from explorer.remedies.treatment import Treatment, read_treatment

BESIDE = ("density", "score", "twins", "samples", "pictures")
CURES = ("of the sampling", "of the training")
SIDES = {"line": ("density", "score", "twins"), "plane": ("samples", "twins")}


@dataclass(frozen=True)
class View(SigmaView):
    """treatment: remedies and their dials as text, "" the page's choice. price: what the rate is drawn
    against. cures: of the sampling, or of the training. beside: what stands beside the picture of all
    remedies."""

    treatment: str = parameter("", Text(200))
    price: str = parameter("shares", tuple(PRICES))
    cures: str = parameter(CURES[0], CURES)
    beside: str = parameter("density", BESIDE)


def sides(experiment: Experiment) -> tuple[str, ...]:
    """What can stand beside the picture of all remedies."""
    return SIDES.get(data_kind(experiment), ("pictures",))


def asked_side(view: View, experiment: Experiment) -> str:
    """The one of them that a view asks for, or the first that there is."""
    known = sides(experiment)
    return view.beside if view.beside in known else known[0]


def asked_price(view: View, experiment: Experiment) -> str:
    """The price that a view asks for, or the first that there is."""
    known = prices_of(experiment)
    return view.price if view.price in known else known[0]


def asked_treatment(view: View, experiment: Experiment) -> Treatment:
    """The treatment that a view asks for. Raises ValueError for one that does not fit the data."""
    found = read_treatment(view.treatment)
    for spec in found:
        if data_kind(experiment) not in spec.remedy.fits:
            raise ValueError(f"{spec.remedy.title} does not fit these data.")
    return found
