"""Waiting for what a test asserts, with the page alive: a click is on its way before anything comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import TimeoutError as TookTooLong

PATIENCE = 180.0  # seconds that a busy machine may take for anything


def wait_until(page, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for a condition; fail if it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        page.wait_for_timeout(50)


def becomes(page, read: Callable[[], Any], wanted: Any, seconds: float = PATIENCE) -> None:
    """Wait until what is read is what is wanted; fail with what it is instead."""
    deadline = time.monotonic() + seconds
    while (found := read()) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert found == wanted


def rests(page, read: Callable[[], Any], milliseconds: int = 250) -> Any:
    """What is read, once it has stayed the same for so long; fail if it never does."""
    deadline = time.monotonic() + PATIENCE
    found = read()
    while True:
        page.wait_for_timeout(milliseconds)
        found, before = read(), found
        if found == before:
            return found
        assert time.monotonic() < deadline, f"it does not come to rest: {found}"


def has(page, words: str, seconds: float = PATIENCE) -> None:
    """Wait until the page says these words; fail with what it says instead."""
    deadline = time.monotonic() + seconds
    while words not in (said := page.inner_text("body")):
        assert time.monotonic() < deadline, f"{words!r} is not in {said!r}"
        page.wait_for_timeout(50)


def lacks(page, words: str, seconds: float = PATIENCE) -> None:
    """Wait until the page does not say these words, or no longer."""
    wait_until(page, lambda: words not in page.inner_text("body"), seconds)


def ready(page, settled, words: str):
    """The page once it says these words and has come to rest."""
    has(page, words)
    return settled(page)


def choose(page, box, name: str) -> None:
    """Choose from a box by the exact name. A list closes again when the page moves under it, as it does while
    a fold still opens; then it is opened once more, as a person would."""
    option = page.get_by_role("option", name=name, exact=True)

    def chosen() -> bool:
        if not option.is_visible():
            box.click()
            page.wait_for_timeout(200)
        if not option.is_visible():
            return False
        try:
            option.click(timeout=1000)
        except TookTooLong:  # it closed under the hand
            return False
        return True

    wait_until(page, chosen)
