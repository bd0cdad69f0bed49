"""What lessons may state of networks that learn from few and from many points, by what ships of them."""

from __future__ import annotations

from functools import cache

from explorer.detection.statistics.seed_range import SeedRange
from explorer.figures.words import format_rate
from explorer.memorisation.phases import (
    IN_WORDS,
    beside_training,
    commonest,
    most_spurious,
    mostly_from,
    spurious_sizes,
)
from explorer.memorisation.presets import MEMORISATIONS, shipped_memorisation
from explorer.memorisation.records import MemorisedSize

REACHES = (
    "as many as by heart",
    "fewer, but more than fresh draws",
    "no more than fresh draws",
)
PLACES = ("at training points, a little smeared", "not only near training points")
NEARLY_ALL = 0.9  # of the spurious on the nearer half to a training point: they are smeared repetitions
TURNS = (
    "repeating, then new draws",
    "repeating, then places of its own, then new draws",
    "new draws from the first",
)


@cache
def _sizes(preset: str) -> tuple[MemorisedSize, ...]:
    found = shipped_memorisation(MEMORISATIONS[preset])
    if found is None:
        raise LookupError(f"nothing ships of {preset}")
    return found


def _size(preset: str, size: str) -> MemorisedSize:
    found = next((one for one in _sizes(preset) if one.size == int(size)), None)
    if found is None:
        raise LookupError(f"nothing ships of {size} points")
    return found


def _in_words(found: SeedRange) -> str:
    return format_rate(found.median, found.low, found.high)


def share_of_draws(preset: str, who: str, kind: str, size: str) -> str:
    """The share of a kind among what the network, who knows the points by heart (empirical), or fresh draws
    make of so many points: median and range over seeds."""
    return _in_words(_size(preset, size).over_seeds(who, kind))


def mostly_does(preset: str, size: str) -> str:
    """What a network that learned from so many points does with most of its draws."""
    return IN_WORDS[commonest(_size(preset, size))]


def repeats_as(preset: str, size: str) -> str:
    """How often it repeats a training point, as one of three answers: by the ranges over seeds."""
    one = _size(preset, size)
    own, by_heart, fresh = (one.over_seeds(who, "memorised") for who in ("network", "empirical", "fresh"))
    if own.high >= by_heart.low:
        return REACHES[0]
    return REACHES[1 if own.low > fresh.high else 2]


def own_places(preset: str, size: str) -> str:
    """Where the places are to which it returns, as one of two answers."""
    return PLACES[beside_training(_size(preset, size)).median < NEARLY_ALL]


def beside_points(preset: str, size: str) -> str:
    """The share of what it draws there that lies on the nearer half to a training point."""
    return _in_words(beside_training(_size(preset, size)))


def new_from(preset: str) -> str:
    """From how many points on half of its draws or more are new."""
    found = mostly_from(_sizes(preset), "network", "generalised")
    return "never" if found is None else f"{found:,} points"


def most_returns_at(preset: str) -> str:
    """The number of points at which it returns to places of its own most often."""
    return f"{most_spurious(_sizes(preset)).size:,}"


def turns(preset: str) -> str:
    """What networks do one after another, from few points to many, as one of three answers."""
    sizes = _sizes(preset)
    if commonest(sizes[0]) == "generalised":
        return TURNS[2]
    return TURNS[bool(spurious_sizes(sizes))]


def memorise_networks(preset: str) -> str:
    """How many networks of each size that is of."""
    return f"{MEMORISATIONS[preset].seeds}"


CLAIMS = (
    *(share_of_draws, mostly_does, repeats_as, own_places, beside_points, new_from, most_returns_at, turns),
    memorise_networks,
)
