"""Work that takes minutes, as a page shows it: what is running, stored on this server or shipped, and the
buttons that make more of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from explorer.experiments import checkpoints
from explorer.figures.words import ago
from explorer.server.execution import Elsewhere
from explorer.server.jobs import Busy
from explorer.server.tickets import Ticket
from explorer.storage.files import CheckpointError
from explorer.ui.shared import figure_downloads, refused, training
from explorer.ui.shared.job_buttons import job_buttons
from explorer.ui.shared.progress import state_in_words, time_left
from explorer.ui.shell import server, session

POLL_SECONDS = 1.0


class Specified(Protocol):
    """What decides a piece of work; equal ones have the same digest."""

    @property
    def digest(self) -> str: ...


class Update(Protocol):
    """How far a piece of work is: the share that is done, 0 to 1, and the seconds that are left, if known."""

    @property
    def share(self) -> float: ...
    @property
    def seconds_left(self) -> float | None: ...
    @property
    def done(self) -> bool: ...


S = TypeVar("S", bound=Specified)
U = TypeVar("U", bound=Update)
P = TypeVar("P")


@dataclass(frozen=True)
class Found(Generic[U, P]):
    """What there is of a piece of work: its finished parts, where they come from, and the job that makes
    more."""

    parts: tuple[P, ...]
    origin: str
    ticket: Ticket[U] | None

    @property
    def active(self) -> bool:
        return self.ticket is not None and self.ticket.active


@dataclass(frozen=True)
class LongWork(Generic[S, U, P]):
    """A kind of work in many parts, each of which is stored in a folder as it is finished.

    purpose     names the job, of which a browser has one at a time, and the folder of this user's results
    name        what it is called in the keys of widgets
    chosen      what the controls ask for; None if that cannot be
    compute     does the work of a specification, with its parts in a folder; a worker finds it by its name
    load        the specification and the parts in a folder; raises CheckpointError
    shipped     the parts that ship with the explorer; None if none do
    parts       the finished parts of an update
    complete    how many parts there are in the end
    describe    where an update stands, in a few words
    note        what is written behind where the parts come from
    work        seconds that it takes here at most, if it has the machine to itself; None if nobody knows
    texts       the help of Run, Pause and Stop
    """

    purpose: str
    name: str
    chosen: Callable[[], S | None]
    compute: Callable[[S, Path], Iterator[U | Elsewhere]]
    load: Callable[[Path], tuple[S, tuple[P, ...]]]
    shipped: Callable[[S], tuple[P, ...] | None]
    parts: Callable[[U], tuple[P, ...]]
    complete: Callable[[S], int]
    describe: Callable[[S, U], str]
    note: Callable[[S], str]
    work: Callable[[S], float | None]
    texts: tuple[str, str, str]

    def look(self, spec: S) -> Found[U, P]:
        """The work as far as it is: running, stored here, or shipped."""
        ticket = ticket_for(self.purpose, self._key(spec))
        if ticket is not None and ticket.active and ticket.update is not None:
            return Found(self.parts(ticket.update), "running", ticket)
        stored, note = self._stored(spec), self.note(spec)
        if isinstance(stored, str):
            return Found((), f"{stored} Run to replace it.", ticket)
        if stored is not None:
            parts, ended = stored
            left = "" if len(parts) == self.complete(spec) else ", not finished: Run goes on"
            return Found(parts, f"computed here {ago(time.time() - ended)}{left}{note}", ticket)
        shipped = self.shipped(spec)
        if shipped is not None:
            return Found(shipped, f"shipped{note}", ticket)
        return Found((), "not computed yet", ticket)

    def run(self) -> None:
        """Start the work of the controls, or go on with it after the last part that is stored; without room
        on the server it is tried again by itself."""
        spec = self.chosen()
        if spec is None:
            return
        folder = self._own(spec)
        work = partial(self.compute, spec, folder)
        about = about_here(self.name.capitalize(), keeps=False)
        key = self._key(spec)
        try:
            if self._occupied(spec):
                shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            refused.begin(self.purpose, lambda: server.submit(self.purpose, key, work, about), about.title)
        except (ValueError, OSError) as error:
            session.report_problem(str(error))

    def buttons(self, found: Found[U, P] | None, takes: str) -> None:
        """Run, Pause and Stop, and what Run takes; None where the controls ask for what cannot be."""
        job_buttons(
            "Run",
            self.run,
            None if found is None else found.ticket,
            self.texts,
            keys=(f"run_{self.name}", f"pause_{self.name}", f"stop_{self.name}"),
            startable=found is not None,
        )
        if takes and not (found is not None and found.active):
            st.caption(f"Run takes {takes}.")

    def takes(self, spec: S | None) -> str:
        """What all of the work takes here, in words; "" if nobody knows."""
        cost = training.cost_of(None if spec is None else self.work(spec))
        return f"at most {cost}" if cost else ""

    def show(
        self,
        spec: S | None,
        found: Found[U, P] | None,
        draw: Callable[[S, Found[U, P], bool], None],
        how: Callable[[S], str],
    ) -> None:
        """Draw what there is, again and again while more is to come, and write below it where it stands.

        draw    is given the specification, what there is now, and whether it is running
        how     how the numbers came about, in a few words
        """
        running = found is not None and found.active

        @st.fragment(run_every=POLL_SECONDS if running else None, key=self.name)
        @figure_downloads.drawn_together(live=running)
        def shown() -> None:
            if spec is None:
                return
            now = self.look(spec)
            draw(spec, now, running)
            ticket = now.ticket
            if ticket is not None and (ticket.active or ticket.error):
                st.caption(ticket.error or self._progress_line(spec, ticket))
            else:
                st.caption(f"{how(spec)} · {now.origin}" + ("" if now.parts else ": press Run"))
            session.write_link()
            if running and not now.active:
                st.rerun()

        shown()

    def _progress_line(self, spec: S, ticket: Ticket[U]) -> str:
        update = ticket.update
        if update is None:
            return state_in_words(ticket)
        parts = (
            state_in_words(ticket),
            self.describe(spec, update),
            f"{update.share:.0%}",
            time_left(ticket),
        )
        return " · ".join(filter(None, parts))

    def _stored(self, spec: S) -> tuple[tuple[P, ...], float] | str | None:
        """The parts that this user computed and when the last was written, or why they cannot be read; None
        where there are none, or those of another specification."""
        folder = self._own(spec)
        if not (folder / "spec.json").is_file():
            return None
        written = [file.stat().st_mtime_ns for file in folder.rglob("*.json")]
        found = loaded(self.load, folder, len(written), max(written))
        if isinstance(found, str):
            return found
        return (found[1], max(written) / 1e9) if found[0] == spec else None

    def _occupied(self, spec: S) -> bool:
        """Whether the folder of this work holds what it cannot go on from: something damaged, or other
        work."""
        return (self._own(spec) / "spec.json").is_file() and not isinstance(self._stored(spec), tuple)

    def _key(self, spec: S) -> str:
        return f"{self.purpose} {spec.digest}"

    def _own(self, spec: S) -> Path:
        return checkpoints.own().root / f"{self.purpose}s" / spec.digest


@st.cache_resource(max_entries=24, show_spinner=False)
def loaded(_load: Callable[[Path], Any], folder: Path, files: int = 0, changed: int = 0) -> Any:
    """What is loaded of a folder, or why that cannot be read, as text.

    It is loaded anew when `files`, their number, or `changed`, when the last was written, is another.
    """
    try:
        return _load(folder)
    except CheckpointError as error:
        return str(error)


def shipped_whole(
    load: Callable[[Path], tuple[S, tuple[P, ...]]], root: Path, named: Mapping[str, S], spec: S
) -> tuple[P, ...] | None:
    """The parts of the work of that specification that ships, in the folder of its name below `root`; None if
    none does, and with a sentence on the page if it cannot be read."""
    name = next((name for name, one in named.items() if one == spec), None)
    if name is None:
        return None
    stored: tuple[S, tuple[P, ...]] | str = loaded(load, root / name)
    if isinstance(stored, str):
        session.report_problem(stored)
        return None
    return stored[1] if stored[0] == spec else None


def about_here(title: str, *, keeps: bool = True) -> server.About:
    """What a job that is asked for on this page is, for those who look at it from elsewhere."""
    link = session.link(personal=False)
    return server.About(f"{title}, {session.data_title()}", session.page(), link, keeps)


def ticket_for(purpose: str, key: str) -> Ticket[Any] | None:
    """This session's hold on the job of a purpose, if that is the one that `key` names."""
    ticket = server.latest_ticket(purpose)
    return ticket if ticket is not None and ticket.key == key else None


def memory_buttons(
    label: str,
    purpose: str,
    key: str,
    make: Callable[[], Generator[Any, None, Any]],
    texts: tuple[str, str, str],
    *,
    keys: tuple[str, str, str],
    startable: bool = True,
    about: server.About | None = None,
) -> None:
    """Start, Pause and Stop of work whose result is kept in memory, as server.computed() has it.

    about   what it is for those who look at it from elsewhere; its label, and the data of the page
    """
    told = about_here(label) if about is None else about

    def ask() -> None:
        begun = server.computed(purpose, key, make, about=told)
        if begun.refused:
            raise Busy(begun.error)
        if begun.error is not None:
            session.report_problem(begun.error)

    job_buttons(
        label,
        lambda: refused.begin(purpose, ask, told.title),
        ticket_for(purpose, key),
        texts,
        keys=keys,
        startable=startable,
        keeps=True,
    )
