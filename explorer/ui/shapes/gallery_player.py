"""How a gallery of pictures is played: where it stands and which picture is picked is the view's."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.page_figures import shapes
from explorer.page_figures.views.parameter import asked_frame
from explorer.page_figures.views.shapes import View
from explorer.ui.lesson import answers
from explorer.ui.player import Shown, player
from explorer.ui.shell import session

HEIGHT, PICKED_HEIGHT = 400, 260


def play_gallery(film: Film, show: str, *, start: int | None, live: bool, picks: bool) -> Shown:
    """Play a gallery as the view asks for it, and keep in the view what is seen.

    show    its name
    start   the frame that it opens at, the last for None
    live    whether more of it is coming: then it stays at the end
    picks   whether a picture can be picked
    """
    view, last = session.view(View), len(film.captions) - 1
    wanted = asked_frame(-1 if live else view.frame, last + 1, start)
    seen = player(
        film,
        key=f"gallery-{show}",
        height=HEIGHT,
        frame=wanted,
        play=answers.plays(),
        on_frame=not live,
        picked=view.tile if picks and view.tile >= 0 else None,
        on_pick=picks,
        on_zoom=True,
    )
    if seen.frame != wanted:
        session.set_view(View, frame=-1 if seen.frame == last and start is None else seen.frame)
    if picks:
        session.set_view(View, tile=-1 if seen.picked is None else seen.picked)
    return seen


@st.cache_resource(max_entries=16, show_spinner=False)
def mean_film(_result: Result, identity: str, which: int) -> Film:
    """What the network and the best denoiser make of one picture of the data; `identity` names the run."""
    return shapes.posterior_film(_result, which)
