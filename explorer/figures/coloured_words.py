"""Words in the colours of the figures, in a sentence: {model}, or in other words {hallucinated:bridges:}."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from explorer.figures.palette import PALETTE, Role

ROLES = tuple(PALETTE["light"])
_MARKED = re.compile(rf"\{{({'|'.join(ROLES)})(?::(.+?):)?\}}")


def with_colours(text: str, coloured: Callable[[str, Role], str]) -> str:
    """A sentence in which coloured(words, role) stands in the place of each mark."""
    return _MARKED.sub(lambda found: coloured(found[2] or found[1], cast(Role, found[1])), text)


def plain(text: str) -> str:
    """A sentence without its marks of colour, and without the asterisks of bold words."""
    return with_colours(text, lambda words, role: words).replace("**", "")
