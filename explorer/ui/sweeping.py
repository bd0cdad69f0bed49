"""The Sweep page's rooms: the heat map, the slices through a cell, and what was found, in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.axes import AXES
from explorer.charts.sweeps import CELL, Sides, floor_of, heat_data, heat_spec, said, slice_data, slice_spec
from explorer.charts.words import told
from explorer.measuring import REPORTED_SAMPLES
from explorer.sweep_measures import MEASURES, measures, spread, values
from explorer.sweep_spec import Member, SweepSpec
from explorer.sweep_table import Cell
from explorer.ui import frame, state, sweep_controls, texts, training
from explorer.ui.chart import chart

ANSWERS = ("falls", "stays", "grows", "grows tenfold")
FEW_TIMES = 1.5  # a rate that changes by less than this factor has stayed
SHORT = {
    "modes": "modes",
    "sigma": "sigma",
    "spacing": "σ apart",
    "width": "units",
    "steps": "steps",
    "octaves": "octaves",
    "points": "points",
}


def sides(spec: SweepSpec) -> Sides:
    """The two axes of a sweep for the charts."""
    return Sides(AXES[spec.x.axis].title, spec.x.values, AXES[spec.y.axis].title, spec.y.values)


def measure(spec: SweepSpec) -> str:
    """What is read off every network; the rate where the measure of the view has no meaning."""
    wanted = state.view("measure")
    return wanted if wanted in measures(spec) else next(iter(MEASURES))


def heat_map(spec: SweepSpec, cells: Sequence[Cell], height: int, *, live: bool) -> None:
    """The whole sweep; a click on a cell picks it."""
    k, name = state.view("k"), measure(spec)
    shown = MEASURES[name]
    rows = [
        (cell.x, cell.y, found.median, found.low, found.high)
        for cell in cells
        if (found := spread(cell, name, k)) is not None
    ]
    title = f"{shown.title.format(k=k)}, median of {spec.seeds} seeds"
    event = chart(
        heat_data(sides(spec), rows, rates=shown.log, picked=picked(spec)),
        lambda mode: heat_spec(sides(spec), title, height, mode),
        key="heat",
        height=height,
        name="map of the sweep",
        on_select="rerun",
        selection_mode=CELL,
        alt=f"{title}: a cell for each {AXES[spec.x.axis].title} and {AXES[spec.y.axis].title}.",
        numbers=_extremes(spec, rows),
        live=live,
    )
    chosen = event.selection.get(CELL) if event else None
    if chosen and chosen != st.session_state.get("heat-click"):
        st.session_state["heat-click"] = chosen
        pick(float(chosen[0]["x"]), float(chosen[0]["y"]))
        st.rerun(scope="fragment")


def slices(spec: SweepSpec, cells: Sequence[Cell], height: int, *, live: bool) -> None:
    """Along both axes through the cell that is picked, a dot for every seed."""
    k, name = state.view("k"), measure(spec)
    x, y = picked(spec)
    shown = MEASURES[name]
    known = [value for cell in cells for _, value in values(cell.rows, name, k)]
    floor = floor_of(known) if shown.log else None
    for axis, fixed, at, pairs in (
        (spec.x, spec.y, y, [(cell.x, cell) for cell in cells if cell.y == y]),
        (spec.y, spec.x, x, [(cell.y, cell) for cell in cells if cell.x == x]),
    ):
        rows = [(place, seed, value) for place, cell in pairs for seed, value in values(cell.rows, name, k)]
        title = f"by {AXES[axis.axis].title}, at {at:g} {SHORT[fixed.axis]}"
        chart(
            slice_data(rows, floor),
            slice_spec(AXES[axis.axis].title, axis.values, title, height, floor),
            key=f"slice-{fixed.axis}",
            height=height,
            name=f"by {AXES[axis.axis].title}",
            y_title=shown.title.format(k=k),
            alt=f"{shown.title.format(k=k)} by {AXES[axis.axis].title}, a dot for each seed.",
            numbers=_span([value for *_, value in rows]),
            live=live,
        )


def _extremes(spec: SweepSpec, rows: Sequence[tuple[float, float, float, float, float]]) -> str:
    """The least and the largest median, and where they are."""
    if not rows:
        return "Nothing is measured yet."
    ends = (min(rows, key=lambda row: row[2]), max(rows, key=lambda row: row[2]))
    x, y = AXES[spec.x.axis].title, AXES[spec.y.axis].title
    least, most = (f"{value:.3g} at {x} {at:g} and {y} {over:g}" for at, over, value, *_ in ends)
    return f"The least is {least}, the largest {most}."


def _span(values: Sequence[float]) -> str:
    return f"From {min(values):.3g} to {max(values):.3g}." if values else ""


def picked(spec: SweepSpec) -> tuple[float, float]:
    """The cell of the view, or one in the middle."""
    x, _, y = state.view("cell").partition(":")
    xs, ys = ({f"{value:g}": value for value in axis.values} for axis in (spec.x, spec.y))
    usual_x, usual_y = spec.x.values[len(xs) // 2], spec.y.values[len(ys) // 2]
    return xs.get(x, usual_x), ys.get(y, usual_y)


def pick(x: float, y: float) -> None:
    """Look at a cell."""
    state.set_view("cell", f"{x:g}:{y:g}")


def cell_choice(spec: SweepSpec) -> None:
    """The cell that is looked at, for hands on a keyboard."""
    for axis, at, title in zip((spec.x, spec.y), picked(spec), ("Cell", ""), strict=True):
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
            help=texts.CELL if title else None,
        )


def _take_cell(spec: SweepSpec) -> None:
    x, y = (st.session_state[f"cell.{axis.axis}"] for axis in (spec.x, spec.y))
    pick(x, y)


def told_cell(spec: SweepSpec, cells: Sequence[Cell]) -> str:
    """What is known of the cell that is picked."""
    k, name, (x, y) = state.view("k"), measure(spec), picked(spec)
    cell = next((one for one in cells if (one.x, one.y) == (x, y)), None)
    found = None if cell is None else spread(cell, name, k)
    place = f"**{x:g} {SHORT[spec.x.axis]}, {y:g} {SHORT[spec.y.axis]}**"
    if cell is None or found is None:
        return f"{place}: not computed yet"
    log = MEASURES[name].log
    text = f"{place}: {said(found.median, log)} ({said(found.low, log)} to {said(found.high, log)})"
    middle = sorted(cell.rows, key=lambda row: row.outcome.beyond[k])[len(cell.rows) // 2]
    rate = middle.outcome.rate(k)
    if rate is not None and name == "rate":
        text += f"; seed {middle.seed} {told(rate.value, *rate.interval)}, n = {rate.n:,}"
    return text


def member(spec: SweepSpec, cells: Sequence[Cell]) -> Member:
    """The network of the cell that is picked with the median rate; the first while that is not known."""
    x, y = picked(spec)
    mine = [one for one in spec.members if (one.x, one.y) == (x, y)]
    cell = next((one for one in cells if (one.x, one.y) == (x, y)), None)
    if cell is None:
        return mine[0]
    rows = sorted(cell.rows, key=lambda row: row.outcome.beyond[state.view("k")])
    return spec.members[rows[len(rows) // 2].number]


def open_cell(spec: SweepSpec, cells: Sequence[Cell]) -> None:
    """Make the network of the cell that is picked the experiment of all pages, and train it if it is not
    stored: the sweep keeps what its networks produce, not their weights."""
    sweep_controls.open_cell(member(spec, cells).experiment)
    if frame.result()[0] is None:
        training.train()


def described(spec: SweepSpec) -> str:
    """How the numbers came about, in a few words."""
    mixture = spec.experiment.mixture
    exact = mixture is not None and mixture.dimensions == 1
    how = "exact densities" if exact else f"{REPORTED_SAMPLES:,} samples each"
    varied = {spec.x.axis, spec.y.axis}
    steps = "" if "steps" in varied else f" of {spec.experiment.training.steps:,} steps"
    return f"{len(spec.members):,} networks{steps}, {spec.seeds} seeds a cell, {how}"


def question(spec: SweepSpec) -> str:
    """What is asked before the reveal."""
    first, last, _ = _row(spec)
    return f"From {first:g} to {last:g} {SHORT[spec.x.axis]}, what does the rate do?"


def answer(spec: SweepSpec, cells: Sequence[Cell]) -> str | None:
    """What it does in the middle row; None while that is not known."""
    ends = _ends(spec, cells, "rate")
    if ends is None:
        return None
    ratio = max(ends[1], 1e-12) / max(ends[0], 1e-12)
    return ANSWERS[0 if ratio < 1 / FEW_TIMES else 1 if ratio < FEW_TIMES else 2 if ratio < 10 else 3]


def finding(spec: SweepSpec, cells: Sequence[Cell]) -> str:
    """What came of it so far, in a sentence."""
    name, (first, last, at) = measure(spec), _row(spec)
    ends, log = _ends(spec, cells, name), MEASURES[name].log
    if ends is None:
        return "Every cell trains its own networks on its own data; nothing is interpolated."
    place = f"At {at:g} {SHORT[spec.y.axis]}"
    text = (
        f"{place}, from {first:g} to {last:g} {SHORT[spec.x.axis]}, the median goes from "
        f"{{hallucinated:{said(ends[0], log)}:}} to {{hallucinated:{said(ends[1], log)}:}}"
    )
    gaps = _ends(spec, cells, "rate per gap") if (spec.x.axis, name) == ("modes", "rate") else None
    if gaps is not None:
        text += f"; for each gap between two modes from {said(gaps[0], True)} to {said(gaps[1], True)}"
    return f"{text}."


def _row(spec: SweepSpec) -> tuple[float, float, float]:
    """The ends of the across axis, and the row of the cell that is picked."""
    return min(spec.x.values), max(spec.x.values), picked(spec)[1]


def _ends(spec: SweepSpec, cells: Sequence[Cell], name: str) -> tuple[float, float] | None:
    first, last, at = _row(spec)
    known = {(cell.x, cell.y): spread(cell, name, state.view("k")) for cell in cells}
    low, high = known.get((first, at)), known.get((last, at))
    return None if low is None or high is None else (low.median, high.median)
