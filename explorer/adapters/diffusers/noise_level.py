"""How noisy a sample of a diffusers scheduler is at a step, and the x0 that the model's answer implies there.

Schedulers keep the noisy sample in one of three ways, with sigma the scheduler's own number:

    preserving  x_t = sqrt(alpha_bar) x0 + sqrt(1 - alpha_bar) noise    variance preserving: DDPM, DDIM,
                                                                        DPM-Solver++
    exploding   x_t = x0 + sigma noise                                  variance exploding: Euler
    flow        x_t = (1 - sigma) x0 + sigma noise                      flow matching
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

Family = Literal["preserving", "exploding", "flow"]
PREDICTIONS = ("epsilon", "v_prediction", "sample", "flow_prediction")
FAMILIES: dict[str, Family] = {
    "DDPMScheduler": "preserving",
    "DDIMScheduler": "preserving",
    "DPMSolverMultistepScheduler": "preserving",
    "EulerDiscreteScheduler": "exploding",
    "EulerAncestralDiscreteScheduler": "exploding",
    "FlowMatchEulerDiscreteScheduler": "flow",
}


@dataclass(frozen=True)
class NoiseLevel:
    """x_t = signal x0 + noise eps, as a scheduler keeps it; both above 0."""

    signal: float
    noise: float

    @property
    def alpha_bar(self) -> float:
        """Of the variance-preserving step that is as noisy, in (0, 1)."""
        return self.signal**2 / (self.signal**2 + self.noise**2)

    @property
    def scale(self) -> float:
        """What x_t is divided by to be that step's."""
        return float((self.signal**2 + self.noise**2) ** 0.5)


def family(scheduler: Any) -> Family:
    """How a scheduler keeps its noisy samples. Raises ValueError for one that is not known."""
    name = type(scheduler).__name__
    if name not in FAMILIES:
        raise ValueError(f"The scheduler {name[:60]} is not known; known are {', '.join(FAMILIES)}.")
    if FAMILIES[name] == "preserving" and prediction(scheduler) == "flow_prediction":
        return "flow"
    return FAMILIES[name]


def prediction(scheduler: Any) -> str:
    """What the model gives, one of PREDICTIONS. Raises ValueError for anything else."""
    if FAMILIES.get(type(scheduler).__name__) == "flow":
        return "flow_prediction"
    named = str(scheduler.config.get("prediction_type", "epsilon"))
    if named not in PREDICTIONS:
        raise ValueError(f"The model predicts {named[:40]!r}; known are {', '.join(PREDICTIONS)}.")
    return named


def level_at(scheduler: Any, timestep: Any) -> NoiseLevel:
    """The noise level of the sample that the scheduler's next step is given."""
    kept = family(scheduler)
    if kept == "preserving" and not hasattr(scheduler, "step_index"):
        signal = float(scheduler.alphas_cumprod[int(timestep)])
        return NoiseLevel(signal**0.5, (1 - signal) ** 0.5)
    index = scheduler.step_index
    if index is None:
        index = scheduler.index_for_timestep(timestep)
    sigma = float(scheduler.sigmas[index])
    if kept == "exploding":
        return NoiseLevel(1.0, sigma)
    if kept == "flow":
        return NoiseLevel(1 - sigma, sigma)
    return NoiseLevel((1 + sigma**2) ** -0.5, sigma * (1 + sigma**2) ** -0.5)


def x0_of(kind: str, answer: Tensor, x_t: Tensor, level: NoiseLevel) -> Tensor:
    """The x0 that a model's answer at x_t implies, unclipped; kind is one of PREDICTIONS."""
    signal, noise = level.alpha_bar**0.5, (1 - level.alpha_bar) ** 0.5
    if kind == "sample":
        return answer
    if kind == "flow_prediction":  # the answer is noise - x0, and x_t = (1 - sigma) x0 + sigma noise
        sigma = level.noise / (level.signal + level.noise)
        return x_t / (level.signal + level.noise) - sigma * answer
    if kind == "v_prediction":  # the answer is signal noise - noise x0
        return signal * x_t / level.scale - noise * answer
    return (x_t / level.scale - noise * answer) / signal
