"""What a lesson is: steps that set a page, say what to look at, and ask.

A lesson is a TOML file in the folder `taught`: title, minutes, summary; `closing`, what it came to; `try`, an
experiment of one's own with its text, page and link; `next`, the lesson after it; and `steps`, each with

    title, text     what the step is about; {claims} are replaced by numbers of the engine, see claims.py
    page            the page it sets, by its name in the address
    link            what the page is set to, as in a link: preset, edits of the experiment, view
    look            what to look at
    ask, options    a question with its answers; none is also well
    answer          the answer that is right: its number from 1, or a {claim} that names it
    reasons         for every option, what is said to who chose it
    say             the step in one sentence
    done            when it is: "answered"; "seen", as soon as the page is there; "changed NAME", when that
                    part of the view was changed by hand
    plays           true if the film of the page is played when the question has been answered
    printed         which of its figures is on the handout, counted from 1; 0 for none
    minutes         how long it takes in a class
    expect          for the teacher: what to expect from the class
    misconception   for the teacher: the usual wrong idea, and what to answer

`quiz` has the questions that are asked before the lesson and again after it, each with `ask`, `options`,
`answer` and `reasons` as in a step; `quiz_minutes`, how long that takes each time. `tasks` has what is to
be reached by one's own hand, each with its text, the page and the link at which it begins, and `goal`: what
counts as reached, by its name in goals.py with its bounds.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer.lessons.goals import check_goal

FOLDER = Path(__file__).with_name("taught")
ANSWERED, SEEN, CHANGED = "answered", "seen", "changed"
MOST_MINUTES, MOST_QUESTIONS = 60, 9  # of a step; of a quiz


@dataclass(frozen=True)
class Question:
    """A question of a quiz.

    ask, options    the question and its answers
    answer          the number of the right one from 1, or a {claim} that names it
    reasons         for every option, what is said to who chose it

    Raises ValueError for fields that do not fit.
    """

    ask: str
    options: tuple[str, ...]
    answer: str
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.ask:
            raise ValueError("A question of the quiz asks something.")
        _check_options(self.ask, self.options, self.answer, self.reasons)


@dataclass(frozen=True)
class Step:
    """One step of a lesson; see above for its fields. Raises ValueError for fields that do not fit."""

    title: str
    text: str
    page: str
    look: str
    say: str
    link: dict[str, str]
    done: str = ANSWERED
    ask: str = ""
    options: tuple[str, ...] = ()
    answer: str = ""
    reasons: tuple[str, ...] = ()
    plays: bool = False
    printed: int = 0
    minutes: float = 0.0
    expect: str = ""
    misconception: str = ""

    def __post_init__(self) -> None:
        verb, _, what = self.done.partition(" ")
        if verb not in (ANSWERED, SEEN, CHANGED) or (verb == CHANGED) != bool(what):
            raise ValueError(f"{self.title}: done is answered, seen, or changed NAME, not {self.done!r:.40}.")
        if self.ask or self.options or self.answer or self.reasons:
            _check_options(self.title, self.options if self.ask else (), self.answer, self.reasons)
        if not 0 <= self.minutes <= MOST_MINUTES:
            raise ValueError(f"{self.title}: its {self.minutes:g} minutes are outside [0, {MOST_MINUTES}].")
        if verb == ANSWERED and not self.ask:
            raise ValueError(f"{self.title}: it asks nothing, so it cannot be done when it is answered.")

    @property
    def task(self) -> str:
        """The part of the view that is to be changed by hand; "" if none is."""
        verb, _, what = self.done.partition(" ")
        return what if verb == CHANGED else ""


@dataclass(frozen=True)
class Task:
    """Something to reach by one's own hand.

    text, page, link    what, and where it begins
    goal                what counts as reached: its name in goals.py, with its bounds

    Raises ValueError for what lacks one of them.
    """

    text: str
    page: str
    link: dict[str, str]
    goal: str

    def __post_init__(self) -> None:
        if not self.text or not self.page or "preset" not in self.link:
            raise ValueError("A task has a text, a page, and a link with a preset.")
        check_goal(self.goal)


@dataclass(frozen=True)
class Suggestion:
    """An experiment to try after a lesson: what to do, and the page and the link at which it begins."""

    text: str
    page: str
    link: dict[str, str]


@dataclass(frozen=True)
class Lesson:
    """A named lesson with its steps, the minutes it takes, and one sentence for people.

    closing     what it came to, in a few sentences
    suggestion  an experiment to try; None for none
    next        the name of the lesson after it, "" for none
    minutes     of its steps and, if it has a quiz, of the quiz before and after them
    quiz        the questions that are asked before it and after it; () for none
    tasks       what is to be reached by one's own hand; () for none
    """

    name: str
    title: str
    minutes: int
    summary: str
    steps: tuple[Step, ...]
    closing: str = ""
    suggestion: Suggestion | None = None
    next: str = ""
    quiz: tuple[Question, ...] = ()
    quiz_minutes: float = 0.0
    tasks: tuple[Task, ...] = ()

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"The lesson {self.name} has no steps.")
        if len(self.quiz) > MOST_QUESTIONS:
            raise ValueError(f"A quiz has {MOST_QUESTIONS} questions at most, not {len(self.quiz)}.")
        taken = sum(step.minutes for step in self.steps)
        if taken and abs(taken + 2 * self.quiz_minutes - self.minutes) > 1e-6:
            raise ValueError(
                f"The steps take {taken:g} minutes and the quiz {self.quiz_minutes:g} twice; that is not the "
                f"lesson's {self.minutes}."
            )


def read(path: Path) -> Lesson:
    """The lesson in a file. Raises ValueError, naming file and step, for what is none."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        steps = tuple(_step(step) for step in values.pop("steps", []))
        asked = values.pop("try", None)
        quiz = tuple(_question(question) for question in values.pop("quiz", []))
        tasks = tuple(_task(task) for task in values.pop("tasks", []))
        suggestion = None if asked is None else Suggestion(link=_link(asked), **asked)
        return Lesson(path.stem, steps=steps, suggestion=suggestion, quiz=quiz, tasks=tasks, **values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The lesson {path.name} cannot be read: {error}") from None


def _step(values: dict[str, Any]) -> Step:
    options, reasons = tuple(values.pop("options", ())), tuple(values.pop("reasons", ()))
    link, plays = _link(values), bool(values.pop("plays", False))
    printed, minutes = int(values.pop("printed", 0)), float(values.pop("minutes", 0.0))
    return Step(
        link=link,
        options=options,
        reasons=reasons,
        plays=plays,
        printed=printed,
        minutes=minutes,
        **_texts(values),
    )


def _question(values: dict[str, Any]) -> Question:
    options, reasons = tuple(values.pop("options", ())), tuple(values.pop("reasons", ()))
    return Question(options=options, reasons=reasons, **_texts(values))


def _task(values: dict[str, Any]) -> Task:
    return Task(link=_link(values), **_texts(values))


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value).strip() for name, value in values.items()}


def _check_options(where: str, options: tuple[str, ...], answer: str, reasons: tuple[str, ...]) -> None:
    """Raise ValueError, which begins with the question's place, for options that do not fit."""
    if len(options) < 2 or len(reasons) != len(options):
        raise ValueError(f"{where}: a question has two options or more, each with its reason.")
    if not answer:
        raise ValueError(f"{where}: a question needs an answer.")
    numbers = [str(number) for number in range(1, len(options) + 1)]
    if not answer.startswith("{") and answer not in numbers:
        raise ValueError(f"{where}: the answer {answer!r:.20} is none of {numbers}.")


def _link(values: dict[str, Any]) -> dict[str, str]:
    """The link among the values of a step, which is taken out of them."""
    return {name: str(value) for name, value in values.pop("link", {}).items()}


@cache
def lessons() -> dict[str, Lesson]:
    """All lessons, the longest first."""
    found = [read(path) for path in FOLDER.glob("*.toml")]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda one: (-one.minutes, one.name))}
