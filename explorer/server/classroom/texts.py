"""What people type in a room, checked and cleaned before it is stored: codes, nicknames, numbers."""

from __future__ import annotations

import hashlib

from explorer.server.classroom.database import NoRoom

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
CODE_LENGTH = 6  # a thousand million codes
MAX_NICKNAME = 24


def plain_code(code: str) -> str:
    """A code as it is stored, however it was typed."""
    return "".join(letter for letter in code.upper() if letter in LETTERS)[:CODE_LENGTH]


def hashed(secret: str) -> str:
    """SHA-256 of a secret, in which form alone it is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def one_line(nickname: str) -> str:
    """A nickname as one short line of visible characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in nickname).split())[:MAX_NICKNAME]


def harmless(nickname: str) -> str:
    """A nickname in a table: nothing that a spreadsheet would compute."""
    return f"'{nickname}" if nickname[:1] in tuple("=+-@") else nickname


def bounded(number: int, most: int, what: str) -> int:
    """The number, if it is from 0 to `most`. Raises NoRoom that names `what` it is."""
    if not 0 <= number <= most:
        raise NoRoom(f"The {what} {number} is outside [0, {most}].")
    return number
