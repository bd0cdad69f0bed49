"""The Score page's figures: the score of truth and model at every step, as a film, and its error as a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.score_error import ScoreErrors, score_errors
from explorer.diffusion.fields import NoiseCurves, NoiseFields, noise_curves, noise_fields, shown_steps
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.figures.film.scores import captions, field_film, score_film
from explorer.figures.palette import Mode, Role
from explorer.figures.plotly.error_map import error_film, error_map
from explorer.figures.vega.score_error import ErrorCurve, error_data, error_spec
from explorer.page_figures.extents import mode_ticks, shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure, FilmFigure, named

CURVE_FRAMES = 60
MAP_FRAMES = 160
FIELD_FRAMES = 32
FIELD_SAMPLES = 2_048  # on which the error of a score in the plane is averaged, at each step
ERROR_HEIGHT = 240
DATA, BETWEEN = "where the data are", "between the modes"
ANSWERS = ("clean", "middle", "noisy")
FINDING = "Between the modes the {model} bends where the {truth} jumps. There a sample can come to rest."
CLEAN, NOISY = 2.0, -2.0  # log-SNR above which a step is called clean, below which noisy


@dataclass(frozen=True)
class Region:
    """A part of the plane to look at, with its name for people."""

    name: str
    title: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class ScoreValues:
    """The curves or arrows of the film, in its unit: F steps, n points, D dimensions.

    x           (n,), or (n, 2) in the plane
    t           (F,)
    truth       (F, n), or (F, n, 2) in the plane; None where it is unknown
    model       likewise
    errors      (F,) the largest length of model - truth between the outer modes at each step, in the plane
                near the modes; None where the truth is unknown
    at          (F,) the x at which it is; None in the plane
    """

    x: np.ndarray
    t: np.ndarray
    truth: np.ndarray | None
    model: np.ndarray
    errors: np.ndarray | None
    at: np.ndarray | None

    @property
    def difference(self) -> np.ndarray | None:
        """model - truth."""
        return None if self.truth is None else self.model - self.truth


@dataclass(frozen=True)
class Scores:
    """What the Score page shows of a run in one dimension or two."""

    film: Film
    steps: np.ndarray
    largest: tuple[float, int, float | None]  # error between the modes, its step and its x
    word: str | None  # one of ANSWERS: where that is; None where the truth is unknown
    values: ScoreValues

    def frame_of(self, t: int) -> int:
        """The frame whose step is nearest to t."""
        return int(np.abs(self.steps - t).argmin())


def regions(mixture: GaussianMixture | None) -> list[Region]:
    """The whole picture, and the neighbourhood of each gap (1-D) or of the most central one (2-D)."""
    if mixture is None or mixture.dimensions == 1:
        low, high = shown_interval(mixture)
        found = [Region("all", "all modes", (low, high, 0, 0))]
        means = sorted(m for (m,) in mixture.means) if mixture is not None else []
        for i, (a, b) in enumerate(zip(means, means[1:], strict=False)):
            room = 0.1 * (b - a)
            found.append(Region(f"gap{i + 1}", f"between {a:g} and {b:g}", (a - room, b + room, 0, 0)))
        return found[:9]
    (x, y), reach = shown_square(mixture)
    found = [Region("all", "all modes", (x - reach, x + reach, y - reach, y + reach))]
    gap = mixture.nearest_gap()
    if np.isfinite(gap):
        middle = np.array(min(mixture.means, key=lambda m: np.hypot(m[0] - x, m[1] - y)))
        others = [np.array(m) for m in mixture.means if 0 < np.hypot(*(np.array(m) - middle)) <= 1.01 * gap]
        if others:
            centre, half = (middle + others[-1]) / 2, 0.75 * gap
            bounds = (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)
            found.append(Region("gap", "between two modes", tuple(float(b) for b in bounds)))  # type: ignore[arg-type]
    return found


def main_figure(result: Result) -> FilmFigure:
    """The scaled score of a run at its end, everywhere; it opens at the step where it flips sharply.

    Raises ValueError for pictures and for uploaded points in the plane.
    """
    experiment = result.experiment
    found = scores(result, -1, regions(experiment.mixture)[0], scaled=True)
    caption = file_caption(found)
    frame = found.frame_of(opening_step(experiment.schedule))
    return FilmFigure(found.film, frame, caption=lambda frame: named(result, caption(frame)))


def scores(result: Result, snapshot: int, region: Region, scaled: bool) -> Scores:
    """The film of a run's score, or of the score scaled by the noise, at one snapshot.

    Raises ValueError for pictures and for uploaded points in the plane.
    """
    schedule, mixture = result.experiment.schedule, result.experiment.mixture
    if result.dimensions == 1:
        curves = noise_curves(
            result.denoiser(snapshot),
            result.truth(),
            shown_steps(schedule, CURVE_FRAMES),
            *region.bounds[:2],
        )
        return _curves(curves, mixture, scaled, schedule.log_snr.numpy())
    truth = result.truth()
    if mixture is None or truth is None:
        raise ValueError("This run has no mixture as its truth, so there is no score to compare with.")
    steps = shown_steps(schedule, FIELD_FRAMES)
    fields = noise_fields(result.denoiser(snapshot), truth, steps, region.bounds)
    return _fields(fields, mixture, region, scaled, schedule.log_snr.numpy())


def score_map(
    result: Result, snapshot: int, region: Region, scaled: bool, mode: Mode, height: int
) -> tuple[go.Figure, Film]:
    """Error of a 1-D run's score over t and x, for the page and as a film of one frame for files."""
    steps = shown_steps(result.experiment.schedule, MAP_FRAMES)
    curves = noise_curves(result.denoiser(snapshot), result.truth(), steps, *region.bounds[:2], points=300)
    assert curves.truth is not None
    error = curves.score(curves.model - curves.truth)
    if scaled:
        error = curves.truth - curves.model
    label = "model − truth, scaled score" if scaled else "model − truth, score"
    lines = _boundaries(result.experiment.mixture, curves.alpha_bars)
    figure = error_map(curves.steps, curves.x, error, lines, mode=mode, label=label, height=height)
    alt = "Error of the score over t and x."
    return figure, error_film(curves.steps, curves.x, error, lines, label=label, alt=alt)


def errors_over_t(result: Result, snapshot: int) -> ScoreErrors | None:
    """The errors of a run's score at one snapshot, at the steps that the film shows.

    None for uploaded points, whose true score is unknown.
    """
    truth = result.truth()
    if truth is None:
        return None
    device = result.device
    steps = shown_steps(result.experiment.schedule, CURVE_FRAMES if result.dimensions == 1 else FIELD_FRAMES)
    generator = seeded(result.experiment.seed, "score error", device)
    return finish(score_errors(result.denoiser(snapshot, device), truth, steps, generator, n=FIELD_SAMPLES))


def error_chart(errors: ScoreErrors, scaled: bool, t: int | None, mode: Mode) -> ChartFigure:
    """The root of the mean squared error over t, of the score or of the score scaled by the noise: over the
    noisy data, and along the lines between the modes. t is the step on view."""
    curves = _error_curves(errors, scaled)
    title = f"error of the {'scaled score' if scaled else 'score'}, root mean square"
    return ChartFigure(
        error_spec(curves, errors.steps, title, ERROR_HEIGHT, mode),
        error_data(curves, errors.steps, t),
        f"The {title}, against the step t, both axes logarithmic.",
        describe_errors(errors, scaled),
    )


def describe_errors(errors: ScoreErrors, scaled: bool) -> str:
    """Where the error over t is largest, in a sentence or two."""
    found = {curve.name: curve for curve in _error_curves(errors, scaled)}
    drawn = "" if errors.n is None else f", n = {errors.n:,}"
    text = f"Averaged over the noisy data the error is largest {_largest(errors, found[DATA])}{drawn}."
    if BETWEEN in found:
        text += (
            " Along the lines between the modes, where hardly any data are, it is largest "
            f"{_largest(errors, found[BETWEEN])}."
        )
    return text


def _largest(errors: ScoreErrors, curve: ErrorCurve) -> str:
    """Where a curve is largest and how large, with its interval if three digits do not hide it."""
    place = int(curve.value.argmax())
    value, low, high = curve.value[place], curve.low[place], curve.high[place]
    interval = f" [{low:.3g}, {high:.3g}]" if high - low > 5e-3 * value else ""
    return f"at t = {errors.steps[place]}: {value:.3g}{interval}"


def describe_error_at(found: Scores, frame: int) -> str:
    """The largest error at the step of a frame; "" where the truth is unknown."""
    values = found.values
    if values.errors is None:
        return ""
    where = "" if values.at is None else f" at x = {values.at[frame]:.2f}"
    return f"largest error at t = {values.t[frame]}: {values.errors[frame]:.3g}{where}"


def describe_largest(found: Scores) -> str:
    """The largest error of all steps between the modes; "" where the truth is unknown."""
    error, t, x = found.largest
    where = "" if x is None else f", x = {x:.2f}"
    return f"of all t the largest is {error:.3g}, at t = {t}{where}" if found.word else ""


def describe_errors_shown(found: Scores, frame: int | None) -> str:
    """What is said under the film at a frame, and under the map, which has none."""
    here = "" if frame is None else describe_error_at(found, frame)
    return " · ".join(filter(None, (here, describe_largest(found))))


def file_caption(found: Scores) -> Callable[[int], str]:
    """The caption in the file of a frame: the step, and the largest error at it."""
    return lambda frame: " · ".join(
        filter(None, (found.film.captions[frame], describe_error_at(found, frame)))
    )


def scores_csv(values: ScoreValues) -> str:
    """A line for each step and point: t, x (in the plane x and y), and the score there by truth and model and
    their difference, in the plane the two coordinates of each."""
    count, axes = len(values.x), ("",) if values.x.ndim == 1 else ("_x", "_y")
    columns: dict[str, np.ndarray] = {"t": np.repeat(values.t, count)}
    for place, name in enumerate(("x", "y")[: len(axes)]):
        columns[name] = np.tile(values.x.reshape(count, -1)[:, place], len(values.t))
    for name in ("truth", "model", "difference"):
        vectors = getattr(values, name)
        for place, axis in enumerate(axes if vectors is not None else ()):
            columns[f"{name}{axis}"] = vectors.reshape(len(values.t) * count, -1)[:, place]
    return pd.DataFrame(columns).to_csv(index=False, float_format="%.8g")


def errors_csv(errors: ScoreErrors) -> str:
    """A line for each step: the mean squared errors, and how uncertain they are."""
    return pd.DataFrame(errors.rows()).to_csv(index=False, float_format="%.8g")


def opening_step(schedule: NoiseSchedule) -> int:
    """The step a film opens with: little noise, so that the flip between the modes is sharp."""
    return int((schedule.alpha_bars - 0.98).abs().argmin())


def step_word(log_snr: float) -> str:
    """Whether a step is clean, in the middle, or noisy."""
    return ANSWERS[0] if log_snr > CLEAN else ANSWERS[2] if log_snr < NOISY else ANSWERS[1]


def _error_curves(errors: ScoreErrors, scaled: bool) -> list[ErrorCurve]:
    """Roots of the mean squared errors over t, with the ends of their intervals."""
    factor = np.ones(len(errors.steps)) if scaled else 1 / np.sqrt(1 - errors.alpha_bars)

    def root(square: np.ndarray) -> np.ndarray:
        return factor * np.sqrt(np.maximum(square, 1e-16))

    def curve(name: str, role: Role, square: np.ndarray, half: np.ndarray, above: bool) -> ErrorCurve:
        return ErrorCurve(name, role, root(square), root(square - half), root(square + half), above)

    curves = [curve(DATA, "model", errors.noise_error, errors.uncertainty, False)]
    if errors.between_error is not None and errors.between_uncertainty is not None:
        between = errors.between_error, errors.between_uncertainty
        curves.append(curve(BETWEEN, "hallucinated", *between, True))
    return curves


def _curves(
    curves: NoiseCurves, mixture: GaussianMixture | None, scaled: bool, log_snr: np.ndarray
) -> Scores:
    def shown(noise: np.ndarray) -> np.ndarray:
        return -noise if scaled else curves.score(noise)

    truth = None if curves.truth is None else shown(curves.truth)
    model = shown(curves.model)
    largest: tuple[float, int, float | None] = (0.0, 0, None)
    word = errors = at = None
    if truth is not None and mixture is not None:
        means = [m for (m,) in mixture.means]
        signal = np.sqrt(curves.alpha_bars)[:, None]
        between = (curves.x >= signal * min(means)) & (curves.x <= signal * max(means))
        error = np.where(between, np.abs(model - truth), 0.0)
        frame, place = np.unravel_index(int(error.argmax()), error.shape)
        largest = (float(error.max()), int(curves.steps[frame]), float(curves.x[place]))
        errors, at = error.max(axis=1), curves.x[error.argmax(axis=1)]
        word = step_word(float(log_snr[largest[1]]))
    unit = "scaled score" if scaled else "score"
    alt = f"{unit} of truth, model and their difference against x, at {len(curves.steps)} steps t."
    if word is not None:
        alt += f" The largest error between the modes is {largest[0]:.3g}, at t = {largest[1]}."
    lines = _boundaries(mixture, curves.alpha_bars)
    named = captions(curves.steps, curves.alpha_bars)
    film = score_film(
        curves.x, truth, model, named, y_label=unit, boundaries=lines, ticks=mode_ticks(mixture), alt=alt
    )
    values = ScoreValues(curves.x, curves.steps, truth, model, errors, at)
    return Scores(film, curves.steps, largest, word, values)


def _fields(
    fields: NoiseFields, mixture: GaussianMixture, region: Region, scaled: bool, log_snr: np.ndarray
) -> Scores:
    factor = np.ones(len(fields.steps)) if scaled else 1 / np.sqrt(1 - fields.alpha_bars)
    truth, model = (-v * factor[:, None, None] for v in (fields.truth, fields.model))
    error = fields.error * factor[:, None, None]
    peaks = np.where(fields.near, error, 0.0).max(axis=(1, 2))
    frame = int(peaks.argmax())
    largest = (float(peaks[frame]), int(fields.steps[frame]), None)
    alt = (
        f"Arrows of the {'scaled score' if scaled else 'score'} of truth, model and their difference at "
        f"{len(fields.steps)} steps t. The largest error is {largest[0]:.3g}, at t = {largest[1]}."
    )
    film = field_film(
        fields.xy,
        truth,
        model,
        fields.log_density,
        error,
        captions(fields.steps, fields.alpha_bars),
        near=fields.near,
        region=region.bounds,
        modes=np.array(mixture.means),
        alt=alt,
    )
    values = ScoreValues(fields.xy, fields.steps, truth, model, peaks, None)
    return Scores(film, fields.steps, largest, step_word(float(log_snr[largest[1]])), values)


def _boundaries(mixture: GaussianMixture | None, alpha_bars: np.ndarray) -> np.ndarray:
    """The midpoints of neighbouring 1-D modes at each step, (F, modes - 1)."""
    means = np.sort([m[0] for m in mixture.means]) if mixture is not None else np.empty(0)
    return np.sqrt(alpha_bars)[:, None] * ((means[1:] + means[:-1]) / 2)[None, :]
