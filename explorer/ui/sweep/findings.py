"""What the shipped sweeps say about the paper's open question, with their numbers."""

from __future__ import annotations

import streamlit as st

from explorer.figures.words import percent
from explorer.storage.files import CheckpointError
from explorer.sweeps.presets import BUDGET, SHIPPED_SWEEPS
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import Cell, finished_cells, seed_range

K = 5
Cells = dict[tuple[float, float], Cell]


@st.cache_data(show_spinner=False)
def open_question() -> str:
    """An answer in careful words; nothing if the shipped sweeps are not there."""
    try:
        spacing, steps = _cells("modes-spacing"), _cells("modes-steps")
    except CheckpointError:
        return ""
    longest = max(y for _, y in steps)
    far = sorted({y for _, y in spacing})[1:]
    return f"""
**Is there a relation between the number of modes and the propensity to hallucinate?** The paper leaves it
open. Here there is one, for one recipe (an MLP of width 64, equal modes in a row, σ = 0.05, medians of five
seeds, beyond {K} σ).

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


def _cells(name: str) -> Cells:
    spec, rows = load_sweep(SHIPPED_SWEEPS / name)
    return {(cell.x, cell.y): cell for cell in finished_cells(spec, rows)}


def _number(cells: Cells, modes: int, at: float, measure: str) -> float:
    found = seed_range(cells[modes, at], measure, K)
    assert found is not None  # every cell of the shipped sweeps has every measure
    return found.median


def _number_of(cells: Cells, modes: int, at: float) -> str:
    return percent(_number(cells, modes, at, "rate"))


def _row(cells: Cells, at: float, measure: str, modes: tuple[int, ...]) -> str:
    return ", ".join(f"{count} modes {percent(_number(cells, count, at, measure))}" for count in modes)


def _two(cells: Cells, modes: int, first: float, last: float) -> str:
    """A cell's rate after two lengths of training."""
    ends = (f"{_number_of(cells, modes, at)} after {at:,.0f} steps" for at in (first, last))
    return ", ".join(ends)
