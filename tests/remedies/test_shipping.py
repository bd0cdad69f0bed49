"""What ships loads, is of its experiment, and agrees with a measurement made now; damage is named."""

import json

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.remedies.default_treatments import default_treatments
from explorer.remedies.pricing import priced
from explorer.remedies.shipping import PRICED, SEEDS, SHIPPED_PRICES, shipped_prices
from explorer.remedies.store import load_prices
from explorer.remedies.training_variants import CHANGES
from explorer.remedies.treatment import read_treatment
from explorer.storage.files import CheckpointError


@pytest.fixture
def copied(tmp_path):
    folder = tmp_path / "three-modes"
    folder.mkdir()
    for path in (SHIPPED_PRICES / "three-modes").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("name", PRICED)
def test_every_usual_treatment_ships(name):
    found, experiment = shipped_prices(name), preset(name).experiment
    assert found.digest == experiment.digest
    assert [row.treatment for row in found.treated] == default_treatments(experiment)
    assert len(found.changed) == (SEEDS * len(CHANGES) if PRICED[name] else 0)
    size = sum(path.stat().st_size for path in (SHIPPED_PRICES / name).iterdir())
    assert size < 1_500_000
    mixture = experiment.mixture
    for row in found.treated:
        if experiment.pictures:
            assert row.shown.samples.shape == (24, 1, 32, 32)
            assert sum(row.price.kinds.values()) == row.price.n == 256
        elif mixture.dimensions == 2:
            assert row.shown.samples.shape == (2_000, 2)
            rate = row.price.rate(5)
            away = np.linalg.norm(row.shown.samples[:, None] - np.array(mixture.means), axis=2).min(1)
            seen = (away > 5 * mixture.sigmas[0]).mean()
            spread = max(rate.value * (1 - rate.value), 1e-4)
            assert abs(seen - rate.value) < 4 * (spread / 2_000) ** 0.5
        else:
            density = row.shown.density
            assert density.p.sum() * density.cell == pytest.approx(1, abs=1e-5)
            assert density.mass_beyond(mixture, 5) == pytest.approx(row.price.beyond[5], rel=0.05, abs=2e-6)


def test_a_shipped_price_is_what_its_run_gives():
    result = checkpoints.shipped().load("three-modes").result
    for text in ("", "guidance=1"):
        treatment = read_treatment(text)
        shipped, now = (
            shipped_prices("three-modes").find(treatment).price,
            finish(priced(result, treatment)).price,
        )
        assert now.beyond == pytest.approx(shipped.beyond, rel=1e-3)
        assert now.mode_shares == pytest.approx(shipped.mode_shares, abs=1e-4)
        assert (now.network_calls, now.n) == (shipped.network_calls, shipped.n)
    assert result.final.measurement.beyond == pytest.approx(
        shipped_prices("three-modes").find(()).price.beyond, rel=0.01
    )


def test_an_unchanged_network_ships_as_it_was_trained():
    first, *others = shipped_prices("three-modes").seeds("as-it-is")
    known = checkpoints.shipped().load("three-modes").result.final.measurement.beyond
    assert first.price.beyond == pytest.approx(known, rel=0.02)
    assert [row.seed for row in others] == [1, 2]
    assert shipped_prices("three-modes").find(read_treatment("guidance=0.123")) is None


def test_damage_is_named(copied):
    experiment = preset("three-modes").experiment
    assert load_prices(copied, experiment).digest == experiment.digest
    with pytest.raises(CheckpointError, match="of three-modes cannot be read: it is of another run"):
        load_prices(copied, preset("four-modes").experiment)
    table = copied / "prices.json"
    whole = table.read_bytes()
    values = json.loads(whole)
    values["treated"][0]["price"]["beyond"]["5"] = 0.5
    table.write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match=r"prices\.json .* was changed"):
        load_prices(copied, experiment)
    table.write_bytes(whole)
    arrays = copied / "shown.safetensors"
    arrays.write_bytes(arrays.read_bytes()[:-4] + b"\0\1\2\3")
    with pytest.raises(CheckpointError, match=r"shown\.safetensors .* was changed"):
        load_prices(copied, experiment)
    arrays.unlink()
    with pytest.raises(CheckpointError, match=r"shown\.safetensors .* is missing"):
        load_prices(copied, experiment)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_makes_another_experiment_of_the_same_data(name):
    experiment = preset("three-modes").experiment
    changed = CHANGES[name].applied(experiment)
    assert (changed == experiment) == (name == "as-it-is")
    assert (changed.mixture, changed.sampler, changed.seed) == (
        *(experiment.mixture, experiment.sampler, experiment.seed),
    )
