"""What a judge of digits says of drawn ones, with its own error: it refuses some real digits, too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from explorer.data.digits.handwritten import BOUND, SHIPPED, HandwrittenDigits, digit_parts, held_out
from explorer.data.digits.mnist import CLASSES
from explorer.detection.statistics.frechet import frechet_distance
from explorer.detection.statistics.rate_difference import RateDifference
from explorer.detection.statistics.rates import Rate, rate_values


@dataclass(frozen=True)
class JudgedDigits:
    """Drawn digits before the judge, beside real ones that neither judge nor model has learned from; a model
    that learned from a user's own digits may have learned from some of these.

    excess      the share of drawn ones that are called no digit less that of held-out real ones
    digits      of the drawn ones that are called a digit: how many of each, 0 to 9
    frechet     Fréchet distance to the digits learned from, in the judge's features (this is not FID, whose
                features are another network's): of `compared` drawn ones, and of as many held-out ones; None
                for fewer than two
    first       that distance is to the first so many of a user's own digits; None for all of the shipped ones
    seen        how many of the compared real ones are among the user's own
    """

    excess: RateDifference
    digits: tuple[int, ...]
    frechet: tuple[float, float] | None
    compared: int
    first: int | None = None
    seen: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        drawn, held_out_share = self.excess.one, self.excess.other
        distances = (None, None) if self.frechet is None else self.frechet
        return {
            **rate_values("not_a_digit", drawn),
            **rate_values("held_out_not_a_digit", held_out_share),
            "excess": self.excess.value,
            "excess_interval": list(self.excess.interval),
            "digits": {str(digit): count for digit, count in enumerate(self.digits)},
            "frechet_in_judge_features": distances[0],
            "held_out_frechet_in_judge_features": distances[1],
            "frechet_n": self.compared,
            "held_out_among_learned": self.seen,
        }


def judged_digits(known: HandwrittenDigits, samples: np.ndarray, k: float = BOUND) -> JudgedDigits:
    """What the judge says of drawn digits (n, 1, 28, 28); k is the bound on its score above the threshold.

    The held-out ones are those on which the judge was tested, of which it has learned nothing; in the Fréchet
    distance those on which its threshold was set are, too. Raises ValueError for a k that `known` does not
    take.
    """
    x = torch.from_numpy(np.ascontiguousarray(samples))
    called = known.is_hallucination(x, k)
    found = (
        np.bincount(known.digits(x[~called]).numpy(), minlength=CLASSES)
        if not called.all()
        else [0] * CLASSES
    )
    others = held_out(len(x))
    distances = None
    if len(others) > 1:
        drawn, beside = (known.features(of).numpy() for of in (x[: len(others)], others))
        distances = (
            frechet_distance(drawn, _learned_features(known)),
            frechet_distance(beside, _learned_features(known)),
        )
    shipped = known.name == SHIPPED
    return JudgedDigits(
        RateDifference(Rate(int(called.sum()), len(x)), _refused(k)),
        tuple(int(count) for count in found),
        distances,
        len(others),
        None if shipped else len(known.members),
        0 if shipped else int(known.among_learned(others).sum()),
    )


@lru_cache(maxsize=4)
def _refused(k: float) -> Rate:
    """Of the real digits on which the judge was tested, those that it calls none."""
    real = digit_parts().tested[0]
    return Rate(int(HandwrittenDigits().is_hallucination(real, k).sum()), len(real))


@lru_cache(maxsize=4)
def _learned_features(known: HandwrittenDigits) -> np.ndarray:
    """The judge's features of digits that models learn from, the first 350 of each, (n, 64)."""
    return known.features(known.members).numpy()
