"""The Trajectories page's figure: samples that are found while one looks, and the one that is singled out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from explorer.detection.statistics.rates import Rate
from explorer.detection.trial import TrialUpdate
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.run import Result
from explorer.experiments.shipped_trials import shipped_trial
from explorer.experiments.trials import default_count, follow_pairs
from explorer.figures.film.film import Film
from explorer.page_figures.trajectories import (
    axes_film,
    describe_sample,
    file_caption,
    many_film,
    sample_films,
    whole_film,
)
from explorer.page_figures.trajectories_pairs import (
    ENOUGH,
    SHOWN,
    PairedTrajectories,
    first_trajectories,
    rows_for_all,
    rows_to_follow,
    trajectories_of_trial,
)
from explorer.page_figures.views.parameter import asked_frame
from explorer.page_figures.views.trajectories import View, asked_film, asked_slow_film
from explorer.server.cache import MAX_BYTES, Cache, cached
from explorer.ui.lesson import answers
from explorer.ui.player import Shown, player
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.drawn_trial import drawn_trial
from explorer.ui.shell import server, session

_PAIRS: Cache[str, PairedTrajectories] = Cache(MAX_BYTES // 4)  # for all who look


@functools.cache
def _many_films(*, both: bool, noisy: bool, at_the_end: bool) -> Callable[[PairedTrajectories], Film]:
    """The films of all samples, drawn as many_film takes it, for all who look."""
    return cached(partial(many_film, both=both, noisy=noisy, at_the_end=at_the_end), MAX_BYTES // 32)


def paired_trajectories(
    result: Result, identity: str, spec: SamplerSpec, k: float
) -> tuple[PairedTrajectories | None, server.Work | None]:
    """The samples to show, and the work that goes on to find them or more of them.

    Where the trial ships, the hallucinated ones are known: all that are shown at any k are followed at once.
    """
    natural, n = SHOWN[result.dimensions], default_count(result.experiment)
    key, shipped = f"{identity} {spec} {n}", shipped_trial(result, n, spec)
    if shipped is None:
        return _searched(result, identity, spec, k, natural, n)
    flags = {bound: shipped.trial.hallucinated(bound) for bound in THRESHOLDS}
    rows = rows_for_all(natural, flags.values())
    work = server.computed(
        "twins", f"twins {key} at every k", partial(follow_pairs, result, rows, n, spec), patience=1.5
    )
    if (followed := work.value) is None:
        return None, work
    return _PAIRS.get_or_compute(
        f"{key} {k:g}", lambda: trajectories_of_trial(result, spec, k, followed, flags[int(k)])
    ), None


def _searched(
    result: Result, identity: str, spec: SamplerSpec, k: float, natural: int, n: int
) -> tuple[PairedTrajectories | None, server.Work | None]:
    """The first samples, and then the hallucinated ones among all, which are looked for."""
    key = f"{identity} {spec} {n}"
    first = server.computed(
        "twins", f"twins {key}", partial(follow_pairs, result, range(natural), n, spec), patience=1.5
    )
    if (some := first.value) is None:
        return None, first
    pairs = _PAIRS.get_or_compute(f"{key} {k:g} first", lambda: first_trajectories(result, spec, k, some))
    if pairs.rate.count >= ENOUGH:
        return pairs, None
    search = drawn_trial(result, identity, n, spec, patience=0.5)
    if search.value is None:
        return pairs, search
    flags = search.value.hallucinated(k)
    rate, rows = Rate(int(flags.sum()), n), rows_to_follow(natural, flags)
    if len(rows) == natural:
        return PairedTrajectories(result, spec, some, k, natural, rate), None
    more = server.computed(
        "twins", f"twins {key} {k:g}", partial(follow_pairs, result, rows, n, spec), patience=1.5
    )
    if (found := more.value) is None:
        return pairs, more
    return _PAIRS.get_or_compute(
        f"{key} {k:g}", lambda: PairedTrajectories(result, spec, found, k, natural, rate)
    ), None


def format_progress(work: server.Work | None) -> str:
    """How far the search for samples is, in words."""
    if work is None:
        return ""
    if work.error is not None:
        return f"{work.error} "
    share = work.update.share if isinstance(work.update, TrialUpdate) else work.update or 0.0
    what = "looking for hallucinations" if isinstance(work.update, TrialUpdate) else "following samples"
    return f"{what}: {share:.0%} · "


def sample_choice(pairs: PairedTrajectories) -> None:
    """Which sample to single out: by name, for those who do not click."""
    wrong = pairs.hallucinated[0]
    order = [*np.flatnonzero(wrong).tolist(), *np.flatnonzero(~wrong)[:20].tolist()]
    chosen = pairs.place(session.view(View).sample)
    order += [chosen] if chosen not in order else []
    st.session_state["followed_sample"] = chosen

    def commit() -> None:
        place = st.session_state["followed_sample"]
        if place in order:  # it may have been chosen among those of a moment ago
            session.set_view(View, sample=int(pairs.followed.rows[place]))

    st.selectbox(
        "Follow",
        order,
        key="followed_sample",
        format_func=lambda i: f"{'hallucinated' if wrong[i] else 'honest'}, no. {pairs.followed.rows[i]:,}",
        help="A sample to single out; or click one in the figure.",
        on_change=commit,
    )


def show_axes(result: Result, spec: SamplerSpec, k: float, height: int) -> None:
    """The axes of the film while its samples are being followed."""
    asked = asked_film(session.view(View), truth=not answers.is_open())
    film = axes_film(result, spec, k, both=asked["both"])
    big, _ = st.columns([3.1, 1], gap="small")
    with big:
        player(film, key="many", height=height, frame=len(film.captions) - 1)


def _one_sample(pairs: PairedTrajectories, place: int, height: int) -> None:
    """The way of the sample that is singled out, and its variance."""
    films = sample_films(pairs, place)
    said = file_caption(films[0], pairs, place)
    for name, still in zip(("path", "variance"), films, strict=True):
        player(still, key=f"one-{name}", height=height)
        figure_downloads.register_film(still, Shown(0), f"{name} of the sample", said)


def show(pairs: PairedTrajectories, height: int) -> None:
    """The films of the samples, and the verdict on the one that is singled out."""
    place = pairs.place(session.view(View).sample)
    big, small = st.columns([3.1, 1], gap="small")
    slowly = session.view(View).motion == "one step"
    with big:
        if slowly:
            film, wanted = asked_slow_film(session.view(View), pairs, place)
            shown = player(film, key="slow", height=height, frame=wanted, on_frame=True, on_zoom=True)
            _register(film, replace(shown, picked=None), pairs, place)
            session.set_view(View, substep=shown.frame)
        else:
            asked = asked_film(session.view(View), truth=not answers.is_open())
            film = _many_films(**asked)(pairs)
            last = len(film.captions) - 1
            wanted = asked_frame(session.view(View).moment, last + 1)
            shown = player(
                film,
                key="many",
                height=height,
                frame=wanted,
                on_frame=True,
                picked=place,
                on_pick=True,
                on_zoom=True,
            )
            _register(film, shown, pairs, place)
            if shown.frame != wanted:
                session.set_view(View, moment=-1 if shown.frame == last else shown.frame)
            if shown.picked is not None and shown.picked != place and shown.picked < len(pairs.followed.rows):
                session.set_view(View, sample=int(pairs.followed.rows[shown.picked]))
                st.rerun()
    with small:
        if answers.is_open():
            st.caption(answers.CURVES_LATER)
        else:
            _one_sample(pairs, place, height // 2 - 8)
    answers.finding(describe_sample(pairs, place))
    session.write_link()


def _register(film: Film, shown: Shown, pairs: PairedTrajectories, place: int) -> None:
    """What is taken away of a film has the panels of the sample that is singled out."""
    whole = whole_film(film, pairs, place)
    figure_downloads.register_film(whole, shown, caption=file_caption(whole, pairs, place))
