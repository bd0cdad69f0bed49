"""The Learn page's rooms: what a run's snapshots look like, live or stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
import torch

from explorer import checkpoints
from explorer.charts.film import Film
from explorer.charts.histories import loss_data, loss_spec, rate_data, rate_spec
from explorer.charts.learned import density_film, samples_film
from explorer.charts.words import percent, seconds, told
from explorer.data.mixture import GaussianMixture
from explorer.data.points import PointSet
from explorer.experiment import Experiment
from explorer.learning import Snapshot
from explorer.measuring import Measurement
from explorer.ui.chart import chart

GRID = 720
KEPT_FILMS = 48  # for all who look; the largest, of points in the plane, take a few MB

RateRow = tuple[int, float, float, float, float]  # training step, seconds, share, its interval


def film(experiment: Experiment, snapshots: Sequence[Snapshot], k: int) -> Film:
    """The learned distribution at every snapshot, over the truth; the truth alone if there is no snapshot.

    It is made once for the same snapshots, and all who look at them share it.
    """
    last = snapshots[-1] if snapshots else None
    made_at = None if last is None else (len(snapshots), last.step, last.seconds)
    return _film(experiment.digest, made_at, k, experiment, snapshots)


@st.cache_resource(max_entries=KEPT_FILMS, show_spinner=False)
def _film(
    digest: str,
    made_at: tuple[int, int, float] | None,
    k: int,
    _experiment: Experiment,
    _snapshots: Sequence[Snapshot],
) -> Film:
    experiment, snapshots = _experiment, _snapshots
    mixture = experiment.mixture
    points = None if mixture is not None else checkpoints.own().load_points(experiment.upload)
    captions = [_caption(s, k) for s in snapshots] or ["not trained yet"]
    final = snapshots[-1].measurement if snapshots else None
    told = "Nothing is trained yet." if final is None else f"At the end {spoken_rate(final, k)}."
    if _dimensions(mixture, points) == 1:
        return _density(mixture, points, snapshots, captions, k, told)
    return _samples(mixture, points, snapshots, captions, k, told)


def charts(losses: np.ndarray, snapshots: Sequence[Snapshot], k: int, height: int, *, live: bool) -> None:
    """The loss, and the share beyond k sigma against the time of training: two small charts of fixed size."""
    alt = "Training loss against the step, both axes logarithmic."
    chart(
        loss_data(losses),
        loss_spec(),
        key="loss",
        height=height,
        name="loss",
        alt=alt,
        numbers=_fall(losses),
        live=live,
    )
    rows = [row for s in snapshots if (row := _rate_row(s, k)) is not None]
    if rows or not snapshots:
        alt = f"Share of samples beyond {k} sigma against seconds of training, both axes logarithmic."
        chart(
            rate_data(rows),
            rate_spec(k),
            key="rate",
            height=height,
            name="rate by time",
            alt=alt,
            numbers=_ends(rows),
            live=live,
        )
    else:
        st.caption("The truth of your points is unknown, so nothing can be called a hallucination.")


def spoken_rate(measurement: Measurement, k: int) -> str:
    """The hallucination rate in words, with its interval and n, or that it is exact or unknown."""
    if measurement.beyond is None:
        return "the truth is unknown"
    share, rate = measurement.beyond[k], measurement.rate(k)
    if rate is None:
        return f"{percent(share)} lie beyond {k} σ (exact)"
    return f"{told(rate.value, *rate.interval)} lie beyond {k} σ (n = {rate.n:,})"


def frequency(share: float) -> str:
    """A rate as the answer to "how many of 10,000?"."""
    for bound, words in ((5e-5, "none"), (1e-3, "a few"), (2e-2, "dozens"), (1.1, "hundreds or more")):
        if share < bound:
            return words
    raise ValueError(f"The share {share} is outside [0, 1].")


def _caption(snapshot: Snapshot, k: int) -> str:
    beyond = snapshot.measurement.beyond
    rate = "" if beyond is None else f" · {percent(beyond[k])}"
    return f"step {snapshot.step:,} · {seconds(snapshot.seconds)}{rate}"


def _fall(losses: np.ndarray) -> str:
    return (
        f"From {losses[0]:.3g} to {losses[-50:].mean():.3g} after {len(losses):,} steps."
        if len(losses)
        else ""
    )


def _ends(rows: Sequence[RateRow]) -> str:
    if not rows:
        return ""
    (_, first, before, *_), (_, last, after, *_) = rows[0], rows[-1]
    return f"From {percent(before)} after {seconds(first)} to {percent(after)} after {seconds(last)}."


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
    told: str,
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
    alt = f"Density of the model's samples and of the data on a log axis. {told}"
    return density_film(x, learned, captions, truth=truth, outside=outside, data=data, alt=alt)


def _samples(
    mixture: GaussianMixture | None,
    points: PointSet | None,
    snapshots: Sequence[Snapshot],
    captions: list[str],
    k: int,
    told: str,
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
    alt = f"Samples of the model as dots, {len(modes)} true modes marked. {told}"
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


def shown_interval(mixture: GaussianMixture | None) -> tuple[float, float]:
    """The x range of 1-D figures: all modes with room beside them; four standard deviations of unknown
    data."""
    if mixture is None:
        return -4.0, 4.0
    means = [m for (m,) in mixture.means]
    room = max(0.7, 6 * max(mixture.sigmas))
    return min(means) - room, max(means) + room


def shown_square(mixture: GaussianMixture | None) -> tuple[tuple[float, float], float]:
    """Centre and half side of the square that 2-D figures show."""
    if mixture is None:
        return (0.0, 0.0), 4.0
    means = np.array(mixture.means)
    centre = (means.max(0) + means.min(0)) / 2
    reach = float(np.abs(means - centre).max()) + max(0.35, 6 * max(mixture.sigmas))
    return (float(centre[0]), float(centre[1])), reach
