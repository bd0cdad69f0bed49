"""All samplers of a run on screen, and beside them what the one that is singled out makes, in which steps."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.experiments.run import Result
from explorer.experiments.sampler_rates import TITLES
from explorer.figures.vega.samplers import PICK
from explorer.lessons.goals import Sampled
from explorer.page_figures import samplers as figures
from explorer.page_figures import samplers_findings as findings
from explorer.ui.lesson import answers, tasks
from explorer.ui.player import player
from explorer.ui.samplers import controls, results
from explorer.ui.samplers.results import Known
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.chart import chart, clicked_row
from explorer.ui.shared.growing_figure import growing_figure

HEIGHT, STEPS_HEIGHT = 400, 105


def show(result: Result, identity: str, known: Known, k: int) -> None:
    """All samplers, and beside them the one on view; more appears as it is measured."""

    def draw() -> bool:
        now = results.look(result, identity)
        big, small = st.columns([1.55, 1], gap="medium")
        with big:
            _all_samplers(result, now, k)
        with small:
            more = _one_sampler(result, identity, now, k) or now.under_way
        if now.picked is not None:
            if now.picked.model.beyond is not None:
                tasks.report(Sampled(now.picked.model.beyond[5], now.picked.calls))
            said = findings.describe_rate(now.picked, result.experiment, k)
            answers.finding(findings.coloured(said))
        told = (now.origin if now.picked is not None else "", now.progress)
        if any(told):
            st.caption(" · ".join(filter(None, told)))
        return more

    growing_figure("samplers", draw, begins=known.under_way)


def _all_samplers(result: Result, known: Known, k: int) -> None:
    """What is measured against network calls; a click on a dot singles it out."""
    price = controls.measured(result.experiment)
    event = chart(
        partial(figures.rates_chart, result, known.rows, known.picked, price, k, asked=answers.is_open()),
        key="samplers-chart",
        height=HEIGHT,
        name="samplers against calls",
        grows=True,
        live=known.under_way,
        on_select="rerun",
        selection_mode=PICK,
    )
    if clicked := clicked_row(event, PICK, "samplers-chart"):
        name = next((name for name, title in TITLES.items() if title == clicked.get("sampler")), None)
        if name is not None:
            controls.pick(name, int(clicked["calls"]))
            st.rerun()


def _one_sampler(result: Result, identity: str, known: Known, k: int) -> bool:
    """What the sampler that is singled out makes, and its steps; returns whether more is coming."""
    row = known.picked
    if row is None:
        return False
    if answers.is_open():
        st.caption(answers.CURVES_LATER)
        return False
    if result.experiment.pictures:
        kinds = partial(figures.kinds_chart, result.experiment, known.rows, row)
        chart(kinds, key="sampler-kinds", height=HEIGHT - STEPS_HEIGHT, name="kinds of impossible pictures")
        more = False
    else:
        more = _output(result, identity, known, k)
    steps = partial(figures.steps_chart, result.experiment, row)
    chart(steps, key="sampler-steps", height=STEPS_HEIGHT, name="its steps")
    return more


def _output(result: Result, identity: str, known: Known, k: int) -> bool:
    """Its density, or its samples, as soon as they are computed."""
    row = known.picked
    assert row is not None
    height = HEIGHT - STEPS_HEIGHT
    work = results.output(result, identity, row)
    if work.value is None:
        with st.container(height=height, border=False):
            st.caption(work.error or "computing what it makes")
        return work.under_way
    film = figures.output_film(result, work.value, row, k)
    shown = player(film, key="sampler-output", height=height, on_zoom=True)
    about = findings.describe_rate(row, result.experiment, k)
    figure_downloads.register_film(film, shown, "what it makes", lambda frame: about)
    return False
