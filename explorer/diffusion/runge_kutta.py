"""Explicit Runge-Kutta methods of order four whose inner nodes can be chosen: a network takes trained steps
only.

Kutta (1901) found all methods of four stages and order four; those with distinct nodes 0, u, v, 1 have two
parameters (Butcher, Numerical Methods for Ordinary Differential Equations, 2016, section 322). u = 1/3 and
v = 2/3 is the rule of three eighths. Whichever trained steps are nearest to them, the order is four.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

NODES = (1 / 3, 2 / 3)
LARGEST_COEFFICIENT = 4.0  # of a method that is used: near u = 1/2 they grow without bound
SMALLEST_STEP = 3  # steps of the schedule from one visited step to the next, so that two lie between them


@dataclass(frozen=True, slots=True)
class ButcherTableau:
    """A method of four stages: with k_i = f(z + c_i h, y + h sum_j stages[i][j] k_j) a step adds
    h sum_i weights[i] k_i to y."""

    nodes: tuple[float, ...]
    stages: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]

    @property
    def largest(self) -> float:
        """The largest of its coefficients in size."""
        return max(abs(c) for c in itertools.chain(self.weights, *self.stages))


def kutta_tableau(u: float, v: float) -> ButcherTableau | None:
    """The method of order four with nodes 0, u, v, 1; None where there is none."""
    divisor = 6 * u * v - 4 * (u + v) + 3
    if 0 in (u, v, 1 - u, 1 - v, v - u, 1 - 2 * u, divisor):
        return None
    a32 = v * (v - u) / (2 * u * (1 - 2 * u))
    a42 = (1 - u) * (u + v - 1 - (2 * v - 1) ** 2) / (2 * u * (v - u) * divisor)
    a43 = (1 - 2 * u) * (1 - u) * (1 - v) / (v * (v - u) * divisor)
    weights = (
        1 / 2 + (1 - 2 * (u + v)) / (12 * u * v),
        (2 * v - 1) / (12 * u * (v - u) * (1 - u)),
        (1 - 2 * u) / (12 * v * (v - u) * (1 - v)),
        1 / 2 + (2 * (u + v) - 3) / (12 * (1 - u) * (1 - v)),
    )
    return ButcherTableau((0.0, u, v, 1.0), ((), (u,), (v - a32, a32), (1 - a42 - a43, a42, a43)), weights)


def inner_steps(levels: Sequence[float], t: int, s: int) -> tuple[int, int, ButcherTableau] | None:
    """Two steps between t and the cleaner s and the method whose inner nodes they are: those nearest to a
    third and two thirds of the way whose coefficients are at most 4 in size. None if there are none.

    levels      of every step, rising with t: along them the way is measured
    """
    if t - s < SMALLEST_STEP or not levels[t] > levels[s]:
        return None

    def nearest(node: float) -> range:
        """The four steps around a node."""
        place = bisect_left(levels, levels[t] + node * (levels[s] - levels[t]), s + 1, t - 1)
        return range(max(s + 1, place - 2), min(t, place + 2))

    found = []
    for first, second in itertools.product(*map(nearest, NODES)):
        if first > second:
            u, v = ((levels[t] - levels[p]) / (levels[t] - levels[s]) for p in (first, second))
            tableau = kutta_tableau(u, v)
            if tableau is not None and tableau.largest <= LARGEST_COEFFICIENT:
                away = (u - NODES[0]) ** 2 + (v - NODES[1]) ** 2
                found.append((away, first, second, tableau))
    return min(found, key=lambda one: one[0])[1:] if found else None


def steps_with_room(levels: Sequence[float], wanted: Sequence[int]) -> list[int]:
    """As many steps as wanted, the noisiest first, as near to them as leaves room for `inner_steps` between
    any two; the first and the last stay.

    Raises ValueError where there is no room.
    """
    start, count = wanted[0], len(wanted)
    most = start // SMALLEST_STEP + 1
    if count > most:
        raise ValueError(
            f"From step {start} a sampler with inner evaluations takes at most {most} steps, not {count}: "
            f"it needs {SMALLEST_STEP} steps of the schedule for one of its own."
        )
    chosen = [start]
    for place in range(1, count):
        lowest = SMALLEST_STEP * (count - 1 - place)
        highest = (
            lowest if place == count - 1 else min(max(wanted[place], lowest), chosen[-1] - SMALLEST_STEP)
        )
        for s in range(highest, lowest - 1, -1):
            if inner_steps(levels, chosen[-1], s) is not None:
                chosen.append(s)
                break
        else:
            raise ValueError(
                f"Below step {chosen[-1]} the schedule's steps lie too unevenly for inner evaluations: "
                f"take other than {count} steps."
            )
    return chosen
