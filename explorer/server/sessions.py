"""Who is connected: a session is a tab, its owner the browser. Which tickets a reloaded tab finds again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

RELOAD_SECONDS = 10.0  # after a reloaded tab is back, within which its old connection may be seen to end


@dataclass
class _Session:
    owner: str
    begun: float
    connections: int = 0
    left: float | None = None  # when its last connection ended


@dataclass(eq=False)
class Sessions:
    """The sessions that have been connected. Its caller holds a lock.

    grace_seconds   how long a session that has lost its connection may take to come back
    """

    grace_seconds: float
    clock: Callable[[], float]
    _known: dict[str, _Session] = field(default_factory=dict)
    _overdue_at: dict[str, float] = field(default_factory=dict)

    def attach(self, session: str, owner: str) -> None:
        """Count one more connection of a session; the first one says whose it is."""
        known = self._known.setdefault(session, _Session(owner, self.clock()))
        known.connections += 1
        known.left = None
        self._overdue_at.pop(session, None)

    def detach(self, session: str) -> None:
        """Count one connection less; after the last the session has its grace to come back."""
        known = self._known.get(session)
        if known is None or known.connections == 0:
            return
        known.connections -= 1
        if known.connections == 0:
            known.left = self.clock()
            self._overdue_at[session] = known.left + self.grace_seconds

    def owner_of(self, session: str) -> str:
        """The browser that a session belongs to; one that was never connected is its own."""
        return self._known[session].owner if session in self._known else session

    def predecessors(self, session: str) -> list[str]:
        """The sessions that this one may continue, latest first: a browser's tab that was reloaded, or that
        crashed and was opened anew.

        They have the same owner, and have lost their connection before this session began, or shortly after:
        a tab that was open all the time takes over from none.
        """
        mine = self._known.get(session)
        if mine is None:
            return []
        left = {
            name: other.left
            for name, other in self._known.items()
            if name != session
            and other.owner == mine.owner
            and other.left is not None
            and other.left <= mine.begun + RELOAD_SECONDS
        }
        return sorted(left, key=lambda name: left[name], reverse=True)

    def siblings(self, session: str) -> list[str]:
        """Connected sessions that began earlier and that this one may yet turn out to continue: the old
        connection of a reloaded tab can end after the new one has begun."""
        mine = self._known.get(session)
        if mine is None or self.clock() > mine.begun + RELOAD_SECONDS:
            return []
        older = ((name, other) for name, other in self._known.items() if other.begun <= mine.begun)
        return [
            name
            for name, other in older
            if name != session and other.owner == mine.owner and other.connections
        ]

    def take_overdue(self) -> list[str]:
        """The sessions whose grace has ended since the last call."""
        now = self.clock()
        over = [session for session, due in self._overdue_at.items() if due <= now]
        for session in over:
            del self._overdue_at[session]
        return over

    def deadlines(self) -> list[float]:
        """When graces end, by the clock."""
        return list(self._overdue_at.values())

    def forget(self, keep: set[str]) -> None:
        """Forget the sessions that are over, but for those in `keep`, whose tickets may yet be found."""
        gone = [
            name
            for name, one in self._known.items()
            if one.left is not None and name not in self._overdue_at and name not in keep
        ]
        for name in gone:
            del self._known[name]
