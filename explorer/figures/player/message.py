"""The message that a player is shown: a packed film, and what the page asks of the player."""

from __future__ import annotations

import struct

REPORTS_FRAMES, REPORTS_PICKS, PLAYS, REPORTS_VIEWS = 1, 2, 4, 8
EDITION = 16


def player_message(
    packed: bytes, start: int, flags: int, height: int, picked: int | None, name: str = ""
) -> bytes:
    """What message.js reads: four u32, the packed film, the name of its files, and the number of its bytes.

    packed  the film, by figures/film/message.py: pack
    start   the frame at which it opens
    flags   the sum of 1 to report frames, 2 to report picks, 4 to play at first, 8 to report what part of the
            panels is seen, and 16 times the edition
    height  in pixels, with its controls
    picked  the number of what is picked, None if nothing is
    """
    head = struct.pack("<IIII", start, flags, height, 0 if picked is None else picked + 1)
    called = name.encode()
    return b"".join((head, packed, called, struct.pack("<I", len(called))))
