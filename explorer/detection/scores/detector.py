"""One interface for whoever judges a finished sample: a detector gives it a score, higher is more
suspicious."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from explorer.detection.origin import Origin
from explorer.detection.trial import Trial
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import NUMBERS_BETWEEN_YIELDS, SamplerSpec, chunk_size


@dataclass(frozen=True)
class Evidence:
    """What a detector may look at.

    trial       the samples that are judged
    denoiser    who predicted the noise when they were drawn
    spec        the sampler that drew them
    noise       a fresh generator of the noise that they were drawn from
    chunk       how many of them were drawn at once; with the noise it gives every draw again
    members     the rest of an ensemble: denoisers trained as the first was, with other seeds
    """

    trial: Trial
    denoiser: Denoiser
    spec: SamplerSpec
    noise: Callable[[], torch.Generator]
    chunk: int
    members: Sequence[Denoiser] = ()


class Detector(Protocol):
    """Scores the n samples of a trial.

    name            short, the same in a link, a report and a test
    title, sentence for people
    source          where the idea is from
    origin          where its formula was read, and where ours differs
    needs_ensemble  whether it can do nothing without members
    points_only     whether it takes so many walks that pictures are left out
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def needs_ensemble(self) -> bool: ...
    @property
    def points_only(self) -> bool: ...

    def calls(self, evidence: Evidence) -> int:
        """Predictions of a network for each sample, beyond those that drew it."""
        ...

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        """A score for every sample, (n,) float64: yields the share done, every 50 ms or sooner.

        All that is random is drawn from the generator, on whose device the denoisers compute.
        """
        ...


def in_slices(
    samples: np.ndarray, calls: int, score: Callable[[Tensor], Tensor], device: torch.device
) -> Generator[float, None, np.ndarray]:
    """score (m, *shape) -> (m,) of all samples (n, *shape), as many at once as some 50 ms of a CPU allow, on
    a GPU as many as a chunk of samples has.

    calls   how often `score` asks a network
    """
    n, numbers = len(samples), samples[0].size * calls
    size = chunk_size(device, samples.shape[1:])
    if device.type == "cpu":
        size = min(size, max(1, NUMBERS_BETWEEN_YIELDS // numbers))
    found = []
    for start in range(0, n, size):
        part = torch.from_numpy(samples[start : start + size]).to(device)
        found.append(score(part).cpu().double().numpy())
        yield min(start + size, n) / n
    return np.concatenate(found)
