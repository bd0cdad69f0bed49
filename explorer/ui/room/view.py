"""What the link of the Room page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.page_figures.views.parameter import Text, parameter


@dataclass(frozen=True)
class View:
    """code: of the room to join."""

    code: str = parameter("", Text(12))
