"""The Memorise page's figures and sentences, on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from explorer.ui.shared.chart import chart, clicked_row
from explorer.ui.shell import header


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
    open_question, beside_card = answers.is_open(), header.in_lesson()
    with left:
        if open_question:
            st.caption(answers.CURVES_LATER)
        else:
            _bands(now, "network", live)
    with right:
        _bands(now, "empirical", live)
    details = figures.detail_charts(now) if now.picked is not None and not open_question else ()
    if now.picked is not None and not open_question:
        tasks.report(_seen(now.picked))
    if not beside_card:  # where the card has the words
        answers.finding(findings.describe_size(now))
    _side_by_side(details[:2])
    if beside_card:
        answers.finding(findings.describe_size(now))
    _side_by_side(details[2:])
    if not live:
        answers.findings(findings.describe_findings(now.spec, now.sizes), help.DOUBT)


def _seen(one: MemorisedSize) -> Remembered:
    """What a task judges."""
    network, by_heart = (one.over_seeds(who, "memorised").median for who in ("network", "empirical"))
    return Remembered(one.size, network, by_heart)


def _bands(now: ShownMemorisation, who: str, live: bool) -> None:
    """Bands; a click on them picks a number of points."""
    event = chart(
        partial(figures.bands_chart, now, who, figures.HEIGHT),
        key=f"bands-{who}",
        height=figures.HEIGHT,
        name=f"bands, {who}",
        on_select="rerun",
        selection_mode=PICK,
        live=live,
    )
    if clicked := clicked_row(event, PICK, f"bands-{who}"):
        pick(int(clicked["size"]))
        st.rerun()


def _side_by_side(charts: Sequence[tuple[str, int, Callable[[Mode], ChartFigure]]]) -> None:
    """Two charts, or one in the place of the first."""
    for place, (name, height, make) in zip(st.columns(2, gap="medium"), charts, strict=False):
        with place:
            chart(make, key=name.replace(" ", "-"), height=height, name=name)
