"""What a class knew before a lesson and after it, question by question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.paired_difference import PairedDifference
from explorer.detection.statistics.rates import Rate
from explorer.lessons.lesson import Lesson
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.room import QuizAnswer


@dataclass(frozen=True)
class QuestionResult:
    """How many were right at a question; what was left open counts as not right.

    before, after   of all who handed the quiz in then; None if nobody did
    change          of those who handed it in both times; None if nobody did
    """

    before: Rate | None
    after: Rate | None
    change: PairedDifference | None


def quiz_results(lesson: Lesson, answered: Iterable[QuizAnswer]) -> tuple[QuestionResult, ...]:
    """What a class knew, for each question of a lesson's quiz. Answers to questions, and of options, that the
    quiz does not have are left out."""
    right: list[tuple[dict[int, bool], dict[int, bool]]] = [({}, {}) for _ in lesson.quiz]
    answers = [right_option(question) for question in lesson.quiz]
    for one in answered:
        if not 0 <= one.question < len(lesson.quiz):
            continue
        if one.choice is None or 0 <= one.choice < len(lesson.quiz[one.question].options):
            right[one.question][one.after][one.member] = one.choice == answers[one.question]
    return tuple(_result(before, after) for before, after in right)


def count_right(lesson: Lesson, choices: Sequence[int | None]) -> int:
    """How many questions of a lesson's quiz were answered right by one person."""
    return sum(chosen == right_option(asked) for asked, chosen in zip(lesson.quiz, choices, strict=False))


def _result(before: dict[int, bool], after: dict[int, bool]) -> QuestionResult:
    both = sorted(set(before) & set(after))
    flags = [np.array([side[member] for member in both], dtype=bool) for side in (before, after)]
    return QuestionResult(_rate(before), _rate(after), PairedDifference.of(*flags) if both else None)


def _rate(right: dict[int, bool]) -> Rate | None:
    return Rate(sum(right.values()), len(right)) if right else None
