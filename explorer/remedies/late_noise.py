"""Late stochasticity: DDIM, with noise from a step down (arXiv 2605.06831)."""

from __future__ import annotations

import dataclasses

from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule


def late_noise(spec: SamplerSpec, switch: int) -> SamplerSpec:
    """The sampler without noise above step `switch`, and with all of it from there down; 0 changes nothing.

    DDIM gets stuck between two modes, because nothing ever pushes it off the watershed; noise frees it, and
    if the modes are apart already it ends in one of them.
    """
    return dataclasses.replace(spec, eta=1.0, stochastic_below=switch) if switch else spec


def splitting_step(schedule: NoiseSchedule, gap: float, sigma: float) -> int:
    """The noisiest step at which two equal modes, `gap` apart, are two: where a gap >= 2 sqrt(v), with a =
    sqrt(alpha_bar) and v = alpha_bar sigma^2 + 1 - alpha_bar.

    An estimate of where a trajectory chooses between neighbours. 0 if they are never two.
    """
    alpha_bars = schedule.alpha_bars
    split = alpha_bars * gap**2 >= 4 * (alpha_bars * sigma**2 + 1 - alpha_bars)
    return max(int(split.sum()) - 1, 0)
