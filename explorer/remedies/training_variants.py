"""Remedies that are trained: named changes to an experiment, each a run like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer.detection.origin import Origin
from explorer.diffusion.network_spec import WIDTH_RANGE
from explorer.experiments.experiment import POINTS_RANGE, Experiment


@dataclass(frozen=True)
class TrainingVariant:
    """One line of the table: a title and a sentence for people, the fields that change, by path, and where
    the idea is from."""

    title: str
    sentence: str
    fields: Callable[[Experiment], dict[str, Any]]
    source: str = ""
    origin: Origin = Origin("ours")

    def applied(self, experiment: Experiment) -> Experiment:
        """The experiment with these fields. Raises ValueError where one leaves the bounds of a field."""
        return experiment.replace(**self.fields(experiment))


def _wider(experiment: Experiment) -> dict[str, Any]:
    return {"network.width": min(2 * experiment.network.width, WIDTH_RANGE[1])}


def _more_data(experiment: Experiment) -> dict[str, Any]:
    return {"points": min(4 * experiment.points, POINTS_RANGE[1])}


AS_IT_IS = "as-it-is"
LEARNED_VARIANCE = (
    "On our schedule and with our draw of t, and the density of a number at t = 0, there that of a pixel's "
    "grey; a cosine schedule, even draws and a learning rate of 1e-5 there."
)
TRAINING_VARIANTS: dict[str, TrainingVariant] = {
    AS_IT_IS: TrainingVariant(
        "As it is", "Nothing is changed: the spread is that of seeds.", lambda experiment: {}
    ),
    "octaves": TrainingVariant(
        "Fourier features",
        "Sine and cosine of x in two octaves go in, so that the network can bend more sharply.",
        lambda experiment: {"network.x_octaves": 2},
    ),
    "wider": TrainingVariant("Twice the width", "Twice as many units in every layer.", _wider),
    "deeper": TrainingVariant(
        "One layer more",
        "One more hidden layer.",
        lambda experiment: {"network.depth": experiment.network.depth + 1},
    ),
    "relu": TrainingVariant(
        "ReLU",
        "Layers with a kink in place of smooth ones.",
        lambda experiment: {"network.activation": "relu"},
    ),
    "tanh": TrainingVariant(
        "Tanh", "Layers that level off at both ends.", lambda experiment: {"network.activation": "tanh"}
    ),
    "x0": TrainingVariant(
        "Predicts x0",
        "The last layer gives the clean sample, and the noise follows from it.",
        lambda experiment: {"network.prediction": "x0"},
    ),
    "velocity": TrainingVariant(
        "Predicts the velocity",
        "The last layer gives a mixture of noise and clean sample that keeps its size at every step.",
        lambda experiment: {"network.prediction": "velocity"},
    ),
    "steep": TrainingVariant(
        "Steep scores favoured",
        "The loss gains ρ / (1 + slope²) with ρ = 0.1, which is least where the predicted noise is steep.",
        lambda experiment: {"training.steepness": 0.1},
        "after arXiv 2606.00377",
        Origin(
            "ours, a variant",
            "the authors' code",
            "There the loss shapes the variance that a network predicts beside the noise, here the score.",
        ),
    ),
    "learned-variance": TrainingVariant(
        "Variance learned",
        "A second output says how much noise each sampling step adds; the variational bound teaches it.",
        lambda experiment: {"network.variance": "learned", "sampler.variance": "learned"},
        "arXiv 2102.09672",
        Origin("read in code", "the authors' code, as others carry it on", LEARNED_VARIANCE),
    ),
    "variance-shaping": TrainingVariant(
        "Variance shaped",
        "The same, and the loss gains ρ / (1 + Σ⁻²) with ρ = 0.1, which is least where the variance Σ is 0.",
        lambda experiment: {
            "network.variance": "learned",
            "sampler.variance": "learned",
            "training.variance_penalty": 0.1,
        },
        "arXiv 2606.00377",
        Origin("read in code", "the authors' code", LEARNED_VARIANCE),
    ),
    "uniform": TrainingVariant(
        "Steps drawn evenly",
        "Training steps t are drawn evenly, as in the paper, and not evenly in log-SNR.",
        lambda experiment: {"training.step_draw": "uniform"},
    ),
    "data": TrainingVariant("Four times the data", "Four times as many training points.", _more_data),
    "training": TrainingVariant(
        "Four times the training",
        "Four times as many training steps.",
        lambda experiment: {"training.steps": 4 * experiment.training.steps},
    ),
}
