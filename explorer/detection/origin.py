"""Where the formula of a published method was read, and where ours differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# From closest to its authors to farthest. "ours" names what is changed on purpose, or made up here,
# "your own" what a user brings.
Reading = Literal["read in code", "second-hand", "ours, a variant", "ours", "your own"]


@dataclass(frozen=True)
class Origin:
    """How near a method here is to the one of its paper.

    reading     how its formula came to us: from public code, from what others wrote about the paper, or it is
                a variant of ours
    where       what was read, for people; "" for what is ours alone
    differs     where ours differs from it, in a sentence; "" where it does not
    """

    reading: Reading
    where: str = ""
    differs: str = ""


AUTHORS_CODE = "the authors' code"
RODS_CODE = "code of other authors; that of the paper was not readable"
NOTE_AND_CODE = "notes on the paper, and code of other authors"
NOTE = "notes on the paper"
