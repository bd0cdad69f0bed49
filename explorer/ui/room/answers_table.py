"""What a class has answered, in words: for a teacher who looks at it after the lesson."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from explorer.lessons.claims import filled
from explorer.lessons.lesson import Lesson, Question, Step
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.texts import harmless

COLUMNS = (
    *("student", "nickname", "step", "title", "question", "answer", "right", "choice", "seconds", "quiz"),
)
LEFT_OPEN = "left open"


def answers_table(stored: str, lesson: Lesson) -> str:
    """The answers of a room as CSV, each with its step's title and question, the option in words, and whether
    that is right: yes or no; "" where a step or an option is none of the lesson's. Of the quiz, whether it
    was before the lesson or after it, and for the step the question.

    stored    as Rooms.answers has them: student, nickname, step, choice (both from 1), seconds, quiz
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in csv.DictReader(io.StringIO(stored)):
        writer.writerow(row | _words(row, lesson))
    return text.getvalue()


def _words(row: dict[str, str], lesson: Lesson) -> dict[str, str]:
    """What a row says in words; nothing where it is none of the lesson's."""
    when, number = row.get("quiz", ""), int(row["step"]) - 1
    questions: Sequence[Step | Question] = lesson.quiz if when else lesson.steps
    if number >= len(questions):
        return {}
    asked = questions[number]
    title = f"Quiz {when}, question {number + 1}" if isinstance(asked, Question) else asked.title
    words = {"title": title, "question": filled(asked.ask)}
    if not row["choice"]:
        return _harmless(words | {"answer": LEFT_OPEN, "right": "no"})
    choice = int(row["choice"]) - 1
    if choice >= len(asked.options):
        return {}
    right = "yes" if choice == right_option(asked) else "no"
    return _harmless(words | {"answer": asked.options[choice], "right": right})


def _harmless(words: dict[str, str]) -> dict[str, str]:
    return {name: harmless(said) for name, said in words.items()}
