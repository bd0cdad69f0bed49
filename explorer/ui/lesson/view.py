"""What a link holds of the lesson that is taken."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.lessons.lesson import MOST_QUESTIONS, lessons
from explorer.page_figures.views.parameter import Text, parameter
from explorer.server.classroom.room import QUIZ_AFTER, QUIZ_BEFORE

MOST_STEPS = 100
TASKS = tuple(f"{one.name}-{n}" for one in lessons().values() for n in range(1, len(one.tasks) + 1))
QUIZZES = {"before": QUIZ_BEFORE, "after": QUIZ_AFTER}


@dataclass(frozen=True)
class View:
    """lesson: its name, "" for none. step: its number, from 0. choice: the number of the option that was
    chosen at it, -1 none. task: 1 once its task was done. quiz: which of the two is under way, "" neither.
    before, after: what was handed in, a digit a question: the number of the option from 1, 0 where it was
    left open; "" for nothing yet. doing: the task that was begun, by its lesson and its number from 1."""

    lesson: str = parameter("", ("", *lessons()))
    step: int = parameter(0, range(MOST_STEPS))
    choice: int = parameter(-1, range(-1, MOST_STEPS))
    task: int = parameter(0, (0, 1))
    quiz: str = parameter("", ("", *QUIZZES))
    before: str = parameter("", Text(MOST_QUESTIONS))
    after: str = parameter("", Text(MOST_QUESTIONS))
    doing: str = parameter("", ("", *TASKS))

    @property
    def place(self) -> int:
        """Where a person is, as a room counts its places: the number of the step, or that of a quiz."""
        return QUIZZES.get(self.quiz, max(self.step, 0))
