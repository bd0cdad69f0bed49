"""The Recursive page's question before the reveal, and how an arm changed from its first generation on."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.data.mixture import GaussianMixture
from explorer.recursion.spec import Generation, RecursionSpec

FEW_TIMES = 1.5  # a rate that changes by less than this factor has stayed
RATE_ANSWERS = ("falls", "stays", "grows", "grows tenfold")
MIDDLE_ANSWERS = ("shrinks", "keeps its share", "grows")


def question(spec: RecursionSpec) -> tuple[str, tuple[str, ...]]:
    """What is asked before the reveal, and the answers there are."""
    mixture = spec.experiment.mixture
    if mixture is not None and middle_mode(mixture) is not None:
        return "Without a filter, what will happen to the middle mode?", MIDDLE_ANSWERS
    return "Without a filter, what will happen to the rate of hallucinations?", RATE_ANSWERS


def answer(spec: RecursionSpec, generations: Sequence[Generation]) -> str | None:
    """The answer that was measured; None while the arm without a filter has not come to its end."""
    ends = change(generations, "none")
    if ends is None or ends[1].number < spec.generations - 1:
        return None
    first, last = ends
    middle = None if spec.experiment.mixture is None else middle_mode(spec.experiment.mixture)
    if middle is not None:
        ratio = last.mode_shares[middle] / max(first.mode_shares[middle], 1e-9)
        return MIDDLE_ANSWERS[0 if ratio < 0.95 else 1 if ratio <= 1.05 else 2]
    ratio = last.rate.value / max(first.rate.value, 1e-9)
    return RATE_ANSWERS[0 if ratio < 1 / FEW_TIMES else 1 if ratio < FEW_TIMES else 2 if ratio < 10 else 3]


def middle_mode(mixture: GaussianMixture) -> int | None:
    """The mode in the middle of an odd number of modes on a line; None where there is none."""
    if mixture.dimensions != 1 or mixture.modes % 2 == 0 or mixture.modes < 3:
        return None
    return sorted(range(mixture.modes), key=lambda i: mixture.means[i])[mixture.modes // 2]


def change(generations: Sequence[Generation], arm: str) -> tuple[Generation, Generation] | None:
    """The first and the last generation of an arm; None until it has two."""
    mine = [one for one in generations if one.arm == arm]
    return (mine[0], mine[-1]) if len(mine) > 1 else None
