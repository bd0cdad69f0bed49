"""Pictures on their way from noise: what is predicted of them at every step, when they were decided, and the
network beside the exact mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from explorer.detection.paired_trajectories import Strips
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import gallery_film, pictures_film, tile_of
from explorer.ui.player import player
from explorer.ui.shapes.gallery import PICKED_HEIGHT, data_pictures
from explorer.ui.shapes.kinds import kinds_of, named
from explorer.ui.shapes.view import COMPARED
from explorer.ui.shell import theme

COLUMNS = 6  # of each lane's gallery
STEPS_COMPARED = 24


def optimum(experiment: Experiment) -> str:
    """What the perfect denoiser is called: of the hands only that of a finite set of drawings is known."""
    return "truth" if experiment.pictures.startswith("shapes") else "empirical optimum"


def wrong_first(experiment: Experiment, strips: Strips) -> np.ndarray:
    """The places of the pictures among the strips, in the order of the gallery: as many as fill its rows."""
    wrong = kinds_of(experiment, strips.samples[0]) != 0
    count = len(wrong) - len(wrong) % COLUMNS if len(wrong) > COLUMNS else len(wrong)
    return np.argsort(~wrong, kind="stable")[:count]


def way_film(experiment: Experiment, strips: Strips) -> Film:
    """Predicted clean pictures at every step, by the network and by the truth from the same noise."""
    order = wrong_first(experiment, strips)
    predicted = strips.x0_hat[:, :, order, 0]
    wrong = np.stack([kinds_of(experiment, ends[order]) != 0 for ends in strips.samples])
    return gallery_film(
        [
            ("model", "model", predicted[0], wrong[:1]),
            (optimum(experiment), "truth", predicted[1], wrong[1:]),
        ],
        [f"t = {t}" for t in strips.steps],
        columns=min(COLUMNS, len(order)),
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt=f"Predicted pictures of {len(order)} samples from noise to t = 0; hallucinated at the end: "
        f"{int(wrong[0].sum())} of the model, {int(wrong[1].sum())} of the truth.",
        frame_seconds=0.15,
    )


def show_picked(experiment: Experiment, strips: Strips, tile: int) -> None:
    """The picture of a tile, large, from the frame at which it was decided on."""
    order = wrong_first(experiment, strips)
    if not 0 <= tile < len(order):
        return
    place = int(order[tile_of(tile, len(order), min(COLUMNS, len(order)))])
    theme.sentence(spoken_decision(experiment, strips, place))
    start = decided(experiment, strips, place)[0]
    player(decided_film(experiment, strips, place), key="decided", height=PICKED_HEIGHT, start=start)


def decided(experiment: Experiment, strips: Strips, place: int) -> tuple[int, tuple[str, ...]]:
    """The frame from which on the model's prediction of one picture is of the kind it ends as, and what it is
    at every frame."""
    said = named(experiment, strips.x0_hat[0, :, place])
    other = [at for at, name in enumerate(said) if name != said[-1]]
    return (other[-1] + 1 if other else 0), said


def spoken_decision(experiment: Experiment, strips: Strips, place: int) -> str:
    """When a picture was decided, in a sentence."""
    since, said = decided(experiment, strips, place)
    if since == 0:
        return f"**{said[-1]}** from the first step on."
    before, after = strips.steps[since - 1], strips.steps[since]
    level = experiment.schedule.alpha_bar(int(after))
    return (
        f"**{said[-1]}**, decided by t = {after} (ᾱ = {level:.2g}): at t = {before} the model's prediction "
        f"was still *{said[since - 1]}*."
    )


def decided_film(experiment: Experiment, strips: Strips, place: int) -> Film:
    """One picture on its way by model and truth, and where the model's prediction changed late."""
    model, truth = np.clip(strips.x0_hat[:, :, place, 0], -1, 1)
    late = model[-len(model) // 2 :].var(0)
    said = decided(experiment, strips, place)[1]
    return pictures_film(
        [
            ("model", "model", model, "ink"),
            (optimum(experiment), "truth", truth, "ink"),
            ("variance of the model's x̂₀", "hallucinated", late[None], "sequential"),
        ],
        [f"t = {t} · {name}" for t, name in zip(strips.steps, said, strict=True)],
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt="A predicted picture through time, by model and truth, and the variance of each pixel.",
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def posterior_film(_result: Result, identity: str, which: int) -> Film:
    """One picture of the data with ever less noise: what the network predicts, and what it should."""
    experiment = _result.experiment
    picture = torch.from_numpy(data_pictures(experiment, COMPARED)[which : which + 1])
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(which))
    schedule, network, truth = experiment.schedule, _result.denoiser(), _result.truth()
    assert truth is not None
    steps = schedule.timesteps(STEPS_COMPARED)
    shown: list[list[np.ndarray]] = [[], [], [], []]
    for t in steps:
        alpha_bar = schedule.alpha_bar(t)
        x_t = alpha_bar**0.5 * picture + (1 - alpha_bar) ** 0.5 * noise
        learned, exact = (
            ((x_t - (1 - alpha_bar) ** 0.5 * each.predict_noise(x_t, t)) / alpha_bar**0.5).clamp(-1, 1)
            for each in (network, truth)
        )
        for kept, value in zip(shown, (x_t, learned, exact, learned - exact), strict=True):
            kept.append(value[0, 0].numpy())
    x_t, learned, exact, apart = (np.stack(kept) for kept in shown)
    word = "exact E[x₀ | x_t]" if experiment.pictures.startswith("shapes") else "empirical E[x₀ | x_t]"
    return pictures_film(
        [
            ("x_t", "neutral", np.clip(x_t, -1, 1), "ink"),
            ("network's x̂₀", "model", learned, "ink"),
            (word, "truth", exact, "ink"),
            ("network − truth", "hallucinated", apart, "diverging"),
        ],
        [f"t = {t} · ᾱ = {schedule.alpha_bar(t):.3g}" for t in steps],
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt="A noisy picture, the network's and the exact mean of what it was, and their difference.",
    )
