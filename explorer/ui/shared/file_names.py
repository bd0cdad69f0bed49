"""What files that are taken away are called, and what they say they are of."""

from __future__ import annotations

import re

from explorer.data.layouts import TITLES
from explorer.page_figures.views.dimension import View as DimensionView
from explorer.page_figures.views.label import SOURCES
from explorer.page_figures.views.label import View as LabelView
from explorer.page_figures.views.model import View as ModelView
from explorer.page_figures.views.parameter import SigmaView
from explorer.ui.shell import session

EDITED_DIGITS = 8  # of an experiment's digest, where it is none of the presets


def file_name(what: str, ending: str) -> str:
    """learn-three-modes-k5-seed0-loss.png: what is on screen, and what the file holds."""
    return f"{'-'.join(filter(None, (name_of_view(), _hyphenated(what))))}.{ending}"


def name_of_view() -> str:
    """learn-three-modes-k5-seed0: page, preset, k and seed of what is on screen; an edited experiment has the
    beginning of its digest behind the preset. A page on many data has neither preset nor seed."""
    if _own_model():
        drawn = session.view(ModelView)
        return "-".join((session.page(), _hyphenated(drawn.own_model) or "own", f"seed{drawn.model_seed}"))
    if session.page() == "leaderboard":
        return session.page()
    if session.page() == "dimension":
        compared = session.view(DimensionView)
        return f"{session.page()}-{compared.arranged}-k{compared.k}"
    experiment = session.experiment()
    data = "your-points" if experiment.upload else session.preset_name()
    edited = experiment.digest[:EDITED_DIGITS] if session.edited() or experiment.upload else ""
    sigma = "" if experiment.pictures else f"k{session.view(SigmaView).k}"
    return "-".join(filter(None, (session.page(), data, edited, sigma, f"seed{experiment.seed}")))


def source() -> str:
    """Of what a figure or a number is: three-modes, seed 0; of a comparison over dimensions where its modes
    lie."""
    if _own_model():
        drawn = session.view(ModelView)
        return f"{drawn.own_model or 'the first model'}, seed {drawn.model_seed}"
    if session.page() == "dimension":
        return TITLES[session.view(DimensionView).arranged]
    experiment = session.experiment()
    data = "your points" if experiment.upload else session.preset_name()
    edited = ", edited" if session.edited() and not experiment.upload else ""
    return f"{data}{edited}, seed {experiment.seed}"


def _own_model() -> bool:
    """Whether the page on screen is of a model of one's own, not of the experiment."""
    return session.page() == "model" or (
        session.page() == "label" and session.view(LabelView).label_of == SOURCES[1]
    )


def _hyphenated(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
