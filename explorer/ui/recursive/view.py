"""What the link of the Recursive page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.recursion.spec import RULES, SEEDS_RANGE, Rule
from explorer.ui.shell.view import parameter

FIGURES = ("generations", "curves")


@dataclass(frozen=True)
class View:
    """loop: what is shown. The others are those of a RecursionSpec, where "" or 0 leaves the usual one: arms
    with spaces between; samples kept; drop and mixed, the shares dropped and of real data; over, the window
    as "first:last"; how many seeds, and 1 for fresh ones in each generation. shown is the place among the
    seeds of the one whose pictures are shown."""

    loop: str = parameter(FIGURES[0], FIGURES)
    arms: str = parameter("")
    generations: int = parameter(0)
    kept: int = parameter(0)
    drop: float = parameter(0.05)
    rule: Rule = parameter(RULES[0], RULES)
    mixed: float = parameter(0.2)
    over: str = parameter("")
    seeds: int = parameter(0)
    fresh: int = parameter(0, (0, 1))
    shown: int = parameter(0, range(SEEDS_RANGE[1]))
