"""The Trajectories page's rooms: the films made of a story, and the hand that singles out a sample."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.charts.film import Film
from explorer.charts.palette import Role
from explorer.charts.trajectories import beats_film, cloud_film, path_film, sample_film, variance_film
from explorer.data.mixture import GaussianMixture
from explorer.detection.trajectory_variance import WINDOW_STEPS
from explorer.diffusion.sampling import transitions
from explorer.ui import figures, frame, state
from explorer.ui.learning import shown_interval, shown_square
from explorer.ui.player import player
from explorer.ui.scoring import mode_ticks
from explorer.ui.stories import TRAILING, Story, ratio, spoken

HANDFUL = 8
TITLES: tuple[tuple[str, Role], ...] = (("model", "model"), ("truth", "truth"))


def sample_choice(told: Story) -> None:
    """Which sample to single out: by name, for those who do not click."""
    wrong = told.hallucinated[0]
    order = [*np.flatnonzero(wrong).tolist(), *np.flatnonzero(~wrong)[:20].tolist()]
    chosen = told.place(state.view("sample"))
    order += [chosen] if chosen not in order else []
    st.session_state["followed_sample"] = chosen

    def commit() -> None:
        place = st.session_state["followed_sample"]
        if place in order:  # it may have been chosen among those of a moment ago
            state.set_view("sample", int(told.followed.rows[place]))

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
            figures.shows(film, player(film, key="slow", height=height, on_frame=True).frame)
        else:
            film = many(
                told,
                both=state.view("lanes") == "both",
                noisy=state.view("dots") == "x_t",
                at_the_end=state.view("colour") == "at the end",
            )
            last = len(film.captions) - 1
            shown = player(
                film, key="many", height=height, start=last, on_frame=True, picked=place, on_pick=True
            )
            figures.shows(film, shown.frame)
            if shown.picked is not None and shown.picked != place and shown.picked < len(told.followed.rows):
                state.set_view("sample", int(told.followed.rows[shown.picked]))
                st.rerun()
    with small:
        for name, still in zip(("path", "variance"), one(told, place), strict=True):
            player(still, key=f"one-{name}", height=height // 2 - 8)
            figures.shows(still, 0, f"{name} of the sample")
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
    chosen = _handful(followed.x0_hat[0][frame], place)
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
        centre = ((low + high) / 2, (len(chosen) + 1) / 2)
        reach = ((high - low) / 2, len(chosen) / 2 + 0.5)
        modes, bands = np.empty((0, 2)), _supports(mixture, told.k)
    else:
        around = 0.95 * mixture.nearest_gap() if mixture.modes > 1 else shown_square(mixture)[1]
        centre, reach = (float(x0_hat[0, 0]), float(x0_hat[0, 1])), (around, around)
        modes, bands = np.array(mixture.means), []
    return beats_film(
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


def _handful(x0_hat: np.ndarray, place: int) -> list[int]:
    """A sample and its company: on a line the first few, in the plane the nearest of x0_hat (m, D)."""
    if x0_hat.shape[1] == 1:
        return [place, *[i for i in range(len(x0_hat)) if i != place][: HANDFUL - 1]]
    return np.linalg.norm(x0_hat - x0_hat[place], axis=1).argsort()[:HANDFUL].tolist()


def _supports(mixture: GaussianMixture, k: float) -> list[tuple[float, float]]:
    """The k-sigma band of every mode on a line."""
    return [(m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)]
