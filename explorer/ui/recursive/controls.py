"""The Recursive page's controls: what the loop is, and the job that computes it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.data.own.world_file import check_there
from explorer.detection.trajectory_variance import WINDOW_STEPS
from explorer.diffusion.training import STEPS_RANGE
from explorer.experiments.experiment import POINTS_RANGE, Experiment
from explorer.figures.vega.generations import ARM_TITLES
from explorer.page_figures.recursive_findings import describe_compared, seeds_in_words
from explorer.page_figures.views.recursive import View, asked_loop, asked_seed
from explorer.page_tasks.stored import loop_in_folder
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS, default_loop, is_part_of, part_of, shipped_loop
from explorer.recursion.run import RecursionUpdate
from explorer.recursion.spec import (
    ARMS,
    RULES,
    SEEDS_RANGE,
    UNJUDGED_ARMS,
    UNJUDGED_RULES,
    Generation,
    RecursionSpec,
)
from explorer.recursion.store import load_run
from explorer.ui.learn import controls
from explorer.ui.recursive import help
from explorer.ui.shared import folds, view_controls
from explorer.ui.shared.long_work import LongWork, loaded
from explorer.ui.shell import server, session


def chosen() -> RecursionSpec | None:
    """The loop that the controls describe; None, with a sentence on top of the page, if it cannot be."""
    try:
        return asked_loop(session.view(View), _default_spec(session.experiment()))
    except ValueError as error:
        st.warning(str(error), icon=":material/info:")
        return None


def _default_spec(experiment: Experiment) -> RecursionSpec:
    """The loop that ships of an experiment, as far as it ships; the default where none does."""
    for name in LOOPS:
        stored = loaded(_shipped_loop, SHIPPED_LOOPS / name)
        if not isinstance(stored, str) and stored[0].experiment == experiment:
            whole: RecursionSpec = stored[0]
            return whole
    return default_loop(experiment)


def seed_choice(spec: RecursionSpec) -> None:
    """Of which of several seeds pictures are shown."""
    first = spec.experiment.seed
    view_controls.view_choice(
        View,
        "shown",
        list(range(spec.seeds)),
        "Pictures of seed",
        "The curves show all seeds; a picture shows one.",
        lambda place: str(first + place),
    )


def shown_seed(spec: RecursionSpec) -> int:
    """The seed whose pictures are shown."""
    return asked_seed(session.view(View), spec)


def arms_choice(spec: RecursionSpec | None) -> None:
    """Which arms run, any set of them but none."""
    possible = ARMS if _judged() else UNJUDGED_ARMS
    chosen = spec.arms if spec is not None else possible

    def commit(arm: str) -> None:
        wanted = [other for other in possible if (other in chosen) != (other == arm)]
        if wanted:
            session.set_view(View, arms=" ".join(wanted))

    st.markdown("Arms", help="What is kept of a generation's samples for the next one to learn from.")
    with st.container(gap=None):
        for arm in possible:
            st.session_state[f"arm.{arm}"] = arm in chosen
            st.checkbox(ARM_TITLES[arm], key=f"arm.{arm}", on_change=commit, args=(arm,))


def _judged() -> bool:
    """Whether a rule, or a judge, knows which samples are hallucinated."""
    return session.experiment().distribution is not None


def numbers(spec: RecursionSpec | None) -> None:
    """Generations, samples, and what the filters drop."""
    made, kept, seeds = (spec.generations, spec.samples, spec.seeds) if spec is not None else (1, 1_000, 1)
    view_controls.view_number(
        View, "generations", "Generations", (1, 20), 1, "Generation 0 learns from the data.", value=made
    )
    view_controls.view_number(
        View, "kept", "Samples kept", (100, 200_000), 1_000, "Of each generation, for the next.", value=kept
    )
    view_controls.view_number(
        View,
        "seeds",
        "Seeds",
        SEEDS_RANGE,
        1,
        "The loop is repeated with as many seeds; only several can rank the arms.",
        value=seeds,
    )
    if more := folds.opened(st.expander, "More settings", "more_loop_settings"):
        with more:
            _more_settings(spec)


def _more_settings(spec: RecursionSpec | None) -> None:
    controls.number("Training steps", "training.steps", STEPS_RANGE, "Of every generation.", 1_000)
    view_controls.view_number(
        View, "drop", "Share dropped", (0.0, 0.5), 0.01, "By the variance filter, and at random."
    )
    rules = RULES if _judged() else UNJUDGED_RULES
    rule = session.view(View).rule
    st.session_state["rule"] = rule if rule in rules else None
    st.selectbox(
        "Variance filter",
        rules,
        key="rule",
        on_change=lambda: session.set_view(View, rule=st.session_state["rule"]),
        help=help.RULE if _judged() else help.UNJUDGED_RULE,
    )
    if spec is not None:
        _window_choice(spec)
    st.session_state["view.fresh"] = bool(session.view(View).fresh)
    st.checkbox(
        "Fresh seeds",
        key="view.fresh",
        on_change=lambda: session.set_view(View, fresh=int(st.session_state["view.fresh"])),
        help="New weights and batches in each generation, alike in all arms; otherwise all generations "
        "have those of the first, and a bias of theirs repeats.",
    )
    if _judged():
        view_controls.view_number(
            View, "mixed", "Real data", (0.05, 0.95), 0.05, "Share of new real samples in the arm that mixes."
        )
    elif spec is not None:
        there = check_there(spec.experiment.pictures)["count"]
        controls.number("Pictures learned from", "points", (POINTS_RANGE[0], there), help.LEARNED_FROM, 10)


def _window_choice(spec: RecursionSpec) -> None:
    """The steps over which the variance is taken."""
    visited = spec.experiment.sampler.timesteps(spec.experiment.schedule)
    st.session_state["over"] = spec.window

    def commit() -> None:
        first, last = st.session_state["over"]
        if first < last:
            session.set_view(View, over=f"{first}:{last}")

    st.select_slider(
        "Variance over steps t",
        visited[::-1][:WINDOW_STEPS],
        value=spec.window,
        key="over",
        on_change=commit,
        help="The window of the variance filter: see Detect for what it sees.",
    )


def how(spec: RecursionSpec) -> str:
    """How the numbers on the page came about, in a few words."""
    text = f"{spec.samples:,} of {spec.drawn:,} samples kept a generation"
    if not spec.judged:
        text += f" · {describe_compared(spec)}"
    return text if spec.seeds == 1 else f"{text} · median of {spec.seeds} seeds, range in brackets"


def _shipped_loop(folder: Path) -> tuple[RecursionSpec, tuple[Generation, ...]]:
    return shipped_loop(folder.name)


def _shipped(spec: RecursionSpec) -> tuple[Generation, ...] | None:
    """The generations of a shipped loop that holds all that is asked for."""
    for name in LOOPS:
        stored = loaded(_shipped_loop, SHIPPED_LOOPS / name)
        if isinstance(stored, str):
            continue
        whole, generations = stored
        if is_part_of(spec, whole):
            return part_of(spec, generations)
    return None


def _describe(spec: RecursionSpec, update: RecursionUpdate) -> str:
    which = "" if spec.seeds == 1 else f"seed {update.seed}, "
    arm = ARM_TITLES.get(update.arm, "all arms")
    return f"{which}{arm}, generation {update.generation}: {update.stage}"


def _work(spec: RecursionSpec) -> float | None:
    """Of training every network of a loop; generation 0 is shared by the arms."""
    one = server.costs().seconds(spec.experiment)
    networks = spec.seeds * (1 + (spec.generations - 1) * len(spec.arms))
    return None if one is None else networks * one


LOOP: LongWork[RecursionSpec, RecursionUpdate, Generation] = LongWork(
    purpose="recursion",
    name="loop",
    chosen=chosen,
    compute=loop_in_folder,
    load=load_run,
    shipped=_shipped,
    parts=lambda update: update.generations,
    complete=lambda spec: spec.seeds * len(spec.arms) * spec.generations,
    describe=_describe,
    note=lambda spec: f", {seeds_in_words(spec)}",
    work=_work,
    texts=(
        "Compute the loop here, generation by generation; each is kept as it is finished.",
        "Hold the loop; it goes on where it was.",
        "End it. The generations that are finished stay, and Run goes on after them.",
    ),
)
