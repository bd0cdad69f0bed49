"""What all sessions of this server share: its jobs, the results in memory, and which browser asks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer.compute.device import on_threads, spare_processors
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import Stored
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import LearningUpdate, learn
from explorer.server.cache import MAX_BYTES, Cache
from explorer.server.jobs import Busy, JobManager
from explorer.server.tickets import State, Ticket

COOKIE = "explorer_browser"
BUDGET_SECONDS = 1_800.0  # of computing for one job: twice what pictures take

U = TypeVar("U")
V = TypeVar("V")


@st.cache_resource(show_spinner=False)
def manager() -> JobManager:
    """The one job manager of this process."""
    return JobManager(budget_seconds=BUDGET_SECONDS)


class _Connection:
    """An owner's tickets last as long as a session of it is connected."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        manager().attach(owner)

    def release(self) -> None:
        manager().detach(self.owner)


@st.cache_resource(scope="session", on_release=_Connection.release, show_spinner=False)
def _connect(owner: str) -> _Connection:
    return _Connection(owner)


def owner() -> str:
    """Who this browser is: its cookie, or without one its session.

    Call it in every run and in every poll: a connection that broke off is counted again by this alone.
    """
    context = get_script_run_ctx()
    cookie = st.context.cookies.get(COOKIE)
    who = cookie if isinstance(cookie, str) and cookie else context.session_id if context else "nobody"
    _connect(who)
    return who


def new_cookie() -> str:
    """A fresh identity for a browser, as the value of a Set-Cookie header."""
    return f"{COOKIE}={secrets.token_urlsafe(16)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"


def start_training(experiment: Experiment) -> Ticket[LearningUpdate]:
    """Train an experiment and store its run, or join the training of an equal one.

    Raises Busy, and ValueError for uploaded points that are no longer here.
    """
    points = checkpoints.own().load_points(experiment.upload) if experiment.upload else None
    if experiment.upload and points is None:
        raise ValueError("The uploaded points are no longer here; upload them again.")

    def work() -> Iterator[LearningUpdate]:
        updates = learn(experiment, points)
        if experiment.pictures:
            updates = on_threads(updates, spare_processors())
        for update in updates:
            if update.result is not None:
                checkpoints.own().save(update.result)
                checkpoints.own().forget_oldest()
            yield update

    return manager().submit(owner(), experiment.digest, work)


@dataclass(frozen=True)
class Work(Generic[U, V]):
    """A computation that a page needs: its value once it has one, else how far it is or why it failed."""

    value: V | None
    update: U | None
    error: str | None

    @property
    def under_way(self) -> bool:
        return self.value is None and self.error is None


@st.cache_resource(show_spinner=False)
def results() -> Cache[str, Any]:
    """The values of finished computations, by key."""
    return Cache()


def computed(
    purpose: str, key: str, make: Callable[[], Generator[U, None, V]], *, patience: float = 0.0
) -> Work[U, V]:
    """The value of a computation that `key` names completely; it is started, or joined, if it is not kept.

    A browser has one computation of each purpose at a time: asking for another one withdraws from the first.
    patience    seconds to wait for a short one when it is started, so that the first picture is whole; less
                where others are running, by which it is divided
    """
    value = results().get(key)
    if value is not None:
        return Work(value, None, None)
    ticket = latest_ticket(purpose)
    if ticket is None or ticket.key != key or ticket.state is State.STOPPED or ticket.state is State.DONE:

        def work() -> Iterator[U]:
            if not results().put(key, (yield from make())):
                raise ValueError(f"The result is larger than {MAX_BYTES:,} bytes; ask for less.")

        try:
            ticket = submit(purpose, key, work)
        except Busy as error:
            return Work(None, None, str(error))
        ticket.wait(patience / max(manager().running(), 1))
    return Work(results().get(key), ticket.update, ticket.error)


def submit(purpose: str, key: str, make: Callable[[], Iterator[U]]) -> Ticket[U]:
    """Start a computation for this browser, or join an equal one. Raises Busy."""
    return manager().submit(_owner_of(purpose), key, make)


def latest_ticket(purpose: str) -> Ticket[Any] | None:
    """This browser's latest ticket for a computation of that purpose, also after a reload."""
    return manager().find(_owner_of(purpose))


def _owner_of(purpose: str) -> str:
    """Who owns this browser's ticket for a purpose; connected as the browser is."""
    who = f"{owner()} {purpose}"
    _connect(who)
    return who


def stored_result(experiment: Experiment) -> Stored | None:
    """The stored result of an experiment. Raises CheckpointError if its files are damaged."""
    path = checkpoints.locate(experiment)
    return None if path is None else _load(path, (path / "manifest.json").stat().st_mtime_ns)


@st.cache_resource(max_entries=64, show_spinner=False)
def _load(path: Path, changed: int) -> Stored:
    return checkpoints.load_folder(path)
