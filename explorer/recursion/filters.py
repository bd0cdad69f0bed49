"""The filters of a recursion: which of the samples that a generation drew an arm keeps."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.compute.seeds import seeded
from explorer.detection.judged_trial import RETENTION
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.thresholds import threshold_at_retention
from explorer.recursion.generation import GenerationSamples
from explorer.recursion.spec import RecursionSpec

FRESH_NUMBERS = 16_384  # coordinates or pixels of real samples drawn between two yields


@dataclass(frozen=True, eq=False)
class FilteredSamples:
    """What an arm kept (m, *shape), how many of it are hallucinated (None where nobody knows), and the Hal
    above which it dropped."""

    samples: np.ndarray
    hallucinated: int | None
    threshold: float | None = None

    @property
    def rate(self) -> Rate | None:
        """The share hallucinated of what is kept; None if there is nothing, or nobody knows."""
        if self.hallucinated is None or not len(self.samples):
            return None
        return Rate(self.hallucinated, len(self.samples))


def add_to_pool(
    spec: RecursionSpec, drawn: GenerationSamples, pool: np.ndarray
) -> Generator[None, None, FilteredSamples]:
    """All that the next generation of the arm accumulate learns from: what this one was trained on (m,
    *shape), and the first spec.samples of what it drew.

    Yields while it is counted how much of the pool is hallucinated.
    """
    known, bad = spec.experiment.distribution, drawn.bad(slice(spec.samples))
    whole = np.concatenate([pool, drawn.samples[: spec.samples]])
    if known is None or bad is None:
        return FilteredSamples(whole, None)
    chunk = max(1, FRESH_NUMBERS // drawn.samples[0].size)
    for start in range(0, len(pool), chunk):
        bad += int(known.is_hallucination(torch.from_numpy(pool[start : start + chunk]), spec.k).sum())
        yield
    return FilteredSamples(whole, bad)


def apply_filter(
    spec: RecursionSpec, arm: str, number: int, drawn: GenerationSamples, threshold: float | None
) -> Generator[None, None, FilteredSamples]:
    """The samples that an arm, any but accumulate, keeps of generation `number`, in the order in which it was
    drawn.

    threshold   what the rule of one threshold learned in generation 0; not asked for in generation 0 itself

    Yields while real samples are drawn. Never more than spec.samples are kept; oracle, and variance by two of
    its rules, may keep fewer.
    """
    if arm == "real":
        return (yield from _mix_in_real(spec, number, drawn))
    n = len(drawn.samples)
    if arm == "none":
        rows = np.arange(spec.samples)
    elif arm == "random":
        order = torch.randperm(n, generator=seeded(spec.experiment.seed, f"random drop {number}"))
        rows = np.sort(order[: spec.samples].numpy())
    elif arm == "oracle":
        assert drawn.hallucinated is not None  # the spec refuses this arm where nobody knows
        rows = np.flatnonzero(~drawn.hallucinated)[: spec.samples]
    else:
        if number == 0 and spec.rule == "threshold":
            threshold = threshold_at_retention(drawn.hal, drawn.judged, RETENTION)
        return _filter_by_variance(spec, drawn, threshold)
    return FilteredSamples(drawn.samples[rows], drawn.bad(rows))


def _filter_by_variance(
    spec: RecursionSpec, drawn: GenerationSamples, threshold: float | None
) -> FilteredSamples:
    """The samples whose Hal does not stand out; of the threshold, the one learned or the highest Hal kept."""
    n = len(drawn.hal)
    if spec.rule == "threshold":
        fits = np.ones(n, bool) if threshold is None else drawn.hal <= threshold
    else:
        dropped = n - spec.samples if spec.rule == "fraction" else int(drawn.judged.sum())
        fits = np.zeros(n, bool)
        fits[np.argsort(drawn.hal, kind="stable")[: n - dropped]] = True
        threshold = float(drawn.hal[fits].max()) if 0 < dropped < n else None
    rows = np.flatnonzero(fits)[: spec.samples]
    return FilteredSamples(drawn.samples[rows], drawn.bad(rows), threshold)


def _mix_in_real(
    spec: RecursionSpec, number: int, drawn: GenerationSamples
) -> Generator[None, None, FilteredSamples]:
    """The first samples as they come, the rest of them replaced by new samples of the data."""
    known = spec.experiment.distribution
    assert known is not None  # the spec refuses this arm where the data have no new draws
    count = round(spec.real_share * spec.samples)
    generator = seeded(spec.experiment.seed, f"real {number}")
    chunk = max(1, FRESH_NUMBERS // drawn.samples[0].size)
    parts = [drawn.samples[: spec.samples - count]]
    bad = int(drawn.judged[: spec.samples - count].sum())
    for start in range(0, count, chunk):
        fresh = known.sample(min(chunk, count - start), generator)
        parts.append(fresh.numpy())
        bad += int(known.is_hallucination(fresh, spec.k).sum())
        yield
    return FilteredSamples(np.concatenate(parts), bad)
