"""The start page's figure: data, learned density and two samples on their way, with a sentence for each."""

from __future__ import annotations

import numpy as np
import torch

from explorer.data.pictures import kind_names, picture_distribution
from explorer.experiments.run import Result, training_points
from explorer.experiments.start_page_example import K, start_example
from explorer.figures.film.film import Film
from explorer.figures.film.start import opening_film
from explorer.figures.words import exact_rate
from explorer.page_figures import learn
from explorer.page_figures.extents import shown_interval
from explorer.page_figures.main_figure import FilmFigure

TOO_MANY = "more"  # the kind of hands with a finger too many


def main_figure() -> FilmFigure:
    """The start page's film, which is played from its beginning; it shows one shipped run."""
    return FilmFigure(film())


def film() -> Film:
    """Data, learned density and two samples, made once a process."""
    example = start_example()
    experiment, mixture = example.result.experiment, example.result.experiment.mixture
    assert mixture is not None  # the default is one
    density = learn.film(experiment, example.result.snapshots[-1:], int(K), None)
    paths = [
        (name, role, path)
        for (name, role), path in zip(
            (("honest", "kept"), ("hallucinated", "hallucinated")), example.x0_hat.T, strict=True
        )
    ]
    return opening_film(
        training_points(experiment)[:, 0].numpy(),
        density.panels[0],
        example.steps,
        paths,  # type: ignore[arg-type]
        modes=[(m - K * s, m + K * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)],
        interval=shown_interval(mixture),
        alt=f"Left, the data: {mixture.modes} narrow modes. Middle, the density that a model learned, "
        f"on a log axis: {rate()} of it lies between the modes, where no data are. Right, the predicted "
        f"clean value of two samples over the last {len(example.steps)} steps: one settles in a mode, the "
        f"other ends at {example.x0_hat[-1, 1]:.2f}, between two.",
    )


def sentences() -> tuple[tuple[str, str], ...]:
    """A sentence for each panel, and what is to be known with it."""
    example = start_example()
    experiment = example.result.experiment
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
            f"samples {example.rows[0]:,} and {example.rows[1]:,}, last {len(example.steps)} steps",
        ),
    )


def rate() -> str:
    """The share of the model's samples that are hallucinated, exact."""
    measured = start_example().result.final.measurement
    assert measured.beyond is not None
    return exact_rate(measured.beyond[int(K)], measured.numerical_error(int(K)))


def six_fingered(result: Result, count: int) -> np.ndarray:
    """The first hands with six fingers among the samples of a run on hands, (at most count, s, s) from -1 to
    1."""
    trial, name = result.final.measurement.trial, result.experiment.pictures
    if trial is None:
        return np.empty((0, 0, 0))
    kinds = picture_distribution(name).kinds(torch.from_numpy(trial.samples)).numpy()
    rows = np.flatnonzero(kinds == kind_names(name).index(TOO_MANY))[:count]
    return trial.samples[rows, 0]
