"""Drawn hands that always have five fingers, by construction and by count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from explorer.data.empirical import empirical_mean, empirical_noise
from explorer.data.hands.drawing import SIZE, draw_hands
from explorer.data.hands.finger_count import check_pictures, count_fingers

FINGERS = 5
KINDS = ("five", "fewer", "more", "no hand")
NO_HAND = 5.0  # distance to the support, in fingers, of a picture without a hand
REFERENCES, REFERENCE_SEED = 4_000, 5  # drawings that stand for all drawings


@dataclass(frozen=True)
class FiveFingers:
    """Drawings of hands, (1, 48, 48) from -1 (ground) to 1 (ink), with exactly five fingers each.

    Every drawing is counted; one that does not count five is drawn again. Raises ValueError for another size.
    """

    size: int = SIZE

    def __post_init__(self) -> None:
        if self.size != SIZE:
            raise ValueError(f"Hands are drawn {SIZE} pixels wide, not {self.size}.")

    @property
    def shape(self) -> tuple[int, ...]:
        return (1, self.size, self.size)

    # ---- samples ---------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n drawings, (n, 1, 48, 48) float32, on the generator's device.

        balanced makes every second hand a left one; otherwise a coin decides.
        """
        if n < 1:
            raise ValueError(f"Ask for at least one sample, not {n}.")
        mirrored = torch.arange(n, device=generator.device) % 2 == 1 if balanced else None
        images = draw_hands(n, generator, FINGERS, mirrored=mirrored)
        wrong = (count_fingers(images).count != FINGERS).nonzero()[:, 0]
        while len(wrong):
            sides = None if mirrored is None else mirrored[wrong]
            again = draw_hands(len(wrong), generator, FINGERS, mirrored=sides)
            images[wrong] = again
            wrong = wrong[count_fingers(again).count != FINGERS]
        return images

    # ---- the empirical optimum -------------------------------------------------------------------

    def posterior_mean(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[x_0 | x_t] over a fixed set of 4,000 drawings: (n, 1, 48, 48) -> (n, 1, 48, 48).

        All drawings have no closed form. This is the *empirical* optimum, the perfect denoiser of that finite
        set (empirical.py): sampling with it would only reproduce the set.
        """
        check_pictures(x_t)
        return empirical_mean(references(), x_t, alpha_bar)

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t] of the same empirical optimum."""
        check_pictures(x_t)
        return empirical_noise(references(), x_t, alpha_bar)

    # ---- the support -----------------------------------------------------------------------------

    def distance_to_support(self, x: Tensor) -> Tensor:
        """How many fingers too many or too few, (n, 1, 48, 48) -> (n,) float32; 5 where there is no hand."""
        counted = count_fingers(x)
        return torch.where(counted.hand, (counted.count - FINGERS).abs().float(), NO_HAND)

    def is_hallucination(self, x: Tensor, k: float = 0.5) -> Tensor:
        """Whether more than k fingers are missing or too many, (n,) bool; no hand counts as five.

        A distance is a whole number of fingers: with the usual k of a half, any count but five is one.
        """
        if not 0 < k < NO_HAND:
            raise ValueError(f"The threshold k = {k:g} fingers is outside (0, {NO_HAND:g}).")
        return self.distance_to_support(x) > k

    def kinds(self, x: Tensor) -> Tensor:
        """For each picture the index of its kind in KINDS, (n,) int64."""
        counted = count_fingers(x)
        kind = torch.where(counted.count < FINGERS, 1, torch.where(counted.count > FINGERS, 2, 0))
        return torch.where(counted.hand, kind, 3)


@lru_cache(maxsize=1)
def references() -> Tensor:
    """The drawings that stand for all drawings, (4000, 1, 48, 48), on the CPU; not to be written to."""
    return FiveFingers().sample(REFERENCES, torch.Generator().manual_seed(REFERENCE_SEED))
