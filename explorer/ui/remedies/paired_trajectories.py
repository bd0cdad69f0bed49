"""Samples on their way from the same noise: through the model, and through the treated model."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from explorer.detection.paired_trajectories import Followed, follow
from explorer.diffusion.sampling import SamplingRun
from explorer.experiments.run import Result
from explorer.experiments.trials import default_count, trial, trial_chunk, trial_noise
from explorer.figures.film.film import Film
from explorer.figures.film.trajectories import cloud_film, path_film
from explorer.page_figures.extents import mode_ticks, shown_interval, shown_square
from explorer.remedies.treatment import Treatment, default_sampler, treated, treatment_text
from explorer.ui.player import player
from explorer.ui.remedies.figure import told
from explorer.ui.shared import figure_downloads
from explorer.ui.shell import server

NATURAL, EXTRA = 150, 30  # samples at their natural frequency, and hallucinated ones beside them


def twins(result: Result, identity: str, treatment: Treatment, k: int, height: int) -> bool:
    """The same noise through the model, and through the treated model; returns whether more is coming."""
    experiment, n = result.experiment, default_count(result.experiment)
    spec = default_sampler(experiment, treatment)
    key = f"{identity} {spec} {n}"
    walked = server.computed("trial", f"trial {key}", lambda: trial(result, n, spec), patience=1.5)
    work: server.Work = walked
    if walked.value is not None:
        bad = np.flatnonzero(walked.value.hallucinated(k))[:EXTRA]
        rows = sorted({*range(NATURAL), *bad.tolist()})
        lanes = [
            SamplingRun(result.sampled, spec),
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
            figure_downloads.shows(film, shown.frame)
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
