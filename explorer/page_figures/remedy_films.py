"""What one remedy draws, its score, and samples on their way with it and without it, as films."""

from __future__ import annotations

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import picture_distribution
from explorer.detection.paired_trajectories import Followed
from explorer.diffusion.fields import noise_curves, shown_steps
from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import gallery_film
from explorer.figures.film.scores import captions
from explorer.figures.film.training import samples_film
from explorer.figures.film.trajectories import ENDS, cloud_film, path_film
from explorer.figures.film.treated import treated_film, treated_score_film
from explorer.figures.words import exact_rate
from explorer.page_figures.extents import GRID, mode_ticks, shown_interval, shown_square
from explorer.page_figures.remedies import describe_treatment, short_name
from explorer.page_figures.score import opening_step
from explorer.remedies.store import RemedyTable, TreatedRow
from explorer.remedies.treatment import UNTREATED, Treatment, treated

SCORE_FRAMES = 40
COLUMNS = 6


def drawn_film(result: Result, table: RemedyTable, row: TreatedRow, k: int) -> Film:
    """What a treatment draws: its density over the truth, its samples, or its pictures."""
    mixture = result.experiment.mixture
    if mixture is None:
        return _pictures(result, row)
    return _samples(mixture, row, k) if row.shown.density is None else _density(mixture, table, row, k)


def _density(mixture: GaussianMixture, table: RemedyTable, row: TreatedRow, k: int) -> Film:
    x = np.linspace(*shown_interval(mixture), GRID)
    column = torch.from_numpy(x)[:, None]
    assert row.shown.density is not None
    assert row.result.beyond is not None
    before = table.find(UNTREATED)
    bare = None
    if before is not None and before.shown.density is not None and row.treatment != UNTREATED:
        bare = before.shown.density.resampled(x)
    text = f"{exact_rate(row.result.beyond[k], row.result.numerical_error(k))} lie beyond {k} sigma."
    return treated_film(
        x,
        row.shown.density.resampled(x),
        bare,
        mixture.log_density(column).exp().numpy(),
        mixture.is_hallucination(column, k).numpy(),
        title=short_name(row.treatment),
        alt=f"Density under {describe_treatment(row.treatment)} over that of the model and the truth. {text}",
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
        alt=f"{len(samples):,} samples under {describe_treatment(row.treatment)}, {int(wrong.sum())} of them "
        "hallucinated.",
    )
    return Film(film.panels, ("",), "", ("", ""), film.alt)


def _pictures(result: Result, row: TreatedRow) -> Film:
    pictures = row.shown.samples
    assert pictures is not None
    shown = pictures[: len(pictures) // COLUMNS * COLUMNS]
    wrong = picture_distribution(result.experiment.pictures).kinds(torch.from_numpy(shown)).numpy() != 0
    return gallery_film(
        [(short_name(row.treatment), "model", shown[None, :, 0], wrong[None])],
        ("",),
        columns=COLUMNS,
        slider="",
        ends=("", ""),
        alt=f"{len(shown)} pictures under {describe_treatment(row.treatment)}; {int(wrong.sum())} cannot "
        "exist.",
    )


def score_film(result: Result, treatment: Treatment) -> Film:
    """The score between the modes, with the treatment and without it."""
    mixture, truth = result.experiment.mixture, result.truth()
    assert mixture is not None
    steps = shown_steps(result.experiment.schedule, SCORE_FRAMES)
    low, high = shown_interval(mixture)
    model = result.sampled_on(torch.device("cpu"))  # where curves are drawn
    before = noise_curves(model, truth, steps, low, high)
    after = noise_curves(treated(result, treatment, denoiser=model).denoiser, None, steps, low, high)
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


def score_frame(result: Result) -> int:
    """The frame of score_film() at which the score flips sharply between the modes."""
    schedule = result.experiment.schedule
    return int(np.abs(np.array(shown_steps(schedule, SCORE_FRAMES)) - opening_step(schedule)).argmin())


def paired_film(result: Result, followed: Followed, treatment: Treatment, k: int) -> Film:
    """Samples from the same noise through the model, and through the treated model."""
    mixture = result.experiment.mixture
    assert mixture is not None
    wrong = [mixture.is_hallucination(torch.from_numpy(samples), k).numpy() for samples in followed.samples]
    counts = [int(flags.sum()) for flags in wrong]
    titles = [(f"untreated: {counts[0]} hallucinated", "model"), (f"treated: {counts[1]}", "kept")]
    named = [f"t = {t}" for t in followed.steps]
    alt = (
        f"{len(followed.rows)} samples from the same noise: {counts[0]} hallucinated without "
        f"{describe_treatment(treatment)}, {counts[1]} with it."
    )
    if mixture.dimensions == 1:
        return path_film(
            followed.steps,
            [samples[:, :, 0] for samples in followed.x0_hat],
            titles,  # type: ignore[arg-type]
            wrong,
            named,
            modes=[(m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)],
            interval=shown_interval(mixture),
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
