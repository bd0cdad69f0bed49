"""The Sweep page's controls: which two axes, which values, how many networks, and the job that trains
them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from explorer.diffusion.training import STEPS_RANGE
from explorer.experiments.experiment import Experiment
from explorer.page_figures.sweep import SHORT, ShownSweep, cell_member, shown_sweep
from explorer.page_figures.views.sweep import View
from explorer.page_tasks.stored import sweep_in_folder
from explorer.sweeps.axes import AXES, Axis, read_values
from explorer.sweeps.presets import BUDGET, SHIPPED_SWEEPS, SWEEPS, default_axis
from explorer.sweeps.run import SweepUpdate
from explorer.sweeps.spec import SEEDS_RANGE, SweepSpec
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import MEASURES, Cell, Row, measures
from explorer.ui.shared import training, view_controls
from explorer.ui.shared.long_work import LongWork, shipped_whole
from explorer.ui.shell import server, session
from explorer.ui.shell.pages import page_file
from explorer.ui.sweep import help

SIDES = (("x", "Across"), ("y", "Up"))
OPENS = ("learn", "score", "trajectories", "detect")
_OPENED = "opened-cell"
_spec = lru_cache(64)(SweepSpec)  # it makes the experiment of every network


def chosen() -> SweepSpec | None:
    """The sweep that the controls describe; None, with a sentence on top of the page, if it cannot be."""
    experiment = _base()
    try:
        if experiment.mixture is None:
            raise ValueError("Only a mixture can be varied; choose a preset of points, not uploaded ones.")
        based = experiment.replace(**{"training.steps": session.view(View).budget})
        return _spec(_axis("x"), _axis("y"), based, session.view(View).repeats)
    except ValueError as error:
        st.warning(str(error), icon=":material/info:")
        return None


def shown(spec: SweepSpec, cells: Sequence[Cell]) -> ShownSweep:
    """A sweep as the view has it."""
    view = session.view(View)
    return shown_sweep(spec, cells, view.k, view.measure, view.cell)


def pick(x: float, y: float) -> None:
    """Look at a cell."""
    session.set_view(View, cell=f"{x:g}:{y:g}")


def cell_choice(spec: SweepSpec) -> None:
    """The cell that is looked at, for who works with a keyboard."""
    for axis, at, title in zip((spec.x, spec.y), shown(spec, ()).picked, ("Cell", ""), strict=True):
        word = SHORT[axis.axis]
        st.session_state[f"cell.{axis.axis}"] = at
        st.selectbox(
            title or word,
            axis.values,
            format_func=f"{{:g}} {word}".format,
            key=f"cell.{axis.axis}",
            on_change=_take_cell,
            args=(spec,),
            label_visibility="visible" if title else "collapsed",
            help=help.CELL if title else None,
        )


def _take_cell(spec: SweepSpec) -> None:
    x, y = (st.session_state[f"cell.{axis.axis}"] for axis in (spec.x, spec.y))
    pick(x, y)


def open_buttons(now: ShownSweep) -> None:
    """A button for each page on which the cell that is singled out can be looked at.

    Its network becomes the experiment of all pages, and is trained if it is not stored: the sweep keeps what
    its networks produce, not their weights. The sweep stays that of what was looked at before.
    """
    st.markdown("Work on this cell, on", width="content", help=help.OPEN_CELL)
    for name in OPENS:
        if st.button(name.capitalize(), key=f"open_{name}", help=help.OPEN_CELL):
            cell = cell_member(now).experiment
            st.session_state[_OPENED] = (cell, _base())
            session.open_experiment(cell)
            if training.stored_result()[0] is None:
                training.train()
            st.switch_page(page_file(name))


def named_choice() -> None:
    """The sweeps that come with the explorer."""
    titles = {name: sweep.title for name, sweep in SWEEPS.items()}
    spec_now = [session.view(View).x, session.view(View).xs, session.view(View).y, session.view(View).ys]
    current = next((name for name in SWEEPS if spec_now == _asked(SWEEPS[name].spec)), None)
    st.session_state["named"] = current

    def commit() -> None:
        name = st.session_state["named"]
        if name is not None:
            for key, value in zip(("x", "xs", "y", "ys"), _asked(SWEEPS[name].spec), strict=True):
                session.set_view(View, **{key: value})
            session.set_view(View, cell="")
            session.set_view(View, repeats=SWEEPS[name].spec.seeds)
            session.set_view(View, budget=BUDGET)

    st.selectbox(
        "Sweep",
        list(titles),
        format_func=lambda name: titles[name],
        key="named",
        on_change=commit,
        placeholder="your own",
        help="Those that come with the explorer; change anything below for your own.",
    )


def measure_choice(spec: SweepSpec | None) -> None:
    """What is read off every network."""
    options = tuple(MEASURES) if spec is None else measures(spec)
    view_controls.view_choice(View, "measure", options, "Show", help.MEASURE)


def axes_choice() -> None:
    """Two different axes, and their values."""
    for side, title in SIDES:
        other = _shown("y" if side == "x" else "x")
        options = [axis for axis in AXES if axis != other]
        st.session_state[f"view.{side}"] = _shown(side)
        st.selectbox(
            title,
            options,
            format_func=lambda axis: AXES[axis].title,
            key=f"view.{side}",
            on_change=_take_axis,
            args=(side,),
            help="What differs from cell to cell.",
        )
        key = f"view.{side}s"
        st.session_state[key] = _shown(f"{side}s") or written(default_axis(_shown(side)))
        st.text_input(
            f"{title}: values",
            key=key,
            on_change=_take_values,
            args=(side,),
            label_visibility="collapsed",
            help="Values like 2 3 4, or 8:40:4 for 8 to 40 in steps of 4.",
        )


def numbers() -> None:
    """How many networks a cell has, and how long each is trained."""
    text = "Networks that differ in nothing but their seed."
    view_controls.view_number(View, "repeats", "Seeds in a cell", SEEDS_RANGE, 1, text)
    varied = "steps" in (session.view(View).x, session.view(View).y)
    view_controls.view_number(
        View,
        "budget",
        "Training steps",
        STEPS_RANGE,
        1_000,
        "Of each network. They are an axis now." if varied else "Of each network.",
        disabled=varied,
    )


def written(axis: Axis) -> str:
    """The values of an axis as read_values reads them."""
    return " ".join(f"{value:g}" for value in axis.values)


def _base() -> Experiment:
    """What the axes change: the experiment on screen, unless it is a cell that was opened."""
    cell, base = st.session_state.get(_OPENED, (None, None))
    return base if cell == session.experiment() else session.experiment()


def _axis(side: str) -> Axis:
    name, text = _shown(side), _shown(f"{side}s")
    return Axis(name, read_values(text)) if text else default_axis(name)


def _asked(spec: SweepSpec) -> list[str]:
    """The view of a shipped sweep: its axes have their usual values."""
    return [spec.x.axis, "", spec.y.axis, ""]


def _shown(name: str) -> str:
    """The axis of a side, or its values, as in the view."""
    return str(getattr(session.view(View), name))


def _take_axis(side: str) -> None:
    session.set_view(View, **{side: st.session_state[f"view.{side}"], f"{side}s": ""})
    session.set_view(View, cell="")


def _take_values(side: str) -> None:
    text = " ".join(st.session_state[f"view.{side}s"].split())
    session.set_view(View, **{f"{side}s": "" if text == written(default_axis(_shown(side))) else text})
    session.set_view(View, cell="")


def _shipped(spec: SweepSpec) -> tuple[Row, ...] | None:
    named = {name: one.spec for name, one in SWEEPS.items()}
    return shipped_whole(load_sweep, SHIPPED_SWEEPS, named, spec)


def _work(spec: SweepSpec) -> float | None:
    """Of training every network of a sweep by itself; stacks take less."""
    alike = Counter((member.experiment.network, member.experiment.training) for member in spec.members)
    total = 0.0
    for (network, trained), count in alike.items():
        one = server.costs().seconds(spec.experiment.replace(network=network, training=trained))
        if one is None:
            return None
        total += count * one
    return total


SWEEP: LongWork[SweepSpec, SweepUpdate, Row] = LongWork(
    purpose="sweep",
    name="sweep",
    chosen=chosen,
    compute=sweep_in_folder,
    load=load_sweep,
    shipped=_shipped,
    parts=lambda update: update.rows,
    complete=lambda spec: len(spec.members),
    describe=lambda spec, update: f"{len(update.rows):,} of {len(spec.members):,} networks",
    note=lambda spec: "",
    work=_work,
    texts=(
        "Train every network here, many at once; each stack is kept as it is finished.",
        "Hold the sweep; it goes on where it was.",
        "End it. The cells that are finished stay, and Run goes on after them.",
    ),
)
