"""All remedies of a run on screen, and beside them what the treatment on view draws, its score, or samples on
their way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.experiments.trials import default_count
from explorer.figures.film.film import Film
from explorer.figures.vega.remedies import PICK
from explorer.lessons.goals import Treated
from explorer.page_figures import remedies as figures
from explorer.page_figures import remedy_films
from explorer.page_figures.remedies_findings import describe_result
from explorer.page_figures.remedy_methods import methods_table
from explorer.page_figures.views.remedies import CURES, View
from explorer.page_tasks.remedies import follow_treated
from explorer.remedies.treatment import Treatment, default_sampler, treatment_text
from explorer.ui.lesson import answers, tasks
from explorer.ui.player import player
from explorer.ui.remedies import controls, help, own, results
from explorer.ui.remedies.results import Known
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.chart import chart, clicked_row
from explorer.ui.shared.drawn_trial import drawn_trial
from explorer.ui.shared.growing_figure import growing_figure
from explorer.ui.shell import server, session

HEIGHT = 400
NATURAL, EXTRA = 150, 30  # samples at their natural frequency, and hallucinated ones beside them


def show(result: Result, identity: str, known: Known, chosen: Treatment, k: int) -> None:
    """All remedies, and beside them the one on view; more appears as it is measured."""

    def draw() -> bool:
        now = results.look(result, identity, chosen)
        big, small = st.columns([1.25, 1], gap="medium")
        with big:
            _all_remedies(result, now, k)
        with small:
            more = _beside(result, identity, now, chosen, k) or now.under_way
        if now.picked is not None:
            _report(now, result)
            answers.finding(describe_result(now.picked, k, now.origin))
        if now.progress:
            st.caption(now.progress)
        return own.show(result, identity, now.table, k) or more

    growing_figure("remedies", draw, begins=known.under_way)


def show_methods(known: Known, experiment: Experiment, k: int) -> None:
    """Every remedy with its paper, where its formula was read, and what its best dial leaves and costs."""
    with st.expander("Methods, their papers, and where ours differ"):
        if answers.is_open():
            st.caption(answers.CURVES_LATER)
            return
        st.dataframe(methods_table(experiment, known.table, k), hide_index=True)
        st.caption(help.METHODS)


def _report(known: Known, result: Result) -> None:
    """Tell a task what the treatment on view leaves, and what it costs the mode that it costs most."""
    mixture, untreated = result.experiment.mixture, known.table.find(())
    if mixture is None or known.picked is None or untreated is None:
        return
    found, before = known.picked.result, untreated.result
    if found.beyond is None or before.beyond is None:
        return
    shares = [share / weight for share, weight in zip(found.mode_shares, mixture.weights, strict=True)]
    tasks.report(Treated(found.beyond[5], before.beyond[5], min(shares)))


def _all_remedies(result: Result, known: Known, k: int) -> None:
    """Rate against price, a dot a treatment; a click opens it. Or the networks that were trained anew."""
    name = controls.price(result.experiment)
    if session.view(View).cures == CURES[1] and known.table.trained:
        variants = partial(figures.variants_chart, known.table, name, k, asked=answers.is_open())
        chart(variants, key="changes", height=HEIGHT, name="trained anew", grows=True)
        return
    event = chart(
        partial(
            figures.price_chart,
            result.experiment,
            known.table,
            known.picked,
            name,
            k,
            asked=answers.is_open(),
        ),
        key="prices",
        height=HEIGHT,
        name="rate against price",
        grows=True,
        live=known.under_way,
        on_select="rerun",
        selection_mode=PICK,
    )
    clicked = clicked_row(event, PICK, "prices")
    if clicked and clicked.get("text") is not None:
        controls.choose(clicked["text"])
        st.rerun()


def _beside(result: Result, identity: str, known: Known, chosen: Treatment, k: int) -> bool:
    """What stands beside the chart; returns whether more of it is coming."""
    side = controls.side(result.experiment)
    if side == "twins":
        return _paired_trajectories(result, identity, chosen, k)
    if side == "score":
        film = _score_film(result, f"{identity} {treatment_text(chosen)}", chosen)
        start = remedy_films.score_frame(result)
        shown = player(
            film, key="treated-score", on_frame=True, free=True, height=HEIGHT, frame=start, on_zoom=True
        )
        figure_downloads.register_film(film, shown, "score with and without it", _file_caption(film, chosen))
    elif answers.is_open():
        st.caption(answers.CURVES_LATER)
    elif known.picked is None:
        _note(known.progress)
    else:
        film = remedy_films.drawn_film(result, known.table, known.picked, k)
        shown = player(film, key="treated", height=HEIGHT, on_zoom=True)
        about = describe_result(known.picked, k, "")
        figure_downloads.register_film(film, shown, "what it draws", lambda frame: about)
    return False


def _file_caption(film: Film, treatment: Treatment, more: str = "") -> Callable[[int], str]:
    """The caption in the file of a frame."""
    treated = figures.describe_treatment(treatment)
    return lambda frame: " · ".join(filter(None, (film.captions[frame], treated, more)))


def _note(text: str) -> None:
    """A few words where the film will be."""
    with st.container(height=HEIGHT, border=False):
        st.caption(text)


@st.cache_resource(max_entries=24, show_spinner=False)
def _score_film(_result: Result, key: str, _treatment: Treatment) -> Film:
    return remedy_films.score_film(_result, _treatment)


def _paired_trajectories(result: Result, identity: str, treatment: Treatment, k: int) -> bool:
    """The same noise through the model, and through the treated model; returns whether more is coming."""
    experiment, n = result.experiment, default_count(result.experiment)
    spec = default_sampler(experiment, treatment)
    key = f"{identity} {spec} {n}"
    walked = drawn_trial(result, identity, n, spec, patience=1.5)
    work: server.Work = walked
    if walked.value is not None:
        bad = np.flatnonzero(walked.value.hallucinated(k))[:EXTRA]
        rows = sorted({*range(NATURAL), *bad.tolist()})
        work = server.computed(
            "treated twins",
            f"treated twins {key} {k} {treatment_text(treatment)}",
            partial(follow_treated, result, treatment, rows, n, spec),
            patience=1.5,
        )
        if work.value is not None:
            film = remedy_films.paired_film(result, work.value, treatment, k)
            shown = player(
                film,
                key="treated-twins",
                on_frame=True,
                free=True,
                height=HEIGHT,
                frame=len(film.captions) - 1,
                on_zoom=True,
            )
            name = "samples with and without it"
            figure_downloads.register_film(film, shown, name, _file_caption(film, treatment, f"beyond {k} σ"))
            return False
    _note(work.error or "following samples")
    return work.under_way
