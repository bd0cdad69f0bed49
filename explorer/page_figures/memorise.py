"""What the Memorise page shows: bands over the number of training points, samples among these, and scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser, EmpiricalDenoiser, TrueDenoiser, predict_x0
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import training_points
from explorer.experiments.settings import nearest_preset
from explorer.figures.palette import Mode
from explorer.figures.vega.memorisation import (
    ORDER,
    Bands,
    bands_data,
    bands_spec,
    samples_data,
    samples_spec,
)
from explorer.figures.vega.three_scores import position_data, position_spec, scores_data, scores_spec
from explorer.figures.words import percent
from explorer.memorisation.phases import APART, score_along
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.sample_kinds import KINDS
from explorer.memorisation.score_position import noise_steps
from explorer.memorisation.spec import MemorisationSpec
from explorer.page_figures.extents import shown_interval, shown_square
from explorer.page_figures.main_figure import ChartFigure

HEIGHT, DETAIL_HEIGHT, PLANE_HEIGHT = 260, 220, 380
SIZE = 100  # training points that a page opens with
ZOOMS = ("one mode", "all modes")
ZOOM = 2.6  # sigma to both sides of the mode in the middle
PLACES = 1_201  # at which scores are drawn
ROOM = 1.15  # of the axis of pulls, over the largest of truth and network
FEW = 150  # training points that are drawn as large marks
SIGMA_SHOWN = 0.2  # times the width of a mode: the noise level that a page opens with
TITLES = {"network": "drawn by the network", "empirical": "drawn by heart"}
DRAWS = {"network": "network", "empirical": "by heart"}
SOURCES = {"network": 0, "empirical": 1}  # rows of a size's samples


@dataclass(frozen=True)
class ShownMemorisation:
    """Networks that learned from few and from many points, as a page shows them.

    sizes       those that are finished
    asked       about so many training points
    level       the number of a noise level, the noisiest is 0; -1 is the page's choice
    zoom        one of ZOOMS, of the modes that are seen
    """

    spec: MemorisationSpec
    sizes: Sequence[MemorisedSize]
    asked: int = SIZE
    level: int = -1
    zoom: str = ZOOMS[0]

    def with_view(self, asked: int, level: int, zoom: str) -> ShownMemorisation:
        return replace(self, asked=asked, level=level, zoom=zoom)

    @property
    def mixture(self) -> GaussianMixture:
        return self.spec.mixture

    @property
    def size(self) -> int:
        """The number of training points that is singled out: of those there are to be the nearest."""
        return min(self.spec.sizes, key=lambda size: abs(math.log(size / self.asked)))

    @property
    def picked(self) -> MemorisedSize | None:
        """What is known of it; None until it is finished."""
        return next((one for one in self.sizes if one.size == self.size), None)

    def finished(self) -> MemorisedSize:
        """The same. Raises LookupError until it is finished."""
        if self.picked is None:
            raise LookupError(f"nothing is known of {self.size:,} points")
        return self.picked

    @property
    def experiment(self) -> Experiment:
        """Of the first network that learned from so many points."""
        return self.spec.members_of(self.size)[0]

    @property
    def step(self) -> int:
        """The step t of the noise level on view."""
        return self.steps[self.place]

    @property
    def steps(self) -> Sequence[int]:
        """Those that can be looked at, noisiest first."""
        return noise_steps(self.experiment.schedule)

    @property
    def place(self) -> int:
        """The number of the noise level on view: by itself the one nearest to a part of a mode's width."""
        if 0 <= self.level < len(self.steps):
            return self.level
        wanted = SIGMA_SHOWN * min(self.mixture.sigmas)
        away = self.experiment.schedule.log_sigma[list(self.steps)] - math.log(wanted)
        return int(away.abs().argmin())

    @property
    def sigma(self) -> float:
        return float(self.experiment.schedule.sigmas[self.step])

    @property
    def span(self) -> tuple[float, float]:
        """The part of the line, or of the plane's first axis, that is seen."""
        return self._span(0)

    @property
    def height_span(self) -> tuple[float, float] | None:
        """The part of the plane's second axis that is seen; None on a line."""
        return self._span(1) if self.mixture.dimensions > 1 else None

    def _span(self, axis: int) -> tuple[float, float]:
        """The part of an axis: around the mode in the middle of the first one, or all."""
        mixture = self.mixture
        if self.zoom == ZOOMS[0]:
            order = sorted(range(mixture.modes), key=lambda place: mixture.means[place])
            middle = order[len(order) // 2]
            mean, sigma = mixture.means[middle][axis], mixture.sigmas[middle]
            return mean - ZOOM * sigma, mean + ZOOM * sigma
        if mixture.dimensions == 1:
            return shown_interval(mixture)
        centre, reach = shown_square(mixture)
        return centre[axis] - reach, centre[axis] + reach


def main_figure(spec: MemorisationSpec, sizes: Sequence[MemorisedSize], mode: Mode = "light") -> ChartFigure:
    """The bands of the networks."""
    chart = bands_chart(ShownMemorisation(spec, sizes), "network", HEIGHT, mode)
    return replace(chart, caption=f"{chart.caption} · {nearest_preset(spec.experiment).name}")


def bands_chart(shown: ShownMemorisation, who: str, height: int, mode: Mode) -> ChartFigure:
    """What becomes of what is drawn, over the number of training points: bands that are all together, mean
    over seeds, with the range of each edge over seeds.

    who     network or empirical, who knows the points by heart
    """
    bands = [_bands(one, who) for one in shown.sizes]
    fresh = _fresh(shown.sizes)
    rows = "; ".join(
        f"{one.size:,} points: "
        + ", ".join(f"{kind} {percent(share)}" for kind, share in zip(ORDER, one.shares, strict=True))
        for one in bands
    )
    spec = shown.spec
    return ChartFigure(
        bands_spec(TITLES[who], bands, spec.sizes, fresh, height, mode, named=who == "empirical"),
        bands_data(bands, shown.size),
        f"Over the number of training points, from the bottom: what was {TITLES[who]} that is "
        "memorised, spurious, generalised and hallucinated.",
        rows,
        explained="kind",
        caption=f"{TITLES[who]}, over the number of training points, mean of {_seeds(spec)}, bars: range "
        f"over seeds · broken line: fresh draws called memorised",
    )


def _seeds(spec: MemorisationSpec) -> str:
    return f"{spec.seeds} seeds" if spec.seeds > 1 else "one seed"


def _bands(one: MemorisedSize, who: str) -> Bands:
    values = np.array([[row.shares(who).rate(kind).value for kind in ORDER] for row in one.rows])  # (S, 4)
    edges = values.cumsum(1)
    return Bands(
        one.size,
        tuple(map(float, values.mean(0))),
        tuple(zip(map(float, edges.min(0)), map(float, edges.max(0)), strict=True)),
    )


def _fresh(sizes: Sequence[MemorisedSize]) -> float | None:
    """The share of fresh draws that are called memorised, over all sizes and seeds."""
    rates = [row.fresh.memorised for one in sizes for row in one.rows]
    return sum(rate.count for rate in rates) / sum(rate.n for rate in rates) if rates else None


# ---- one number of training points -------------------------------------------------------------------


def detail_charts(shown: ShownMemorisation) -> tuple[tuple[str, int, Callable[[Mode], ChartFigure]], ...]:
    """What is drawn of the number of training points on view, in its order: what each chart is called, its
    height, and what makes it. Two stand side by side."""
    line = shown.mixture.dimensions == 1
    tall = DETAIL_HEIGHT if line else PLANE_HEIGHT
    drawn, by_heart = (
        (f"samples {name}", tall, partial(samples_chart, shown, who, tall))
        for name, who in (("of the network", "network"), ("by heart", "empirical"))
    )
    position = ("where the score lies", DETAIL_HEIGHT, partial(position_chart, shown, DETAIL_HEIGHT))
    if not line:
        return drawn, by_heart, position
    return ("scores", DETAIL_HEIGHT, partial(pull_chart, shown, DETAIL_HEIGHT)), drawn, position, by_heart


def samples_chart(shown: ShownMemorisation, who: str, height: int, mode: Mode) -> ChartFigure:
    """What a denoiser of the first seed drew, in the colour of its kind, among its training points. Raises
    LookupError while that is not known."""
    made = shown.finished()
    training = training_points(shown.experiment).numpy()
    samples, kinds = made.samples[SOURCES[who]], made.kinds[SOURCES[who]]
    y_span = shown.height_span
    where = "" if shown.zoom == ZOOMS[1] else ", one mode"
    marks = "crosses" if y_span else "strokes"
    title = f"{DRAWS[who]}, {marks}: {shown.size:,} training points{where}"
    shares = made.rows[0].shares(who)
    return ChartFigure(
        samples_spec(title, shown.span, y_span, shown.size <= FEW, height, mode),
        samples_data(samples, [KINDS[place] for place in kinds], training),
        f"Samples {TITLES[who]}, in the colours of the bands, and the training points as {marks}.",
        ", ".join(f"{kind} {percent(shares.rate(kind).value)}" for kind in ORDER) + ".",
        caption=f"{title} · seed {made.rows[0].seed}, n = {shown.spec.n:,}",
    )


def pull_chart(shown: ShownMemorisation, height: int, mode: Mode) -> ChartFigure:
    """On a line: how far each score pulls a noisy x, sigma^2 times the score, with the training points.

    Raises LookupError while that is not known, ValueError in the plane.
    """
    made = shown.finished()
    if shown.mixture.dimensions > 1:
        raise ValueError("Scores are drawn over a line, not over the plane.")
    x, pulls = pulls_of(shown, made)
    training = training_points(shown.experiment).numpy()[:, 0]
    title = f"pull (σ² × score) at noise σ = {shown.sigma:.2g}"
    reach = ROOM * max(float(np.abs(pulls[name]).max()) for name in ("truth", "network"))
    away = {name: float(np.sqrt(np.mean((pulls[name] - pulls["truth"]) ** 2))) for name in pulls}
    return ChartFigure(
        scores_spec(title, shown.span, reach, shown.size <= FEW, height, mode),
        scores_data(x, pulls, training),
        "How far the true score, that of the training points and the network's pull each noisy x; strokes: "
        "training points.",
        f"Root mean square distance to the true one: by heart {away['by heart']:.3g}, network "
        f"{away['network']:.3g}.",
        caption=f"{title}: broken by the truth, grey by heart, orange by the network · "
        f"{shown.size:,} training points, seed {made.rows[0].seed}",
    )


def pulls_of(shown: ShownMemorisation, made: MemorisedSize) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Places x (G,) of the line in the units of the data, and how far truth, the training points and the
    network pull them at the noise on view, (G,) each: x0_hat - x."""
    experiment, t = shown.experiment, shown.step
    schedule = experiment.schedule
    x = torch.linspace(*shown.span, PLACES, dtype=torch.float64)[:, None]
    denoisers: dict[str, Denoiser] = {
        "truth": TrueDenoiser(shown.mixture, schedule),
        "by heart": EmpiricalDenoiser(training_points(experiment), schedule),
        "network": made.network(experiment),
    }
    x_t = schedule.alpha_bar(t) ** 0.5 * x
    pulls = {}
    for name, denoiser in denoisers.items():
        given = x_t.float() if name == "network" else x_t
        pulls[name] = (predict_x0(denoiser, given, t).double() - x)[:, 0].cpu().numpy()
    return x[:, 0].numpy(), pulls


def position_chart(shown: ShownMemorisation, height: int, mode: Mode) -> ChartFigure:
    """Where the score of the networks lies between the truth and the training points, by noise. Raises
    LookupError while that is not known."""
    made = shown.finished()
    sigma, along = score_along(made)
    title = f"where the network’s score lies, {shown.size:,} points"
    median = np.median(along, 0)
    return ChartFigure(
        position_spec(title, height, mode),
        position_data(sigma, along, shown.sigma),
        "Where the network's score lies on the way from the true score, 0, to that of its training points, "
        "1, by noise.",
        ", ".join(f"σ = {s:.2g}: {value:.2g}" for s, value in zip(sigma, median, strict=True)) + ".",
        caption=f"{title} · 0 is the truth, 1 by heart; median and range of {_seeds(shown.spec)}, where "
        f"these two differ by {APART:g} of the noise at least",
    )
