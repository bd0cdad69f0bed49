"""The training of the experiment on screen: begun, found again, how far it is, and its stored result."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from explorer.compute.device import choose_device
from explorer.experiments.run import LearningUpdate, Result
from explorer.figures.words import ago, seconds
from explorer.server.jobs import Busy
from explorer.server.tickets import Ticket
from explorer.storage.files import CheckpointError
from explorer.ui.shell import server, session

POLL_SECONDS = 0.5
BUSY_POLL_SECONDS = 1.0
BUSY_FROM = 10  # running computations, from which on pages look less often


def ticket() -> Ticket[LearningUpdate] | None:
    """This browser's hold on a training of the experiment on screen, also after a reload."""
    found = server.manager().find(server.owner())
    return found if found is not None and found.key == session.experiment().digest else None


def train() -> None:
    """Start the experiment's training, sharing it with whoever trains an equal one."""
    try:
        server.start_training(session.experiment())
    except (Busy, ValueError) as error:
        session.report_problem(str(error))


def device_line() -> str:
    """Where the experiment on screen is computed, and why, in one sentence."""
    try:
        return choose_device(session.experiment().network.kind).in_words
    except ValueError as error:
        return f"{error}."


def new_seed(run: Callable[[], None]) -> None:
    if session.change_experiment(seed=session.experiment().seed + 1):
        run()


def poll_seconds() -> float | None:
    """How often a page looks at its training: not at all when there is none."""
    held = ticket()
    if held is None or not held.active:
        return None
    return POLL_SECONDS if server.manager().running() < BUSY_FROM else BUSY_POLL_SECONDS


def training_strip() -> None:
    """One line on a training that runs while another page is open; the page draws its result when it ends."""
    poll = poll_seconds()

    @st.fragment(run_every=poll, key="strip")
    def strip() -> None:
        held = ticket()
        if held is not None and (held.active or held.error):
            st.caption(held.error or progress_line(held))
        if poll is not None and (held is None or not held.active):
            st.rerun()

    strip()


def progress_line(held: Ticket[LearningUpdate]) -> str:
    """Where a training stands, in one line."""
    update = held.update
    others = held_by_others()
    sharing = f" · {others} other training{'s' if others > 1 else ''} running" if others else ""
    if update is None:
        return f"{held.state}{sharing}"
    pace = f"{update.steps_per_second:,.0f} steps/s"
    left = f"{seconds(update.seconds_left)} left" if held.active else f"after {seconds(update.seconds)}"
    return f"{held.state} · step {update.step:,} of {update.steps:,} · {pace} · {left}{sharing}"


def held_by_others() -> int:
    """How many other computations share this server."""
    return max(server.manager().running() - 1, 0)


def stored_result() -> tuple[Result | None, str, str]:
    """The stored result of the experiment on screen, what it is in words, and a name of it for caches."""
    experiment = session.experiment()
    try:
        found = server.stored_result(experiment)
    except CheckpointError as error:
        return None, f"{error} Train to replace it.", experiment.digest
    if found is None:
        return None, "not trained yet", experiment.digest
    identity = f"{experiment.digest} {found.modified}"
    if found.shipped:
        return found.result, f"shipped, seed {experiment.seed}", identity
    ended = ago(time.time() - found.modified)
    return found.result, f"trained here {ended}, seed {experiment.seed}", identity
