"""The words of the field that are used here: what they mean, their formulas, and the pages that show them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("glossary.toml")


@dataclass(frozen=True)
class Term:
    """A word, what it means, its formula in LaTeX if it has one, and the page that shows it."""

    word: str
    says: str
    page: str
    formula: str = ""


@cache
def glossary() -> dict[str, Term]:
    """All terms, by word."""
    values = tomllib.loads(FILE.read_text("utf-8"))
    return {word: Term(word, **fields) for word, fields in values.items()}


def terms_in(text: str) -> list[Term]:
    """The terms that a text uses, in the order in which it uses them; their plural counts, too."""
    found: dict[str, int] = {}
    for word in glossary():
        at = re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", text, re.IGNORECASE)
        if at is not None:
            found[word] = at.start()
    return [glossary()[word] for word in sorted(found, key=lambda word: found[word])]
