"""What networks of few and many points do most, over their seeds: repeat, return to places of their own,
generalise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.detection.statistics.seed_range import SeedRange
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.sample_kinds import KINDS

IN_WORDS = {
    "memorised": "repeats them",
    "spurious": "returns to places of its own",
    "generalised": "draws anew",
    "hallucinated": "hallucinates",
}
HALF = 0.5
APART = 0.05  # of the noise: where truth and training points lie nearer, there is no way between them


def commonest(one: MemorisedSize, who: str = "network") -> str:
    """The kind with the largest median share."""
    return max(KINDS, key=lambda kind: one.over_seeds(who, kind).median)


def mostly(sizes: Sequence[MemorisedSize], who: str, kind: str) -> list[int]:
    """The numbers of points at which half of the draws or more are of a kind, in the median over seeds."""
    return [one.size for one in sizes if one.over_seeds(who, kind).median >= HALF]


def mostly_from(sizes: Sequence[MemorisedSize], who: str, kind: str) -> int | None:
    """The number of points from which on they are; None if they are not at the last."""
    these, found = mostly(sizes, who, kind), None
    for one in reversed(sizes):
        if one.size not in these:
            break
        found = one.size
    return found


def spurious_sizes(sizes: Sequence[MemorisedSize]) -> list[MemorisedSize]:
    """Where there is a spurious phase: spurious draws are the commonest of the networks, and in every seed
    more than in any seed of who knows the points by heart, and of fresh draws."""
    found = []
    for one in sizes:
        own = one.over_seeds("network", "spurious")
        others = max(one.over_seeds(who, "spurious").high for who in ("empirical", "fresh"))
        if commonest(one) == "spurious" and own.low > others:
            found.append(one)
    return found


def most_spurious(sizes: Sequence[MemorisedSize]) -> MemorisedSize:
    """Of some sizes, the one with the largest median share."""
    return max(sizes, key=lambda one: one.over_seeds("network", "spurious").median)


def beside_training(one: MemorisedSize) -> SeedRange:
    """Of the spurious draws of each seed's network, the share on the nearer half to a training point: about
    one half would be by chance, all of them if they were smeared repetitions."""
    rows = [row.network for row in one.rows if row.network.spurious.count]
    return SeedRange(tuple(each.beside / each.spurious.count for each in rows) or (0.0,))


def score_along(one: MemorisedSize) -> tuple[np.ndarray, np.ndarray]:
    """Noise levels sigma (L,), noisiest first, and how far along from truth to training points each seed's
    score lies, (S, L): only where these two are apart in the median over seeds."""
    apart = np.median([row.position.apart for row in one.rows], 0) >= APART
    along = np.stack([row.position.along for row in one.rows])
    return one.rows[0].position.sigma[apart], along[:, apart]


def along_at(one: MemorisedSize, sigma: float) -> SeedRange | None:
    """How far along from truth (0) to training points (1) the scores lie at a noise level; None where these
    two are not apart."""
    levels, along = score_along(one)
    place = int(np.argmin(np.abs(np.log(levels / sigma)))) if len(levels) else -1
    if place < 0 or not np.isclose(levels[place], sigma, rtol=1e-3):
        return None
    return SeedRange(tuple(map(float, along[:, place])))
