"""The Shapes page's controls: what is shown, and how the samples are ordered."""

from __future__ import annotations

import streamlit as st

from explorer.adapters.diffusers.model_folder import offered
from explorer.experiments.experiment import Experiment
from explorer.page_figures.shapes import COMPARED
from explorer.page_figures.views.label import SOURCES
from explorer.page_figures.views.label import View as LabelView
from explorer.page_figures.views.shapes import View, galleries, orders
from explorer.ui.shapes import help
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import session
from explorer.ui.shell.pages import page_file


def gallery_choice(experiment: Experiment) -> None:
    """What is shown."""
    text = help.GALLERY if experiment.distribution is not None else help.OWN_GALLERY
    view_choice(View, "gallery", galleries(experiment), "Show", text, resets=("frame", "tile"))


def picture_choice(experiment: Experiment) -> None:
    """Which samples are shown and in which order, or beside which picture of the data the means are."""
    if session.view(View).gallery == "samples":
        text = help.ORDER if experiment.distribution is not None else help.OWN_ORDER
        view_choice(View, "order", orders(experiment), "Pictures", text, resets=("tile",))
    if session.view(View).gallery == "mean":
        view_choice(
            View,
            "picture",
            tuple(range(COMPARED)),
            "Picture",
            "Which picture of the data.",
            resets=("frame",),
        )


def label_button() -> None:
    """The way to the page on which people judge the samples."""
    if st.button("Label pictures by hand", key="label_by_hand", help=help.LABEL):
        session.set_view(LabelView, label_of=SOURCES[0])
        st.switch_page(page_file("label"))


def own_model_link() -> None:
    """The way to a model of one's own, where this server offers any."""
    if offered():
        st.page_link(
            page_file("model"),
            label="A model of your own",
            icon=":material/arrow_forward:",
            help=help.OWN_MODEL,
        )
