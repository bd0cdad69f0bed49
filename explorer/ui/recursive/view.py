"""What the link of the Recursive page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiments.experiment import POINTS_RANGE
from explorer.recursion.spec import GENERATIONS_RANGE, LARGEST_DROP, RULES, SEEDS_RANGE, Rule
from explorer.ui.shell.view import Between, Text, parameter

FIGURES = ("generations", "curves")


@dataclass(frozen=True)
class View:
    """loop: what is shown. The others are those of a RecursionSpec, where "" or 0 leaves the usual one: arms
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
