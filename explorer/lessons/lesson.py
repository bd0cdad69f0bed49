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
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("taught")
ANSWERED, SEEN, CHANGED = "answered", "seen", "changed"


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

    def __post_init__(self) -> None:
        verb, _, what = self.done.partition(" ")
        if verb not in (ANSWERED, SEEN, CHANGED) or (verb == CHANGED) != bool(what):
            raise ValueError(f"{self.title}: done is answered, seen, or changed NAME, not {self.done!r:.40}.")
        if bool(self.ask) != (len(self.options) >= 2) or len(self.reasons) != len(self.options):
            raise ValueError(f"{self.title}: a question has two options or more, each with its reason.")
        if bool(self.ask) != bool(self.answer):
            raise ValueError(f"{self.title}: a question needs an answer.")
        if self.answer and not self.answer.startswith("{") and self.answer not in self._numbers():
            raise ValueError(f"{self.title}: the answer {self.answer!r:.20} is none of {self._numbers()}.")
        if verb == ANSWERED and not self.ask:
            raise ValueError(f"{self.title}: it asks nothing, so it cannot be done when it is answered.")

    @property
    def task(self) -> str:
        """The part of the view that is to be changed by hand; "" if none is."""
        verb, _, what = self.done.partition(" ")
        return what if verb == CHANGED else ""

    def _numbers(self) -> list[str]:
        return [str(number) for number in range(1, len(self.options) + 1)]


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
    """

    name: str
    title: str
    minutes: int
    summary: str
    steps: tuple[Step, ...]
    closing: str = ""
    suggestion: Suggestion | None = None
    next: str = ""

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"The lesson {self.name} has no steps.")


def read(path: Path) -> Lesson:
    """The lesson in a file. Raises ValueError, naming file and step, for what is none."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        steps = tuple(_step(step) for step in values.pop("steps", []))
        asked = values.pop("try", None)
        suggestion = None if asked is None else Suggestion(link=_link(asked), **asked)
        return Lesson(path.stem, steps=steps, suggestion=suggestion, **values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The lesson {path.name} cannot be read: {error}") from None


def _step(values: dict[str, Any]) -> Step:
    options, reasons = tuple(values.pop("options", ())), tuple(values.pop("reasons", ()))
    link, plays = _link(values), bool(values.pop("plays", False))
    texts: dict[str, Any] = {name: str(value).strip() for name, value in values.items()}
    return Step(link=link, options=options, reasons=reasons, plays=plays, **texts)


def _link(values: dict[str, Any]) -> dict[str, str]:
    """The link among the values of a step, which is taken out of them."""
    return {name: str(value) for name, value in values.pop("link", {}).items()}


@cache
def lessons() -> dict[str, Lesson]:
    """All lessons, the longest first."""
    found = [read(path) for path in FOLDER.glob("*.toml")]
    return {lesson.name: lesson for lesson in sorted(found, key=lambda one: (-one.minutes, one.name))}
