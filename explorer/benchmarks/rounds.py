"""Rounds of ours against the reference, one after the other on the same machine, and the row they make."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from explorer.benchmarks.machine import watched
from explorer.diffusion.sampling import MAX_SAMPLES

WINDOW = 2.0  # seconds of a pace, once the budget allows it
LOUD = 0.1  # of all processors' time: a window in which others took more is marked

ROUNDS_RANGE, MOST_SECONDS = (1, 50), 3_600

Side = Callable[[], float]


@dataclass(frozen=True)
class Terms:
    """How thoroughly to measure.

    rounds      of ours and the reference in turn; ratios are taken within a round
    budget      seconds after which a training that has not reached its rate is given up; no window of a pace
                is longer
    points      how many a sampler draws in a round
    """

    rounds: int = 5
    budget: float = 60.0
    points: int = 1_000_000

    def __post_init__(self) -> None:
        if not ROUNDS_RANGE[0] <= self.rounds <= ROUNDS_RANGE[1]:
            raise ValueError(f"The number of rounds {self.rounds} is outside [1, {ROUNDS_RANGE[1]}].")
        if not 0 < self.budget <= MOST_SECONDS:
            raise ValueError(f"The budget of {self.budget:g} seconds is outside (0, {MOST_SECONDS}].")
        if not 1 <= self.points <= MAX_SAMPLES:
            raise ValueError(f"The number of points {self.points:,} is outside [1, {MAX_SAMPLES:,}].")

    @property
    def window(self) -> float:
        """Seconds of a window in which a pace is taken."""
        return min(self.budget, WINDOW)


@dataclass(frozen=True)
class Row:
    """What one comparison found.

    ours, reference     medians over the rounds, in the unit
    ratio               how many times better ours is, the median of the rounds' ratios
    range               the smallest and the largest of them
    note                what has to be known with the number

    ours, ratio and range are None where ours did not reach what was asked: no number is made up.
    """

    name: str
    ours: float | None
    reference: float
    ratio: float | None
    range: tuple[float, float] | None
    unit: str
    note: str


class Pace:
    """Units a second of endless work, a window at a time; each goes on where the one before ended."""

    def __init__(self, work: Iterator[float], window: float) -> None:
        self.work, self.window = work, window

    def __call__(self) -> float:
        done, start, seconds = 0.0, time.perf_counter(), 0.0
        while seconds < self.window or not done:
            done += next(self.work)
            seconds = time.perf_counter() - start
        return done / seconds


@dataclass(frozen=True)
class Rounds:
    """The values of both sides, round by round, and the share that others took of each side's window."""

    ours: tuple[float, ...]
    reference: tuple[float, ...]
    others: tuple[float | None, ...]

    @property
    def disturbance(self) -> str:
        """A clause on other programs, or "" if they kept quiet."""
        known = [share for share in self.others if share is not None]
        if len(known) < len(self.others):
            return "what other programs used is not known on this system"
        loud = sum(share > LOUD for share in known)
        if not loud:
            return ""
        return (
            f"NOT QUIET: other programs took over {LOUD * 100:.0f} % of the processors in {loud} of "
            f"{len(known)} windows, at most {max(known) * 100:.0f} %"
        )

    def row(self, name: str, unit: str, note: str) -> Row:
        """The comparison as a row. A unit of seconds is better when it is less, every other when it is
        more."""
        pairs = zip(self.ours, self.reference, strict=True)
        ratios = [theirs / mine if unit == "s" else mine / theirs for mine, theirs in pairs]
        return Row(
            name,
            statistics.median(self.ours),
            statistics.median(self.reference),
            statistics.median(ratios),
            (min(ratios), max(ratios)),
            unit,
            joined(note, self.disturbance),
        )


def interleaved(ours: Side, reference: Side, rounds: int) -> Rounds:
    """Measure both sides in turn, after a warm-up; which goes first alternates."""
    values: dict[Side, list[float]] = {ours: [], reference: []}
    others = []
    for number in range(rounds):
        for side in (ours, reference) if number % 2 == 0 else (reference, ours):
            value, share = watched(side)
            values[side].append(value)
            others.append(share)
    return Rounds(tuple(values[ours]), tuple(values[reference]), tuple(others))


def joined(*clauses: str) -> str:
    """The clauses that there are, as one note."""
    return "; ".join(clause for clause in clauses if clause)
