"""What the Sweep page shows: the heat map, the slices through a cell, and what was found, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from explorer.experiments.measurement import REPORTED_SAMPLES
from explorer.experiments.settings import nearest_preset
from explorer.figures.palette import Mode
from explorer.figures.vega.sweeps import (
    Sides,
    floor_of,
    format_value,
    heat_data,
    heat_spec,
    slice_data,
    slice_spec,
)
from explorer.figures.words import format_rate, growth, percent
from explorer.page_figures.main_figure import ChartFigure
from explorer.storage.files import CheckpointError
from explorer.sweeps.axes import AXES
from explorer.sweeps.presets import BUDGET, SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.spec import Member, SweepSpec
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import (
    DEFAULT_K,
    MEASURES,
    Cell,
    Row,
    finished_cells,
    gap_thresholds,
    measures,
    seed_range,
    values,
)

HEIGHT = 400
SHORT = {
    "modes": "modes",
    "sigma": "sigma",
    "spacing": "σ apart",
    "width": "units",
    "steps": "steps",
    "octaves": "octaves",
    "points": "points",
}


@dataclass(frozen=True)
class ShownSweep:
    """A sweep as a page shows it.

    cells       those that are finished
    k           how many sigma from every mode a hallucination begins
    measure     what is read off every network, one of MEASURES
    picked      the x and the y of the cell that is singled out
    """

    spec: SweepSpec
    cells: Sequence[Cell]
    k: int
    measure: str
    picked: tuple[float, float]

    @property
    def cell(self) -> Cell | None:
        """The cell that is singled out; None until it is finished."""
        return next((one for one in self.cells if (one.x, one.y) == self.picked), None)


def shown_sweep(
    spec: SweepSpec, cells: Sequence[Cell], k: int = DEFAULT_K, measure: str = "rate", cell: str = ""
) -> ShownSweep:
    """A sweep with the cell that a text like 3:20 names, else one in the middle; the rate stands in for a
    measure that has no meaning here."""
    x, _, y = cell.partition(":")
    xs, ys = ({f"{value:g}": value for value in axis.values} for axis in (spec.x, spec.y))
    middle_x, middle_y = spec.x.values[len(xs) // 2], spec.y.values[len(ys) // 2]
    known = measure if measure in measures(spec) else next(iter(MEASURES))
    return ShownSweep(spec, cells, k, known, (xs.get(x, middle_x), ys.get(y, middle_y)))


# ---- charts --------------------------------------------------------------------------------------


def main_figure(spec: SweepSpec, rows: Iterable[Row], mode: Mode = "light") -> ChartFigure:
    """The heat map of a sweep's rate."""
    chart = heat_map(shown_sweep(spec, finished_cells(spec, rows)), mode)
    return replace(chart, caption=f"{chart.caption} · {nearest_preset(spec.experiment).name}")


def heat_map(shown: ShownSweep, mode: Mode, height: int = HEIGHT) -> ChartFigure:
    """The whole sweep, the median of each cell."""
    spec, measure = shown.spec, MEASURES[shown.measure]
    sides = Sides(AXES[spec.x.axis].title, spec.x.values, AXES[spec.y.axis].title, spec.y.values)
    rows = [
        (cell.x, cell.y, found.median, found.low, found.high)
        for cell in shown.cells
        if (found := seed_range(cell, shown.measure, shown.k)) is not None
    ]
    title = f"{measure.title.format(k=shown.k)}, median of {spec.seeds} seeds"
    return ChartFigure(
        heat_spec(sides, title, height, mode),
        heat_data(sides, rows, rates=measure.log, picked=shown.picked, without_gap=_without_gap(shown)),
        f"{title}: a cell for each {sides.x} and {sides.y}.",
        _extremes(spec, rows),
        caption=f"{title}, {sides.y} over {sides.x} · {evaluation_method(spec)} · framed: "
        + describe_cell(shown).replace("**", ""),
    )


def slices(shown: ShownSweep, height: int) -> tuple[ChartFigure, ChartFigure]:
    """Along x and along y through the cell that is singled out, a dot for every seed."""
    spec, name, k, (x, y) = shown.spec, shown.measure, shown.k, shown.picked
    measure = MEASURES[name]
    known = [value for cell in shown.cells for _, value in values(cell, name, k)]
    floor = floor_of(known) if measure.log else None
    found = []
    for axis, fixed, at, pairs in (
        (spec.x, spec.y, y, [(cell.x, cell) for cell in shown.cells if cell.y == y]),
        (spec.y, spec.x, x, [(cell.y, cell) for cell in shown.cells if cell.x == x]),
    ):
        rows = [(place, seed, value) for place, cell in pairs for seed, value in values(cell, name, k)]
        title = f"by {AXES[axis.axis].title}, at {at:g} {SHORT[fixed.axis]}"
        if pairs and not rows:
            title += ": no gap"
        alt = f"{measure.title.format(k=k)} by {AXES[axis.axis].title}, a dot for each seed."
        numbers = [value for *_, value in rows]
        found.append(
            ChartFigure(
                slice_spec(AXES[axis.axis].title, axis.values, title, height, floor),
                slice_data(rows, floor),
                alt,
                f"From {min(numbers):.3g} to {max(numbers):.3g}." if numbers else "",
                caption=f"{measure.title.format(k=k)}, {title}, a dot for each of {spec.seeds} seeds · "
                + evaluation_method(spec),
            )
        )
    along_x, along_y = found
    return along_x, along_y


def _without_gap(shown: ShownSweep) -> frozenset[tuple[float, float]]:
    """The places at which there is no gap to count in, if a rate is shown."""
    if not MEASURES[shown.measure].log:
        return frozenset()
    first = {(one.x, one.y): one.number for one in reversed(shown.spec.members)}
    return frozenset(at for at, number in first.items() if shown.k not in gap_thresholds(shown.spec, number))


def _extremes(spec: SweepSpec, rows: Sequence[tuple[float, float, float, float, float]]) -> str:
    """The least and the largest median, and where they are."""
    if not rows:
        return "Nothing is measured yet."
    ends = (min(rows, key=lambda row: row[2]), max(rows, key=lambda row: row[2]))
    x, y = AXES[spec.x.axis].title, AXES[spec.y.axis].title
    least, most = (f"{value:.3g} at {x} {at:g} and {y} {over:g}" for at, over, value, *_ in ends)
    return f"The least is {least}, the largest {most}."


# ---- words ---------------------------------------------------------------------------------------


def describe_cell(shown: ShownSweep) -> str:
    """What is known of the cell that is singled out."""
    spec, cell, k, (x, y) = shown.spec, shown.cell, shown.k, shown.picked
    found = None if cell is None else seed_range(cell, shown.measure, k)
    place = f"**{x:g} {SHORT[spec.x.axis]}, {y:g} {SHORT[spec.y.axis]}**"
    if (x, y) in _without_gap(shown):
        return f"{place}: no gap beyond {k} σ"
    if cell is None or found is None:
        return f"{place}: not computed yet"
    log = MEASURES[shown.measure].log
    median, low, high = (format_value(value, log) for value in (found.median, found.low, found.high))
    text = f"{place}: {median} ({low} to {high})"
    middle = sorted(cell.rows, key=lambda row: row.outcome.beyond[k])[len(cell.rows) // 2]
    rate = middle.outcome.rate(k)
    if rate is not None and shown.measure == "rate":
        text += f"; seed {middle.seed} {format_rate(rate.value, *rate.interval)}, n = {rate.n:,}"
    return text


def cell_member(shown: ShownSweep) -> Member:
    """The network of the cell that is singled out with the median rate; the first while that is not known."""
    if shown.cell is None:
        return next(one for one in shown.spec.members if (one.x, one.y) == shown.picked)
    rows = sorted(shown.cell.rows, key=lambda row: row.outcome.beyond[shown.k])
    return shown.spec.members[rows[len(rows) // 2].number]


def evaluation_method(spec: SweepSpec) -> str:
    """How the numbers came about, in a few words."""
    mixture = spec.experiment.mixture
    exact = mixture is not None and mixture.dimensions == 1
    how = "exact densities" if exact else f"{REPORTED_SAMPLES:,} samples each"
    varied = {spec.x.axis, spec.y.axis}
    steps = "" if "steps" in varied else f" of {spec.experiment.training.steps:,} steps"
    return f"{len(spec.members):,} networks{steps}, {spec.seeds} seeds a cell, {how}"


def question(shown: ShownSweep) -> str:
    """What is asked before the reveal; the answers are GROWTHS."""
    low, high = _row_ends(shown)
    return f"From {low:g} to {high:g} {SHORT[shown.spec.x.axis]}, what does the rate do?"


def answer(shown: ShownSweep) -> str | None:
    """What the rate does in the row of the cell that is singled out; None while that is not known."""
    ends = _ends(shown, "rate")
    return None if ends is None else growth(max(ends[1], 1e-12) / max(ends[0], 1e-12))


def describe_findings(shown: ShownSweep) -> str:
    """What came of it so far, in a sentence."""
    spec, name = shown.spec, shown.measure
    ends, log = _ends(shown, name), MEASURES[name].log
    low, high = _row_ends(shown)
    if (low, shown.picked[1]) in _without_gap(shown):
        return (
            f"At {shown.picked[1]:g} {SHORT[spec.y.axis]} the modes leave no gap beyond {shown.k} σ: "
            "what is that far away lies outside all of them, so there is nothing to compare."
        )
    if ends is None:
        return "Every cell trains its own networks on its own data; nothing is interpolated."
    text = (
        f"At {shown.picked[1]:g} {SHORT[spec.y.axis]}, from {low:g} to {high:g} "
        f"{SHORT[spec.x.axis]}, the median goes from "
        f"{{hallucinated:{format_value(ends[0], log)}:}} to {{hallucinated:{format_value(ends[1], log)}:}}"
    )
    gaps = _ends(shown, "rate per gap") if (spec.x.axis, name) == ("modes", "rate") else None
    if gaps is not None:
        first, last = (format_value(end, True) for end in gaps)
        text += f"; for each gap between two modes from {first} to {last}"
    return f"{text}."


def _ends(shown: ShownSweep, name: str) -> tuple[float, float] | None:
    """The medians at both ends of the row of the cell that is singled out."""
    (first, last), at = _row_ends(shown), shown.picked[1]
    known = {(cell.x, cell.y): seed_range(cell, name, shown.k) for cell in shown.cells}
    low, high = known.get((first, at)), known.get((last, at))
    return None if low is None or high is None else (low.median, high.median)


def _row_ends(shown: ShownSweep) -> tuple[float, float]:
    """The least and the largest x in the row of the cell that is singled out, of those with a gap to count in
    if any of them has one."""
    xs, closed = shown.spec.x.values, _without_gap(shown)
    some = [x for x in xs if (x, shown.picked[1]) not in closed] or xs
    return min(some), max(some)


# ---- the paper's open question -------------------------------------------------------------------


CellsByPlace = dict[tuple[float, float], Cell]


@cache
def open_question() -> str:
    """An answer in careful words, with the numbers of the shipped sweeps; nothing if they are not there."""
    try:
        spacing, steps = _cells("modes-spacing"), _cells("modes-steps")
    except CheckpointError:
        return ""
    longest = max(y for _, y in steps)
    far = sorted({y for _, y in spacing})[1:]
    return f"""
**Is there a relation between the number of modes and the propensity to hallucinate?** The paper leaves it
open. Here there is one, for one recipe (an MLP of width 64, equal modes in a row, σ = 0.05, medians of five
seeds, beyond {DEFAULT_K} σ).

- At every spacing from {far[0]:g} σ to {far[-1]:g} σ, and after every length of training, **more modes
hallucinate more**. After {longest:,.0f} steps: {_row(steps, longest, "rate", (2, 3, 4, 5, 6, 8))}.
- As long as the modes are learned well, the rate grows a little faster than the number of gaps. Per gap,
after {longest:,.0f} steps: {_row(steps, longest, "rate per gap", (2, 3, 4))}.
- Then it jumps, where the network does not yet tell the modes apart: they come out up to
{_number(steps, 8, BUDGET, "width"):.1f} times too wide, and an inner mode gets
{_number(steps, 8, BUDGET, "middle share"):.1f} times what an outer one gets (8 modes, {BUDGET:,} steps).
Longer training moves the jump: 4 modes {_two(steps, 4, 1_000, 2_000)}, 5 modes
{_two(steps, 5, BUDGET, longest)}. So more modes need longer training; whether they would hallucinate more
after any length of it, this does not decide.
- The spacing matters little once it is wide enough to leave room between the modes: 3 modes
{_number_of(spacing, 3, far[0])} at {far[0]:g} σ, {_number_of(spacing, 3, far[-1])} at {far[-1]:g} σ.

Nothing here is about images, other widths or other data.
"""


def _cells(name: str) -> CellsByPlace:
    spec, rows = load_sweep(SHIPPED_SWEEPS / name, SWEEPS[name].spec)
    return {(cell.x, cell.y): cell for cell in finished_cells(spec, rows)}


def _number(cells: CellsByPlace, modes: int, at: float, measure: str) -> float:
    found = seed_range(cells[modes, at], measure, DEFAULT_K)
    assert found is not None  # every cell of the shipped sweeps has every measure
    return found.median


def _number_of(cells: CellsByPlace, modes: int, at: float) -> str:
    return percent(_number(cells, modes, at, "rate"))


def _row(cells: CellsByPlace, at: float, measure: str, modes: tuple[int, ...]) -> str:
    return ", ".join(f"{count} modes {percent(_number(cells, count, at, measure))}" for count in modes)


def _two(cells: CellsByPlace, modes: int, first: float, last: float) -> str:
    """A cell's rate after two lengths of training."""
    ends = (f"{_number_of(cells, modes, at)} after {at:,.0f} steps" for at in (first, last))
    return ", ".join(ends)
