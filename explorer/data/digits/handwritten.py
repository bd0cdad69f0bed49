"""Handwritten digits as a distribution of pictures, whose support only a judge knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

from explorer.data.digits.judge import Judge, split
from explorer.data.digits.judge_file import shipped_judge
from explorer.data.digits.mnist import CLASSES, SIZE, LabelledDigits, shipped_digits
from explorer.data.empirical import empirical_mean, empirical_noise
from explorer.data.own.world_file import is_own, own_pictures

KINDS = ("digit", "not a digit")
BOUND, LARGEST_BOUND = 0.0, 20.0  # of the judge's score above its threshold
HELD_OUT_SEED = 7
SHIPPED = "digits-28"
FIRST_OF_EACH = 350  # of a digit, over which the empirical optimum is taken: all of the shipped ones
CHUNK = 5_000  # digits among which the nearest is looked for at once


@dataclass(frozen=True)
class DigitParts:
    """The digits that a model and the judge learn from, those on which the judge's threshold was set, and
    those on which it was tested: pictures (n, 1, 28, 28) from -1 to 1 and labels (n,) each, on the CPU."""

    learned: tuple[Tensor, Tensor]
    set_on: tuple[Tensor, Tensor]
    tested: tuple[Tensor, Tensor]


@dataclass(frozen=True)
class HandwrittenDigits:
    """The digits of MNIST that a model may learn from, (1, 28, 28) from -1 (ground) to 1 (ink).

    name    digits-28 of the shipped ones, or that of a user's own

    No rule says what a digit is. A judge does (judge.py), which errs: it refuses 1 % of real ones. The
    shipped one judges a user's own, too. Raises ValueError for another size, and where digits or judge are
    needed and missing.
    """

    size: int = SIZE
    name: str = SHIPPED

    def __post_init__(self) -> None:
        if self.size != SIZE:
            raise ValueError(f"Digits are {SIZE} pixels wide, not {self.size}.")

    @property
    def shape(self) -> tuple[int, ...]:
        return (1, self.size, self.size)

    # ---- samples ---------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n digits, (n, 1, 28, 28) float32, on the generator's device: each digit as often as the others, up
        to one, and none of them twice before all were drawn. That is so whether `balanced` or not."""
        if n < 1:
            raise ValueError(f"Ask for at least one sample, not {n}.")
        data = self.learned
        labels, fewest = torch.from_numpy(data.labels), data.of_each
        of_digit = [(labels == digit).nonzero()[:, 0] for digit in range(CLASSES)]
        rounds = []
        for _ in range(-(-n // (CLASSES * fewest))):
            columns = [
                rows[torch.randperm(len(rows), generator=generator, device=generator.device).cpu()[:fewest]]
                for rows in of_digit
            ]
            rounds.append(torch.stack(columns, 1).flatten())  # 0 to 9, 0 to 9, ...
        return data.scaled(torch.cat(rounds)[:n].numpy()).to(generator.device)

    @property
    def learned(self) -> LabelledDigits:
        """All that a model may learn from; not to be written to."""
        return learned_digits(self.name)

    # ---- the empirical optimum -------------------------------------------------------------------

    def posterior_mean(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[x_0 | x_t] over `members`: (n, 1, 28, 28) -> (n, 1, 28, 28).

        All digits have no closed form. This is the *empirical* optimum, the perfect denoiser of that finite
        set (empirical.py): sampling with it only reproduces the set.
        """
        return empirical_mean(self.members, x_t, alpha_bar)

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t] of the same empirical optimum."""
        return empirical_noise(self.members, x_t, alpha_bar)

    @property
    def members(self) -> Tensor:
        """The first 350 of each digit that a model may learn from, or as many of each as there are, (m, 1,
        28, 28): all of the shipped ones, and of tens of thousands a part that is quick to go through."""
        return first_digits(self.name)

    def nearest(self, x: Tensor) -> Tensor:
        """The nearest of all digits that a model may learn from, (n, 1, 28, 28) each."""
        flat, data = self._checked(x).flatten(1), self.learned
        away, best = torch.full((len(flat),), torch.inf), torch.zeros(len(flat), dtype=torch.int64)
        for first in range(0, len(data.pictures), CHUNK):
            part = data.scaled(slice(first, first + CHUNK)).flatten(1)
            found, row = torch.cdist(flat, part).min(1)
            best = torch.where(found < away, row + first, best)
            away = torch.minimum(away, found)
        return data.scaled(best.numpy())

    def among_learned(self, x: Tensor) -> Tensor:
        """Which of pictures (n, 1, 28, 28) are, as bytes, among those that a model may learn from, (n,)."""
        known = {picture.tobytes() for picture in self.learned.pictures}
        levels = ((self._checked(x).clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
        return torch.tensor([picture.tobytes() in known for picture in levels], dtype=torch.bool)

    # ---- the support, by the judge ---------------------------------------------------------------

    def distance_to_support(self, x: Tensor) -> Tensor:
        """How far the judge's score of each picture lies above its threshold, (n,) float32; 0 for what it
        takes for a digit, infinite for NaN."""
        return shipped_judge().scores(self._checked(x)).clamp(min=0)

    def is_hallucination(self, x: Tensor, k: float = BOUND) -> Tensor:
        """Whether the score lies more than k above the threshold, (n,) bool: with the usual k of 0 whether
        the judge takes the picture for no digit."""
        if not 0 <= k <= LARGEST_BOUND:
            raise ValueError(f"The bound k = {k:g} on the judge's score is outside [0, {LARGEST_BOUND:g}].")
        return self.distance_to_support(x) > k

    def kinds(self, x: Tensor) -> Tensor:
        """For each picture the index of its kind in KINDS, (n,) int64."""
        return self.is_hallucination(x).long()

    def digits(self, x: Tensor) -> Tensor:
        """Which digit each picture is most like, (n,) int64, whether it is one or not."""
        return shipped_judge().digits(self._checked(x))

    def features(self, x: Tensor) -> Tensor:
        """What the judge makes of each picture before it decides, (n, 64)."""
        return shipped_judge().features(self._checked(x))

    @property
    def judge(self) -> Judge:
        return shipped_judge()

    def _checked(self, x: Tensor) -> Tensor:
        """Pictures as the judge takes them, on the CPU. Raises ValueError for another shape."""
        if x.ndim != 4 or tuple(x.shape[1:]) != self.shape:
            raise ValueError(
                f"Pictures have the shape (n, 1, {self.size}, {self.size}), not {tuple(x.shape)}."
            )
        return x.detach().float().cpu()


@lru_cache(maxsize=3)
def learned_digits(name: str) -> LabelledDigits:
    """The digits of that name that a model may learn from. Raises ValueError for a user's own that are not
    here, and as shipped_digits does."""
    if not is_own(name):
        data = shipped_digits()
        rows = split(data)[0]
        return LabelledDigits(data.pictures[rows], data.labels[rows])
    found = own_pictures(name).digits
    if found is None:
        raise ValueError(f"The pictures {name} are no digits.")
    return found


@lru_cache(maxsize=3)
def first_digits(name: str) -> Tensor:
    """The first 350 of each of them, or as many of each as there are, in their order, (m, 1, 28, 28)."""
    data = learned_digits(name)
    of_each = min(data.of_each, FIRST_OF_EACH)
    rows = [np.flatnonzero(data.labels == digit)[:of_each] for digit in range(CLASSES)]
    return data.scaled(np.sort(np.concatenate(rows)))


@cache
def digit_parts() -> DigitParts:
    """The shipped digits in their three parts; not to be written to. Raises ValueError if the package that
    brings them is not installed."""
    data = shipped_digits()
    pictures, labels = data.scaled(), torch.from_numpy(data.labels)
    learned, set_on, tested = ((pictures[rows], labels[rows]) for rows in split(data))
    return DigitParts(learned, set_on, tested)


def held_out(n: int) -> Tensor:
    """n digits that no model has learned from, at most as many as there are: each digit about as often. A
    user's own digits may hold the same."""
    parts = digit_parts()
    pictures = torch.cat([parts.set_on[0], parts.tested[0]])
    order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(HELD_OUT_SEED))
    return pictures[order[:n]]
