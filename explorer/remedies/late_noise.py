"""Late stochasticity: DDIM, with noise from a step down (arXiv 2605.06831)."""

from __future__ import annotations

import dataclasses

from explorer.diffusion.sampling import SamplerSpec


def late_noise(spec: SamplerSpec, switch: int) -> SamplerSpec:
    """The sampler without noise above step `switch`, and with all of it from there down; 0 changes nothing.

    DDIM gets stuck between two modes, because nothing ever pushes it off the watershed; noise frees it, and
    if the modes are apart already it ends in one of them.
    """
    return dataclasses.replace(spec, eta=1.0, stochastic_below=switch) if switch else spec
