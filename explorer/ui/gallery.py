"""The Shapes page's rooms: pictures and their kinds, pictures on their way, and the exact posterior mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
import torch

from explorer.charts.film import Film
from explorer.charts.galleries import GAP, gallery_film, pictures_film, tile_of
from explorer.charts.words import seconds
from explorer.data.finger_count import count_fingers, finger_tips
from explorer.data.pictures import kind_names, world
from explorer.data.shapes import SimpleShapes
from explorer.detection.following import Followed
from explorer.experiment import Experiment
from explorer.learning import LIVE_PICTURES, Result, Snapshot, training_points
from explorer.trials import twins
from explorer.ui import server
from explorer.ui.kinds import kinds_of, spoken_picture, spoken_share
from explorer.ui.player import player

SHOWN, COLUMNS = 60, 12  # pictures of a gallery
FOLLOWED, FOLLOWED_COLUMNS = 24, 6
FRAMES = 32  # of pictures on their way, or as many as a message holds
WAY_NUMBERS = 3_500_000  # pixels of all its frames
VIEWS = ("samples", "data", "on their way", "mean", "detector")
ORDERS = ("hallucinated first", "as drawn")
TRIED = 256  # pictures that the detector is tried on
COMPARED = 8  # data pictures whose posterior means are compared
STEPS_COMPARED = 24


def in_order(experiment: Experiment, snapshot: Snapshot, order: str) -> np.ndarray:
    """The samples of a snapshot that are shown, (SHOWN, 1, s, s): as they were drawn, or up to a row of each
    hallucinated kind first, the most telling kind on top."""
    samples = snapshot.measurement.samples
    if samples is None:
        raise ValueError("This snapshot has no samples.")
    if order == ORDERS[1]:
        return samples[:SHOWN]
    names = kind_names(experiment.pictures)
    telling = ("more", "fewer", "no hand", "five") if "five" in names else (*names[1:], names[0])
    kinds, rank = kinds_of(experiment, samples), np.full(len(samples), len(names))
    for kind, name in enumerate(names):
        if kind:
            rank[np.flatnonzero(kinds == kind)[:COLUMNS]] = telling.index(name)
        else:
            rank[kinds == kind] = telling.index(name)
    return samples[np.argsort(rank, kind="stable")[:SHOWN]]


def samples_film(experiment: Experiment, snapshots: Sequence[Snapshot], order: str) -> Film:
    """Samples of every snapshot, hallucinated ones framed; the data while nothing is trained."""
    if not snapshots:
        return data_film(experiment)
    galleries = [in_order(experiment, snapshot, order) for snapshot in snapshots]
    wrong = np.stack([kinds_of(experiment, pictures) != 0 for pictures in galleries])
    captions = [f"step {s.step:,} · {seconds(s.seconds)} · {spoken_share(s.measurement)}" for s in snapshots]
    return gallery_film(
        [(f"samples, {order}", "model", np.stack(galleries)[:, :, 0], wrong)],
        captions,
        columns=COLUMNS,
        slider="training step",
        ends=("start of the training", "end"),
        alt=f"{SHOWN} samples at {len(snapshots)} times of the training; at the end {captions[-1]}.",
        frame_seconds=0.6,
    )


def data_film(experiment: Experiment) -> Film:
    """Pictures the network is trained on."""
    pictures = _data(experiment, SHOWN)
    return gallery_film(
        [("data", "truth", pictures[None, :, 0], np.zeros((1, SHOWN), bool))],
        ("the data",),
        columns=COLUMNS,
        slider="",
        ends=("", ""),
        alt=f"{SHOWN} pictures of the data.",
    )


def frames_of_way(side: int) -> int:
    """How many frames of pictures of a side, by model and truth, one message to the player holds."""
    return min(FRAMES, WAY_NUMBERS // (2 * FOLLOWED * (side + 2 * GAP) ** 2))


def way(result: Result, identity: str) -> server.Work[float, Followed]:
    """The first samples followed through the network and, from the same noise, the truth."""
    experiment = result.experiment
    spec, frames = experiment.sampler, frames_of_way(world(experiment.pictures).shape[-1])
    return server.computed(
        "way",
        f"way {identity} {spec}",
        lambda: twins(result, range(FOLLOWED), LIVE_PICTURES, spec, frames=frames),
        patience=1.0,
    )


def optimum(experiment: Experiment) -> str:
    """What the perfect denoiser is called: of the hands only that of a finite set of drawings is known."""
    return "truth" if experiment.pictures.startswith("shapes") else "empirical optimum"


def way_film(experiment: Experiment, followed: Followed) -> Film:
    """Predicted clean pictures at every step, by the network and by the truth from the same noise."""
    predicted = np.clip(followed.x0_hat[:, :, :, 0], -1, 1)
    wrong = np.stack([kinds_of(experiment, ends) != 0 for ends in followed.samples])
    return gallery_film(
        [
            ("model", "model", predicted[0], wrong[:1]),
            (optimum(experiment), "truth", predicted[1], wrong[1:]),
        ],
        [f"t = {t}" for t in followed.steps],
        columns=FOLLOWED_COLUMNS,
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt=f"Predicted pictures of {FOLLOWED} samples from noise to t = 0; hallucinated at the end: "
        f"{int(wrong[0].sum())} of the model, {int(wrong[1].sum())} of the truth.",
        frame_seconds=0.15,
    )


@st.cache_data(max_entries=16, show_spinner=False)
def posterior_film(_result: Result, identity: str, which: int) -> Film:
    """One picture of the data with ever less noise: what the network predicts, and what it should."""
    experiment = _result.experiment
    picture = torch.from_numpy(_data(experiment, COMPARED)[which : which + 1])
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


def picked_film(experiment: Experiment, picture: np.ndarray) -> Film:
    """One sample beside the nearest valid picture and the pixels that differ; a hand alone."""
    known = world(experiment.pictures)
    if not isinstance(known, SimpleShapes):
        one = torch.from_numpy(picture[None])
        tips = finger_tips(one, count_fingers(one))[0].numpy()
        tips = tips[np.isfinite(tips[:, 0])]
        return pictures_film(
            [("sample", "model", picture, "ink")],
            ("",),
            slider="",
            ends=("", ""),
            alt=f"A hand, {len(tips)} fingertips marked.",
            marks=np.stack([tips[:, 0], picture.shape[-1] - tips[:, 1]], 1),
        )
    nearest = known.nearest_valid(torch.from_numpy(picture[None]))[0].numpy()
    return pictures_film(
        [
            ("sample", "model", picture, "ink"),
            ("nearest valid", "truth", nearest, "ink"),
            ("differing", "hallucinated", np.sign(picture) - nearest, "diverging"),
        ],
        ("",),
        slider="",
        ends=("", ""),
        alt="A sample, the nearest valid picture, and the pixels that differ.",
    )


def show_picked(
    experiment: Experiment, snapshot: Snapshot, followed: Followed | None, order: str, tile: int
) -> None:
    """The picture that is singled out, large: beside the nearest valid one, or on its way."""
    if followed is not None and tile < FOLLOWED:
        place = tile_of(tile, FOLLOWED, FOLLOWED_COLUMNS)
        picture, film = followed.samples[0, place], decided_film(experiment, followed, place)
    elif followed is None and tile < SHOWN:
        picture = in_order(experiment, snapshot, order)[tile_of(tile, SHOWN, COLUMNS)]
        film = picked_film(experiment, picture)
    else:
        return
    st.markdown(spoken_picture(experiment, picture))
    player(film, key=f"picked-{followed is None}", height=260, start=len(film.captions) - 1)


def decided_film(experiment: Experiment, followed: Followed, place: int) -> Film:
    """One picture on its way by model and truth, and where the model's prediction changed late."""
    model, truth = np.clip(followed.x0_hat[:, :, place, 0], -1, 1)
    late = model[-len(model) // 2 :].var(0)
    return pictures_film(
        [
            ("model", "model", model, "ink"),
            (optimum(experiment), "truth", truth, "ink"),
            ("variance of the model's x̂₀", "hallucinated", late[None], "sequential"),
        ],
        [f"t = {t}" for t in followed.steps],
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt="A predicted picture through time, by model and truth, and the variance of each pixel.",
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _pictures_of(digest: str, n: int, _experiment: Experiment) -> np.ndarray:
    return training_points(_experiment.replace(points=max(n, 100)))[:n].numpy()


def _data(experiment: Experiment, n: int) -> np.ndarray:
    return _pictures_of(experiment.digest, n, experiment)
