"""Several seeds of a recursion together: median and range, and which arms differ in every seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from explorer.detection.statistics.seed_range import SeedRange
from explorer.recursion.spec import Generation, RecursionSpec, missing, of_seed

Verdict = Literal["lower", "higher", "unclear"]
Measure = Callable[[Generation], float | None]


def counted(spec: RecursionSpec, generations: Sequence[Generation]) -> tuple[Generation, ...]:
    """Those of the seeds of which every generation is finished; while there is no such seed, those of the one
    that is farthest. What is said of seeds together is said of these."""
    made = [of_seed(generations, member.experiment.seed) for member in spec.members]
    whole = [mine for member, mine in zip(spec.members, made, strict=True) if not missing(member, mine)]
    return tuple(one for mine in whole or [max(made, key=len)] for one in mine)


def seeds_of(generations: Sequence[Generation]) -> tuple[int, ...]:
    """The seeds of which there are generations, ascending."""
    return tuple(sorted({one.seed for one in generations}))


def by_seed(generations: Sequence[Generation], arm: str, number: int, measure: Measure) -> dict[int, float]:
    """A measure of one generation of an arm, by seed; without the seeds that do not have it."""
    found = {one.seed: measure(one) for one in generations if (one.arm, one.number) == (arm, number)}
    return {seed: value for seed, value in found.items() if value is not None}


def seed_range(
    generations: Sequence[Generation], arm: str, number: int, measure: Measure
) -> SeedRange | None:
    """Its median and range over the seeds; None if no seed has it."""
    values = by_seed(generations, arm, number, measure)
    return SeedRange(tuple(values.values())) if values else None


def verdict(first: Mapping[int, float], second: Mapping[int, float]) -> Verdict:
    """Whether a measure of one arm is lower or higher than that of another, seed by seed.

    Arms of one seed share their noise and their first generation, so that they are compared in pairs. It is
    lower or higher only if it is so in every seed that both have, two at least; one seed tells nothing.
    Ranges that do not overlap are a case of it.
    """
    seeds = first.keys() & second.keys()
    if len(seeds) > 1:
        if all(first[seed] < second[seed] for seed in seeds):
            return "lower"
        if all(first[seed] > second[seed] for seed in seeds):
            return "higher"
    return "unclear"
