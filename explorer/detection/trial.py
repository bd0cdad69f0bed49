"""A trial of the detector: samples, how far each lies from the data, and how each came about."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from explorer.compute.progress import WorkClock, seconds_left, timed
from explorer.data.distribution import KnownDistribution
from explorer.detection.trajectory_variance import (
    WINDOW_STEPS,
    PrefixSums,
    TrajectoryVariance,
    Variances,
    VarianceTable,
    joined,
)
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec, SamplingRun, sample_chunks

LARGEST_SUMS = 256_000_000  # bytes


@dataclass(frozen=True)
class Trial:
    """n samples (n, *shape), their distance (n,) to the support, and what gives Hal over any window."""

    samples: np.ndarray
    distance: np.ndarray
    windows: Variances

    @property
    def n(self) -> int:
        return len(self.samples)

    def hallucinated(self, k: float) -> np.ndarray:
        """Which samples lie beyond k, in the distribution's own unit, (n,) bool; beyond 0 whatever has a
        distance at all."""
        if not 0 <= k <= 100:
            raise ValueError(f"The threshold k = {k:g} is outside [0, 100].")
        return ~(self.distance <= k)

    def hal(self, window: tuple[int, int]) -> np.ndarray:
        """Trajectory variance over a window (from t, to t), (n,)."""
        return self.windows.hal(window)


@dataclass(frozen=True, slots=True)
class TrialUpdate:
    """How far a trial is: the samples finished so far (None before the first), and what is left."""

    trial: Trial | None
    share: float
    seconds: float
    seconds_left: float


def walk_chunks(
    denoiser: Denoiser,
    distribution: KnownDistribution,
    n: int,
    spec: SamplerSpec,
    generator: torch.Generator,
    *,
    window_steps: int = WINDOW_STEPS,
    chunk: int | None = None,
) -> Generator[float | Trial, None, None]:
    """Draw n samples in chunks: yields the share done now and then, and the Trial of each finished chunk.

    The samples are those of `sample` with the same generator and chunk. Raises ValueError if a trajectory is
    not finite, naming how many.
    """
    variance = TrajectoryVariance(window_steps)
    for moment in sample_chunks([SamplingRun(denoiser, spec)], n, generator, chunk=chunk):
        (step,) = moment.steps
        variance.add(step)
        if moment.due:
            yield moment.share
        if moment.last:
            yield _finished(variance.windows(), step.x0_hat, distribution)
            variance = TrajectoryVariance(window_steps)


def _finished(windows: Variances, x0: Tensor, distribution: KnownDistribution) -> Trial:
    """The trial of samples x0 (n, *shape) that have come to their end. Raises ValueError if one is not
    finite."""
    broken = int((~np.isfinite(windows.hal((windows.steps[0], windows.steps[-1])))).sum())
    if broken:
        raise ValueError(f"{broken} of {len(x0):,} trajectories are not finite: the model is broken.")
    distance = distribution.distance_to_support(x0)
    return Trial(x0.cpu().numpy(), distance.cpu().numpy(), windows)


@dataclass
class _Parts:
    """The finished chunks of a trial, joined when they are read."""

    chunks: list[Trial] = field(default_factory=list)

    def joined(self) -> Trial | None:
        if len(self.chunks) > 1:
            self.chunks = [
                Trial(
                    np.concatenate([part.samples for part in self.chunks]),
                    np.concatenate([part.distance for part in self.chunks]),
                    joined([part.windows for part in self.chunks]),
                )
            ]
        return self.chunks[0] if self.chunks else None


def run_trial(
    denoiser: Denoiser,
    distribution: KnownDistribution,
    n: int,
    spec: SamplerSpec,
    generator: torch.Generator,
    *,
    window_steps: int = WINDOW_STEPS,
    chunk: int | None = None,
) -> Generator[TrialUpdate, None, Trial]:
    """A trial in slices of some 50 ms: yields updates that carry a growing Trial, and returns the whole.

    Its sums take n x (W + 1) x D x 2 floats, or a table n x W x (W + 1), the smaller. Raises ValueError if
    that is more than 256 MB.
    """
    sums = PrefixSums.size(n, window_steps, math.prod(denoiser.shape))
    taken = min(sums, VarianceTable.size(n, window_steps))
    if taken > LARGEST_SUMS:
        raise ValueError(
            f"{n:,} samples with a window of {window_steps} steps take {taken / 1e6:,.0f} MB; "
            f"at most {LARGEST_SUMS / 1e6:,.0f} MB are kept."
        )
    clock, parts, shown = WorkClock(), _Parts(), 0.0
    walk = walk_chunks(denoiser, distribution, n, spec, generator, window_steps=window_steps, chunk=chunk)
    trial: Trial | None = None
    share = 0.0
    for news in timed(walk, clock):
        if isinstance(news, Trial):
            parts.chunks.append(news)
            share = sum(part.n for part in parts.chunks) / n
            # Joining copies: do it when the trial has grown by a tenth, and at the end.
            if share - shown >= 0.1 or share == 1.0 or trial is None:
                trial, shown = parts.joined(), share
        else:
            share = news
        yield TrialUpdate(trial, share, clock.seconds, seconds_left(clock.seconds, share))
    assert trial is not None
    return trial
