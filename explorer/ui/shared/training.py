"""The training of the experiment on screen: what it costs, begun, found again, how far it is, and its stored
result."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable

import streamlit as st

from explorer.compute.device import choose_device
from explorer.experiments.presets import preset
from explorer.experiments.run import LearningUpdate, Result
from explorer.figures.words import about_seconds, ago, seconds
from explorer.server.tickets import State, Ticket
from explorer.storage.files import CheckpointError
from explorer.ui.shared import refused
from explorer.ui.shared.progress import beside_others, share_done, state_in_words, time_left
from explorer.ui.shell import server, session
from explorer.ui.shell.plain_text import plain

POLL_SECONDS = 0.5
BUSY_POLL_SECONDS = 1.0
BEING_TRAINED = "is being trained"
BUSY_FROM = 10  # running computations, from which on pages look less often


def ticket() -> Ticket[LearningUpdate] | None:
    """This session's hold on a training of the experiment on screen, also after a reload."""
    found = server.latest_ticket(server.TRAINING)
    return found if found is not None and found.key == session.experiment().digest else None


def shown(held: Ticket[LearningUpdate] | None) -> LearningUpdate | None:
    """What a training has shown so far: while it runs, and after it was stopped before its end."""
    return held.update if held is not None and (held.active or held.state is State.STOPPED) else None


def train() -> None:
    """Start the experiment's training, sharing it with whoever trains an equal one, or resume it; without
    room on the server it is tried again by itself."""
    experiment = session.experiment()
    page = "shapes" if experiment.pictures else "learn"
    title = f"Training {session.data_title()}, seed {experiment.seed}"
    about = server.About(title, page, session.link(personal=False))
    try:
        refused.begin(server.TRAINING, lambda: server.start_training(experiment, about), about.title)
    except ValueError as error:
        session.report_problem(f"{error} {command_sentence()}")


def train_again() -> None:
    """Train the experiment from the first step, also if a training of it was stopped half-way."""
    held = ticket()
    if held is not None and not held.active:
        server.manager().discard(held)
    train()


def device_line() -> str:
    """Where the experiment on screen is computed, and why, in one sentence."""
    try:
        return choose_device(session.experiment().network.kind).in_words
    except ValueError as error:
        return f"{error}."


def new_seed(run: Callable[[], None]) -> None:
    """Take the next seed and start its work."""
    if session.change_experiment(seed=session.experiment().seed + 1):
        run()


# ---- what it costs, before it starts -------------------------------------------------------------


def cost() -> str:
    """What training the experiment takes here, in words; "" if nothing has been measured yet."""
    return cost_of(server.costs().seconds(session.experiment()))


def cost_of(work: float | None) -> str:
    """What so many seconds of computing take here, in words; "" if they are not known."""
    if work is None:
        return ""
    alone, others = f"about {about_seconds(work)}", beside_others(own=_own_running())
    together = server.manager().expected_seconds(work) if others else work
    if together is None or not others:
        return f"{alone} here" + (f", beside {others}" if others else "")
    return f"{alone} here, {about_seconds(together)} beside {others}"


def replaces() -> str:
    """What a new training ends, in a sentence; "" if this session trains nothing else."""
    running = server.latest_ticket(server.TRAINING)
    if running is None or not running.active or running.key == session.experiment().digest:
        return ""
    title = running.about.title if running.about is not None else "Training another experiment"
    return f"It replaces what runs: {title}."


def train_help(text: str) -> str:
    """The help of a button that trains: what it does, what that takes, and what it replaces."""
    takes = cost()
    return " ".join(part for part in (text, takes and f"Takes {takes}.", replaces()) if part)


def too_long() -> str:
    """Why this server does not train the experiment, in a sentence; "" if it does."""
    return server.exceeds_budget(session.experiment())


def command() -> str:
    """The command line that trains the experiment on screen; "" for points that were uploaded."""
    experiment, name = session.experiment(), session.preset_name()
    if experiment.upload:
        return ""
    changes = experiment.differences(preset(name).experiment)
    settings = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in changes.items()]
    return " ".join(["python -m explorer train", name, *settings])


def command_sentence() -> str:
    """Where to train what this server does not."""
    line = command()
    return f"On a machine of your own: {line}" if line else ""


def _own_running() -> int:
    """How many computations of this session are running."""
    return sum(t.active and t.state is not State.PAUSED for t in server.manager().tickets(server.tab()))


# ---- how far it is -------------------------------------------------------------------------------


def poll_seconds() -> float | None:
    """How often a page looks at its training: not at all when there is none."""
    held = ticket()
    if held is None or not held.active:
        return None
    return POLL_SECONDS if server.manager().running() < BUSY_FROM else BUSY_POLL_SECONDS


def progress_line(held: Ticket[LearningUpdate]) -> str:
    """Where a training stands, or where it was stopped, in one line."""
    update = held.update
    if held.state is State.STOPPED and update is not None:
        goes_on = " · Resume goes on where it was" if held.resumable else ""
        return f"stopped at step {update.step:,} of {update.steps:,}{goes_on}"
    others = beside_others(own=_own_running()) if held.active else ""
    sharing = f"beside {others}" if others else ""
    if update is None:
        done = (f"{share_done(held):.0%}", time_left(held)) if held.elsewhere is not None else ()
        return " · ".join(filter(None, (state_in_words(held), *done, sharing)))
    pace = f"{update.steps_per_second:,.0f} steps/s"
    left = time_left(held) if held.active else f"after {seconds(update.seconds)}"
    step = f"step {update.step:,} of {update.steps:,}"
    return " · ".join(filter(None, (state_in_words(held), step, pace, left, sharing)))


def say_untrained(origin: str) -> None:
    """Why there is nothing to show yet, and what to do, on a page that needs a trained run."""
    if origin == BEING_TRAINED:
        st.info("The network is being trained; what it does is shown here when its training has ended.")
    else:
        what = "" if origin.endswith(".") else ": press “Train” on Learn or “Same seed” here."
        st.info(plain(f"{origin[:1].upper()}{origin[1:]}{what}"))


def stored_result() -> tuple[Result | None, str, str]:
    """The stored result of the experiment on screen, what it is in words, and a name of it for caches."""
    experiment = session.experiment()
    try:
        found = server.stored_result(experiment)
    except CheckpointError as error:
        return None, f"{error} Train to replace it.", experiment.digest
    if found is None:
        held = ticket()
        running = held is not None and held.active
        return None, BEING_TRAINED if running else "not trained yet", experiment.digest
    identity = f"{experiment.digest} {found.modified}"
    if found.shipped:
        return found.result, f"shipped, seed {experiment.seed}", identity
    ended = ago(time.time() - found.modified)
    return found.result, f"trained here {ended}, seed {experiment.seed}", identity
