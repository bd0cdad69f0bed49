"""What a training costs here: the shipped runs' seconds, scaled by work and by what was measured."""

import json

import pytest
import torch

from explorer.experiments.checkpoints import SHIPPED_ROOT
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.experiments.training_cost import TrainingCosts, shipped_seconds


def training_seconds(name):
    return json.loads((SHIPPED_ROOT / name / "manifest.json").read_text())["snapshots"][-1]["seconds"]


@pytest.mark.parametrize("name", ["three-modes", "grid-25", "three-modes-paper", *PICTURE_PRESETS])
def test_a_shipped_run_costs_its_seconds_and_its_measurements(name):
    experiment = preset(name).experiment
    longer = experiment.replace(**{"training.steps": 2 * experiment.training.steps})
    assert shipped_seconds(longer) - shipped_seconds(experiment) == pytest.approx(training_seconds(name))
    assert training_seconds(name) <= shipped_seconds(experiment) < 1.7 * training_seconds(name)


def test_before_anything_was_measured_nothing_is_known():
    assert TrainingCosts().seconds(preset("three-modes").experiment) is None


def test_a_machine_that_took_twice_as_long_takes_twice_as_long():
    costs, one, grid = TrainingCosts(), preset("three-modes").experiment, preset("grid-25").experiment
    costs.record(one, 2 * shipped_seconds(one))
    assert costs.seconds(one) == pytest.approx(2 * shipped_seconds(one))
    assert costs.seconds(grid) == pytest.approx(2 * shipped_seconds(grid))
    assert costs.seconds(one.replace(seed=5)) == costs.seconds(one)


def test_each_kind_of_network_has_its_own_pace_and_outliers_do_not_count():
    costs, one, shapes = TrainingCosts(), preset("three-modes").experiment, preset("shapes-32").experiment
    for ratio in (2.0, 50.0, 3.0):
        costs.record(one, ratio * shipped_seconds(one))
    costs.record(shapes, 0.1 * shipped_seconds(shapes))
    assert costs.seconds(one) == pytest.approx(3 * shipped_seconds(one))
    assert costs.seconds(shapes) == pytest.approx(0.1 * shipped_seconds(shapes))
    costs.record(one, 2 * shipped_seconds(one))
    costs.record(one, 2 * shipped_seconds(one))
    assert costs.seconds(one) == pytest.approx(2 * shipped_seconds(one)), "the last three count"


def test_a_small_network_on_pictures_says_nothing_of_the_others():
    costs, shapes = TrainingCosts(), preset("shapes-32").experiment
    small = shapes.replace(**{"network.width": 16})
    costs.record(shapes, 2 * shipped_seconds(shapes))
    costs.record(small, 40 * shipped_seconds(small))
    assert costs.seconds(shapes) == pytest.approx(2 * shipped_seconds(shapes))


def test_more_work_costs_more():
    one = preset("three-modes").experiment
    changes = (
        {"training.steps": 9_000},
        {"training.batch": 600},
        {"network.width": 80},
        {"network.depth": 4},
    )
    assert all(shipped_seconds(one.replace(**change)) > shipped_seconds(one) for change in changes)
    assert shipped_seconds(PRESETS["three-modes-paper"].experiment) > 100 * shipped_seconds(one)


def test_a_probe_measures_this_machine():
    costs, one = TrainingCosts(), preset("three-modes").experiment
    costs.probe(one, torch.device("cpu"))
    assert 0 < costs.seconds(one) < float("inf")
