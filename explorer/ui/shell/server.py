"""What all sessions of this server share: its jobs, the results in memory, and which browser and session
asks."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer.compute.device import spare_processors
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import Stored
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import LearningUpdate
from explorer.experiments.training_cost import TrainingCosts
from explorer.figures.words import about_seconds
from explorer.page_tasks.preparation import prepare_worker
from explorer.page_tasks.training import POINTS_GONE, train_and_store
from explorer.server.cache import MAX_BYTES, Cache
from explorer.server.execution import Task
from explorer.server.jobs import Busy, JobManager
from explorer.server.tickets import State, Ticket
from explorer.server.worker_processes import AVAILABLE, WorkerProcesses

COOKIE = "explorer_browser"
TRAINING = "training"
CONNECTED_SECONDS = 0.5  # for which a session that was seen is taken to be connected
BUDGET_SECONDS = 1_800.0  # of computing for one job: twice what pictures take

U = TypeVar("U")
V = TypeVar("V")


@st.cache_resource(show_spinner=False)
def workers() -> WorkerProcesses:
    """The worker processes of this server."""
    return WorkerProcesses(f"{prepare_worker.__module__}:{prepare_worker.__name__}")


@st.cache_resource(show_spinner=False)
def manager() -> JobManager:
    """The one job manager of this process; where it can, it has jobs advance in processes of their own, on
    all processors but the one that draws pages."""
    if not AVAILABLE:
        return JobManager(budget_seconds=BUDGET_SECONDS)
    return JobManager(
        workers=spare_processors(), budget_seconds=BUDGET_SECONDS, execution=workers().execution
    )


def close() -> None:
    """End all jobs and their processes."""
    manager().close()
    if AVAILABLE:
        workers().close()


@st.cache_resource(show_spinner=False)
def costs() -> TrainingCosts:
    """How long trainings take on this server."""
    return TrainingCosts()


@dataclass(frozen=True)
class About:
    """What a job is, for those who look at it from elsewhere: its title, and the page and the parameters of
    the link under which it was asked for.

    keeps   whether Stop keeps it for a while, so that it can be resumed
    """

    title: str
    page: str
    link: dict[str, str]
    keeps: bool = True


_connected: dict[str, float] = {}  # when each session was last seen to be connected


class _Connection:
    """A session's tickets last as long as it is connected."""

    def __init__(self, session: str, owner: str) -> None:
        self.session = session
        manager().attach(session, owner)

    def release(self) -> None:
        _connected.pop(self.session, None)
        manager().detach(self.session)


@st.cache_resource(scope="session", on_release=_Connection.release, show_spinner=False)
def _connect(session: str, owner: str) -> _Connection:
    return _Connection(session, owner)


def owner() -> str:
    """Who this browser is: its cookie, or without one its session."""
    cookie = st.context.cookies.get(COOKIE)
    return cookie if isinstance(cookie, str) and cookie else _session_id()


def tab() -> str:
    """Which session this is: a tab of the browser, until it is reloaded.

    Call it in every run and in every poll: a connection that broke off is counted again by this alone.
    """
    session, now = _session_id(), time.monotonic()
    if now - _connected.get(session, -math.inf) > CONNECTED_SECONDS:
        _connect(session, owner())
        _connected[session] = now
    return session


def _session_id() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else "nobody"


def new_cookie() -> str:
    """A fresh identity for a browser, as the value of a Set-Cookie header."""
    return f"{COOKIE}={secrets.token_urlsafe(16)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"


def start_training(experiment: Experiment, about: About | None = None) -> Ticket[LearningUpdate]:
    """Train an experiment and store its run, join the training of an equal one, or resume one that was
    stopped; this session's training of another experiment ends.

    Raises Busy, and ValueError for uploaded points that are no longer here and for what exceeds the budget.
    """
    refusal = exceeds_budget(experiment)
    if refusal:
        raise ValueError(refusal)
    if experiment.upload and checkpoints.own().load_points(experiment.upload) is None:
        raise ValueError(POINTS_GONE)
    return submit(
        TRAINING,
        experiment.digest,
        partial(train_and_store, experiment),
        about,
        finished=partial(_record_cost, experiment),
    )


def _record_cost(experiment: Experiment, seconds: float | None) -> None:
    """Keep how long a training took, if it was computed here."""
    if seconds is not None:
        costs().record(experiment, seconds)


def exceeds_budget(experiment: Experiment) -> str:
    """Why this server does not train an experiment, in a sentence: it would take too long; "" if it does."""
    seconds = costs().seconds(experiment)
    if seconds is None or seconds <= BUDGET_SECONDS:
        return ""
    bound = about_seconds(BUDGET_SECONDS)
    return (
        f"This training takes about {about_seconds(seconds)} here, more than the {bound} "
        "that this server spends on one computation."
    )


@dataclass(frozen=True)
class Work(Generic[U, V]):
    """A computation that a page needs: its value once it has one, else how far it is or why it failed.

    refused     the server had no room for it, as `error` says; who asks again may get it
    """

    value: V | None
    update: U | None
    error: str | None
    refused: bool = False

    @property
    def under_way(self) -> bool:
        return self.value is None and (self.error is None or self.refused)


@st.cache_resource(show_spinner=False)
def results() -> Cache[str, Any]:
    """The values of finished computations, by key."""
    return Cache()


def computed(
    purpose: str,
    key: str,
    make: Callable[[], Generator[U, None, V]],
    *,
    patience: float = 0.0,
    about: About | None = None,
) -> Work[U, V]:
    """The value of a computation that `key` names completely; it is started, or joined, if it is not kept.

    A session has one computation of each purpose at a time: asking for another one withdraws from the first.
    make        a function that a worker process finds by its name, or a partial of one
    patience    seconds to wait for a short one when it is started, so that the first picture is whole; less
                where others are running, by which it is divided
    """
    value = results().get(key)
    if value is not None:
        return Work(value, None, None)
    ticket = latest_ticket(purpose)
    if ticket is None or ticket.key != key or ticket.state is State.STOPPED or ticket.state is State.DONE:
        try:
            ticket = submit(purpose, key, make, about, finished=partial(_keep, key))
        except Busy as error:
            return Work(None, None, str(error), refused=True)
        ticket.wait(patience / max(manager().running(), 1))
    return Work(results().get(key), ticket.update, ticket.error)


def awaited(
    session: str, purpose: str, key: str, make: Callable[[], Generator[Any, None, V]], seconds: float
) -> V:
    """The value of a computation for a session, for a thread that no page waits for: a file's, for one.

    purpose, key, make     as `computed` has them
    Raises Busy, and ValueError if it fails or takes longer than some seconds.
    """
    value: V | None = results().get(key)
    if value is not None:
        return value
    ticket = manager().submit(session, key, make, purpose=purpose, finished=partial(_keep, key))
    if not ticket.wait(seconds):
        manager().stop(ticket, wait=0.0)
        raise ValueError(f"It took longer than {seconds:g} seconds; try again when less is computed.")
    value = results().get(key)
    if value is None:
        raise ValueError(ticket.error or "It was stopped.")
    return value


def _keep(key: str, value: Any) -> None:
    if not results().put(key, value):
        raise ValueError(f"The result is larger than {MAX_BYTES:,} bytes; ask for less.")


def submit(
    purpose: str,
    key: str,
    make: Task[U],
    about: About | None = None,
    finished: Callable[[Any], object] | None = None,
) -> Ticket[U]:
    """Start a computation for this session, join an equal one, or resume it. Raises Busy."""
    return manager().submit(tab(), key, make, purpose=purpose, about=about, finished=finished)


def latest_ticket(purpose: str) -> Ticket[Any] | None:
    """This session's latest ticket for a computation of that purpose, also after a reload."""
    return manager().find(tab(), purpose)


def stored_result(experiment: Experiment) -> Stored | None:
    """The stored result of an experiment. Raises CheckpointError if its files are damaged."""
    path = checkpoints.locate(experiment)
    return None if path is None else _load(path, (path / "manifest.json").stat().st_mtime_ns)


@st.cache_resource(max_entries=64, show_spinner=False)
def _load(path: Path, changed: int) -> Stored:
    return checkpoints.load_folder(path)
