"""Pictures of a user's own as data: they can be drawn and learned from, but nobody knows what else is
possible beside them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from explorer.data.digits.mnist import MOST_DIGITS, LabelledDigits
from explorer.data.empirical import empirical_mean, empirical_noise
from explorer.data.own.picture_folder import COLOURS, FEWEST, check_size, most_of

CHUNK = 256  # samples whose nearest picture is looked for at once
SPACED = 1_000  # pictures at most, whose distance to the nearest other is found
NO_RULE = "No rule says which of your own pictures are possible"


@dataclass(frozen=True, eq=False)
class OwnPictures:
    """A finite set of pictures, (n, s, s) uint8 in grey or (n, s, s, 3) in colour: to a network (c, s, s) of
    one or three channels, from -1 (black) to 1 (white).

    name    that the user gave it
    folder  the name of the folder that it came from; added, when, as ISO 8601; crop, what was cut out
    labels  which digit each is, (n,) uint8, if they are MNIST's digits: up to 70,000 of these are taken

    What a person would call possible beside these very pictures no rule says, so that it has no support, no
    kinds and no hallucinations: labels by hand tell. Of digits the judge does (digits/handwritten.py).
    Raises ValueError for other shapes and numbers.
    """

    name: str
    pixels: np.ndarray
    folder: str
    added: str
    crop: str
    labels: np.ndarray | None = None

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        grey_or_colour = len(shape) == 3 or (len(shape) == 4 and shape[3] == COLOURS)
        if not grey_or_colour or shape[1] != shape[2] or self.pixels.dtype != np.uint8:
            raise ValueError(f"Pictures are squares of bytes, not {shape} {self.pixels.dtype}.")
        check_size(shape[1])
        most = most_of(shape[1], colour=len(shape) == 4) if self.digits is None else MOST_DIGITS
        if not FEWEST <= len(self.pixels) <= most:
            raise ValueError(f"There are {len(self.pixels):,} pictures; {FEWEST} to {most:,} are taken.")

    @property
    def n(self) -> int:
        return len(self.pixels)

    @property
    def shape(self) -> tuple[int, ...]:
        sides = self.pixels.shape[1:]
        return (1 if len(sides) == 2 else COLOURS, *sides[:2])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the pixels, of how many there are of which size, and of which digit each is."""
        found = hashlib.sha256(str(self.pixels.shape).encode())
        found.update(np.ascontiguousarray(self.pixels).tobytes())
        if self.labels is not None:
            found.update(b"digits" + np.ascontiguousarray(self.labels).tobytes())
        return found.hexdigest()

    @cached_property
    def digits(self) -> LabelledDigits | None:
        """The pictures as digits; None of other pictures. Raises ValueError for labels that do not fit."""
        if self.labels is None:
            return None
        if self.labels.dtype != np.uint8:
            raise ValueError(f"Labels are bytes, not {self.labels.dtype}.")
        return LabelledDigits(self.pixels, self.labels.astype(np.int64))

    @cached_property
    def members(self) -> Tensor:
        """All of them as a network sees them, (n, c, s, s) float32, on the CPU; not to be written to."""
        by_channel = self.pixels.reshape(self.n, *self.pixels.shape[1:3], -1).transpose(0, 3, 1, 2)
        return torch.from_numpy(np.ascontiguousarray(by_channel, np.float32)) / 127.5 - 1

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n pictures, (n, c, s, s), on the generator's device: in an order by chance, and none of them twice
        before all were drawn. That is so whether `balanced` or not."""
        if n < 1:
            raise ValueError(f"Ask for at least one sample, not {n}.")
        rounds = [self.order(generator) for _ in range(-(-n // self.n))]
        return self.members[torch.cat(rounds)[:n]].to(generator.device)

    def order(self, generator: torch.Generator) -> Tensor:
        """The rows of all pictures in the order in which `sample` draws them first, (n,) int64."""
        return torch.randperm(self.n, generator=generator, device=generator.device).cpu()

    # ---- the empirical optimum, and copies -------------------------------------------------------

    def posterior_mean(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[x_0 | x_t] over the pictures: (n, c, s, s) -> (n, c, s, s).

        This is the *empirical* optimum, the perfect denoiser of that finite set (empirical.py): sampling with
        it can only give one of them back. It is no truth about what they are pictures of.
        """
        return empirical_mean(self.members, x_t, alpha_bar)

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t] of the same empirical optimum."""
        return empirical_noise(self.members, x_t, alpha_bar)

    def nearest(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The nearest of the pictures to each of x (n, c, s, s), and how far it is, (n,): the root of the
        mean square over the pixels and their channels, in parts of the way from black to white, 0 to 1.

        x is cut to what can be shown, -1 to 1. What is not finite lies infinitely far.
        """
        row, away = nearest_rows(x.detach().float().cpu().clamp(-1, 1).flatten(1), self.members.flatten(1))
        return self.members[row], away

    @cached_property
    def spacing(self) -> Tensor:
        """How far the first of them, 1,000 at most, lie from the nearest other, (m,), as `nearest` says: what
        the distance of a sample is to be compared with. 0 for a picture that is there twice."""
        flat = self.members.flatten(1)
        away = []
        for first, part in enumerate(flat[:SPACED].split(CHUNK)):
            squared = torch.cdist(part, flat).square()
            squared[torch.arange(len(part)), first * CHUNK + torch.arange(len(part))] = torch.inf
            away.append((squared.min(1).values / flat.shape[1]).sqrt() / 2)
        return torch.cat(away)

    def distance_to_support(self, x: Tensor) -> Tensor:
        """The distance of each picture (n, c, s, s) to the nearest of these, (n,), as `nearest` says: how
        much it is no copy, and no measure of whether it is possible."""
        return self.nearest(x)[1]

    def is_hallucination(self, x: Tensor, k: float = 0.0) -> Tensor:
        """Raises ValueError: of a user's own pictures nobody knows."""
        raise ValueError(f"{NO_RULE}: only labels by hand do.")


def nearest_rows(x: Tensor, members: Tensor) -> tuple[Tensor, Tensor]:
    """The row of the nearest of the pictures (N, P) to each of x (n, P), (n,), and how far it is, (n,), as
    OwnPictures.nearest says. All are from -1 to 1; what is not finite lies infinitely far."""
    rows, away = [], []
    for part in x.split(CHUNK):
        squared, row = torch.cdist(part, members).square().nan_to_num(nan=torch.inf).min(1)
        rows.append(row)
        away.append((squared / x.shape[1]).sqrt() / 2)
    return torch.cat(rows), torch.cat(away)
