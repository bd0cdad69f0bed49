"""What stands beside the picture of all remedies: what the treatment on view draws, its score, and samples on
their way without it and with it."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from explorer.charts.film import Film
from explorer.charts.galleries import gallery_film
from explorer.charts.learned import samples_film
from explorer.charts.remedies import treated_film, treated_score_film
from explorer.charts.scores import captions
from explorer.charts.trajectories import ENDS, cloud_film, path_film
from explorer.charts.words import percent
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import world
from explorer.detection.following import Followed, follow
from explorer.diffusion.fields import noise_curves, shown_steps
from explorer.diffusion.sampling import Lane
from explorer.learning import Result
from explorer.remedies.store import TreatedRow
from explorer.remedies.treatment import Treatment, treated, treatment_text, usual_sampler
from explorer.remedies.usual import UNTREATED
from explorer.trials import trial, trial_chunk, trial_noise, usual_count
from explorer.ui import figures, frame, remedy_controls, remedy_words, remedying, server, state
from explorer.ui.learning import GRID, shown_interval, shown_square
from explorer.ui.player import player
from explorer.ui.remedying import Known, told
from explorer.ui.scoring import mode_ticks

SCORE_FRAMES = 40
POLL_SECONDS = 0.5
NATURAL, EXTRA = 150, 30  # samples on their way at their natural frequency, and hallucinated ones beside them
COLUMNS = 6
_MORE = "remedies-more"  # whether more was coming when the page was drawn last


def show(result: Result, identity: str, known: Known, chosen: Treatment, k: int, height: int) -> None:
    """All remedies, and beside them the one on view; more appears as it is measured."""

    polled = st.session_state.setdefault(_MORE, known.under_way)

    @st.fragment(run_every=POLL_SECONDS if polled else None, key="remedies")
    def shown() -> None:
        now = remedying.look(result, identity, chosen)
        big, small = st.columns([1.25, 1], gap="medium")
        with big:
            remedying.picture(result.experiment, now, k, height)
        with small:
            more = beside(result, identity, now, chosen, k, height) or now.under_way
        if now.picked is not None:
            frame.sentence(remedy_words.spoken(now.picked, k, now.origin))
        if now.progress:
            st.caption(now.progress)
        state.write_link()
        if more != polled:
            st.session_state[_MORE] = more
            st.rerun()

    shown()


def beside(result: Result, identity: str, known: Known, chosen: Treatment, k: int, height: int) -> bool:
    """What stands beside the picture; returns whether more of it is coming."""
    side = remedy_controls.side(result.experiment)
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
    figures.shows(film, 0)


def _density(mixture: GaussianMixture, known: Known, row: TreatedRow, k: int) -> Film:
    x = np.linspace(*shown_interval(mixture), GRID)
    column = torch.from_numpy(x)[:, None]
    assert row.shown.density is not None
    assert row.price.beyond is not None
    before = known.prices.find(UNTREATED)
    bare = None
    if before is not None and before.shown.density is not None and row.treatment != UNTREATED:
        bare = before.shown.density.resampled(x)
    said = f"{percent(row.price.beyond[k])} lie beyond {k} sigma."
    return treated_film(
        x,
        row.shown.density.resampled(x),
        bare,
        mixture.log_density(column).exp().numpy(),
        mixture.is_hallucination(column, k).numpy(),
        title=told(row.treatment),
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
        [(told(row.treatment), "model", shown[None, :, 0], wrong[None])],
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
    start = 2 * len(film.captions) // 3
    shown = player(film, key="treated-score", height=height, start=start)
    figures.shows(film, shown.frame)


# ---- twins ---------------------------------------------------------------------------------------------


def twins(result: Result, identity: str, treatment: Treatment, k: int, height: int) -> bool:
    """The same noise through the model, and through the treated model; returns whether more is coming."""
    experiment, n = result.experiment, usual_count(result.experiment)
    spec = usual_sampler(experiment, treatment)
    key = f"{identity} {spec} {n}"
    walked = server.computed("trial", f"trial {key}", lambda: trial(result, n, spec), patience=1.5)
    work: server.Work = walked
    if walked.value is not None:
        bad = np.flatnonzero(walked.value.hallucinated(k))[:EXTRA]
        rows = sorted({*range(NATURAL), *bad.tolist()})
        lanes = [
            Lane(result.sampled, spec),
            treated(result, treatment, sampler=spec, denoiser=result.sampled),
        ]
        work = server.computed(
            "treated twins",
            f"treated twins {key} {k} {treatment_text(treatment)}",
            lambda: follow(lanes, rows, n, trial_noise(result, None), chunk=trial_chunk(result)),
            patience=1.5,
        )
        if work.value is not None:
            film = _twins(result, work.value, treatment, k)
            shown = player(film, key="treated-twins", height=height, start=len(film.captions) - 1)
            figures.shows(film, shown.frame)
            return False
    with st.container(height=height, border=False):
        st.caption(work.error or "following samples")
    return work.under_way


def _twins(result: Result, followed: Followed, treatment: Treatment, k: int) -> Film:
    mixture = result.experiment.mixture
    assert mixture is not None
    wrong = [mixture.is_hallucination(torch.from_numpy(lane), k).numpy() for lane in followed.samples]
    counts = [int(flags.sum()) for flags in wrong]
    titles = [(f"untreated: {counts[0]} hallucinated", "model"), (f"treated: {counts[1]}", "kept")]
    named = [f"t = {t}" for t in followed.steps]
    alt = (
        f"{len(followed.rows)} samples from the same noise: {counts[0]} hallucinated without "
        f"{told(treatment)}, {counts[1]} with it."
    )
    if mixture.dimensions == 1:
        return path_film(
            followed.steps,
            [lane[:, :, 0] for lane in followed.x0_hat],
            titles,  # type: ignore[arg-type]
            wrong,
            named,
            modes=[(m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)],
            interval=shown_interval(mixture),
            ticks=mode_ticks(mixture),
            at_the_end=False,
            alt=alt,
        )
    centre, reach = shown_square(mixture)
    return cloud_film(
        list(followed.x0_hat),
        titles,  # type: ignore[arg-type]
        wrong,
        named,
        modes=np.array(mixture.means),
        centre=centre,
        reach=reach,
        at_the_end=False,
        alt=alt,
    )
