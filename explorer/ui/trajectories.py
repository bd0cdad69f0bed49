"""The Trajectories page's rooms: samples followed through model and truth, and the films made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st
import torch

from explorer.charts.film import Film
from explorer.charts.palette import Role
from explorer.charts.trajectories import beats_film, cloud_film, path_film, sample_film, variance_film
from explorer.charts.words import ordinal
from explorer.data.mixture import GaussianMixture
from explorer.detection.following import Followed
from explorer.detection.rates import Rate
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.detection.trial import TrialUpdate
from explorer.detection.verdict import Verdict, decision_steps, verdict
from explorer.diffusion.sampling import SamplerSpec, transitions
from explorer.learning import Result
from explorer.trials import trial, twins, usual_count
from explorer.ui import frame, server, state
from explorer.ui.learning import shown_interval, shown_square
from explorer.ui.player import player
from explorer.ui.scoring import mode_ticks

SHOWN = {1: 300, 2: 1000}  # samples drawn at their natural frequency, by dimension
ENOUGH = 5  # hallucinated ones among them; if there are fewer, more are looked for
EXTRA = 30
TRAILING = AUTHORS_WINDOW[1] - AUTHORS_WINDOW[0] + 1
HANDFUL = 8
TITLES: tuple[tuple[str, Role], ...] = (("model", "model"), ("truth", "truth"))
WHEN = ("before t = 200", "t = 200 to 100", "last 100 steps")


@dataclass(frozen=True)
class Story:
    """Samples followed through the model (lane 0) and the truth (lane 1) of a run.

    natural     how many of the rows are there at their natural frequency; the rest were picked as
                hallucinated
    walked      how many samples were looked at
    """

    result: Result
    spec: SamplerSpec
    followed: Followed
    k: float
    natural: int
    walked: int

    @property
    def mixture(self) -> GaussianMixture:
        assert self.result.experiment.mixture is not None
        return self.result.experiment.mixture

    @cached_property
    def hallucinated(self) -> np.ndarray:
        """(2, m) bool."""
        ends = torch.from_numpy(self.followed.samples)
        return np.stack([self.mixture.is_hallucination(lane, self.k).numpy() for lane in ends])

    @cached_property
    def decided(self) -> float:
        """The step t at which half of the model's samples have chosen their mode."""
        steps = decision_steps(self.mixture, self.followed.steps, self.followed.x0_hat[0][:, : self.natural])
        return float(np.median(steps))

    def rate(self, lane: int) -> Rate:
        """Hallucinations among the rows at their natural frequency."""
        return Rate(int(self.hallucinated[lane, : self.natural].sum()), self.natural)

    def place(self, row: int) -> int:
        """Where a sample stands among the rows; the first hallucinated one, or the first, if it is not
        there."""
        found = np.flatnonzero(self.followed.rows == row)
        wrong = np.flatnonzero(self.hallucinated[0])
        return int(found[0]) if len(found) else int(wrong[0]) if len(wrong) else 0

    def verdict(self, place: int, lane: int = 0) -> Verdict:
        return verdict(self.mixture, self.followed.steps, self.followed.x0_hat[lane][:, place], self.k)

    @cached_property
    def running(self) -> np.ndarray:
        """Variance of x0_hat over the last TRAILING steps, (2, F, m); NaN where they were not all
        followed."""
        x0_hat, steps = self.followed.x0_hat, self.followed.steps
        found = np.full(x0_hat.shape[:3], np.nan)
        first = max(len(steps) - WINDOW_STEPS, 0)
        for last in range(first + TRAILING - 1, len(steps)):
            window = x0_hat[:, last - TRAILING + 1 : last + 1].astype(np.float64)
            found[:, last] = window.var(1).mean(-1)
        return found

    @cached_property
    def usual(self) -> np.ndarray:
        """The median of the running variance over the model's honest samples, (F,)."""
        honest = ~self.hallucinated[0, : self.natural]
        return np.median(self.running[0][:, : self.natural][:, honest], axis=1)


def story(
    result: Result, identity: str, spec: SamplerSpec, k: float
) -> tuple[Story | None, server.Work | None]:
    """The samples to show, and the work that goes on to find them or more of them."""
    natural = SHOWN[result.dimensions]
    key = f"{identity} {spec}"
    first = server.computed(
        "twins",
        f"twins {key} {natural}",
        lambda: twins(result, range(natural), natural, spec),
        patience=1.5,
    )
    if first.value is None:
        return None, first
    told = Story(result, spec, first.value, k, natural, natural)
    if told.hallucinated[0].sum() >= ENOUGH:
        return told, None
    n = usual_count(result.experiment)
    search = server.computed("trial", f"trial {key} {n}", lambda: trial(result, n, spec), patience=0.5)
    if search.value is None:
        return told, search
    wrong = np.flatnonzero(search.value.hallucinated(k))[:EXTRA]
    if len(wrong) == 0:
        return Story(result, spec, first.value, k, natural, n), None
    rows = [*range(natural), *wrong.tolist()]
    more = server.computed(
        "twins",
        f"twins {key} {n} {k:g}",
        lambda: twins(result, rows, n, spec),
        patience=1.5,
    )
    if more.value is None:
        return told, more
    return Story(result, spec, more.value, k, natural, n), None


def when(decided: float) -> str:
    """The answer to when half of the samples have chosen."""
    return WHEN[0] if decided > 200 else WHEN[1] if decided > 100 else WHEN[2]


def progress(work: server.Work | None) -> str:
    """How far the search for samples is, in words."""
    if work is None:
        return ""
    if work.error is not None:
        return f"{work.error} "
    share = work.update.share if isinstance(work.update, TrialUpdate) else work.update or 0.0
    what = "looking for hallucinations" if isinstance(work.update, TrialUpdate) else "following samples"
    return f"{what}: {share:.0%} · "


def sample_choice(told: Story) -> None:
    """Which sample to single out: by name, for those who do not click."""
    wrong = told.hallucinated[0]
    order = [*np.flatnonzero(wrong).tolist(), *np.flatnonzero(~wrong)[:20].tolist()]
    chosen = told.place(state.view("sample"))
    order += [chosen] if chosen not in order else []
    st.session_state["followed_sample"] = chosen

    def commit() -> None:
        state.set_view("sample", int(told.followed.rows[st.session_state["followed_sample"]]))

    st.selectbox(
        "Follow",
        order,
        key="followed_sample",
        format_func=lambda i: f"{'hallucinated' if wrong[i] else 'honest'}, no. {told.followed.rows[i]:,}",
        help="A sample to single out; or click one in the figure.",
        on_change=commit,
    )


def show(told: Story, height: int) -> None:
    """The films of a story, and the verdict on the sample that is singled out."""
    place = told.place(state.view("sample"))
    big, small = st.columns([3.1, 1], gap="small")
    slowly = state.view("motion") == "one step"
    with big:
        if slowly:
            step = _slow_step(told)
            film = slow(told, place, step)
            player(film, key="slow", height=height)
        else:
            film = many(
                told,
                both=state.view("lanes") == "both",
                noisy=state.view("dots") == "x_t",
                at_the_end=state.view("colour") == "at the end",
            )
            shown = player(
                film, key="many", height=height, start=len(film.captions) - 1, picked=place, on_pick=True
            )
            if shown.picked is not None and shown.picked != place and shown.picked < len(told.followed.rows):
                state.set_view("sample", int(told.followed.rows[shown.picked]))
                st.rerun()
    with small:
        for name, still in zip(("path", "variance"), one(told, place), strict=True):
            player(still, key=f"one-{name}", height=height // 2 - 8)
    frame.sentence(spoken(told, place))
    state.write_link()


def _slow_step(told: Story) -> int:
    """The frame whose step is shown in slow motion: the link's t, or one at which samples are choosing."""
    wanted = state.view("t") if state.view("t") >= 0 else min(told.decided, WINDOW_STEPS - 1)
    return int(np.abs(told.followed.steps - wanted).argmin())


def many(told: Story, *, both: bool, noisy: bool, at_the_end: bool) -> Film:
    """All samples on their way: lines of x0_hat on a line, moving dots in the plane.

    noisy   dots show x_t instead of x0_hat, in the plane only
    """
    followed, mixture = told.followed, told.mixture
    lanes = range(2 if both else 1)
    wrong = [told.hallucinated[lane] for lane in lanes]
    captions = [f"t = {t}" for t in followed.steps]
    counts = " and ".join(f"{int(w.sum())} in the {TITLES[i][0]}" for i, w in enumerate(wrong))
    alt = f"{len(followed.rows)} samples from noise to data; hallucinated: {counts}."
    if mixture.dimensions == 1:
        return path_film(
            followed.steps,
            [followed.x0_hat[lane, :, :, 0] for lane in lanes],
            [TITLES[lane] for lane in lanes],
            wrong,
            captions,
            modes=_supports(mixture, told.k),
            interval=shown_interval(mixture),
            ticks=mode_ticks(mixture),
            at_the_end=at_the_end,
            alt=alt,
        )
    centre, reach = shown_square(mixture)
    shown = followed.x_t if noisy else followed.x0_hat
    return cloud_film(
        [shown[lane] for lane in lanes],
        [TITLES[lane] for lane in lanes],
        wrong,
        captions,
        modes=np.array(mixture.means),
        centre=centre,
        reach=reach if not noisy else max(reach, 2.6),
        at_the_end=at_the_end,
        alt=alt,
    )


def one(told: Story, place: int) -> tuple[Film, Film]:
    """One sample's predictions and its running variance, with its twin's."""
    followed, mixture = told.followed, told.mixture
    ended = told.verdict(place)
    paths = followed.x0_hat[:, :, place]
    if mixture.dimensions == 1:
        curves, modes = paths[..., 0], _supports(mixture, told.k)
        interval, label = shown_interval(mixture), "x̂₀"
    else:
        here = np.array(mixture.means[ended.mode])
        step = np.array(mixture.means[ended.neighbour if ended.neighbour is not None else ended.mode]) - here
        gap = float(np.linalg.norm(step)) or 1.0
        curves = (paths - here) @ (step / gap) / gap
        half = told.k * mixture.sigmas[ended.mode] / gap
        modes, interval, label = [(-half, half), (1 - half, 1 + half)], (-0.7, 1.7), "x̂₀ between 2 modes"
    alt = f"Predicted x0 of one sample against the step t. {spoken(told, place)}"
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
        told.running[0][:, place],
        told.running[1][:, place],
        told.usual,
        width=TRAILING,
        hallucinated=ended.hallucinated,
        alt=f"Variance of x0 over the last {TRAILING} steps. {ratio(told, place)}",
    )
    return path, variance


def slow(told: Story, place: int, frame: int) -> Film:
    """One reverse step of the sample and a few others, in four beats; the frame names the step."""
    followed, mixture = told.followed, told.mixture
    visited = told.spec.timesteps(told.result.experiment.schedule)
    # The next frame must be the next visited step, and there must be one.
    frame = min(max(frame, len(followed.steps) - WINDOW_STEPS), len(followed.steps) - 2)
    t = int(followed.steps[frame])
    move = next(m for m in transitions(told.result.experiment.schedule, told.spec) if m.t == t)
    assert visited[visited.index(t) + 1] == followed.steps[frame + 1]
    chosen = [place, *[i for i in range(len(followed.rows)) if i != place][: HANDFUL - 1]]
    x_t, x0_hat = (values[0][frame, chosen] for values in (followed.x_t, followed.x0_hat))
    alpha_bar = told.result.experiment.schedule.alpha_bar(t)
    noise = (x_t - alpha_bar**0.5 * x0_hat) / (1 - alpha_bar) ** 0.5
    mean = move.keep * x_t + move.pull * noise
    x_s = followed.x_t[0][frame + 1, chosen]
    roles = told.hallucinated[0][chosen]
    alt = f"One reverse step at t = {t} of {len(chosen)} samples: predict, form x0, take the mean, add noise."
    if mixture.dimensions == 1:
        height = np.arange(len(chosen), 0, -1.0)[:, None]
        x_t, x0_hat, mean, x_s = (np.concatenate([v, height], 1) for v in (x_t, x0_hat, mean, x_s))
        low, high = shown_interval(mixture)
        return beats_film(
            x_t,
            x0_hat,
            mean,
            x_s,
            roles,
            t=t,
            centre=((low + high) / 2, (len(chosen) + 1) / 2),
            reach=((high - low) / 2, len(chosen) / 2 + 0.5),
            modes=np.empty((0, 2)),
            bands=_supports(mixture, told.k),
            labels=("x", ""),
            equal=False,
            alt=alt,
        )
    centre, reach = shown_square(mixture)
    return beats_film(
        x_t,
        x0_hat,
        mean,
        x_s,
        roles,
        t=t,
        centre=centre,
        reach=(reach, reach),
        modes=np.array(mixture.means),
        labels=("", ""),
        equal=True,
        alt=alt,
    )


def spoken(told: Story, place: int) -> str:
    """The verdict on a sample in a sentence or two, with its twin's."""
    mine, twin = told.verdict(place), told.verdict(place, lane=1)
    mode = name_of(told.mixture, mine.mode)
    when = "from the first step on" if mine.decided_at is None else f"at t = {mine.decided_at}"
    if not mine.hallucinated:
        said = f"Decided {when} for {mode}, and {mine.distance:.1f} σ from its centre at the end."
    elif mine.neighbour is None:
        said = f"Comes to rest {mine.distance:.1f} σ from {mode}."
    else:
        where = f"between {mode} and {name_of(told.mixture, mine.neighbour)}"
        said = f"Comes to rest {where}, {mine.distance:.1f} σ from the nearer; it last changed sides {when}."
    other = "hallucinates, too" if twin.hallucinated else f"goes to {name_of(told.mixture, twin.mode)}"
    return f"{said} {ratio(told, place)} From the same noise the {{truth}} {other}."


def ratio(told: Story, place: int) -> str:
    """How a sample's variance at the end compares with the median."""
    times = float(told.running[0][-1, place] / told.usual[-1])
    return (
        f"Variance {times:,.0f} times the median."
        if times >= 9.5
        else f"Variance {times:.1f} times the median."
    )


def name_of(mixture: GaussianMixture, mode: int) -> str:
    """A mode in words: by its order on a line, by its centre in the plane."""
    if mixture.dimensions == 1:
        order = sorted(range(mixture.modes), key=lambda i: mixture.means[i])
        return f"the {ordinal(order.index(mode) + 1)} mode"
    x, y = (f"{c:.2g}".replace("-", "−") for c in mixture.means[mode])
    return f"the mode at ({x}, {y})"


def _supports(mixture: GaussianMixture, k: float) -> list[tuple[float, float]]:
    """The k-sigma band of every mode on a line."""
    return [(m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)]
