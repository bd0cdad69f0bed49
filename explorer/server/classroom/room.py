"""A room as everybody in it may see it, and who is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """A room as everybody in it may see it.

    step        where the teacher has brought everyone last
    revealed    whether the answers to that step are shown beside the truth
    locked      whether the class follows the teacher and cannot go on alone
    """

    code: str
    lesson: str
    step: int
    revealed: bool
    locked: bool


@dataclass(frozen=True)
class Presence:
    """Who is there: how many were seen in the last half minute, and how many of them are at each step."""

    here: int
    at: dict[int, int]
