"""What every data distribution can do, whether its samples are points or pictures."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor


@runtime_checkable
class KnownDistribution(Protocol):
    """A distribution whose perfect denoiser and whose support have closed forms."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        ...

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n samples, (n, *shape), on the generator's device."""
        ...

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t], the prediction of a perfect network; (n, *shape) -> (n, *shape)."""
        ...

    def distance_to_support(self, x: Tensor) -> Tensor:
        """Distance of each sample to the support of the data, (n,), in the distribution's own unit."""
        ...

    def is_hallucination(self, x: Tensor, k: float = 5.0) -> Tensor:
        """Whether each sample lies outside the support, (n,) bool; k is the bound on the distance."""
        ...
