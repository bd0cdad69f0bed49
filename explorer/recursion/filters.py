"""What an arm of a recursion keeps of the samples that a generation drew."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.compute.seeds import seeded
from explorer.detection.statistics.thresholds import threshold_at_retention
from explorer.recursion.generation import GenerationSamples
from explorer.recursion.spec import RecursionSpec

RETENTION = 0.96  # of generation 0's in-support samples, that the rule of one threshold keeps
FRESH_NUMBERS = 16_384  # coordinates or pixels of real samples drawn between two yields


@dataclass(frozen=True, eq=False)
class Kept:
    """What an arm kept (m, *shape), how many of it are hallucinated, and the Hal above which it dropped."""

    samples: np.ndarray
    hallucinated: int
    threshold: float | None = None


def keep(
    spec: RecursionSpec, arm: str, number: int, draws: GenerationSamples, threshold: float | None
) -> Generator[None, None, Kept]:
    """What an arm keeps of generation `number`, in the order in which it was drawn.

    threshold   what the rule of one threshold learned in generation 0; not asked for in generation 0 itself

    Yields while real samples are drawn. Never more than spec.samples are kept; oracle, and variance by two of
    its rules, may keep fewer.
    """
    if arm == "real":
        return (yield from _with_real(spec, number, draws))
    n = len(draws.samples)
    if arm == "none":
        rows = np.arange(spec.samples)
    elif arm == "random":
        order = torch.randperm(n, generator=seeded(spec.experiment.seed, f"random drop {number}"))
        rows = np.sort(order[: spec.samples].numpy())
    elif arm == "oracle":
        rows = np.flatnonzero(~draws.hallucinated)[: spec.samples]
    else:
        if number == 0 and spec.rule == "threshold":
            threshold = threshold_at_retention(draws.hal, draws.hallucinated, RETENTION)
        return _by_variance(spec, draws, threshold)
    return Kept(draws.samples[rows], int(draws.hallucinated[rows].sum()))


def _by_variance(spec: RecursionSpec, draws: GenerationSamples, threshold: float | None) -> Kept:
    """The samples whose Hal does not stand out; of the threshold, the one learned or the highest Hal kept."""
    n = len(draws.hal)
    if spec.rule == "threshold":
        fits = np.ones(n, bool) if threshold is None else draws.hal <= threshold
    else:
        dropped = n - spec.samples if spec.rule == "fraction" else int(draws.hallucinated.sum())
        fits = np.zeros(n, bool)
        fits[np.argsort(draws.hal, kind="stable")[: n - dropped]] = True
        threshold = float(draws.hal[fits].max()) if 0 < dropped < n else None
    rows = np.flatnonzero(fits)[: spec.samples]
    return Kept(draws.samples[rows], int(draws.hallucinated[rows].sum()), threshold)


def _with_real(spec: RecursionSpec, number: int, draws: GenerationSamples) -> Generator[None, None, Kept]:
    """The first samples as they come, the rest of them replaced by new draws of the data."""
    known = spec.experiment.distribution
    assert known is not None  # the spec refuses uploaded points
    count = round(spec.real_share * spec.samples)
    generator = seeded(spec.experiment.seed, f"real {number}")
    chunk = max(1, FRESH_NUMBERS // draws.samples[0].size)
    parts, bad = (
        [draws.samples[: spec.samples - count]],
        int(draws.hallucinated[: spec.samples - count].sum()),
    )
    for start in range(0, count, chunk):
        fresh = known.sample(min(chunk, count - start), generator)
        parts.append(fresh.numpy())
        bad += int(known.is_hallucination(fresh, spec.k).sum())
        yield
    return Kept(np.concatenate(parts), bad)
