"""A sweep: its cells and members, its table, and that no stacking changes a row."""

import csv
import dataclasses
import io
import itertools
import json
import math

import numpy as np
import pytest
import torch

from explorer.data.mixtures import line, ring
from explorer.diffusion.training import Diverged
from explorer.experiments import measurement
from explorer.experiments import stack as stack_module
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import learn
from explorer.sweeps import run as sweeping
from explorer.sweeps import table
from explorer.sweeps.axes import Axis
from explorer.sweeps.run import sweep
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import NetworkSummary, Row, as_csv, finished_cells, summarize_network

CPU = torch.device("cpu")
SMALL = {
    "training.steps": 150,
    "training.batch": 64,
    "network.width": 16,
    "network.depth": 2,
    "sampler.steps": 40,
    "points": 500,
}
BASE = preset("three-modes").experiment.replace(**SMALL)
SPEC = SweepSpec(Axis("modes", (2, 3)), Axis("spacing", (8, 24)), BASE, seeds=2)


@pytest.fixture(scope="module", autouse=True)
def coarse():
    """Few samples: no test asks how accurate they are."""
    with pytest.MonkeyPatch.context() as patch:
        for room in (measurement, stack_module):
            patch.setattr(room, "REPORTED_SAMPLES", 1_000)
        yield


def completed(spec, folder=None):
    *_, last = sweep(spec, folder=folder)
    assert last.done
    return last.rows


def comparable(row):
    """All of a row but its seconds."""
    return dataclasses.replace(row, seconds=0.0)


@pytest.fixture(scope="module")
def updates():
    return list(sweep(SPEC))


# ---- what a sweep is made of ---------------------------------------------------------------------------


def test_members_are_every_seed_of_every_cell_in_the_order_of_the_table():
    spec = SweepSpec(Axis("modes", (2, 4)), Axis("width", (8, 32, 16)), BASE.replace(seed=7), seeds=3)
    assert [m.number for m in spec.members] == list(range(18))
    places = [(m.y, m.x, m.experiment.seed) for m in spec.members]
    assert places == list(itertools.product((8, 32, 16), (2, 4), (7, 8, 9)))
    for member in spec.members:
        assert member.experiment.mixture.modes == member.x
        assert member.experiment.network.width == member.y
        assert member.experiment.training == BASE.training


def test_a_spec_survives_json_and_its_digest_names_what_it_says():
    back = SweepSpec.from_json(json.loads(json.dumps(SPEC.to_json())))
    assert back == SPEC
    assert back.digest == SPEC.digest
    others = [
        dataclasses.replace(SPEC, seeds=3),
        dataclasses.replace(SPEC, x=SPEC.y, y=SPEC.x),
        dataclasses.replace(SPEC, x=Axis("modes", (3, 2))),
        dataclasses.replace(SPEC, experiment=BASE.replace(seed=1)),
    ]
    assert len({SPEC.digest, *(other.digest for other in others)}) == 5


def test_a_preset_may_stand_for_the_experiment():
    values = {
        "preset": "four-modes",
        "x": {"axis": "modes", "values": [2, 3, 4]},
        "y": {"axis": "spacing", "values": [8, 16.5]},
        "steps": 4000,
        "changes": {"training.batch": 128, "network": {"width": 32}, "seed": 3, "mixture.sigmas": [0.1]},
    }
    spec = SweepSpec.from_json(values)
    assert spec.seeds == 5
    mixture = dataclasses.replace(preset("four-modes").experiment.mixture, sigmas=(0.1,))
    changes = {"training.steps": 4000, "training.batch": 128, "network.width": 32, "seed": 3}
    assert spec.experiment == preset("four-modes").experiment.replace(mixture=mixture, **changes)
    assert (spec.x.values, spec.y.values) == ((2, 3, 4), (8.0, 16.5))
    whole = SweepSpec.from_json(values | {"changes": {"mixture": {"means": [[0], [1]], "sigmas": [0.1]}}})
    assert whole.experiment.mixture == line(0, 1, sigma=0.1)


FILE = {
    "preset": "three-modes",
    "x": {"axis": "modes", "values": [2, 3]},
    "y": {"axis": "sigma", "values": [0.05]},
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preset": "nothing"}, "no preset 'nothing'; there are three-modes"),
        ({"preset": 7}, "sweep.preset = 7 is not the name of a preset"),
        ({"preset": "shapes-32"}, "modes = 2, sigma = 0.05: Only an experiment of a mixture"),
        ({"preset": "grid-25"}, "modes = 2, sigma = 0.05: The number of modes can be varied on a line only"),
        ({"colour": "red"}, "sweep has no field 'colour'"),
        ({"x": {"axis": "modes"}}, "sweep.x lacks the field 'values'"),
        ({"x": [2, 3]}, "sweep.x should be an object"),
        ({"x": {"axis": "luck", "values": [1]}}, "no axis 'luck'; there are modes"),
        ({"x": {"axis": "modes", "values": []}}, "axis modes needs at least one value"),
        ({"x": {"axis": "modes", "values": 3}}, "sweep.x.values = 3 is not a list"),
        ({"x": {"axis": "modes", "values": ["two"]}}, "sweep.x.values = 'two' is not a number"),
        ({"x": {"axis": "modes", "values": [math.nan]}}, "sweep.x.values is not a number between"),
        ({"x": {"axis": "sigma", "values": [0.1]}}, "needs two different axes, not sigma twice"),
        ({"y": {"axis": "sigma", "values": [-0.05]}}, r"axis sigma takes values in \[0.005, 5\], not -0.05"),
        ({"y": {"axis": "spacing", "values": [500]}}, "modes = 2, spacing = 500: The coordinate -10.5"),
        ({"seeds": 0}, r"number of seeds 0 is outside \[1, 100\]"),
        ({"seeds": 2.5}, "sweep.seeds = 2.5 is not a whole number"),
        ({"seeds": True}, "sweep.seeds = True is not a whole number"),
        ({"steps": 0}, r"training's steps 0 is outside \[1, 200,000\]"),
        ({"steps": "many"}, "sweep.experiment.training.steps = 'many' is not a whole number"),
        ({"changes": {"training.stepz": 5}}, "sweep.experiment.training has no field 'stepz'"),
        ({"changes": {"points.x": 5}}, "sweep.changes.points has no fields that could be changed"),
        ({"changes": [1]}, "sweep.changes should be an object"),
        ({"experiment": BASE.to_json()}, "sweep has no field 'preset'"),
    ],
)
def test_refusals_name_the_field(changes, message):
    with pytest.raises(ValueError, match=message):
        SweepSpec.from_json(FILE | changes)


def test_what_is_no_sweep_is_refused():
    with pytest.raises(ValueError, match="sweep should be an object"):
        SweepSpec.from_json([])


@pytest.mark.parametrize("field", ["x", "y", "preset"])
def test_a_field_that_is_missing_is_named(field):
    with pytest.raises(ValueError, match=f"sweep lacks the field '{field}'"):
        SweepSpec.from_json({name: value for name, value in FILE.items() if name != field})


def test_more_networks_than_fit_are_refused_before_any_is_made():
    x, y = Axis("points", tuple(range(1000, 1051))), Axis("steps", tuple(range(1, 41)))
    with pytest.raises(ValueError, match=r"51 x 40 cells of 1 seeds are 2,040 networks; .* at most 2,000"):
        SweepSpec(x, y, BASE, seeds=1)
    huge = Axis("points", tuple(range(100, 100_000)))
    with pytest.raises(ValueError, match="are 399,600,000 networks"):
        SweepSpec(huge, y, BASE, seeds=100)


# ---- stacks --------------------------------------------------------------------------------------------


def test_stacks_hold_every_network_once_and_only_what_can_share(monkeypatch):
    spec = SweepSpec(Axis("modes", (2, 3)), Axis("width", (8, 512)), BASE, seeds=5)
    plan = sweeping.stacks(spec.members, CPU)
    assert [m.number for stack in plan for m in stack] == list(range(20))
    assert [len(stack) for stack in plan] == [10, 10]
    monkeypatch.setattr(sweeping, "LARGEST_STACK", 4)
    assert [len(stack) for stack in sweeping.stacks(spec.members, CPU)] == [3, 3, 4, 3, 3, 4]
    paper = preset("three-modes-paper").experiment
    wide = SweepSpec(Axis("modes", (2, 3)), Axis("sigma", (0.05, 0.1)), paper, seeds=2)
    assert [len(stack) for stack in sweeping.stacks(wide.members, CPU)] == [1] * 8  # a batch fills the memory


@pytest.mark.parametrize("largest", [1, 2])
def test_the_table_does_not_depend_on_the_size_of_the_stacks(updates, largest, monkeypatch):
    monkeypatch.setattr(sweeping, "LARGEST_STACK", largest)
    assert_same_to_rounding(completed(SPEC), updates[-1].rows)


def assert_same_to_rounding(rows, expected):
    for row, other in zip(rows, expected, strict=True):
        assert (row.number, row.x, row.y, row.seed) == (other.number, other.x, other.y, other.seed)
        assert row.outcome.beyond == pytest.approx(other.outcome.beyond, rel=1e-3)
        assert row.outcome.mode_shares == pytest.approx(other.outcome.mode_shares, rel=1e-3)
        assert row.outcome.width == pytest.approx(other.outcome.width, rel=1e-3)
        assert row.outcome.noise_error == pytest.approx(other.outcome.noise_error, rel=1e-3)


def test_every_row_is_what_learn_measures_of_its_experiment(updates):
    for row in updates[-1].rows[1::3]:
        *_, last = learn(SPEC.members[row.number].experiment)
        expected = summarize_network(last.result)
        assert row.outcome.beyond == pytest.approx(expected.beyond, rel=1e-3)
        assert row.outcome.noise_error == pytest.approx(expected.noise_error, rel=1e-3)


def test_axes_of_the_training_are_swept_in_stacks_of_their_own():
    spec = SweepSpec(Axis("steps", (60, 200)), Axis("points", (100, 3000)), BASE, seeds=1)
    rows = completed(spec)
    assert [(row.x, row.y) for row in rows] == [(60, 100), (200, 100), (60, 3000), (200, 3000)]
    assert rows[0].outcome.noise_error > rows[1].outcome.noise_error
    assert rows[2].outcome.noise_error > rows[3].outcome.noise_error


def test_in_the_plane_rates_are_counted():
    base = BASE.replace(mixture=ring(), **{"sampler.steps": 10})
    rows = completed(SweepSpec(Axis("spacing", (10, 40)), Axis("octaves", (0, 2)), base, seeds=1))
    assert len(rows) == 4
    for row in rows:
        assert row.outcome.n == 1_000
        assert row.outcome.rate(5).value == row.outcome.beyond[5]


# ---- along the way -------------------------------------------------------------------------------------


def test_updates_move_on_and_cells_appear_when_all_of_their_seeds_are_there(monkeypatch):
    monkeypatch.setattr(sweeping, "LARGEST_STACK", 3)  # stacks of 2, 3, 3: cells end within them
    updates = list(sweep(SPEC))
    for before, now in itertools.pairwise(updates):
        assert before.share <= now.share
        assert before.seconds <= now.seconds
        assert now.rows[: len(before.rows)] == before.rows
    assert {len(u.rows) for u in updates} == {0, 2, 5, 8}
    assert {(len(u.rows), len(u.cells)) for u in updates} == {(0, 0), (2, 1), (5, 2), (8, 4)}
    assert (updates[-1].share, updates[-1].seconds_left) == (1, 0)
    assert updates[-1].seconds == pytest.approx(sum(row.seconds for row in updates[-1].rows))
    middle = next(u for u in updates if len(u.rows) == 5)
    assert middle.share == pytest.approx(5 / 8)
    assert middle.seconds_left == pytest.approx(middle.seconds * 3 / 5)


def test_a_network_that_breaks_is_named_by_its_cell(monkeypatch):
    def broken(experiments, **_):
        raise Diverged(120, 3, 8)
        yield

    monkeypatch.setattr(sweeping, "learn_stack", broken)
    with pytest.raises(
        FloatingPointError, match="modes = 3, spacing = 8, seed 1: the loss stopped .* step 120"
    ):
        list(sweep(SPEC))


# ---- the table -----------------------------------------------------------------------------------------


def test_the_csv_is_what_was_measured(updates):
    rows = updates[-1].rows
    read = list(csv.DictReader(io.StringIO(as_csv(SPEC, rows))))
    assert len(read) == 8
    assert list(read[0]) == table.columns(SPEC)
    for line_, row in zip(read, rows, strict=True):
        assert (int(line_["modes"]), float(line_["spacing"]), int(line_["seed"])) == (row.x, row.y, row.seed)
        for k in (4, 5, 6, 8):
            known = "" if row.y == 8 else repr(row.outcome.beyond[k])  # 8 sigma apart there is no gap
            assert line_[f"beyond_{k}"] == known
            assert line_[f"beyond_{k}_low"] == line_[f"beyond_{k}_high"] == ""
            assert line_[f"beyond_{k}_error"] == ("" if row.y == 8 else repr(row.outcome.numerical_error(k)))
            assert line_[f"gap_beyond_{k}"] == ("0" if row.y == 8 else "1")
        assert (line_["k"], line_["kind"], line_["n"], line_["samples"]) == ("5", "exact", "", "")
        assert line_["hallucinated_share"] == line_["beyond_5"]
        assert line_["hallucinated_share_error"] == line_["beyond_5_error"]
        assert line_["loss"] == ""
        for name in ("middle_share", "extreme_share", "width", "noise_error"):
            assert float(line_[name]) == getattr(row.outcome, name)
        assert float(line_["seconds"]) == pytest.approx(row.seconds, abs=1e-3)


def counted(number, rate, x=2, y=24.0, width=1.0):
    beyond = {4: rate, 5: rate / 2, 6: 0.0, 8: 0.0}
    shares = {"mode_shares": (0.5, 0.5), "middle_share": 0.5, "extreme_share": 0.5}
    found = NetworkSummary.from_json({"beyond": beyond, "n": 1000, **shares, "width": width, "loss": 0.1})
    return Row(number, x, y, number % 2, found, 1.0)


def test_a_counted_rate_has_its_interval_and_what_is_unknown_is_empty():
    read = next(csv.DictReader(io.StringIO(as_csv(SPEC, [counted(4, 0.02, width=None)]))))
    # Wilson's interval of 20 of 1000: (0.02 + 0.00192 +- 0.0088...) / 1.00384
    assert float(read["beyond_4_low"]) == pytest.approx(0.01299, abs=1e-4)
    assert float(read["beyond_4_high"]) == pytest.approx(0.03069, abs=1e-4)
    assert float(read["beyond_6_low"]) == 0
    assert (read["samples"], read["n"], read["width"], read["kind"]) == ("1000", "1000", "", "counted")
    at_four = next(csv.DictReader(io.StringIO(as_csv(SPEC, [counted(4, 0.02)], 4))))
    assert (at_four["k"], at_four["hallucinated_share"]) == ("4", "0.02")
    for end in ("low", "high"):
        assert at_four[f"hallucinated_share_{end}"] == read[f"beyond_4_{end}"]


def test_a_summary_has_the_median_and_the_range_of_whole_cells():
    spec = dataclasses.replace(SPEC, seeds=3)
    rows = [counted(6 + i, rate) for i, rate in enumerate((0.3, 0.1, 0.2))] + [counted(9, 0.5, x=3)]
    (cell,) = finished_cells(spec, reversed(rows))
    assert (cell.x, cell.y) == (2, 24)
    assert [row.number for row in cell.rows] == [6, 7, 8]
    assert (cell.beyond[4].median, cell.beyond[4].low, cell.beyond[4].high) == (0.2, 0.1, 0.3)
    assert cell.beyond[5].median == 0.1
    (even,) = finished_cells(SPEC, rows[:2])
    assert even.beyond[4].median == pytest.approx(0.2)


def test_cells_whose_modes_leave_no_room_have_no_rate():
    spec = dataclasses.replace(SPEC, y=Axis("spacing", (8, 10, 12, 16, 17)), seeds=1)
    rows = [counted(member.number, 0.1, member.x, member.y) for member in spec.members]
    found = {(cell.x, cell.y): set(cell.beyond) for cell in finished_cells(spec, rows)}
    room = {8: set(), 10: {4}, 12: {4, 5}, 16: {4, 5, 6}, 17: {4, 5, 6, 8}}  # spacing > 2 k
    assert found == {(x, y): ks for x in (2, 3) for y, ks in room.items()}
    plane = preset("grid-25").experiment
    spec = SweepSpec(Axis("spacing", (6, 24)), Axis("steps", (1000,)), plane, seeds=1)
    assert table.gap_thresholds(spec, 0) == (4, 5, 6, 8)  # between four modes there is room


def test_the_summary_of_a_sweep_is_that_of_its_rows(updates):
    assert len(updates[-1].cells) == 4
    for cell in updates[-1].cells:
        if cell.y == 8:
            assert cell.beyond == {}
            continue
        rates = [row.outcome.beyond[5] for row in updates[-1].rows if (row.x, row.y) == (cell.x, cell.y)]
        assert cell.beyond[5].median == np.median(rates)
        assert (cell.beyond[5].low, cell.beyond[5].high) == (min(rates), max(rates))


def test_an_experiment_without_a_mixture_has_no_sweep():
    with pytest.raises(ValueError, match="Only an experiment of a mixture"):
        SweepSpec(SPEC.x, SPEC.y, Experiment(pictures="shapes-32", points=100))
