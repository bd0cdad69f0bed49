"""Codes of rooms cannot be guessed in practice: after a few wrong ones from a place, no more are tried."""

from __future__ import annotations

MOST, SECONDS = 10, 60.0  # so many wrong codes in so many seconds, from one place, and no more


class WrongCodes:
    """Who named codes that are none, and when; not safe for threads by itself."""

    def __init__(self) -> None:
        self._when: dict[str, list[float]] = {}

    def too_many(self, place: str, now: float) -> bool:
        """Whether no more codes are to be tried from a place."""
        return len(self._lately(place, now)) >= MOST

    def add(self, place: str, now: float) -> None:
        """Remember a wrong code; what is long past is forgotten."""
        tries = [*self._lately(place, now), now]
        self._when = {who: when for who, when in self._when.items() if now - when[-1] < SECONDS}
        self._when[place] = tries

    def _lately(self, place: str, now: float) -> list[float]:
        return [at for at in self._when.get(place, []) if now - at < SECONDS]
