"""What a link holds of the lesson that is taken."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.lessons.lesson import lessons
from explorer.ui.shell.view import parameter

MOST_STEPS = 100


@dataclass(frozen=True)
class View:
    """lesson: its name, "" for none. step: its number, from 0."""

    lesson: str = parameter("", ("", *lessons()))
    step: int = parameter(0, range(MOST_STEPS))
