"""The tables of samplers that ship: whole, of their run, sealed, and what the code makes today."""

import json
import shutil

import pytest

from explorer.compute.progress import finish
from explorer.experiments import checkpoints
from explorer.experiments.sampler_rates import AskedRates, default_rates, sampler_rates
from explorer.experiments.shipped_samplers import (
    SAMPLER_TABLES,
    TABLE,
    WITH_SAMPLERS,
    save_samplers,
    shipped_samplers,
)
from explorer.storage.files import CheckpointError


@pytest.fixture(scope="module")
def run():
    return checkpoints.shipped().load("three-modes").result


def folder(name="three-modes"):
    return checkpoints.shipped().root / name


@pytest.mark.parametrize("name", WITH_SAMPLERS)
def test_a_table_that_ships_is_whole(name):
    result = checkpoints.shipped().load_preset(name).result
    table = SAMPLER_TABLES.load(folder(name), result.experiment, result.network_digest)
    assert [(row.sampler, row.spec) for row in table.rows] == [
        (one.sampler, one.spec) for one in default_rates(result.experiment)
    ]
    assert (table.output is None) == bool(result.experiment.pictures)
    assert table.computed is not None
    assert shipped_samplers(result) == table or table.output is not None


def test_a_row_that_ships_is_what_is_measured_today(run):
    table = shipped_samplers(run)
    kept = next(row for row in table.rows if (row.sampler, row.calls) == ("dpm-solver++", 20))
    (now,) = finish(sampler_rates(run, [AskedRates(kept.sampler, kept.spec)]))
    assert now.model.beyond == pytest.approx(kept.model.beyond, rel=1e-3)
    assert now.truth.beyond == pytest.approx(kept.truth.beyond, rel=1e-3)


def test_the_table_of_another_network_and_an_edited_one_are_refused(run, tmp_path):
    with pytest.raises(CheckpointError, match="another network"):
        SAMPLER_TABLES.load(folder(), run.experiment, "0" * 16)
    with pytest.raises(CheckpointError, match="another experiment"):
        SAMPLER_TABLES.load(folder(), run.experiment.replace(seed=1), run.network_digest)
    with pytest.raises(CheckpointError, match="There is no table"):
        SAMPLER_TABLES.load(tmp_path, run.experiment, run.network_digest)
    copy = tmp_path / "three-modes"
    shutil.copytree(folder(), copy)
    values = json.loads((copy / TABLE).read_text())
    values["rows"][0]["calls"] += 1
    (copy / TABLE).write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match="was changed"):
        SAMPLER_TABLES.load(copy, run.experiment, run.network_digest)


def test_what_is_saved_is_read_back(run, tmp_path):
    table = shipped_samplers(run)
    save_samplers(tmp_path, run, table.rows[:2], table.output)
    again = SAMPLER_TABLES.load(tmp_path, run.experiment, run.network_digest)
    assert again.rows == table.rows[:2]
    for one, other in zip(again.output.densities, table.output.densities, strict=True):
        assert one.p == pytest.approx(other.p)
        assert one.x == pytest.approx(other.x)
