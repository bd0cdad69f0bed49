"""What ships loads, is of its experiment, and agrees with a measurement made now; damage is named; many
treatments in a row are what each is alone."""

import dataclasses
import json

import numpy as np
import pytest

from explorer.compute.progress import finish, map_progress
from explorer.compute.provenance import provenance
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.remedies import remedy_table
from explorer.remedies.evaluation import evaluate_remedy
from explorer.remedies.remedy_table import (
    REMEDY_PRESETS,
    SEEDS,
    SHIPPED_REMEDIES,
    evaluate_remedies,
    extend_shipped_remedies,
    shipped_remedies,
)
from explorer.remedies.store import load_remedies
from explorer.remedies.training_variants import TRAINING_VARIANTS, TrainingVariant
from explorer.remedies.treatment import UNTREATED, default_treatments, read_treatment
from explorer.storage.files import CheckpointError


@pytest.fixture
def copied(tmp_path):
    folder = tmp_path / "three-modes"
    folder.mkdir()
    for path in (SHIPPED_REMEDIES / "three-modes").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("name", REMEDY_PRESETS)
def test_every_default_treatment_ships(name):
    found, experiment = shipped_remedies(name), preset(name).experiment
    assert found.digest == experiment.digest
    assert [row.treatment for row in found.treated] == list(default_treatments(experiment))
    assert len(found.trained) == (SEEDS * len(TRAINING_VARIANTS) if REMEDY_PRESETS[name] else 0)
    size = sum(path.stat().st_size for path in (SHIPPED_REMEDIES / name).iterdir())
    assert size < 1_500_000
    mixture = experiment.mixture
    for row in found.treated:
        if experiment.pictures:
            assert row.shown.samples.shape == (24, 1, 32, 32)
            assert sum(row.result.kinds.values()) == row.result.n == 256
        elif mixture.dimensions == 2:
            assert row.shown.samples.shape == (2_000, 2)
            rate = row.result.rate(5)
            away = np.linalg.norm(row.shown.samples[:, None] - np.array(mixture.means), axis=2).min(1)
            seen = (away > 5 * mixture.sigmas[0]).mean()
            spread = max(rate.value * (1 - rate.value), 1e-4)
            assert abs(seen - rate.value) < 4 * (spread / 2_000) ** 0.5
        else:
            density = row.shown.density
            assert density.p.sum() * density.cell == pytest.approx(1, abs=1e-5)
            assert density.mass_beyond(mixture, 5) == pytest.approx(row.result.beyond[5], rel=0.05, abs=2e-6)


def test_a_shipped_result_is_what_its_run_gives():
    result = checkpoints.shipped().load("three-modes").result
    for text in ("", "guidance=1"):
        treatment = read_treatment(text)
        shipped, now = (
            shipped_remedies("three-modes").find(treatment).result,
            finish(evaluate_remedy(result, treatment)).result,
        )
        # What ships was measured on 4,096 fixed cells; and guidance jumps where the likeliest mode changes,
        # so that shares are right to some 4e-4 on any cells.
        assert now.beyond == pytest.approx(shipped.beyond, rel=5e-3)
        assert now.mode_shares == pytest.approx(shipped.mode_shares, abs=5e-4)
        assert (now.network_calls, now.n) == (shipped.network_calls, shipped.n)
    assert result.final.measurement.beyond == pytest.approx(
        shipped_remedies("three-modes").find(()).result.beyond, rel=0.01
    )


def test_an_unchanged_network_ships_as_it_was_trained():
    first, *others = shipped_remedies("three-modes").seeds("as-it-is")
    known = checkpoints.shipped().load("three-modes").result.final.measurement.beyond
    assert first.result.beyond == pytest.approx(known, rel=0.02)
    assert [row.seed for row in others] == [1, 2]
    assert shipped_remedies("three-modes").find(read_treatment("guidance=0.123")) is None


@pytest.mark.parametrize("name", REMEDY_PRESETS)
def test_results_hold_counts_and_write_the_shares_that_were_read(name):
    stored = json.loads((SHIPPED_REMEDIES / name / "prices.json").read_text())
    found = shipped_remedies(name)
    rows = [*zip(found.treated, stored["treated"], strict=True)]
    rows += zip(found.trained, stored["changed"], strict=True)
    for row, values in rows:
        assert json.dumps(row.result.to_json()) == json.dumps(values["price"])
        if row.result.n is not None:
            counts = [*row.result.mode_counts, *(row.result.beyond_counts or {}).values()]
            assert all(isinstance(count, int) and 0 <= count <= row.result.n for count in counts)


def test_what_a_shipped_table_lacks_is_added_and_says_how_it_was_computed(tmp_path, monkeypatch):
    before, new = shipped_remedies("three-modes"), read_treatment("guidance=0.123")
    treatments = [UNTREATED, new, *(row.treatment for row in before.treated[1:])]
    monkeypatch.setattr(remedy_table, "default_treatments", lambda experiment: treatments)
    shares: list[float] = []
    found = finish(map_progress(extend_shipped_remedies("three-modes", tmp_path / "made"), shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [row.treatment for row in found.treated] == treatments
    added = found.find(new)
    assert added.computed == provenance("cpu")
    assert before.find(read_treatment("guidance=0.25")).result.beyond[5] < added.result.beyond[5]
    assert added.result.beyond[5] < before.find(UNTREATED).result.beyond[5]
    assert found.computed == before.computed
    for row in before.treated:
        assert (found.find(row.treatment).result, found.find(row.treatment).computed) == (
            row.result,
            row.computed,
        )
    assert [(row.variant, row.seed, row.result) for row in found.trained] == [
        (row.variant, row.seed, row.result) for row in before.trained
    ]


def test_variants_that_are_missing_are_trained_and_the_rest_is_kept(tmp_path, monkeypatch):
    before = shipped_remedies("three-modes")
    short = TrainingVariant("Short", "", lambda experiment: {"training.steps": 20, "sampler.steps": 20})
    variants = {"short": short, **TRAINING_VARIANTS}
    monkeypatch.setattr(remedy_table, "TRAINING_VARIANTS", variants)
    monkeypatch.setattr(remedy_table, "default_treatments", lambda experiment: [UNTREATED])
    found = finish(extend_shipped_remedies("three-modes", tmp_path / "made"))
    added, kept = found.trained[:SEEDS], found.trained[SEEDS:]
    assert [(row.variant, row.seed, row.computed) for row in added] == [
        ("short", seed, provenance("cpu")) for seed in range(SEEDS)
    ]
    assert all(row.result.beyond[5] > 0.1 for row in added)  # 20 steps teach little
    assert [(row.variant, row.seed, row.result, row.computed) for row in kept] == [
        (row.variant, row.seed, row.result, row.computed) for row in before.trained
    ]


def test_damage_is_named(copied):
    experiment = preset("three-modes").experiment
    assert load_remedies(copied, experiment).digest == experiment.digest
    with pytest.raises(CheckpointError, match="of three-modes cannot be read: it is of another run"):
        load_remedies(copied, preset("four-modes").experiment)
    table = copied / "prices.json"
    whole = table.read_bytes()
    values = json.loads(whole)
    values["treated"][0]["price"]["beyond"]["5"] = 0.5
    table.write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match=r"prices\.json .* was changed"):
        load_remedies(copied, experiment)
    table.write_bytes(whole)
    arrays = copied / "shown.safetensors"
    arrays.write_bytes(arrays.read_bytes()[:-4] + b"\0\1\2\3")
    with pytest.raises(CheckpointError, match=r"shown\.safetensors .* was changed"):
        load_remedies(copied, experiment)
    arrays.unlink()
    with pytest.raises(CheckpointError, match=r"shown\.safetensors .* is missing"):
        load_remedies(copied, experiment)


@pytest.mark.parametrize("name", TRAINING_VARIANTS)
def test_a_variant_makes_another_experiment_of_the_same_data(name):
    experiment = preset("three-modes").experiment
    changed = TRAINING_VARIANTS[name].applied(experiment)
    assert (changed == experiment) == (name == "as-it-is")
    assert (changed.mixture, changed.seed) == (experiment.mixture, experiment.seed)
    learns = changed.network.variance == "learned"  # and then it is sampled with what it learned
    assert changed.sampler == dataclasses.replace(
        experiment.sampler, variance="learned" if learns else experiment.sampler.variance
    )


# ---- evaluated here ------------------------------------------------------------------------------------


def test_many_treatments_are_what_each_is_alone():
    result = checkpoints.shipped().load("two-modes").result
    treatments = [UNTREATED, read_treatment("guidance=1"), read_treatment("truth=1")]
    updates, work = [], evaluate_remedies(result, treatments)
    while True:
        try:
            updates.append(next(work))
        except StopIteration as end:
            table = end.value
            break
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    counts = [len(update.rows) for update in updates]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}
    assert [row.treatment for row in table.treated] == treatments
    alone = finish(evaluate_remedy(result, treatments[1], reported=False)).result
    together = table.find(treatments[1]).result
    assert together.beyond == alone.beyond
    assert together.mode_shares == alone.mode_shares
    assert table.treated[2].result.beyond[5] < together.beyond[5] < table.treated[0].result.beyond[5]
    assert table.treated[2].result.network_calls == 0


def test_a_treatment_that_does_not_fit_ends_the_evaluation_with_its_reason():
    result = checkpoints.shipped().load("two-modes").result
    with pytest.raises(ValueError, match="patch does not fit"):
        finish(evaluate_remedies(result, [UNTREATED, read_treatment("patch=7")]))
