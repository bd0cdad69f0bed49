"""What tasks ask to be reached: what is on screen in, whether that reaches the goal and in which words out.

A goal is its name with its bounds: "rate 0.0003 8000".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.figures.words import percent


@dataclass(frozen=True)
class Reached:
    """Whether a goal is reached, and what was found, in a sentence."""

    done: bool
    sentence: str


@dataclass(frozen=True)
class Trained:
    """A trained network: its share beyond 5 sigma, and the steps of its training."""

    rate: float
    steps: int


@dataclass(frozen=True)
class Filtered:
    """What a threshold does: of the hallucinated it catches some, of the honest it keeps some."""

    caught: int
    hallucinated: int
    kept: int
    honest: int


@dataclass(frozen=True)
class Windowed(Filtered):
    """The same of the threshold that keeps 96 % of the honest, through a window of steps (first, last)."""

    window: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Treated:
    """A treatment: the share beyond 5 sigma under it and without it, and the least share of a mode over what
    that mode should have."""

    rate: float
    untreated: float
    least_share: float


@dataclass(frozen=True)
class Sampled:
    """A sampler: its share beyond 5 sigma, and the network calls that a sample costs."""

    rate: float
    calls: int


@dataclass(frozen=True)
class Remembered:
    """Networks of so many training points: the share of their draws that repeats one, and of what who knows
    the points by heart draws."""

    size: int
    network: float
    by_heart: float


Seen = Trained | Filtered | Treated | Sampled | Remembered


def reached(goal: str, seen: Seen) -> Reached | None:
    """Whether what is on screen reaches a goal; None if it is nothing of which the goal speaks. Raises
    ValueError for a goal that is none."""
    kind, judge, bounds = _parts(goal)
    return judge(seen, *bounds) if type(seen) is kind else None


def check_goal(goal: str) -> None:
    """Raise ValueError for a goal that is none: another name, or bounds that are no numbers."""
    _parts(goal)


def _rate(seen: Trained, most: float, steps: float) -> Reached:
    found = f"{percent(seen.rate)} beyond 5 σ after {seen.steps:,} steps"
    return Reached(seen.rate < most and seen.steps <= steps, found)


def _filter(seen: Filtered, recall: float, retention: float) -> Reached:
    done = seen.caught >= recall * seen.hallucinated > 0 and seen.kept >= retention * seen.honest
    return Reached(done, _caught(seen))


def _window(seen: Windowed, recall: float) -> Reached:
    done = seen.caught >= recall * seen.hallucinated > 0
    first, last = seen.window
    return Reached(done, f"t = {first} to {last}: {_caught(seen)}")


def _cure(seen: Treated, ratio: float, share: float) -> Reached:
    done = seen.rate <= ratio * seen.untreated and seen.least_share >= share
    times = "0" if seen.untreated == 0 else f"{seen.rate / seen.untreated:.2f}"
    return Reached(done, f"{times} times the rate, the poorest mode has {seen.least_share:.0%} of its share")


def _calls(seen: Sampled, most: float, calls: float) -> Reached:
    done = seen.rate < most and seen.calls <= calls
    return Reached(done, f"{percent(seen.rate)} beyond 5 σ with {seen.calls:,} calls")


def _memory(seen: Remembered, more: float) -> Reached:
    found = f"{seen.size:,} points: by heart {percent(seen.by_heart)}, the network {percent(seen.network)}"
    return Reached(seen.by_heart - seen.network >= more, f"{found} repeated")


def _caught(seen: Filtered) -> str:
    kept = seen.kept / seen.honest if seen.honest else 0.0
    return f"caught {seen.caught:,} of {seen.hallucinated:,}, kept {100 * kept:.1f} %"


GOALS: dict[str, tuple[type, int, Callable[..., Reached]]] = {
    "rate": (Trained, 2, _rate),
    "filter": (Filtered, 2, _filter),
    "window": (Windowed, 1, _window),
    "cure": (Treated, 2, _cure),
    "calls": (Sampled, 2, _calls),
    "memory": (Remembered, 1, _memory),
}


def _parts(goal: str) -> tuple[type, Callable[..., Reached], list[float]]:
    """What a goal is judged on, how, and its bounds."""
    name, *texts = goal.split() or [""]
    if name not in GOALS:
        raise ValueError(f"There is no goal {name[:40]!r}; there are {', '.join(GOALS)}.")
    kind, count, judge = GOALS[name]
    try:
        bounds = [float(text) for text in texts]
    except ValueError:
        bounds = []
    if len(bounds) != count:
        raise ValueError(f"The goal {name} has {count} bounds, which are numbers; {goal[:60]!r} has not.")
    return kind, judge, bounds
