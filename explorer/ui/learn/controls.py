"""The Learn page's controls: they show the experiment and change it; bounds are checked where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import streamlit as st

from explorer.diffusion.network_spec import DEPTH_RANGE, MAX_OCTAVES, WIDTH_RANGE, Activation, Prediction
from explorer.diffusion.schedule import ScheduleKind
from explorer.diffusion.training import BATCH_RANGE, STEPS_RANGE
from explorer.experiments import checkpoints
from explorer.experiments.experiment import POINTS_RANGE, Experiment
from explorer.experiments.presets import RECIPES
from explorer.experiments.presets import recipe as recipe_of
from explorer.experiments.run import Result
from explorer.page_figures.views.parameter import SnapshotView
from explorer.ui.shared import folds, training
from explorer.ui.shared.job_buttons import job_buttons
from explorer.ui.shared.progress import state_in_words, time_left
from explorer.ui.shared.view_controls import threshold
from explorer.ui.shell import session


def recipe() -> None:
    """How it is trained: by name, and every part of it folded away."""
    experiment = session.experiment()
    named = next((name for name in RECIPES if _same_recipe(name)), None)
    st.session_state["recipe"] = named
    st.segmented_control(
        "Recipe",
        RECIPES,
        key="recipe",
        on_change=_take_recipe,
        help="fast: a small network that learns in seconds. paper: the authors' network and training; only t "
        "is spread evenly over each batch.",
    )
    number(
        "Training steps",
        "training.steps",
        STEPS_RANGE,
        "How many steps the training takes; it can be stopped before.",
        1000,
    )
    if more := folds.opened(st.expander, "More settings", "more_settings"):
        with more:
            _more_settings(experiment)


def _more_settings(experiment: Experiment) -> None:
    number("Batch", "training.batch", BATCH_RANGE, "Samples in one training step.", 100)
    choice(
        "Steps t drawn",
        "training.step_draw",
        ("log-snr", "uniform"),
        "Evenly in log-SNR, or uniformly as the authors do.",
    )
    number("Width", "network.width", WIDTH_RANGE, "Units in a hidden layer.", 16)
    number("Depth", "network.depth", DEPTH_RANGE, "Hidden layers or residual blocks.", 1)
    if experiment.network.kind == "plain":
        number(
            "Sharpness",
            "network.x_octaves",
            (0, MAX_OCTAVES),
            "Octaves of Fourier features of x: the more, the more sharply the network can bend.",
            1,
        )
        choice("Activation", "network.activation", get_args(Activation), "What bends in a hidden layer.")
        choice(
            "Predicts",
            "network.prediction",
            get_args(Prediction),
            "What the last layer gives; the noise follows from it exactly. Flow is flow matching.",
        )
    choice(
        "Favour steep scores",
        "training.steepness",
        sorted({0.0, 0.1, 1.0, experiment.training.steepness}),
        "Weight ρ of a penalty ρ / (1 + slope²) on flat scores; 0 leaves it out.",
    )
    number(
        "Training points",
        "points",
        POINTS_RANGE,
        "How many points are drawn from the data distribution.",
        1000,
    )
    choice(
        "Schedule",
        "schedule.kind",
        get_args(ScheduleKind),
        "How noise grows with t; linear is the authors', flow that of flow matching, geometric by the same "
        "factor in each step.",
    )
    threshold()


def snapshot_choice(run: Result) -> None:
    """Which snapshot of the training to look at."""
    last = len(run.snapshots) - 1
    wanted = session.view(SnapshotView).snapshot
    st.session_state["view.snapshot"] = wanted if 0 <= wanted <= last else last

    def commit() -> None:
        chosen = st.session_state["view.snapshot"]
        session.set_view(SnapshotView, snapshot=-1 if chosen == last else chosen)

    st.select_slider(
        "Trained for",
        range(last + 1),
        key="view.snapshot",
        format_func=lambda i: f"{run.snapshots[i].step:,} steps",
        help="A snapshot of the training: see the score sharpen.",
        on_change=commit,
    )


def train_buttons() -> None:
    """Train, Pause, Stop, and what Train costs; or why this server does not train it, and what does."""
    refusal, held = training.too_long(), training.ticket()
    job_buttons(
        "Train",
        training.train,
        held,
        (
            training.train_help(f"Train a network on these data, live. {training.device_line()}"),
            "Hold the training; it goes on where it was.",
            "Stop the training; what it has learned so far stays, and Resume goes on where it was.",
        ),
        keys=("train", "pause", "stop"),
        startable=not refusal,
        keeps=True,
    )
    if refusal:
        st.caption(f"{refusal} On a machine of your own:" if training.command() else refusal)
        if training.command():
            st.code(training.command(), language=None, wrap_lines=True)
    elif held is not None and held.active:
        st.caption(time_left(held) or state_in_words(held))
    elif cost := training.cost():
        st.caption(f"Train takes {cost}.")


def number(label: str, path: str, bounds: tuple[int, int], text: str, step: int) -> None:
    """A whole number of the experiment."""
    key = f"edit.{path}"
    st.session_state[key] = _value(path)
    st.number_input(
        label, bounds[0], bounds[1], step=step, key=key, on_change=_commit, args=(path, key), help=text
    )


def choice(label: str, path: str, options: Sequence[Any], text: str) -> None:
    """One of a few values of the experiment."""
    key = f"edit.{path}"
    st.session_state[key] = _value(path)
    st.segmented_control(
        label, options, key=key, required=True, on_change=_commit, args=(path, key), help=text
    )


def _commit(path: str, key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        session.change_experiment(**{path: value})


def _value(path: str) -> Any:
    value: Any = session.experiment()
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _same_recipe(name: str) -> bool:
    """Whether the experiment follows a recipe, however many steps it takes."""
    mine = session.experiment()
    network, training = recipe_of(name, _dimensions())
    return mine.network == network and replace(mine.training, steps=training.steps) == training


def _take_recipe() -> None:
    if st.session_state.recipe is not None:
        network, training = recipe_of(st.session_state.recipe, _dimensions())
        session.change_experiment(network=network, training=training)


def _dimensions() -> int:
    experiment = session.experiment()
    if experiment.mixture is not None:
        return experiment.mixture.dimensions
    points = checkpoints.own().load_points(experiment.upload)
    return 1 if points is None else points.shape[0]
