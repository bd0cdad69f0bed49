"""What was found of networks that learn from few and from many points, in words with their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.detection.statistics.seed_range import SeedRange
from explorer.figures.words import format_rate, percent
from explorer.memorisation.phases import (
    IN_WORDS,
    along_at,
    beside_training,
    commonest,
    most_spurious,
    mostly,
    mostly_from,
    spurious_sizes,
)
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.sample_kinds import KINDS
from explorer.memorisation.spec import MemorisationSpec
from explorer.page_figures.memorise import SIZE, ShownMemorisation

ANSWERS = tuple(IN_WORDS.values())


def share(one: MemorisedSize, who: str, kind: str) -> str:
    """A share as its median over seeds with the range."""
    return _in_words(one.over_seeds(who, kind))


def _in_words(found: SeedRange) -> str:
    if found.high == 0:
        return "0 %"
    if len(found.values) == 1:
        return percent(found.median)
    return format_rate(found.median, found.low, found.high)


def answer(sizes: Sequence[MemorisedSize]) -> str | None:
    """What the network does with most of its draws at the number of points that the page asks about; None
    while that is not known."""
    one = next((one for one in sizes if one.size == SIZE), None)
    return None if one is None else IN_WORDS[commonest(one)]


def describe_size(shown: ShownMemorisation) -> str:
    """What becomes of what is drawn at the number of points on view, in a sentence."""
    one = shown.picked
    if one is None:
        return f"Nothing is known of {shown.size:,} points yet."
    parts = {kind: share(one, "network", kind) for kind in KINDS}
    return (
        f"The {{model:network:}} that learned from **{one.size:,}** points repeats one of them in "
        f"{parts['memorised']} of its draws, returns to places of its own in {parts['spurious']}, "
        f"{{kept:draws anew:}} in {parts['generalised']} and {{hallucinated:hallucinates:}} in "
        f"{parts['hallucinated']}. By heart {share(one, 'empirical', 'memorised')} would be repetitions; of "
        f"fresh draws {share(one, 'fresh', 'memorised')} are called so."
    )


def describe_findings(spec: MemorisationSpec, sizes: Sequence[MemorisedSize]) -> list[str]:
    """What came of all sizes, a sentence each."""
    if not sizes:
        return []
    found = [_memorised(sizes), *_spurious(sizes)]
    first = mostly_from(sizes, "network", "generalised")
    if first is None:
        found.append("At the most points on view fewer than half of the network’s draws are new.")
    else:
        made = next(one for one in sizes if one.size == first)
        found.append(
            f"From {first:,} points on half of the draws or more are new: "
            f"{share(made, 'network', 'generalised')} there."
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
    for who, name in (("network", "the network up to"), ("empirical", "who knows them by heart up to")):
        most = mostly(sizes, who, "memorised")
        parts.append(f"{name} {max(most):,}" if most else f"{name} none")
    return f"Half of the draws or more repeat a training point: {', '.join(parts)} points."


def _spurious(sizes: Sequence[MemorisedSize]) -> tuple[str, str]:
    """Whether there is a spurious phase, and where its places are."""
    phase = spurious_sizes(sizes)
    peak = most_spurious(phase or sizes)
    own, by_heart, fresh = (share(peak, who, "spurious") for who in ("network", "empirical", "fresh"))
    numbers = (
        f"at {peak.size:,} points the network returns to places of its own in {own} of its draws, by heart "
        f"in {by_heart}, fresh draws in {fresh}."
    )
    places = " and ".join(f"{one.size:,}" for one in phase)
    first = f"There is a spurious phase, at {places} points: {numbers}"
    if not phase:
        first = f"Spurious draws are nowhere the commonest, so that there is no phase of them: {numbers}"
    second = (
        f"Of these {_in_words(beside_training(peak))} lie on the nearer half to a training point; it would "
        "be half by chance, and all if they were smeared repetitions."
    )
    return first, second


def _scores(spec: MemorisationSpec, sizes: Sequence[MemorisedSize]) -> str:
    """Where the score lies at the noise that the page opens with, with each number of points with which truth
    and points are still apart there."""
    parts, sigma = [], 0.0
    for one in sizes:
        sigma = ShownMemorisation(spec, sizes, one.size).sigma
        found = along_at(one, sigma)
        if found is not None:
            parts.append(f"{found:.2f} with {one.size:,}")
    if not parts:
        return "Nowhere are the truth and the training points apart at the noise that the page opens with."
    places = ", ".join(parts)
    return f"At noise σ = {sigma:.2g} the score lies, from truth (0) to by heart (1), at {places} points."


def evaluation_method(spec: MemorisationSpec) -> str:
    """How the numbers came about, in a few words."""
    return (
        f"{len(spec.members):,} networks of {spec.experiment.training.steps:,} steps, {spec.n:,} draws each, "
        f"down to σ = {spec.smallest_noise:g}"
    )
