"""The start page's rooms: the story's film, its sentences, and hands that a model drew."""

from __future__ import annotations

import base64
import io

import numpy as np
import streamlit as st
from PIL import Image

from explorer.data.pictures import kind_names
from explorer.experiments import checkpoints
from explorer.experiments.run import training_points
from explorer.experiments.start_page_example import K, opening
from explorer.figures.film.film import Film
from explorer.figures.film.start import opening_film
from explorer.figures.words import percent
from explorer.ui.learn import figure
from explorer.ui.shapes.kinds import kinds_of

HANDS, HAND_PIXELS = 3, 76
TOO_MANY = "more"  # the kind of hands with a finger too many


@st.cache_resource(show_spinner=False)
def film() -> Film:
    """Data, learned density and two samples, made once a process."""
    told = opening()
    experiment, mixture = told.result.experiment, told.result.experiment.mixture
    assert mixture is not None  # the default is one
    density = figure.film(experiment, told.result.snapshots[-1:], int(K))
    paths = [
        (name, role, path)
        for (name, role), path in zip(
            (("honest", "kept"), ("hallucinated", "hallucinated")), told.x0_hat.T, strict=True
        )
    ]
    return opening_film(
        training_points(experiment)[:, 0].numpy(),
        density.panels[0],
        told.steps,
        paths,  # type: ignore[arg-type]
        modes=[(m - K * s, m + K * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)],
        interval=figure.shown_interval(mixture),
        alt=f"Left, the data: {mixture.modes} narrow modes. Middle, the density that a model learned, "
        f"on a log axis: {rate()} of it lies between the modes, where no data are. Right, the predicted "
        f"clean value of two samples over the last {len(told.steps)} steps: one settles in a mode, the other "
        f"ends at {told.x0_hat[-1, 1]:.2f}, between two.",
    )


def sentences() -> tuple[tuple[str, str], ...]:
    """A sentence for each panel, and what is to be known with it."""
    told = opening()
    experiment = told.result.experiment
    return (
        (
            "The {truth:data:} are three heaps of numbers. Between them there is nothing.",
            f"{experiment.points:,} numbers",
        ),
        (
            "Between the modes the {truth} is zero. The {model} builds {hallucinated:bridges:}.",
            f"beyond {K:g} σ: {rate()}, exact · shipped, seed {experiment.seed}",
        ),
        (
            "{kept:Honest:} samples decide early. {hallucinated:Hallucinations:} waver to the end.",
            f"samples {told.rows[0]:,} and {told.rows[1]:,}, last {len(told.steps)} steps",
        ),
    )


def rate() -> str:
    """The share of the model's samples that are hallucinated, exact."""
    measured = opening().result.final.measurement
    assert measured.beyond is not None
    return percent(measured.beyond[int(K)])


@st.cache_resource(show_spinner=False)
def hands() -> str:
    """Hands with six fingers, drawn by the shipped model, as HTML; nothing if it drew none."""
    result = checkpoints.shipped().load("hands-48").result
    trial, names = result.final.measurement.trial, kind_names("hands-48")
    if trial is None:
        return ""
    kinds = kinds_of(result.experiment, trial.samples)
    rows = np.flatnonzero(kinds == names.index(TOO_MANY))[:HANDS]
    return "".join(_image(trial.samples[row, 0]) for row in rows)


def _image(picture: np.ndarray) -> str:
    grey = np.rint((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).resize((2 * HAND_PIXELS, 2 * HAND_PIXELS), Image.Resampling.BICUBIC).save(
        file, "PNG"
    )
    code = base64.b64encode(file.getvalue()).decode()
    return (
        f'<img src="data:image/png;base64,{code}" width="{HAND_PIXELS}" height="{HAND_PIXELS}" '
        'alt="A hand with six fingers, drawn by a model" style="border-radius:6px">'
    )
