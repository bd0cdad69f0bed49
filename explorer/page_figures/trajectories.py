"""The Trajectories page's figures: samples followed through model and truth from the same noise, all at once,
one alone, and one step in slow motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.data.mixture import GaussianMixture
from explorer.detection.paired_trajectories import Followed, shown_steps
from explorer.detection.statistics.rates import Rate
from explorer.detection.trajectory_variance import WINDOW_STEPS
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.solvers import transitions
from explorer.experiments.run import Result
from explorer.experiments.trials import SAMPLERS, sampler
from explorer.figures.film.film import Film
from explorer.figures.film.trajectories import (
    cloud_film,
    path_film,
    sample_film,
    slow_step_film,
    variance_film,
)
from explorer.figures.palette import Role
from explorer.figures.words import ordinal
from explorer.page_figures.extents import shown_interval, shown_square
from explorer.page_figures.main_figure import FilmFigure, named
from explorer.page_figures.trajectories_pairs import TRAILING, PairedTrajectories, paired_trajectories

ANSWERS = ("before t = 200", "t = 200 to 100", "last 100 steps")
IN_SLOW_MOTION = 8
TITLES: tuple[tuple[str, Role], ...] = (("model", "model"), ("truth", "truth"))


def main_figure(result: Result, k: int = 5) -> FilmFigure:
    """DDPM samples of a run on their way, by model and truth; it opens at the end.

    Raises ValueError if the run has no mixture as its truth.
    """
    pairs = paired_trajectories(result, sampler(result.experiment, SAMPLERS[0]), k)
    place = pairs.place(-1)
    film = whole_film(many_film(pairs, both=True, noisy=False, at_the_end=False), pairs, place)
    caption = file_caption(film, pairs, place)
    return FilmFigure(
        film, len(film.captions) - 1, place, caption=lambda frame: named(result, caption(frame))
    )


# ---- films --------------------------------------------------------------------------------------


def many_film(pairs: PairedTrajectories, *, both: bool, noisy: bool, at_the_end: bool) -> Film:
    """All samples on their way: lines of x0_hat on a line, moving dots in the plane.

    noisy   dots show x_t instead of x0_hat, in the plane only
    """
    followed, mixture = pairs.followed, pairs.mixture
    processes = range(2 if both else 1)
    wrong = [pairs.hallucinated[process] for process in processes]
    captions = [f"t = {t}" for t in followed.steps]
    counts = " and ".join(f"{int(w.sum())} in the {TITLES[i][0]}" for i, w in enumerate(wrong))
    alt = f"{len(followed.rows)} samples from noise to data; hallucinated: {counts}."
    if mixture.dimensions == 1:
        return path_film(
            followed.steps,
            [followed.x0_hat[process, :, :, 0] for process in processes],
            [TITLES[process] for process in processes],
            wrong,
            captions,
            modes=_supports(mixture, pairs.k),
            interval=shown_interval(mixture),
            at_the_end=at_the_end,
            alt=alt,
        )
    centre, reach = shown_square(mixture)
    shown = followed.x_t if noisy else followed.x0_hat
    return cloud_film(
        [shown[process] for process in processes],
        [TITLES[process] for process in processes],
        wrong,
        captions,
        modes=np.array(mixture.means),
        centre=centre,
        reach=reach if not noisy else max(reach, 2.6),
        at_the_end=at_the_end,
        alt=alt,
    )


def whole_film(film: Film, pairs: PairedTrajectories, place: int) -> Film:
    """A film of the page with the panels of the sample that is singled out behind it, for a file."""
    beside = tuple(panel for still in sample_films(pairs, place) for panel in still.panels)
    return replace(film, panels=(*film.panels, *beside), shared_x=False)


def file_caption(film: Film, pairs: PairedTrajectories, place: int) -> Callable[[int], str]:
    """The caption in the file of a frame: how many hallucinate, and what becomes of the sample that is
    singled out."""
    sample = describe_sample(pairs, place).replace("{truth}", "truth")
    about = (
        f"{pairs.summary} · hallucinated: beyond {pairs.k:g} σ · {pairs.spec.name} · sample no. "
        f"{pairs.followed.rows[place]:,}: {sample}"
    )
    return lambda frame: f"{film.captions[frame]} · {about}"


def axes_film(result: Result, spec: SamplerSpec, k: float, *, both: bool) -> Film:
    """The empty axes of a film whose samples are still being followed."""
    steps = np.array(shown_steps(spec.timesteps(result.experiment.schedule)))
    nobody = np.empty((2, len(steps), 0, result.dimensions), np.float32)
    followed = Followed(np.empty(0, int), steps, nobody, nobody)
    pairs = PairedTrajectories(result, spec, followed, k, 0, Rate(0, 1))
    film = many_film(pairs, both=both, noisy=False, at_the_end=False)
    return replace(film, alt="The samples are being followed.")


def sample_films(pairs: PairedTrajectories, place: int) -> tuple[Film, Film]:
    """One sample's predictions and its running variance, beside those of the truth."""
    followed, mixture = pairs.followed, pairs.mixture
    ended = pairs.decision(place)
    paths = followed.x0_hat[:, :, place]
    if mixture.dimensions == 1:
        curves, modes = paths[..., 0], _supports(mixture, pairs.k)
        interval, label = shown_interval(mixture), "x̂₀"
    else:
        here = np.array(mixture.means[ended.mode])
        step = np.array(mixture.means[ended.neighbour if ended.neighbour is not None else ended.mode]) - here
        gap = float(np.linalg.norm(step)) or 1.0
        curves = (paths - here) @ (step / gap) / gap
        half = pairs.k * mixture.sigmas[ended.mode] / gap
        modes, interval, label = [(-half, half), (1 - half, 1 + half)], (-0.7, 1.7), "x̂₀ between 2 modes"
    alt = f"Predicted x0 of one sample against the step t. {describe_sample(pairs, place)}"
    path = sample_film(
        followed.steps,
        curves[0],
        curves[1],
        modes=modes,
        interval=interval,
        label=label,
        hallucinated=ended.hallucinated,
        alt=alt,
    )
    variance = variance_film(
        followed.steps,
        pairs.running[0][:, place],
        pairs.running[1][:, place],
        pairs.median_variance,
        width=TRAILING,
        hallucinated=ended.hallucinated,
        alt=f"Variance of x0 over the last {TRAILING} steps. {describe_variance(pairs, place)}",
    )
    return path, variance


def slow_frame(pairs: PairedTrajectories, t: int) -> int:
    """The frame whose step is shown in slow motion: that of t, or for t < 0 one at which samples choose."""
    wanted = t if t >= 0 else min(pairs.decided, WINDOW_STEPS - 1)
    return int(np.abs(pairs.followed.steps - wanted).argmin())


def slow_film(pairs: PairedTrajectories, place: int, frame: int) -> Film:
    """One reverse step of the sample and a few others, in four sub-steps; the frame names the step."""
    followed, mixture = pairs.followed, pairs.mixture
    visited = pairs.spec.timesteps(pairs.result.experiment.schedule)
    # The next frame must be the next visited step, and there must be one.
    frame = min(max(frame, len(followed.steps) - WINDOW_STEPS), len(followed.steps) - 2)
    t = int(followed.steps[frame])
    move = next(m for m in transitions(pairs.result.experiment.schedule, pairs.spec) if m.t == t)
    assert visited[visited.index(t) + 1] == followed.steps[frame + 1]
    chosen = _companions(followed.x0_hat[0][frame], place)
    x_t, x0_hat = (values[0][frame, chosen] for values in (followed.x_t, followed.x0_hat))
    alpha_bar = pairs.result.experiment.schedule.alpha_bar(t)
    noise = (x_t - alpha_bar**0.5 * x0_hat) / (1 - alpha_bar) ** 0.5
    mean = move.x_coefficient * x_t + move.noise_coefficient * noise
    x_s = followed.x_t[0][frame + 1, chosen]
    roles = pairs.hallucinated[0][chosen]
    alt = f"One reverse step at t = {t} of {len(chosen)} samples: predict, form x0, take the mean, add noise."
    if mixture.dimensions == 1:
        height = np.arange(len(chosen), 0, -1.0)[:, None]
        x_t, x0_hat, mean, x_s = (np.concatenate([v, height], 1) for v in (x_t, x0_hat, mean, x_s))
        low, high = shown_interval(mixture)
        centre = ((low + high) / 2, (len(chosen) + 1) / 2)
        reach = ((high - low) / 2, len(chosen) / 2 + 0.5)
        modes, bands = np.empty((0, 2)), _supports(mixture, pairs.k)
    else:
        around = 0.95 * mixture.nearest_gap() if mixture.modes > 1 else shown_square(mixture)[1]
        centre, reach = (float(x0_hat[0, 0]), float(x0_hat[0, 1])), (around, around)
        modes, bands = np.array(mixture.means), []
    return slow_step_film(
        x_t,
        x0_hat,
        mean,
        x_s,
        roles,
        t=t,
        centre=centre,
        reach=reach,
        modes=modes,
        bands=bands,
        labels=("x" if mixture.dimensions == 1 else "", ""),
        equal=mixture.dimensions == 2,
        alt=alt,
    )


def _companions(x0_hat: np.ndarray, place: int) -> list[int]:
    """A sample and others: on a line the first few, in the plane the nearest of x0_hat (m, D)."""
    if x0_hat.shape[1] == 1:
        return [place, *[i for i in range(len(x0_hat)) if i != place][: IN_SLOW_MOTION - 1]]
    return np.linalg.norm(x0_hat - x0_hat[place], axis=1).argsort()[:IN_SLOW_MOTION].tolist()


def _supports(mixture: GaussianMixture, k: float) -> list[tuple[float, float]]:
    """The k-sigma band of every mode on a line."""
    return [(m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)]


# ---- words --------------------------------------------------------------------------------------


def decision_answer(decided: float) -> str:
    """Which of ANSWERS says when half of the samples have chosen: at step `decided`."""
    return ANSWERS[0] if decided > 200 else ANSWERS[1] if decided > 100 else ANSWERS[2]


def describe_sample(pairs: PairedTrajectories, place: int) -> str:
    """The verdict on a sample in a sentence or two, and where the truth leads from the same noise."""
    mine, true = pairs.decision(place), pairs.decision(place, process=1)
    mode = name_of(pairs.mixture, mine.mode)
    when = "from the first step on" if mine.decided_at is None else f"at t = {mine.decided_at}"
    if not mine.hallucinated:
        text = f"Decided {when} for {mode}, and {mine.distance:.1f} σ from its centre at the end."
    elif mine.neighbour is None:
        text = f"Comes to rest {mine.distance:.1f} σ from {mode}."
    else:
        where = between(pairs.mixture, mine.mode, mine.neighbour)
        text = f"Comes to rest {where}, {mine.distance:.1f} σ from the nearer; it last changed sides {when}."
    other = "hallucinates, too" if true.hallucinated else f"goes to {name_of(pairs.mixture, true.mode)}"
    return f"{text} {describe_variance(pairs, place)} From the same noise the {{truth}} {other}."


def describe_variance(pairs: PairedTrajectories, place: int) -> str:
    """How a sample's variance at the end compares with the median."""
    times = float(pairs.running[0][-1, place] / pairs.median_variance[-1])
    return (
        f"Variance {times:,.0f} times the median."
        if times >= 9.5
        else f"Variance {times:.1f} times the median."
    )


def between(mixture: GaussianMixture, mode: int, other: int) -> str:
    """Two modes in words, in their order on a line."""
    if mixture.dimensions == 1:
        left, right = sorted((mode, other), key=lambda i: mixture.means[i])
        return f"between {name_of(mixture, left)} and {name_of(mixture, right)}".replace(
            " mode and the ", " and "
        )
    first, second = (name_of(mixture, i).removeprefix("the mode at ") for i in (mode, other))
    return f"between the modes at {first} and {second}"


def name_of(mixture: GaussianMixture, mode: int) -> str:
    """A mode in words: by its order on a line, by its centre in the plane."""
    if mixture.dimensions == 1:
        order = sorted(range(mixture.modes), key=lambda i: mixture.means[i])
        return f"the {ordinal(order.index(mode) + 1)} mode"
    x, y = (f"{c:.2g}".replace("-", "−") for c in mixture.means[mode])
    return f"the mode at ({x}, {y})"
