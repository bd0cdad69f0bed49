"""The words that a lesson's page has of its own, in any language: TOML with the keys of page/words.toml."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "page" / "words.toml"
Words = dict[str, dict[str, str]]


@cache
def own_words() -> Words:
    """The words in English."""
    return tomllib.loads(FILE.read_text("utf-8"))


def read_words(path: Path) -> Words:
    """The words in a file, table by table.

    Raises ValueError, in one sentence that names the key, for a file that lacks one, has one too many, or
    leaves out a {name} that is filled in; for TOML that is none it says where.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"The words in {path.name} cannot be read: {error}") from None
    return _checked(found, path.name)


def _checked(found: dict[str, object], where: str) -> Words:
    due = own_words()
    checked: Words = {}
    for table in [*due, *(name for name in found if name not in due)]:
        given, wanted = found.get(table), due.get(table)
        if wanted is None:
            raise ValueError(f"The words in {where} have a table [{table[:40]}] that no page has.")
        if not isinstance(given, dict):
            raise ValueError(f"The words in {where} lack the table [{table}].")
        for key, text in wanted.items():
            if not isinstance(given.get(key), str):
                raise ValueError(f"The words in {where} lack {table}.{key} ({text[:60]!r} in English).")
            due_names, names = _names(text, f"{table}.{key}"), _names(given[key], f"{table}.{key}")
            if missing := due_names - names:
                raise ValueError(f"The words in {where} leave {{{min(missing)}}} out of {table}.{key}.")
            if unknown := names - due_names:
                raise ValueError(f"Nothing fills {{{min(unknown)[:40]}}} in {table}.{key} of {where}.")
        if unknown := given.keys() - wanted.keys():
            raise ValueError(f"The words in {where} have {table}.{min(unknown)[:40]}, which no page says.")
        checked[table] = {key: given[key] for key in wanted}
    return checked


def _names(text: str, key: str) -> set[str]:
    """The names in braces that a text has filled in. Raises ValueError for a brace that nothing closes."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ValueError(f"The words {key} cannot be filled in: {error}.") from None
