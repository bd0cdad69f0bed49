"""What a link holds of the lesson that is taken."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.ui.shell.view import parameter


@dataclass(frozen=True)
class View:
    """lesson: its name, "" for none. step: its number, from 0."""

    lesson: str = parameter("")
    step: int = parameter(0)
