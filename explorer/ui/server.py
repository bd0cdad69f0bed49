"""What all sessions of this server share: the job manager, the results in memory, and who a browser is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer import checkpoints
from explorer.checkpoints import CheckpointError, Stored
from explorer.experiment import Experiment
from explorer.jobs import JobManager
from explorer.learning import LearningUpdate, learn
from explorer.tickets import Ticket

COOKIE = "explorer_browser"


@st.cache_resource(show_spinner=False)
def manager() -> JobManager:
    """The one job manager of this process."""
    return JobManager()


class _Lease:
    """Held by a session as long as its browser is connected."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        manager().attach(owner)

    def release(self) -> None:
        manager().detach(self.owner)


@st.cache_resource(scope="session", on_release=_Lease.release, show_spinner=False)
def _lease(owner: str) -> _Lease:
    return _Lease(owner)


def owner() -> str:
    """Who this browser is: its cookie, or without one its session.

    Call it in every run and in every poll: a reconnect after a network blip drops the lease, and this takes
    it again.
    """
    context = get_script_run_ctx()
    cookie = st.context.cookies.get(COOKIE)
    who = cookie if isinstance(cookie, str) and cookie else context.session_id if context else "nobody"
    _lease(who)
    return who


def new_cookie() -> str:
    """A fresh identity for a browser, as the value of a Set-Cookie header."""
    return f"{COOKIE}={secrets.token_urlsafe(16)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"


def start(experiment: Experiment) -> Ticket[LearningUpdate]:
    """Train an experiment, or join whoever is training an equal one. Raises Busy, and ValueError for lost
    points."""
    points = checkpoints.own().load_points(experiment.upload) if experiment.upload else None
    if experiment.upload and points is None:
        raise ValueError("The uploaded points are no longer here; upload them again.")

    def work() -> Iterator[LearningUpdate]:
        for update in learn(experiment, points):
            if update.result is not None:
                checkpoints.own().save(update.result)
                checkpoints.own().forget_oldest()
            yield update

    return manager().submit(owner(), experiment.digest, work)


def stored(experiment: Experiment) -> Stored | None:
    """The stored result of an experiment. Raises CheckpointError if its files are damaged."""
    path = checkpoints.locate(experiment)
    return None if path is None else _load(path, (path / "manifest.json").stat().st_mtime_ns)


@st.cache_resource(max_entries=64, show_spinner=False)
def _load(path: Path, changed: int) -> Stored:
    return checkpoints.load_folder(path)


__all__ = ["CheckpointError", "manager", "new_cookie", "owner", "start", "stored"]
