"""What is known of a room: where it stands, who is there, and what was answered to the quiz."""

from __future__ import annotations

from dataclasses import dataclass

# The steps at which a room is for the quiz before its lesson, and after it.
QUIZ_BEFORE, QUIZ_AFTER = 998, 999


@dataclass(frozen=True)
class Room:
    """A room as everybody in it may see it.

    step        to which the teacher has brought everyone last
    revealed    whether the answers to that step are shown beside the truth
    locked      whether the class follows the teacher and cannot go on alone
    """

    code: str
    lesson: str
    step: int
    revealed: bool
    locked: bool


@dataclass(frozen=True)
class Presence:
    """How many members were seen in the last half minute, and how many of them are at each step."""

    here: int
    at: dict[int, int]


@dataclass(frozen=True)
class QuizAnswer:
    """What a member answered to a question of the quiz.

    member      by number and nickname; who came first has 1
    after       whether it was after the lesson, or before it
    question    by its number from 0
    choice      the number of the option from 0; None if the question was left open
    seconds     since the room was opened
    """

    member: int
    nickname: str
    after: bool
    question: int
    choice: int | None
    seconds: float
