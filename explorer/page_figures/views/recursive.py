"""What the link of the Recursive page holds, and what it asks for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from explorer.experiments.experiment import POINTS_RANGE
from explorer.page_figures.views.parameter import Between, Text, parameter
from explorer.recursion.spec import GENERATIONS_RANGE, LARGEST_DROP, RULES, SEEDS_RANGE, RecursionSpec, Rule

FIGURES = ("generations", "curves")


@dataclass(frozen=True)
class View:
    """loop: what is shown. The others are those of a RecursionSpec, where "" or 0 leaves the default: arms
    with spaces between; samples kept; drop and mixed, the shares dropped and of real data; over, the window
    as "first:last"; how many seeds, and 1 for fresh ones in each generation. shown is the place among the
    seeds of the one whose pictures are shown. large: the tile that is shown large, as "arm:generation", ""
    none."""

    loop: str = parameter(FIGURES[0], FIGURES)
    arms: str = parameter("", Text(80))
    generations: int = parameter(0, range(GENERATIONS_RANGE[1] + 1))
    kept: int = parameter(0, range(POINTS_RANGE[1] + 1))
    drop: float = parameter(0.05, Between(0.0, LARGEST_DROP))
    rule: Rule = parameter(RULES[0], RULES)
    mixed: float = parameter(0.2, Between(0.01, 0.99))
    over: str = parameter("", Text(20))
    seeds: int = parameter(0, range(SEEDS_RANGE[1] + 1))
    fresh: int = parameter(0, (0, 1))
    shown: int = parameter(0, range(SEEDS_RANGE[1]))
    large: str = parameter("", Text(20))


def asked_loop(view: View, default: RecursionSpec) -> RecursionSpec:
    """The loop that a view asks for; what it leaves open is as in the default loop of the experiment.

    Raises ValueError, with the bounds, for a loop that cannot be.
    """
    return dataclasses.replace(
        default,
        arms=tuple(view.arms.split()) or default.arms,
        generations=view.generations or default.generations,
        samples=view.kept or default.samples,
        drop=view.drop,
        rule=view.rule,
        window=_window(view.over) or default.window,
        real_share=view.mixed,
        seeds=view.seeds or default.seeds,
        fresh_seeds=bool(view.fresh),
    )


def asked_seed(view: View, spec: RecursionSpec) -> int:
    """The seed whose pictures a view shows."""
    return spec.experiment.seed + min(view.shown, spec.seeds - 1)


def _window(text: str) -> tuple[int, int] | None:
    """The window that a text like 0:4 names, None for an empty one. Raises ValueError for any other."""
    first, _, last = text.partition(":")
    if not text:
        return None
    if not (first.isdecimal() and last.isdecimal()):
        raise ValueError(f"{text[:20]!r} is not a window of steps; write it like 0:4.")
    return int(first), int(last)
