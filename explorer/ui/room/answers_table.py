"""What a class has answered, in words: for a teacher who looks at it after the lesson."""

from __future__ import annotations

import csv
import io

from explorer.lessons.lesson import Lesson
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.texts import harmless

COLUMNS = ("student", "nickname", "step", "title", "question", "answer", "right", "choice", "seconds")


def answers_table(stored: str, lesson: Lesson) -> str:
    """The answers of a room as CSV, each with its step's title and question, the option in words, and whether
    that is right: yes or no; "" where a step or an option is none of the lesson's.

    stored    as Rooms.answers has them: student, nickname, step, choice (both from 1), seconds
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in csv.DictReader(io.StringIO(stored)):
        number, choice = int(row["step"]) - 1, int(row["choice"]) - 1
        words = {}
        if number < len(lesson.steps) and choice < len(lesson.steps[number].options):
            step = lesson.steps[number]
            words = {"title": step.title, "question": step.ask, "answer": step.options[choice]}
            words = {name: harmless(said) for name, said in words.items()}
            words["right"] = "yes" if choice == right_option(step) else "no"
        writer.writerow(row | words)
    return text.getvalue()
