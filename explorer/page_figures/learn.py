"""The Learn page's figures: what a training produces at every snapshot, its noise error, and its
rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.points import PointSet
from explorer.diffusion.training import NOISE_ERROR, TRAINING_LOSS, Recorded
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import Measurement
from explorer.experiments.run import Result, Snapshot
from explorer.figures.film.film import Film
from explorer.figures.film.training import density_film, samples_film
from explorer.figures.vega.training import loss_data, loss_spec, rate_data, rate_spec
from explorer.figures.words import exact_rate, format_rate, percent, seconds
from explorer.page_figures.extents import GRID, shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure, FilmFigure, named

ANSWERS = ("none", "a few", "dozens", "hundreds or more")

FINDING = "Between the modes the {truth} is zero. The {model} builds {hallucinated:bridges:}."
AXIS_TITLES: dict[Recorded, str] = {NOISE_ERROR: "noise error, even t", TRAINING_LOSS: "training loss"}

RateRow = tuple[int, float, float, float, float]  # training step, seconds, share, its interval


def main_figure(result: Result, k: int = 5, points: PointSet | None = None) -> FilmFigure:
    """What a run on points learned; it opens at the end of the training. `points` as film() takes them.

    Raises ValueError for a run on pictures.
    """
    if result.experiment.pictures:
        raise ValueError("Pictures have no density to draw: the Shapes page shows what such a run learned.")
    made = film(result.experiment, result.snapshots, k, points)
    caption = file_caption(result.snapshots, k)
    return FilmFigure(made, len(made.captions) - 1, caption=lambda frame: named(result, caption(frame)))


def film(experiment: Experiment, snapshots: Sequence[Snapshot], k: int, points: PointSet | None) -> Film:
    """The learned distribution at every snapshot, over the truth; the truth alone if there is no snapshot.

    k           sigmas from every mode at which a hallucination begins
    points      the uploaded points, where these and no mixture are the data; None if they are lost
    """
    mixture = experiment.mixture
    captions = [_caption(s, k) for s in snapshots] or ["not trained yet"]
    final = snapshots[-1].measurement if snapshots else None
    text = "Nothing is trained yet." if final is None else f"At the end {describe_rate(final, k)}."
    if _dimensions(mixture, points) == 1:
        return _density(mixture, points, snapshots, captions, k, text)
    return _samples(mixture, points, snapshots, captions, k, text)


def loss_chart(losses: np.ndarray, recorded: Recorded = NOISE_ERROR) -> ChartFigure:
    """What was recorded of every step of a training."""
    numbers = ""
    if len(losses):
        numbers = f"From {losses[0]:.3g} to {losses[-50:].mean():.3g} after {len(losses):,} steps."
    alt = f"{recorded.capitalize()} against the training step, both axes logarithmic."
    return ChartFigure(loss_spec(AXIS_TITLES[recorded]), loss_data(losses), alt, numbers)


def rate_chart(snapshots: Sequence[Snapshot], k: int) -> ChartFigure | None:
    """The share beyond k sigma against the time of training; None where the truth is unknown."""
    rows = [row for s in snapshots if (row := _rate_row(s, k)) is not None]
    if snapshots and not rows:
        return None
    numbers = ""
    if rows:
        (_, first, before, *_), (_, last, after, *_) = rows[0], rows[-1]
        numbers = f"From {percent(before)} after {seconds(first)} to {percent(after)} after {seconds(last)}."
    alt = f"Share of samples beyond {k} sigma against seconds of training, both axes logarithmic."
    counted = snapshots[-1].measurement.rate(k) if snapshots else None
    how = "exact" if counted is None else f"n = {counted.n:,} at the end, 95 % intervals"
    caption = f"Share of samples beyond {k} σ of every mode, {how}. {numbers}" if rows else ""
    return ChartFigure(rate_spec(k), rate_data(rows), alt, numbers, caption=caption)


def describe_rate(measurement: Measurement, k: int) -> str:
    """The hallucination rate in words, with its interval and n, or that it is exact or unknown."""
    if measurement.beyond is None:
        return "the truth is unknown"
    share, rate = measurement.beyond[k], measurement.rate(k)
    if rate is None:
        return f"{exact_rate(share, measurement.numerical_error(k))} lie beyond {k} σ (exact)"
    return f"{format_rate(rate.value, *rate.interval)} lie beyond {k} σ (n = {rate.n:,})"


def describe_snapshot(snapshot: Snapshot, k: int) -> str:
    """What is said under the film at a snapshot: its rate, its step and its time."""
    rate = describe_rate(snapshot.measurement, k)
    return f"{rate} · {snapshot.step:,} steps in {snapshot.seconds:.1f} s"


def file_caption(snapshots: Sequence[Snapshot], k: int) -> Callable[[int], str]:
    """The caption in the file of a frame of film(): the step, and the rate with its interval and n."""

    def numbers(frame: int) -> str:
        if not snapshots:
            return "not trained yet"
        seen = snapshots[frame]
        return f"step {seen.step:,} · {seconds(seen.seconds)} · {describe_rate(seen.measurement, k)}"

    return numbers


def describe_standardised(points: PointSet) -> str:
    """How a person's own points are drawn: in units of their spread, around their mean."""
    names = ("x", "y")[: points.shape[0]]
    how = " and ".join(
        f"{name} is ({name} − {shift:.3g}) / {points.scale:.3g}".replace("− -", "+ ")
        for name, shift in zip(names, points.shift, strict=True)
    )
    return f"Your points are drawn standardised: {how}."


def rate_answer(share: float) -> str:
    """Which of ANSWERS a rate is, of 10,000 samples."""
    for bound, answer in zip((5e-5, 1e-3, 2e-2, 1.1), ANSWERS, strict=True):
        if share < bound:
            return answer
    raise ValueError(f"The share {share} is outside [0, 1].")


def _caption(snapshot: Snapshot, k: int) -> str:
    measured = snapshot.measurement
    rate = ""
    if measured.beyond is not None:
        rate = f" · {exact_rate(measured.beyond[k], measured.numerical_error(k))}"
    return f"step {snapshot.step:,} · {seconds(snapshot.seconds)}{rate}"


def _rate_row(snapshot: Snapshot, k: int) -> RateRow | None:
    measurement = snapshot.measurement
    if measurement.beyond is None:
        return None
    rate = measurement.rate(k)
    share = measurement.beyond[k]
    low, high = (share, share) if rate is None else rate.interval
    return snapshot.step, snapshot.seconds, share, low, high


def _dimensions(mixture: GaussianMixture | None, points: PointSet | None) -> int:
    if mixture is not None:
        return mixture.dimensions
    return 1 if points is None else points.shape[0]


def _density(
    mixture: GaussianMixture | None,
    points: PointSet | None,
    snapshots: Sequence[Snapshot],
    captions: list[str],
    k: int,
    text: str,
) -> Film:
    low, high = shown_interval(mixture)
    x = np.linspace(low, high, GRID)
    densities = [s.measurement.density for s in snapshots]
    learned = np.stack([d.resampled(x) for d in densities if d is not None]) if densities else None
    truth = outside = data = None
    if mixture is not None:
        column = torch.from_numpy(x)[:, None]
        truth = mixture.log_density(column).exp().numpy()
        outside = mixture.is_hallucination(column, k).numpy()
    elif points is not None:
        counts, edges = np.histogram(points.points[:, 0], bins=120, range=(low, high), density=True)
        data = counts[np.clip(np.searchsorted(edges, x, side="right") - 1, 0, 119)]
    alt = f"Density of the model's samples and of the data on a log axis. {text}"
    return density_film(x, learned, captions, truth=truth, outside=outside, data=data, alt=alt)


def _samples(
    mixture: GaussianMixture | None,
    points: PointSet | None,
    snapshots: Sequence[Snapshot],
    captions: list[str],
    k: int,
    text: str,
) -> Film:
    clouds = [s.measurement.samples for s in snapshots if s.measurement.samples is not None]
    clouds = [cloud[: min(len(c) for c in clouds)] for cloud in clouds]
    hallucinated = None
    if mixture is not None:
        hallucinated = [mixture.is_hallucination(torch.from_numpy(cloud), k).numpy() for cloud in clouds]
        modes = np.array(mixture.means)
    else:
        modes = np.empty((0, 2)) if points is None else points.points[:2000]
    centre, reach = shown_square(mixture)
    alt = f"Samples of the model as dots, {len(modes)} true modes marked. {text}"
    return samples_film(
        clouds,
        hallucinated,
        captions,
        modes=modes,
        reach=reach,
        centre=centre,
        alt=alt,
        known=mixture is not None,
    )
