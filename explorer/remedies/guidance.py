"""Dynamic Guidance: at every step commit to the likeliest mode (arXiv 2510.05356)."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor

from explorer.diffusion.denoiser import Denoiser
from explorer.remedies.wrapped import Wrapped


@runtime_checkable
class Labelled(Protocol):
    """A distribution whose samples carry a label: the mode of a mixture, the shapes of a picture."""

    def label_gradient(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """grad log p(y | x_t) of the likeliest label y, which is held: (n, *shape) -> (n, *shape)."""
        ...


class GuidedDenoiser(Wrapped):
    """noise - strength sqrt(1 - alpha_bar) grad log p(y | x_t), y the likeliest label at this very step.

    Half way between two equal modes the prediction jumps, as the true score does where noise is low. In x0 it
    moves the prediction by strength (E[x_0 | x_t, y] - E[x_0 | x_t]) where modes have no width.
    """

    def __init__(self, denoiser: Denoiser, strength: float, labelled: Labelled) -> None:
        super().__init__(denoiser, strength)
        self.labelled = labelled

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        gradient = self.labelled.label_gradient(x_t, self.schedule.alpha_bar(t))
        return self.denoiser.predict_noise(x_t, t) - self.dial * self.noise_std(t) * gradient
