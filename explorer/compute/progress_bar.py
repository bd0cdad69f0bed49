"""A bar in the terminal or under a notebook's cell while work runs to its end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from tqdm import tqdm

from explorer.compute.progress import finish, map_progress

Update = TypeVar("Update")
Value = TypeVar("Value")


def with_bar(
    work: Generator[Update, None, Value],
    what: str,
    share: Callable[[Update], float] = float,  # type: ignore[assignment]
    *,
    always: bool = False,
) -> Value:
    """Run work to its end with a bar, and return what it returns.

    share   reads the share done, 0 to 1, off an update
    always  show the bar also where errors are not written to a terminal, as in a notebook
    """
    with tqdm(total=100, unit="%", desc=what, disable=False if always else None) as bar:
        return finish(map_progress(work, lambda update: bar.update(round(100 * share(update)) - bar.n)))
