"""What a link holds of the lesson that is taken."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.lessons.lesson import lessons
from explorer.page_figures.views.parameter import parameter

MOST_STEPS = 100


@dataclass(frozen=True)
class View:
    """lesson: its name, "" for none. step: its number, from 0. choice: the number of the option that was
    chosen at it, -1 none. task: 1 once its task was done."""

    lesson: str = parameter("", ("", *lessons()))
    step: int = parameter(0, range(MOST_STEPS))
    choice: int = parameter(-1, range(-1, MOST_STEPS))
    task: int = parameter(0, (0, 1))
