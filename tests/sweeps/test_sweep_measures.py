"""What is read off a sweep: every measure against the outcome that it comes from."""

from __future__ import annotations

import pytest

from explorer.data.mixtures import ring
from explorer.experiments.experiment import Experiment
from explorer.sweeps.axes import Axis
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import MEASURES, finished_cells, measures, seed_range, values
from tests.sweeps.test_sweep import SPEC, coarse, completed  # noqa: F401


@pytest.fixture(scope="module")
def cells():
    return finished_cells(SPEC, completed(SPEC))


def test_measures_are_read_off_the_outcomes(cells):
    for cell in cells:
        for row in cell.rows:
            made, modes = row.outcome, int(cell.x)
            read = {name: measure.read(made, 5) for name, measure in MEASURES.items()}
            assert read["rate"] == made.beyond[5]
            assert read["rate per gap"] == pytest.approx(made.beyond[5] / (modes - 1))
            assert read["width"] == made.width
            assert read["middle share"] == pytest.approx(made.middle_share / made.extreme_share)
    two = [cell for cell in cells if cell.x == 2]
    assert all(value == pytest.approx(1) for cell in two for _, value in values(cell, "middle share", 5))


def test_a_cell_is_told_by_its_median_and_range(cells):
    for cell in cells:
        found = seed_range(cell, "rate", 5)
        assert found == cell.beyond.get(5)
        assert (found is None) == (cell.y == 8)  # 8 sigma apart there is no gap to count in
        assert [seed for seed, _ in values(cell, "rate", 5)] == ([] if found is None else [0, 1])
        assert [seed for seed, _ in values(cell, "width", 5)] == [0, 1]


def test_a_measure_without_a_number_is_left_out(cells):
    import dataclasses

    cell = cells[0]
    lost = tuple(
        dataclasses.replace(row, outcome=dataclasses.replace(row.outcome, width=None)) for row in cell.rows
    )
    assert seed_range(dataclasses.replace(cell, rows=lost), "width", 5) is None
    assert seed_range(dataclasses.replace(cell, rows=(*lost[:1], *cell.rows[1:])), "width", 5) is not None


def test_gaps_are_those_of_a_line():
    plane = SweepSpec(Axis("width", (16, 32)), Axis("steps", (100, 200)), Experiment(ring()))
    assert "rate per gap" in measures(SPEC)
    assert "rate per gap" not in measures(plane)
