"""Where work stands, in a few words: its place in line, how far it is, and how long it still takes."""

from __future__ import annotations

from typing import Any

from explorer.figures.words import about_seconds, ordinal
from explorer.server.tickets import State, Ticket
from explorer.ui.shell import server


def share_done(ticket: Ticket[Any]) -> float:
    """How much of a job is done, in [0, 1]."""
    update = ticket.elsewhere or ticket.update
    share = update if isinstance(update, float) else getattr(update, "share", None)
    return min(max(share or 0.0, 0.0), 1.0)


def state_in_words(ticket: Ticket[Any]) -> str:
    """Waiting, running here or elsewhere, or paused, in words."""
    if ticket.elsewhere is not None:
        return "computed by another server"
    if ticket.state is not State.QUEUED:
        return str(ticket.state)
    place = server.manager().place(ticket)
    if place is None:
        return "about to begin"
    line = f"{ordinal(place.position)} in line"
    return line if place.seconds is None else f"{line}, about {about_seconds(place.seconds)}"


def time_left(ticket: Ticket[Any]) -> str:
    """How long it takes to the end, beside whatever else this server computes; "" if nobody knows."""
    left = server.manager().seconds_left(ticket)
    return "" if left is None else f"about {about_seconds(left)} left"


def beside_others(own: int = 1) -> str:
    """How many computations of others share this server, in words; "" for none."""
    others = server.manager().running() - own
    if others < 1:
        return ""
    numbers = ("one other", "two others", "three others", "four others", "five others")
    return numbers[others - 1] if others <= len(numbers) else f"{others} others"
