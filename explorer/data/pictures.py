"""The distributions of pictures, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol, get_args

import torch
from torch import Tensor

from explorer.data.digits.handwritten import BOUND as DIGIT_BOUND
from explorer.data.digits.handwritten import KINDS as DIGIT_KINDS
from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.digits.mnist import MOST_DIGITS
from explorer.data.distribution import KnownDistribution
from explorer.data.hands.five_fingers import KINDS as HAND_KINDS
from explorer.data.hands.five_fingers import FiveFingers
from explorer.data.own.picture_folder import most_of
from explorer.data.own.world import NO_RULE, OwnPictures
from explorer.data.own.world_file import check_name, check_there, is_own, own_pictures, own_subject
from explorer.data.shapes.labels import KINDS as SHAPE_KINDS
from explorer.data.shapes.simple_shapes import SimpleShapes

PictureName = Literal["shapes-32", "shapes-64", "hands-48", "digits-28"]
PICTURES: tuple[str, ...] = get_args(PictureName)
MAX_PICTURES = 20_000  # that a network learns from


class PictureDistribution(KnownDistribution, Protocol):
    """A distribution of pictures (1, size, size), from -1 to 1, each of which is of one of a few kinds."""

    def kinds(self, x: Tensor) -> Tensor:
        """The kind of each picture (n, 1, size, size), (n,) int64; 0 is the valid one."""
        ...


@dataclass(frozen=True)
class Subject:
    """What pictures are of.

    distribution    by the size of its pictures
    kinds           names, the valid one first
    bound, unit     the distance to the support beyond which a picture is hallucinated, and its unit
    verdict         what is said of hallucinated ones: pictures that ...
    shown           the hallucinated kinds in the order in which they are shown, where it is another one
    """

    distribution: Callable[[int], PictureDistribution]
    kinds: tuple[str, ...]
    bound: float
    unit: str
    verdict: str
    shown: tuple[str, ...] = ()


SUBJECTS = {
    "shapes": Subject(SimpleShapes, SHAPE_KINDS, 5.0, "pixels", "cannot exist"),
    "hands": Subject(FiveFingers, HAND_KINDS, 0.5, "fingers", "cannot exist", ("more", "fewer", "no hand")),
    "digits": Subject(
        HandwrittenDigits, DIGIT_KINDS, DIGIT_BOUND, "judge's score", "the judge calls no digit"
    ),
}


def check_pictures(name: str) -> None:
    """Raise ValueError, in a sentence, for a name of no pictures, or of a user's own that are not here."""
    if is_own(name):
        check_there(name)
    elif name not in PICTURES:
        raise ValueError(f"There are no pictures {name[:40]!r}; there are {', '.join(PICTURES)}.")


def check_new_name(name: str) -> None:
    """Raise ValueError, in a sentence, for a name that a user's own pictures cannot have: one of another
    form, or one that is taken."""
    check_name(name)
    if name in PICTURES or name in SUBJECTS:
        raise ValueError(f"The name {name} is taken by pictures that come with the explorer.")


def learned_pictures(name: str) -> PictureDistribution | OwnPictures:
    """What a network learns pictures of that name from: a distribution, or a user's own. Raises ValueError as
    check_pictures does."""
    return own_pictures(name) if subject(name) == "own" else picture_distribution(name)


def most_pictures(name: str) -> int:
    """How many pictures of that name a network learns from at most: of a user's own digits more, which are
    small, and of large ones in colour fewer. Raises ValueError as check_pictures does."""
    if not is_own(name):
        return MAX_PICTURES
    if subject(name) == "digits":
        return MOST_DIGITS
    channels, side, _ = picture_shape(name)
    return most_of(side, colour=channels > 1)


def picture_shape(name: str) -> tuple[int, int, int]:
    """The channels, one of grey or three of colour, and the sides of pictures of that name. Raises ValueError
    as check_pictures does."""
    if is_own(name):
        about = check_there(name)
        return int(about["channels"]), int(about["size"]), int(about["size"])
    channels, height, width = picture_distribution(name).shape
    return channels, height, width


@cache
def picture_distribution(name: str) -> PictureDistribution:
    """The distribution of that name. Raises ValueError that lists the names there are, and for pictures of a
    user's own, of which no rule says what is possible."""
    if subject(name) == "own":
        raise ValueError(f"{NO_RULE}: only labels by hand do.")
    check_pictures(name)
    if is_own(name):
        return HandwrittenDigits(name=name)
    return SUBJECTS[subject(name)].distribution(int(name.partition("-")[2]))


def picture_name(known: KnownDistribution) -> str:
    """The name of a distribution of pictures. Raises ValueError for one that has none."""
    if isinstance(known, HandwrittenDigits):
        return known.name
    for name in PICTURES:
        if picture_distribution(name) == known:
            return name
    raise ValueError(f"{type(known).__name__} is no distribution of pictures that has a name.")


def subject(name: str) -> str:
    """What pictures are of: "shapes", "hands" or "digits"; "own" of a user's own that are no digits, or are
    not on this machine."""
    if is_own(name):
        try:
            return own_subject(name)
        except ValueError:
            return "own"
    return name.partition("-")[0]


def _judged_subject(name: str) -> Subject:
    """The subject of pictures of which a rule, or a judge, says what is possible. Raises ValueError for a
    user's own that are no digits."""
    of = subject(name)
    if of == "own":
        raise ValueError(f"{NO_RULE}: only labels by hand do.")
    return SUBJECTS[of]


def kind_names(name: str) -> tuple[str, ...]:
    """Names of the kinds of a distribution's pictures, in their order; the first is the valid one. Raises
    ValueError for a user's own, which have none."""
    return _judged_subject(name).kinds


def support_bound(name: str) -> float:
    """The distance to the support beyond which a picture is hallucinated: 5 pixels, half a finger, or the
    judge's threshold. Raises ValueError for a user's own pictures."""
    return _judged_subject(name).bound


def support_unit(name: str) -> str:
    """What that distance is counted in."""
    return _judged_subject(name).unit


def verdict(name: str) -> str:
    """What is said of hallucinated pictures: pictures that cannot exist, or that a judge refuses."""
    return _judged_subject(name).verdict


def check_bound(name: str, k: float) -> None:
    """Raises ValueError for a bound k on the distance to the support that the distribution does not take."""
    known = picture_distribution(name)
    known.is_hallucination(torch.zeros(1, *known.shape), k)


def hallucinated_kinds(name: str) -> tuple[int, ...]:
    """The numbers of a distribution's hallucinated kinds, in the order in which they are shown."""
    names = kind_names(name)
    return tuple(names.index(kind) for kind in _judged_subject(name).shown or names[1:])


def kinds_beyond(name: str, x: Tensor, k: float) -> Tensor:
    """The kind of each picture (n, 1, size, size) that lies more than k from the support, 0 of the others.

    (n,) int64. Of shapes k decides which are there, too: what is up to k pixels off counts as that shape.
    Raises ValueError for a k that the distribution does not take.
    """
    known = picture_distribution(name)
    if isinstance(known, SimpleShapes):
        return known.kinds(x, k)
    return known.kinds(x).where(known.is_hallucination(x, k), 0)
