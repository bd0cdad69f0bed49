"""Wrong codes of the last minute, counted for all servers together, so that codes cannot be guessed."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, insert, select

from explorer.server.classroom.database import wrong_codes
from explorer.server.classroom.texts import hashed

SECONDS = 60.0
OF_BROWSER, OF_ADDRESS = 10, 100  # so many in that time, and no more codes are tried


def too_many(connection: Connection, browser: str, address: str, now: float) -> bool:
    """Whether no more codes are to be tried by a browser at an address: it had too many itself, or all who
    share the address had."""
    here = and_(wrong_codes.c.address == hashed(address), wrong_codes.c.at > now - SECONDS)
    own = func.count().filter(wrong_codes.c.browser == hashed(browser))
    of_browser, of_address = connection.execute(select(own, func.count()).where(here)).one()
    return of_browser >= OF_BROWSER or of_address >= OF_ADDRESS


def add(connection: Connection, browser: str, address: str, now: float) -> None:
    """Count a wrong code; old ones, of all addresses, are forgotten."""
    connection.execute(delete(wrong_codes).where(wrong_codes.c.at <= now - SECONDS))
    connection.execute(insert(wrong_codes).values(browser=hashed(browser), address=hashed(address), at=now))
