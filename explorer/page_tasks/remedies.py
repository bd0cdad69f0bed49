"""Samples followed through a run and through the same run with a treatment."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from explorer.detection.paired_trajectories import Followed, follow
from explorer.diffusion.sampling import SamplerSpec, SamplingRun
from explorer.experiments.run import Result
from explorer.experiments.trials import trial_chunk, trial_noise
from explorer.remedies.treatment import Treatment, treated


def follow_treated(
    result: Result, treatment: Treatment, rows: Sequence[int], n: int, spec: SamplerSpec
) -> Generator[float, None, Followed]:
    """The given samples of a trial, followed through the network without a treatment and with it."""
    runs = [
        SamplingRun(result.sampled, spec),
        treated(result, treatment, sampler=spec, denoiser=result.sampled),
    ]
    return follow(runs, rows, n, trial_noise(result, None), chunk=trial_chunk(result))
