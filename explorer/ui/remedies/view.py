"""What the link of the Remedies page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.page_figures.remedies import PRICES
from explorer.ui.shell.view import SigmaView, Text, parameter

BESIDE = ("density", "score", "twins", "samples", "pictures")
CURES = ("of the sampling", "of the training")


@dataclass(frozen=True)
class View(SigmaView):
    """treatment: remedies and their dials as text, "" the page's choice. price: what the rate is drawn
    against. cures: of the sampling, or of the training. beside: what stands beside the picture of all
    remedies."""

    treatment: str = parameter("", Text(200))
    price: str = parameter("shares", tuple(PRICES))
    cures: str = parameter(CURES[0], CURES)
    beside: str = parameter("density", BESIDE)
