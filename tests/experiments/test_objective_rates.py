"""Networks of each objective: equal training, equal samplers, and what is told over seeds."""

import pytest

from explorer.compute.progress import finish
from explorer.experiments import checkpoints
from explorer.experiments.objective_rates import (
    OBJECTIVES,
    SEEDS,
    TABLE,
    load_objectives,
    objective_experiment,
    objective_rates,
    over_seeds,
    save_objectives,
    shipped_objectives,
)
from explorer.experiments.presets import preset
from explorer.page_figures.samplers_findings import describe_objectives
from explorer.storage.files import CheckpointError


def test_only_objective_and_seed_differ():
    base = preset("three-modes").experiment
    made = objective_experiment(base, "flow", 3)
    assert made.differences(base) == {"network.prediction": "flow", "training.steps": "3000", "seed": "3"}


def test_networks_are_trained_measured_stored_and_read(tmp_path):
    tiny = preset("two-modes").experiment.replace(**{"training.steps": 100, "training.batch": 50})
    rows = finish(objective_rates(tiny, objectives=("flow",), seeds=1))
    assert [(one.objective, one.seed, one.row.sampler, one.row.calls) for one in rows] == [
        ("flow", 0, name, calls) for calls in (20, 50) for name in ("ddim", "dpm-solver++")
    ]
    save_objectives(tmp_path, tiny, rows)
    assert load_objectives(tmp_path, tiny)[0] == rows
    with pytest.raises(CheckpointError, match="another experiment"):
        load_objectives(tmp_path, tiny.replace(seed=1))


def test_what_ships_is_whole_and_is_told_with_its_range():
    experiment = preset("three-modes").experiment
    assert (checkpoints.shipped().root / "three-modes" / TABLE).is_file()
    rows = shipped_objectives(experiment)
    assert {(one.objective, one.seed) for one in rows} == {(o, s) for o in OBJECTIVES for s in range(SEEDS)}
    ranges = over_seeds(rows, "ddim", 20, 5)
    for one in ranges.values():
        assert one.low <= one.median <= one.high
    truth = {one.row.truth.beyond[5] for one in rows if (one.row.sampler, one.row.calls) == ("ddim", 20)}
    assert max(truth) - min(truth) < 1e-12  # the true score knows no objective
    said = describe_objectives(rows, 5)
    assert len(said) == 2
    assert all("flow matching" in sentence and "[" in sentence for sentence in said)
    assert shipped_objectives(experiment.replace(seed=1)) == ()
