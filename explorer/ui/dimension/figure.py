"""The Dimension page's chart and picture, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.spec import DimensionSpec
from explorer.figures.film.film import Film
from explorer.figures.vega.dimension import PICK
from explorer.page_figures import dimension as figures
from explorer.page_figures.dimension_claims import claims, setups
from explorer.page_figures.views.dimension import View
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads, prediction
from explorer.ui.shared.chart import chart, clicked_row
from explorer.ui.shell import session, theme

HEIGHT = figures.HEIGHT


def predict(parts: Sequence[DimensionPart]) -> None:
    """Ask what the share on bridges does from 2 to 64 coordinates."""
    prediction.predict(
        "dimension",
        "From 2 to 64 coordinates, the share of DDIM’s samples between two modes …",
        figures.ANSWERS,
        figures.answer(parts),
        "The median share on bridges in the most coordinates, over that in the fewest.",
    )


def show(spec: DimensionSpec, parts: tuple[DimensionPart, ...], *, live: bool) -> None:
    """What is shown over the dimension, the plane beside it, and what was found."""
    view = session.view(View)
    big, small = st.columns([1, 1], gap="small")
    with big:
        _over_dimension(spec, parts, view, live)
    with small:
        _plane(spec, parts, view)
    if parts:
        theme.sentence(figures.describe_findings(parts, view))


def _over_dimension(spec: DimensionSpec, parts: tuple[DimensionPart, ...], view: View, live: bool) -> None:
    event = chart(
        partial(figures.over_dimension, spec, parts, view),
        key="over-dimension",
        height=HEIGHT,
        name=figures.TITLES_SHOWN[view.curves],
        grows=True,
        live=live,
        on_select="rerun",
        selection_mode=PICK,
    )
    if clicked := clicked_row(event, PICK, "over-dimension"):
        session.set_view(View, d=int(clicked["d"]))
        st.rerun()


def _plane(spec: DimensionSpec, parts: tuple[DimensionPart, ...], view: View) -> None:
    """The plane through three modes in the dimension that is singled out."""
    part = next((one for one in parts if one.dimensions == view.d), None)
    if part is None:
        with st.container(height=HEIGHT, border=False):
            st.caption(f"The plane in {view.d} coordinates comes with their networks.")
        return
    film = _film(spec, part, spec.digest, part.dimensions, view.drawn)
    shown = player(film, key="dimension-plane", height=HEIGHT, frame=len(film.captions) - 1, on_zoom=True)
    about = figures.describe_plane(part, view.drawn)
    figure_downloads.register_film(film, shown, "the plane", lambda frame: about)


@st.cache_resource(max_entries=24, show_spinner=False)
def _film(_spec: DimensionSpec, _part: DimensionPart, digest: str, dimensions: int, sampler: str) -> Film:
    return figures.picture(_spec, _part, sampler)


def beside_the_paper(spec: DimensionSpec, parts: Sequence[DimensionPart]) -> None:
    """What is looked for, what is found, and what differs."""
    for claim in claims(parts):
        st.markdown(f"**{claim.text}** {claim.found}")
    table = pd.DataFrame(setups(spec), columns=["", "its code (read)", "here"])
    st.table(table.set_index(""))
    st.caption(
        "Its public code was read, not its text: no number of its results is quoted. Here networks are far "
        "smaller, so a share is theirs, and says nothing of larger ones."
    )
