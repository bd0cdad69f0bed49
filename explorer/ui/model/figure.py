"""The samples of a model of one's own on screen: ranked by Hal, and how Hal is spread."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.page_figures import model as figures
from explorer.page_figures.model import RankedSamples
from explorer.page_figures.views.model import View
from explorer.server.tickets import State, Ticket
from explorer.ui.model import controls, gallery, results
from explorer.ui.model.results import ChosenModel, Drawn
from explorer.ui.shared.chart import chart
from explorer.ui.shared.growing_figure import growing_figure
from explorer.ui.shared.progress import share_done, state_in_words, time_left
from explorer.ui.shell import session, theme
from explorer.ui.shell.plain_text import plain

HEIGHT, GALLERY_HEIGHT, CHART_HEIGHT = 380, 232, 275


def show(chosen: ChosenModel) -> None:
    """What there is of the samples; more appears as it is drawn."""

    def draw() -> bool:
        now = results.drawn(chosen)
        if now.samples is None:
            _before(chosen, now)
        else:
            _ranked(chosen, RankedSamples.of(session.view(View), now.samples), live=now.active)
        progress = _progress(now)
        if progress:
            st.caption(plain(progress))
        return now.active

    growing_figure("own-model", draw, begins=results.drawn(chosen).active)


def _ranked(chosen: ChosenModel, ranked: RankedSamples, *, live: bool) -> None:
    big, small = st.columns([1.5, 1], gap="medium")
    with big:
        gallery.show(ranked, GALLERY_HEIGHT)
    with small:
        chart(
            partial(figures.histogram_chart, ranked, CHART_HEIGHT),
            key="model-hal",
            height=CHART_HEIGHT,
            name="histogram of Hal",
            live=live,
        )
        if not live:
            controls.window_choice(ranked.samples, chosen.key)
    theme.sentence(figures.describe_hal(ranked))
    told = (figures.describe_drawn(ranked.samples), figures.describe_window(ranked), figures.NO_RATE)
    st.caption(plain(" · ".join(told)))


def _before(chosen: ChosenModel, now: Drawn) -> None:
    """What will stand here, before there is a sample."""
    with st.container(height=HEIGHT, border=False):
        st.markdown(f"**{plain(chosen.facts.name)}**")
        st.markdown(plain(figures.describe_facts(chosen.facts)))
        if not now.active:
            st.markdown(
                "Press **Draw**: its samples appear here, those whose predicted x̂₀ wavered most first. No "
                "truth is known of them, so there is no rate, only a suspicion."
            )


def _progress(now: Drawn) -> str:
    """How far the drawing is, or why it ended; "" when it is whole."""
    ticket: Ticket[object] | None = now.ticket
    if now.whole or ticket is None:
        return ""
    if ticket.error is not None:
        return ticket.error
    if ticket.active:
        if ticket.update is None or share_done(ticket) == 0:
            return f"{state_in_words(ticket)}: the model is opened"
        left = time_left(ticket)
        return " · ".join(filter(None, (state_in_words(ticket), f"{share_done(ticket):.0%} drawn", left)))
    return f"stopped at {share_done(ticket):.0%}" if ticket.state is State.STOPPED else ""
