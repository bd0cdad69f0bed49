"""Text from outside (a link, a file, a name) that is shown as it is: never as Markdown, a link or HTML."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:&])")
_ADDRESSES = re.compile(r"(?i)(https?|ftp|mailto)(\\:)|(www)(?=\.)|(?=@)")
_JOINER = "\u2060"  # takes no room, and keeps what looks like an address from becoming a link


def plain(text: str) -> str:
    """Markdown that shows a text letter by letter, in one paragraph."""
    escaped = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _ADDRESSES.sub(lambda found: f"{found[0]}{_JOINER}", escaped)
