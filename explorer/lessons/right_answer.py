"""Which option of a question is right, by the engine."""

from __future__ import annotations

from explorer.lessons.claims import filled
from explorer.lessons.lesson import Question, Step


def right_option(asked: Step | Question) -> int:
    """The number of the option that is right, from 0. Raises ValueError where a claim names none of them."""
    right = filled(asked.answer)
    return int(right) - 1 if right.isdecimal() else asked.options.index(right)
