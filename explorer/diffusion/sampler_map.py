"""Where a sampler carries given initial noise: the map x_T -> x_0, in double precision where that matters."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial

import torch
from torch import Tensor

from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import Denoiser, TrueDenoiser, WrappedDenoiser
from explorer.diffusion.sampling import (
    SamplerSpec,
    SamplingRun,
    Step,
    chunk_size,
    initial_noise,
    paired_reverse_process,
    reverse_process,
    steps_between_yields,
)


class InDoublePrecision(WrappedDenoiser):
    """A denoiser of points in float64 on the CPU: the truth computes in it, a network is asked in float32.

    So positions keep their digits from step to step, and two neighbours that a network cannot tell apart are
    still two.
    """

    def __init__(self, denoiser: Denoiser, device: torch.device | str = "cpu") -> None:
        super().__init__(denoiser)
        self.device = torch.device(device)

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        if isinstance(self.denoiser, TrueDenoiser):
            return self.denoiser.predict_noise(x_t, t)
        return self.denoiser.predict_noise(x_t.float().to(self.device), t).cpu().double()


def carried(
    denoiser: Denoiser,
    x_T: Tensor,
    spec: SamplerSpec,
    *,
    noise_seed: int | None = None,
    chunk: int | None = None,
) -> Generator[float, None, Tensor]:
    """Where a sampler carries initial noise (n, *shape): yields the share done, returns x_0 (n, *shape).

    noise_seed  of the noise of a stochastic sampler, which is held fixed: one draw a step, the same for
                every x_T, so that the sampler is a map, too. A deterministic one needs none.
    chunk       how many are carried at once, by default as many as are drawn at once

    Raises ValueError as reverse_process does, also for a stochastic sampler without a seed.
    """
    size = chunk_size(x_T.device, denoiser.shape) if chunk is None else chunk
    steps = len(spec.timesteps(denoiser.schedule))
    often = steps_between_yields(size, denoiser.shape)
    ends, done = [], 0
    for part in x_T.split(size):
        for number, step in enumerate(steps_of(denoiser, part, spec, noise_seed=noise_seed), 1):
            x0_hat = step.x0_hat
            if number % often == 0:
                yield (done + len(part) * min(1.0, number / steps)) / len(x_T)
        ends.append(x0_hat)
        done += len(part)
    yield 1.0
    return torch.cat(ends)


def steps_of(
    denoiser: Denoiser, x_T: Tensor, spec: SamplerSpec, *, noise_seed: int | None = None
) -> Iterator[Step]:
    """The reverse process from x_T (n, *shape), step by step; the noise of a stochastic sampler is held fixed
    as `carried` holds it."""
    if noise_seed is None:
        yield from reverse_process(denoiser, x_T, spec)
        return
    draw = partial(_one_for_all, x_T, seeded(noise_seed, "fixed noise", x_T.device))
    for (step,) in paired_reverse_process([SamplingRun(denoiser, spec)], x_T, draw):
        yield step


def _one_for_all(like: Tensor, generator: torch.Generator) -> Tensor:
    """One standard normal draw, the same for every row."""
    return initial_noise(1, tuple(like.shape[1:]), generator).to(like.dtype).expand(like.shape)
