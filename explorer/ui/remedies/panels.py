"""The picture of all remedies, and what stands beside it: what the treatment on view draws, its score, or
samples on their way."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import world
from explorer.diffusion.fields import noise_curves, shown_steps
from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import gallery_film
from explorer.figures.film.learned import samples_film
from explorer.figures.film.scores import captions
from explorer.figures.film.trajectories import ENDS
from explorer.figures.film.treated import treated_film, treated_score_film
from explorer.figures.words import percent
from explorer.remedies.store import TreatedRow
from explorer.remedies.treatment import UNTREATED, Treatment, treated, treatment_text
from explorer.ui.learn.figure import GRID, shown_interval, shown_square
from explorer.ui.player import player
from explorer.ui.remedies import controls, findings, results
from explorer.ui.remedies.figure import picture, short, told
from explorer.ui.remedies.paired_trajectories import twins
from explorer.ui.remedies.results import Known
from explorer.ui.score.figure import mode_ticks, telling_step
from explorer.ui.shared import figure_downloads
from explorer.ui.shell import header, session

SCORE_FRAMES = 40
POLL_SECONDS = 0.5
COLUMNS = 6
_MORE = "remedies-more"  # whether more was coming when the page was drawn last


def show(result: Result, identity: str, known: Known, chosen: Treatment, k: int, height: int) -> None:
    """All remedies, and beside them the one on view; more appears as it is measured."""

    polled = st.session_state.setdefault(_MORE, known.under_way)

    @st.fragment(run_every=POLL_SECONDS if polled else None, key="remedies")
    def shown() -> None:
        now = results.look(result, identity, chosen)
        big, small = st.columns([1.25, 1], gap="medium")
        with big:
            picture(result.experiment, now, k, height)
        with small:
            more = beside(result, identity, now, chosen, k, height) or now.under_way
        if now.picked is not None:
            header.sentence(findings.spoken(now.picked, k, now.origin))
        if now.progress:
            st.caption(now.progress)
        session.write_link()
        if more != polled:
            st.session_state[_MORE] = more
            st.rerun()

    shown()


def beside(result: Result, identity: str, known: Known, chosen: Treatment, k: int, height: int) -> bool:
    """What stands beside the picture; returns whether more of it is coming."""
    side = controls.side(result.experiment)
    if side == "twins":
        return twins(result, identity, chosen, k, height)
    if side == "score":
        score(result, identity, chosen, height)
    else:
        drawn(result, known, k, height)
    return False


def drawn(result: Result, known: Known, k: int, height: int) -> None:
    """What the treatment draws: its density over the truth, its samples, or its pictures."""
    row = known.picked
    if row is None:
        with st.container(height=height, border=False):
            st.caption(known.progress)
        return
    mixture = result.experiment.mixture
    if mixture is None:
        film = _pictures(result, row)
    elif row.shown.density is not None:
        film = _density(mixture, known, row, k)
    else:
        film = _samples(mixture, row, k)
    player(film, key="treated", height=height)
    figure_downloads.shows(film, 0)


def _density(mixture: GaussianMixture, known: Known, row: TreatedRow, k: int) -> Film:
    x = np.linspace(*shown_interval(mixture), GRID)
    column = torch.from_numpy(x)[:, None]
    assert row.shown.density is not None
    assert row.result.beyond is not None
    before = known.prices.find(UNTREATED)
    bare = None
    if before is not None and before.shown.density is not None and row.treatment != UNTREATED:
        bare = before.shown.density.resampled(x)
    said = f"{percent(row.result.beyond[k])} lie beyond {k} sigma."
    return treated_film(
        x,
        row.shown.density.resampled(x),
        bare,
        mixture.log_density(column).exp().numpy(),
        mixture.is_hallucination(column, k).numpy(),
        title=short(row.treatment),
        alt=f"Density under {told(row.treatment)} over that of the model and the truth. {said}",
    )


def _samples(mixture: GaussianMixture, row: TreatedRow, k: int) -> Film:
    samples = row.shown.samples
    assert samples is not None
    wrong = mixture.is_hallucination(torch.from_numpy(samples), k).numpy()
    centre, reach = shown_square(mixture)
    film = samples_film(
        [samples],
        [wrong],
        ("",),
        modes=np.array(mixture.means),
        reach=reach,
        centre=centre,
        known=True,
        alt=f"{len(samples):,} samples under {told(row.treatment)}, {int(wrong.sum())} of them hallucinated.",
    )
    return Film(film.panels, ("",), "", ("", ""), film.alt)


def _pictures(result: Result, row: TreatedRow) -> Film:
    pictures = row.shown.samples
    assert pictures is not None
    shown = pictures[: len(pictures) // COLUMNS * COLUMNS]
    wrong = world(result.experiment.pictures).kinds(torch.from_numpy(shown)).numpy() != 0
    return gallery_film(
        [(short(row.treatment), "model", shown[None, :, 0], wrong[None])],
        ("",),
        columns=COLUMNS,
        slider="",
        ends=("", ""),
        alt=f"{len(shown)} pictures under {told(row.treatment)}; {int(wrong.sum())} cannot exist.",
    )


# ---- the score -----------------------------------------------------------------------------------------


@st.cache_resource(max_entries=24, show_spinner=False)
def _score(_result: Result, key: str, _treatment: Treatment) -> Film:
    mixture, truth = _result.experiment.mixture, _result.truth()
    assert mixture is not None
    steps = shown_steps(_result.experiment.schedule, SCORE_FRAMES)
    low, high = shown_interval(mixture)
    before = noise_curves(_result.sampled, truth, steps, low, high)
    after = noise_curves(
        treated(_result, _treatment, denoiser=_result.sampled).denoiser, None, steps, low, high
    )
    assert before.truth is not None
    errors = [float(np.abs(curves - before.truth).max()) for curves in (before.model, after.model)]
    return treated_score_film(
        before.x,
        -before.truth,
        -before.model,
        -after.model,
        captions(before.steps, before.alpha_bars),
        ends=ENDS,
        ticks=mode_ticks(mixture),
        alt=f"Scaled score of truth, model and treated model at {len(steps)} steps t. The largest error is "
        f"{errors[0]:.3g} untreated and {errors[1]:.3g} treated.",
    )


def score(result: Result, identity: str, treatment: Treatment, height: int) -> None:
    """The score between the modes, with the treatment and without it."""
    film = _score(result, f"{identity} {treatment_text(treatment)}", treatment)
    steps = np.array(shown_steps(result.experiment.schedule, SCORE_FRAMES))
    start = int(np.abs(steps - telling_step(result.experiment.schedule)).argmin())
    shown = player(film, key="treated-score", height=height, start=start)
    figure_downloads.shows(film, shown.frame)
