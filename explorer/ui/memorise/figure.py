"""The Memorise page's figures and sentences, on screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer.figures.palette import Mode
from explorer.figures.vega.memorisation import PICK
from explorer.lessons.goals import Remembered
from explorer.memorisation.records import MemorisedSize
from explorer.page_figures import memorise as figures
from explorer.page_figures import memorise_findings as findings
from explorer.page_figures.main_figure import ChartFigure
from explorer.page_figures.memorise import ShownMemorisation
from explorer.ui.lesson import answers, tasks
from explorer.ui.memorise import help
from explorer.ui.memorise.controls import pick
from explorer.ui.shared import prediction
from explorer.ui.shared.chart import chart
from explorer.ui.shell import header

HEIGHT, DETAIL_HEIGHT = 260, 220
_CLICK = "memorise-click"  # the last one


def predict(now: ShownMemorisation) -> None:
    """Ask what the network does with most of its draws."""
    if figures.SIZE not in now.spec.sizes:
        return
    prediction.predict(
        "memorise",
        f"Trained on {figures.SIZE} points, what does a network do most?",
        findings.ANSWERS,
        findings.answer(now.sizes),
        "The commonest of the four, by the median over seeds.",
    )


def show(now: ShownMemorisation, *, live: bool) -> None:
    """The bands of the network beside those of who knows the points by heart, and below what was drawn from
    the number of points on view, and where its score lies."""
    left, right = st.columns(2, gap="medium")
    open_question = answers.is_open()
    with right:
        _bands(now, "empirical", live)
    with left:
        if open_question:
            st.caption(answers.CURVES_LATER)
        else:
            _bands(now, "network", live)
    beside_card = header.in_lesson()
    if not beside_card:
        answers.finding(findings.describe_size(now))
    if now.picked is not None and not open_question:
        tasks.report(_seen(now.picked))
        _drawn(now)
    if beside_card:
        answers.finding(findings.describe_size(now))
    if now.picked is not None and not open_question:
        _scores(now)
    if not live:
        answers.findings(findings.describe_findings(now.spec, now.sizes), help.DOUBT)


def _seen(one: MemorisedSize) -> Remembered:
    """What a task judges."""
    network, by_heart = (one.over_seeds(who, "memorised").median for who in ("network", "empirical"))
    return Remembered(one.size, network, by_heart)


def _bands(now: ShownMemorisation, who: str, live: bool) -> None:
    """Bands; a click on them picks a number of points."""
    event = chart(
        partial(figures.bands_chart, now, who, HEIGHT),
        key=f"bands-{who}",
        height=HEIGHT,
        name=f"bands, {who}",
        on_select="rerun",
        selection_mode=PICK,
        live=live,
    )
    clicked = event.selection.get(PICK) if event else None
    if clicked and clicked != st.session_state.get(f"{_CLICK}-{who}"):
        st.session_state[f"{_CLICK}-{who}"] = clicked
        pick(int(clicked[0]["size"]))
        st.rerun()


def _drawn(now: ShownMemorisation) -> None:
    """What the network drew; on a line the scores beside it, in the plane what is drawn by heart."""
    left, right = st.columns(2, gap="medium")
    line = now.mixture.dimensions == 1
    height = DETAIL_HEIGHT if line else 2 * DETAIL_HEIGHT - 60
    with left:
        _draw(partial(figures.samples_chart, now, "network", height), "samples of the network", height)
    with right:
        if line:
            _draw(partial(figures.pull_chart, now, height), "scores", height)
        else:
            _draw(partial(figures.samples_chart, now, "empirical", height), "samples by heart", height)


def _scores(now: ShownMemorisation) -> None:
    """Where the score lies by noise; on a line what is drawn by heart beside it."""
    left, right = st.columns(2, gap="medium")
    with left:
        _draw(partial(figures.position_chart, now, DETAIL_HEIGHT), "where the score lies", DETAIL_HEIGHT)
    with right:
        if now.mixture.dimensions == 1:
            height = DETAIL_HEIGHT
            _draw(partial(figures.samples_chart, now, "empirical", height), "samples by heart", height)


def _draw(make: Callable[[Mode], ChartFigure], name: str, height: int) -> None:
    chart(make, key=name.replace(" ", "-"), height=height, name=name)
