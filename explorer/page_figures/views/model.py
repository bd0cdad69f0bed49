"""What the link of the page on a model of one's own holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.adapters.diffusers.model_folder import LONGEST_NAME
from explorer.adapters.diffusers.samples import SAMPLES, STEPS, X0, DrawSpec, ModelSamples
from explorer.experiments.experiment import MAX_SEED
from explorer.page_figures.views.parameter import Between, Text, parameter

DEFAULT = 999.0  # for an end of the window: the page's choice
LOG_SNR = Between(-60.0, DEFAULT)


@dataclass(frozen=True)
class View:
    """own_model: the name of the model, "" the first. model_samples, model_steps, model_seed: what is drawn.
    x0: of which predicted x0 Hal is. snr_from, snr_to: the window, in log-SNR; DEFAULT: the page's choice."""

    own_model: str = parameter("", Text(LONGEST_NAME))
    model_samples: int = parameter(64, range(SAMPLES[0], SAMPLES[1] + 1))
    model_steps: int = parameter(50, range(STEPS[0], STEPS[1] + 1))
    model_seed: int = parameter(0, range(MAX_SEED + 1))
    x0: str = parameter(X0[0], X0)
    snr_from: float = parameter(DEFAULT, LOG_SNR)
    snr_to: float = parameter(DEFAULT, LOG_SNR)


def asked_draw(view: View) -> DrawSpec:
    """What is drawn."""
    return DrawSpec(view.model_samples, view.model_steps, view.model_seed)


def asked_window(view: View, samples: ModelSamples) -> tuple[float, float]:
    """The window of a view, in log-SNR; the default one where it is left open, or has fewer than two of the
    visited steps in it."""
    if DEFAULT not in (view.snr_from, view.snr_to):
        try:
            samples.steps_between(view.snr_from, view.snr_to)
        except ValueError:
            return samples.default_window
        return view.snr_from, view.snr_to
    return samples.default_window
