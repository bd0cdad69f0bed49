"""A gate: a remedy acts only where a statistic is high among those of the untreated samples at that step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.compute.seeds import seeded
from explorer.diffusion.sampling import SamplingRun, initial_noise, paired_reverse_process

WALKS = 2_000  # from which the quantiles are read


class QuantileGate:
    """Open where a statistic lies at or above its quantile over untreated walks, at every step of a window.

    run         that is walked: the sampler, and the denoiser as it is without the remedy
    statistic   (n, *shape), t -> (n,)
    quantile    in [0, 1); 0 is always open, and walks nothing
    window      the first and the last step t at which it opens, the cleanest first
    seed        of the noise of these walks

    The walks are made when the gate is first asked. A step that they do not visit has the quantile of the
    nearest one that they do. Raises ValueError for a quantile or a window out of bounds.
    """

    def __init__(
        self,
        run: SamplingRun,
        statistic: Callable[[Tensor, int], Tensor],
        quantile: float,
        window: tuple[int, int],
        *,
        seed: int = 0,
    ) -> None:
        if not 0 <= quantile < 1:
            raise ValueError(f"The quantile {quantile:g} is outside [0, 1).")
        if not 0 <= window[0] <= window[1]:
            raise ValueError(f"The window of steps {window[0]} to {window[1]} needs 0 <= first <= last.")
        self.run, self.statistic, self.quantile, self.window, self.seed = (
            run,
            statistic,
            quantile,
            window,
            seed,
        )
        self._thresholds: dict[int, Tensor] | None = None

    def reaches(self, t: int) -> bool:
        """Whether step t lies in the window."""
        return self.window[0] <= t <= self.window[1]

    def is_open(self, values: Tensor, t: int) -> Tensor:
        """Where the remedy acts, (n,) bool, given the statistic's values (n,) at step t of the window."""
        self.calibrate(values)
        if not self.quantile:
            return torch.ones_like(values, dtype=torch.bool)
        if not self._thresholds:
            return torch.zeros_like(values, dtype=torch.bool)
        nearest = min(self._thresholds, key=lambda visited: abs(visited - t))
        return values >= self._thresholds[nearest].to(values)

    def chosen(self, values: Tensor, t: int, treated: Tensor, untreated: Tensor) -> Tensor:
        """The treated samples (n, *shape) where it is open for their values (n,), the untreated elsewhere."""
        return torch.where(self.is_open(values, t).view(-1, *[1] * (treated.ndim - 1)), treated, untreated)

    def calibrate(self, like: Tensor) -> None:
        """Make the walks on the device of a tensor, unless they were made."""
        if self._thresholds is not None or not self.quantile:
            return
        shape, drawn = tuple(self.run.denoiser.shape), seeded(self.seed, "gate")

        def draw() -> Tensor:
            return initial_noise(WALKS, shape, drawn).to(like)

        found = {}
        for (step,) in paired_reverse_process([self.run], draw(), draw):
            if self.reaches(step.t):
                values = self.statistic(step.x_t, step.t)
                found[step.t] = values.sort().values[int(self.quantile * WALKS)]
        self._thresholds = found
