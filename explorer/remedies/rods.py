"""RODS: where the score's steepness changes fast, the score is taken a step away (arXiv 2507.12201)."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from explorer.diffusion.sampling import SamplingRun
from explorer.diffusion.score_steepness import curvature_index, directions
from explorer.remedies.gate import QuantileGate
from explorer.remedies.wrapped_denoiser import RemedyDenoiser

Form = Literal["sas", "cas"]
QUANTILE = 0.9  # a gate at 0.99, as in the paper, leaves no room where one sample in a hundred is wrong
WINDOW = (4, 60)
REACH = 0.5  # of the index, in units of the noise


class RodsDenoiser(RemedyDenoiser):
    """The prediction at x_t + delta in place of the one at x_t, which stays where it is, wherever the
    curvature index H is high among those of the untreated samples at that step (see QuantileGate).

    sas     delta = -rho b g, down the density: g = s / |s| is the direction of the score, b the noise's
            standard deviation. On a bridge "down" leads to its middle, so that the sample meets the field of
            the wrong side and stays
    cas     delta = +rho b u, with u = grad|s| / |grad|s||: the way the score grows, which is towards the
            nearer mode

    It asks the denoiser eight times at the steps of the window, and once elsewhere.
    """

    def __init__(
        self,
        run: SamplingRun,
        rho: float,
        form: Form,
        *,
        quantile: float = QUANTILE,
        window: tuple[int, int] = WINDOW,
        seed: int = 0,
    ) -> None:
        super().__init__(run.denoiser, rho)
        self.form = form
        self.gate = QuantileGate(run, self._index, quantile, window, seed=seed)

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        self.gate.calibrate(x_t)
        noise = self.denoiser.predict_noise(x_t, t)
        if not self.gate.reaches(t):
            return noise
        index, steepest = curvature_index(self.denoiser, x_t, t, REACH)
        along = steepest if self.form == "cas" else directions(noise)  # the score is -noise / b
        there = self.denoiser.predict_noise(x_t + self.dial * self.noise_std(t) * along, t)
        return self.gate.chosen(index, t, there, noise)

    def _index(self, x_t: Tensor, t: int) -> Tensor:
        return curvature_index(self.denoiser, x_t, t, REACH)[0]
