"""The Recursive page's hands: what the loop is, whether it runs, and what there is of it so far."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explorer import checkpoints
from explorer.charts.generations import ARM_TITLES
from explorer.charts.words import ago, seconds
from explorer.checkpoint_files import CheckpointError
from explorer.generations import ARMS, RULES, Generation, RecursionSpec
from explorer.jobs import Busy
from explorer.loops import LOOPS, SHIPPED_LOOPS, usual_loop
from explorer.recursion import RecursionUpdate, recursive_training
from explorer.recursion_store import compact, forget_oldest, load_run
from explorer.tickets import State, Ticket
from explorer.ui import server, state

PURPOSE = "recursion"
VIEWS = ("generations", "curves")
OWN = "recursions"


@dataclass(frozen=True)
class Loop:
    """What there is of a loop: its generations so far, where they come from, and the job that makes more."""

    spec: RecursionSpec
    generations: tuple[Generation, ...]
    origin: str
    ticket: Ticket[RecursionUpdate] | None

    @property
    def active(self) -> bool:
        return self.ticket is not None and self.ticket.active


def chosen() -> RecursionSpec | None:
    """The loop that the controls describe; None, with a sentence on top of the page, if it cannot be."""
    try:
        usual = usual_loop(state.experiment())
        return dataclasses.replace(
            usual,
            arms=tuple(state.view("arms").split()) or usual.arms,
            generations=state.view("generations") or usual.generations,
            samples=state.view("kept") or usual.samples,
            drop=state.view("drop"),
            rule=state.view("rule"),
            real_share=state.view("mixed"),
        )
    except ValueError as error:
        st.warning(str(error), icon=":material/info:")
        return None


def look(spec: RecursionSpec) -> Loop:
    """The loop as far as it is: running, stored here, or shipped."""
    ticket = server.held(PURPOSE)
    if ticket is not None and ticket.key == _key(spec) and ticket.update is not None and ticket.active:
        return Loop(spec, ticket.update.generations, "running", ticket)
    mine = ticket if ticket is not None and ticket.key == _key(spec) else None
    own = _own(spec)
    if (own / "spec.json").is_file():
        found = _loaded(own, len(list(own.glob("*.json"))), (own / "spec.json").stat().st_mtime_ns)
        if isinstance(found, str):
            return Loop(spec, (), f"{found} Run to replace it.", mine)
        ended = ago(time.time() - max(f.stat().st_mtime for f in own.glob("*.json")))
        done = "" if len(found) == len(spec.arms) * spec.generations else ", not finished: Run goes on"
        return Loop(spec, found, f"computed here {ended}{done}, seed {spec.experiment.seed}", mine)
    for name in LOOPS:
        stored = _shipped(SHIPPED_LOOPS / name)
        if stored is not None and _same_loop(stored[0], spec):
            wanted = (one for one in stored[1] if one.arm in spec.arms and one.number < spec.generations)
            return Loop(spec, tuple(wanted), f"shipped, seed {spec.experiment.seed}", mine)
    return Loop(spec, (), "not computed yet", mine)


def run() -> None:
    """Start the loop of the controls, or go on with it after the last generation that is stored."""
    spec = chosen()
    if spec is None:
        return
    folder = _own(spec)

    def work() -> Iterator[RecursionUpdate]:
        for update in recursive_training(spec, folder=folder):
            if update.done:
                compact(folder)
                forget_oldest(folder.parent)
            yield update

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server.begin(PURPOSE, _key(spec), work)
    except (Busy, ValueError, OSError) as error:
        state.say(str(error))


def buttons(loop: Loop | None) -> None:
    """Run, Pause, Stop."""
    active = loop is not None and loop.active
    ticket = loop.ticket if loop is not None else None
    paused = ticket is not None and ticket.state is State.PAUSED
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Run",
            key="run_loop",
            type="primary",
            on_click=run,
            disabled=active or loop is None,
            help="Compute the loop here, generation by generation; each is kept as it is finished.",
        )
        st.button(
            "Resume" if paused else "Pause",
            key="pause_loop",
            on_click=_toggle,
            args=(ticket,),
            disabled=not active,
            help="Hold the loop; it goes on where it was.",
        )
        st.button(
            "Stop",
            key="stop_loop",
            on_click=_stop,
            args=(ticket,),
            disabled=not active,
            help="End it. The generations that are finished stay, and Run goes on after them.",
        )


def arms_choice(spec: RecursionSpec | None) -> None:
    """Which arms run, any set of them but none."""
    chosen = spec.arms if spec is not None else ARMS

    def commit(arm: str) -> None:
        wanted = [other for other in ARMS if (other in chosen) != (other == arm)]
        if wanted:
            state.set_view("arms", " ".join(wanted))

    st.markdown("Arms", help="What is kept of a generation's samples for the next one to learn from.")
    with st.container(gap=None):
        for arm in ARMS:
            st.session_state[f"arm.{arm}"] = arm in chosen
            st.checkbox(ARM_TITLES[arm], key=f"arm.{arm}", on_change=commit, args=(arm,))


def numbers(spec: RecursionSpec | None) -> None:
    """Generations, samples, and what the filters drop."""
    made, kept = (spec.generations, spec.samples) if spec is not None else (1, 1_000)
    _number("generations", made, "Generations", 1, 20, 1, "Generation 0 learns from the data.")
    _number("kept", kept, "Samples kept", 100, 200_000, 1_000, "Of each generation, for the next.")
    with st.expander("Filters"):
        drop, mixed = state.view("drop"), state.view("mixed")
        _number("drop", drop, "Share dropped", 0.0, 0.5, 0.01, "By the variance filter, and at random.")
        st.session_state["rule"] = state.view("rule")
        st.selectbox(
            "Variance filter",
            RULES,
            key="rule",
            on_change=lambda: state.set_view("rule", st.session_state["rule"]),
            help="Drop that share; or above the threshold that keeps 96 % of generation 0's honest samples; "
            "or as many as are truly hallucinated.",
        )
        _number(
            "mixed", mixed, "Real data", 0.05, 0.95, 0.05, "Share of new real samples in the arm that mixes."
        )


def progress_line(ticket: Ticket[RecursionUpdate]) -> str:
    """Where a loop stands, in one line."""
    update = ticket.update
    if update is None:
        return str(ticket.state)
    left = "" if update.seconds_left is None else f" · {seconds(update.seconds_left)} left"
    arm = ARM_TITLES.get(update.arm, "all arms")
    place = f"{arm}, generation {update.generation}: {update.stage}"
    return f"{ticket.state} · {place} · {update.share:.0%}{left}"


def _number(name: str, value: float, label: str, low: float, high: float, step: float, text: str) -> None:
    key = f"view.{name}"
    st.session_state[key] = min(max(value, low), high)
    st.number_input(
        label,
        low,
        high,
        step=step,
        key=key,
        help=text,
        on_change=lambda: state.set_view(name, st.session_state[key]),
    )


def _key(spec: RecursionSpec) -> str:
    return f"recursion {spec.digest}"


def _own(spec: RecursionSpec) -> Path:
    return checkpoints.own().root / OWN / spec.digest


def _same_loop(stored: RecursionSpec, wanted: RecursionSpec) -> bool:
    """Whether a stored loop holds all that is wanted: an arm does not depend on the others, nor a generation
    on later ones."""
    fewer = dataclasses.replace(stored, arms=wanted.arms, generations=wanted.generations)
    enough = set(wanted.arms) <= set(stored.arms) and wanted.generations <= stored.generations
    return enough and fewer == wanted


@st.cache_resource(max_entries=8, show_spinner=False)
def _loaded(folder: Path, files: int, changed: int) -> tuple[Generation, ...] | str:
    """The generations in a folder, or why they cannot be read."""
    try:
        return load_run(folder)[1]
    except CheckpointError as error:
        return str(error)


@st.cache_resource(max_entries=8, show_spinner=False)
def _shipped(folder: Path) -> tuple[RecursionSpec, tuple[Generation, ...]] | None:
    try:
        return load_run(folder)
    except CheckpointError:
        return None


def _toggle(ticket: Ticket[RecursionUpdate]) -> None:
    if ticket.state is State.PAUSED:
        server.manager().resume(ticket)
    else:
        server.manager().pause(ticket)


def _stop(ticket: Ticket[RecursionUpdate]) -> None:
    server.manager().stop(ticket)
