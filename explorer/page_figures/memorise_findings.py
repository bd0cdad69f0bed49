"""What was found of networks that learn from few and from many points, in words with their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.detection.statistics.seed_range import SeedRange
from explorer.figures.words import format_rate, percent
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.sample_kinds import KINDS
from explorer.memorisation.spec import MemorisationSpec
from explorer.page_figures.memorise import SIZE, ShownMemorisation, score_along

ANSWERS = {
    "memorised": "repeats them",
    "spurious": "returns to places of its own",
    "generalised": "draws anew",
    "hallucinated": "hallucinates",
}
HALF = 0.5


def share(one: MemorisedSize, who: str, kind: str) -> str:
    """A share as its median over seeds with the range."""
    return _in_words(one.over_seeds(who, kind))


def _in_words(found: SeedRange) -> str:
    if len(found.values) == 1:
        return percent(found.median)
    return format_rate(found.median, found.low, found.high)


def commonest(one: MemorisedSize, who: str = "network") -> str:
    """The kind with the largest median share."""
    return max(KINDS, key=lambda kind: one.over_seeds(who, kind).median)


def answer(sizes: Sequence[MemorisedSize]) -> str | None:
    """What the network does with most of its draws at the number of points that the page asks about; None
    while that is not known."""
    one = next((one for one in sizes if one.size == SIZE), None)
    return None if one is None else ANSWERS[commonest(one)]


def describe_size(shown: ShownMemorisation) -> str:
    """What becomes of what is drawn at the number of points on view, in a sentence."""
    one = shown.picked
    if one is None:
        return f"Nothing is known of {shown.size:,} points yet."
    parts = {kind: share(one, "network", kind) for kind in KINDS}
    return (
        f"Of what the {{model:network:}} draws that learned from **{one.size:,}** points, "
        f"{parts['memorised']} repeat one of them, {parts['spurious']} come back to places of its own, "
        f"{parts['generalised']} are {{kept:new:}} and {parts['hallucinated']} "
        f"{{hallucinated:hallucinated:}}. By heart {share(one, 'empirical', 'memorised')} would be "
        f"repetitions; of fresh draws {share(one, 'fresh', 'memorised')} are called so."
    )


def plain(sentence: str) -> str:
    """A sentence of describe_size without its marks."""
    for role in ("model", "kept", "hallucinated"):
        sentence = sentence.replace(f"{{{role}:", "")
    return sentence.replace(":}", "").replace("**", "")


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


def beside_training(one: MemorisedSize) -> SeedRange:
    """Of the spurious draws of each seed's network, the share on the nearer half to a training point: about
    one half would be by chance, all of them if they were smeared repetitions."""
    rows = [row.network for row in one.rows if row.network.spurious.count]
    return SeedRange(tuple(each.beside / each.spurious.count for each in rows))


def describe_findings(spec: MemorisationSpec, sizes: Sequence[MemorisedSize]) -> list[str]:
    """What came of all sizes, a sentence each."""
    if not sizes:
        return []
    found = [_memorised(sizes), _spurious(sizes)]
    general = [one.size for one in sizes if commonest(one) == "generalised"]
    first = _from_on(sizes, general)
    if first is None:
        found.append("At no number of points on view do most draws of the network generalise for good.")
    else:
        made = next(one for one in sizes if one.size == first)
        found.append(
            f"From {first:,} points on most draws generalise: {share(made, 'network', 'generalised')} there."
        )
    worst = max(sizes, key=lambda one: one.over_seeds("network", "hallucinated").median)
    found.append(
        f"Hallucinated most at {worst.size:,} points: {share(worst, 'network', 'hallucinated')}; by heart "
        f"{share(worst, 'empirical', 'hallucinated')}."
    )
    found.append(_scores(spec, sizes))
    how = "ranges over seeds in brackets" if spec.seeds > 1 else "one seed"
    return [*found, f"Medians of {spec.seeds} networks of each size, {how}, {spec.n:,} draws each."]


def _memorised(sizes: Sequence[MemorisedSize]) -> str:
    parts = []
    for who, name in (("network", "the network repeats"), ("empirical", "who knows them by heart")):
        most = [one.size for one in sizes if one.over_seeds(who, "memorised").median >= HALF]
        parts.append(f"{name} up to {max(most):,} points" if most else f"{name} at none")
    return f"Half of the draws or more: {', '.join(parts)}."


def _spurious(sizes: Sequence[MemorisedSize]) -> str:
    phase = spurious_sizes(sizes)
    if not phase:
        most = max(sizes, key=lambda one: one.over_seeds("network", "spurious").median)
        return (
            f"There is no spurious phase: at no number of points are spurious draws the commonest in all "
            f"seeds. Most of them at {most.size:,}: {share(most, 'network', 'spurious')}."
        )
    peak = max(phase, key=lambda one: one.over_seeds("network", "spurious").median)
    places = " and ".join(f"{one.size:,}" for one in phase)
    return (
        f"There is a spurious phase, at {places} points: at {peak.size:,} the network comes back to the same "
        f"places in {share(peak, 'network', 'spurious')} of its draws, by heart in "
        f"{share(peak, 'empirical', 'spurious')}, fresh draws in {share(peak, 'fresh', 'spurious')}. "
        f"{_in_words(beside_training(peak))} of these lie on the nearer half to a training point; by chance "
        "half would, and all if they were smeared repetitions."
    )


def _from_on(sizes: Sequence[MemorisedSize], these: Sequence[int]) -> int | None:
    """The first size from which on all are among these."""
    found = None
    for one in reversed(sizes):
        if one.size not in these:
            break
        found = one.size
    return found


def _scores(spec: MemorisationSpec, sizes: Sequence[MemorisedSize]) -> str:
    """Where the score lies at the noise that the page opens with, with the fewest points and with the most
    with which truth and points are still apart there."""
    parts, sigma = [], 0.0
    for one in sizes:
        sigma = ShownMemorisation(spec, sizes, one.size).sigma
        found = along_at(one, sigma)
        if found is not None:
            parts.append(f"{_number(found)} with {one.size:,}")
    if not parts:
        return "Nowhere are the truth and the training points apart at that noise."
    places = ", ".join(parts)
    return f"At noise σ = {sigma:.2g} the score lies, from truth (0) to by heart (1), at {places} points."


def along_at(one: MemorisedSize, sigma: float) -> SeedRange | None:
    """How far along from truth (0) to training points (1) the scores lie at a noise level; None where these
    two are not apart."""
    levels, along = score_along(one)
    place = int(np.argmin(np.abs(np.log(levels / sigma)))) if len(levels) else -1
    if place < 0 or not np.isclose(levels[place], sigma, rtol=1e-3):
        return None
    return SeedRange(tuple(map(float, along[:, place])))


def _number(found: SeedRange) -> str:
    ends = f" [{found.low:.2f}, {found.high:.2f}]" if len(found.values) > 1 else ""
    return f"{found.median:.2f}{ends}"


def evaluation_method(spec: MemorisationSpec) -> str:
    """How the numbers came about, in a few words."""
    return (
        f"{len(spec.members):,} networks of {spec.experiment.training.steps:,} steps, {spec.n:,} draws each, "
        f"down to σ = {spec.smallest_noise:g}"
    )
