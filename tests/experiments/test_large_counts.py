"""A run counted by the million: the same counts on threads and as tasks, near the exact density."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.compute.cluster import ClusterConfig
from explorer.compute.progress import finish
from explorer.compute.seeds import chunk_generator
from explorer.detection import streamed_counts
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments import checkpoints, large_counts
from explorer.experiments.large_counts import (
    CountSpec,
    count_samples,
    count_samples_on_cluster,
    evaluation_method,
)
from explorer.experiments.measurement import THRESHOLDS, density_span
from explorer.experiments.presets import preset
from explorer.storage.arrays import load_npz, save_npz
from explorer.storage.files import CheckpointError
from tests.detection.test_streamed_counts import equal

SPEC = SamplerSpec(steps=60)


@pytest.fixture(scope="module")
def run():
    return checkpoints.shipped().load("three-modes").result


@pytest.fixture(scope="module")
def folder():
    return checkpoints.locate(preset("three-modes").experiment)


def test_counts_agree_with_the_exact_density(run):
    n = 60_000
    found = finish(count_samples(run, CountSpec(n, SPEC), workers=2))
    density = finish(exact_density(run.denoiser(), SPEC, sigma=0.05, span=density_span(run.experiment)))
    for k in THRESHOLDS:
        exact = density.mass_beyond(run.experiment.mixture, k)
        error = math.sqrt(exact * (1 - exact) / n)
        assert abs(found.beyond[k] / n - exact) < 3 * error + 0.03 * exact, k  # 3 % is the table's


def test_counts_do_not_depend_on_where_they_are_made(run, folder, tmp_path, monkeypatch, request):
    monkeypatch.setattr(large_counts, "CHUNKS_OF_A_TASK", 1)
    counting = CountSpec(2 * streamed_counts.chunk_size(1) + 100, SPEC, seed=3)
    here = finish(count_samples(run, counting))
    *_, apart = count_samples_on_cluster(folder, counting, tmp_path, ClusterConfig(workers=2))
    assert equal(here, apart)
    kept = sorted(tmp_path.glob("*.npz"))
    assert len(kept) == 3
    request.getfixturevalue("tasks_here")
    changed = kept[1].stat().st_mtime_ns
    kept[0].unlink()
    *_, again = count_samples_on_cluster(folder, counting, tmp_path, ClusterConfig(workers=1))
    assert equal(here, again)
    assert kept[1].stat().st_mtime_ns == changed  # what is there is not counted again
    kept[2].write_bytes(b"PK nonsense")
    with pytest.raises(CheckpointError, match=r"npz cannot be read"):
        list(count_samples_on_cluster(folder, counting, tmp_path, ClusterConfig(workers=1)))


def test_another_question_has_another_name(run):
    asked = CountSpec(1_000, SPEC)
    final = dataclasses.replace(run.final, weights=run.final.weights * np.float32(1.001))
    decisive = {
        asked.of(run),
        CountSpec(1_001, SPEC).of(run),
        CountSpec(1_000, SPEC, seed=1).of(run),
        CountSpec(1_000, SPEC, window=(0, 20)).of(run),
        CountSpec(1_000, SPEC, judged=6).of(run),
        CountSpec(1_000, SamplerSpec(steps=61)).of(run),
        CountSpec(1_000, SamplerSpec(steps=60, spacing="karras")).of(run),
        CountSpec(1_000, SamplerSpec(0.0, steps=60)).of(run),
        CountSpec(1_000, SamplerSpec(0.0, steps=60, solver="heun")).of(run),
        CountSpec(1_000, SamplerSpec(0.0, steps=60, solver="heun", churn=5.0)).of(run),
        asked.of(checkpoints.shipped().load("two-modes").result),
        asked.of(dataclasses.replace(run, snapshots=(*run.snapshots[:-1], final))),
    }
    assert len(decisive) == 12
    assert not {"solver", "spacing", "churn"} & set(json.loads(asked.of(run))["counted"]["spec"])


def test_counts_of_another_engine_are_not_added(folder, tmp_path, monkeypatch, tasks_here):
    monkeypatch.setattr(large_counts, "CHUNKS_OF_A_TASK", 1)
    counting, place = CountSpec(streamed_counts.chunk_size(1) + 100, SPEC), ClusterConfig(workers=2)
    *_, whole = count_samples_on_cluster(folder, counting, tmp_path, place)
    files = sorted(tmp_path.glob("*.npz"))
    arrays = load_npz(files[0].read_bytes())
    older = str(arrays["of"]).replace('"engine": 2', '"engine": 1')
    assert older != str(arrays["of"])
    files[0].write_bytes(save_npz(arrays | {"of": np.array(older), "n": np.array(7)}))
    *_, again = count_samples_on_cluster(folder, counting, tmp_path, place)
    assert equal(whole, again)
    monkeypatch.setattr(large_counts, "ENGINE", 3)
    assert counting.of(checkpoints.load_folder(folder).result) != str(arrays["of"])


def test_a_chunk_draws_the_noise_of_its_number(run, monkeypatch):
    asked = []

    def noted(seed, chunk, device):
        asked.append((seed, chunk))
        return chunk_generator(seed, chunk, device)

    monkeypatch.setattr(large_counts, "chunk_generator", noted)
    finish(count_samples(run, CountSpec(2 * streamed_counts.chunk_size(1) + 1, SPEC, seed=9)))
    assert sorted(asked) == [(9, 0), (9, 1), (9, 2)]


def test_counts_are_the_same_on_one_thread_and_on_ten(run):
    counting = CountSpec(4 * streamed_counts.chunk_size(1), SPEC, seed=1)
    one, ten = (finish(count_samples(run, counting, workers=workers)) for workers in (1, 10))
    assert equal(one, ten)


def test_the_rung_is_named(run):
    every = SamplerSpec(skip_noise=False)
    assert (
        evaluation_method(run, run.experiment.sampler)
        == "network tabulated on 1,024 cells, 656 empty steps skipped"
    )
    assert evaluation_method(run, every) == "network tabulated on 1,024 cells"
    plane = checkpoints.shipped().load("ring-8").result
    assert "at most 256 x 256 cells" in evaluation_method(plane, every)


def test_pictures_are_not_counted_by_the_million():
    pictures = checkpoints.shipped().load("shapes-32").result
    with pytest.raises(ValueError, match="mixtures only"):
        next(count_samples(pictures, CountSpec(10, SPEC)))


# ---- the command -----------------------------------------------------------------------------------------


def counted(capsys, *arguments: str) -> dict:
    assert main(["count", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_tells_what_the_library_counts(run, capsys):
    report = counted(capsys, "three-modes", "--n", "20000", "--k", "4", "--window", "0:4", "--workers", "2")
    found = finish(count_samples(run, CountSpec(20_000, run.experiment.sampler, (0, 4), 4)))
    assert {k: rate["share"] for k, rate in report["beyond"].items()} == {
        str(k): found.beyond[k] / 20_000 for k in THRESHOLDS
    }
    cut = found.threshold(0.96)
    assert report["threshold"] == cut
    assert report["auroc"] == found.auroc()
    assert report["recall"]["share"] == found.confusion(cut).recall.value
    assert report["retention"]["share"] >= 0.96
    assert report["rung"].startswith("network tabulated")
    assert report["points_per_second"] > 0
    assert report["workers"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("three-modes", "--n", "0"), "samples 0 is outside"),
        (("three-modes", "--seed", "-1"), "seed -1 is outside"),
        (("three-modes", "--seed", str(2**31)), "seed 2147483648 is outside"),
        (("three-modes", "--window", "0:900"), "two visited steps"),
        (("three-modes", "--retention", "2"), "retention 2 is outside"),
        (("three-modes", "--workers", "0"), "workers 0"),
        (("three-modes", "--executor", "local"), "give --out DIR"),
        (("three-modes", "--executor", "local", "--out", "x", "--n", "0"), "samples 0 is outside"),
        (("three-modes", "--executor", "slurm", "--slurm", "nonsense", "--out", "x"), "write it like"),
        (("shapes-32",), "mixtures only"),
        (("nothing",), "neither a preset"),
    ],
)
def test_wrong_input_is_one_sentence(arguments, words, capsys):
    assert main(["count", *arguments]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_the_map_of_places_is_kept_whole(run):
    found = finish(count_samples(run, CountSpec(5_000, SPEC)))
    assert found.positions.shape == (2_048,)
    assert found.positions.sum() > 4_900
    assert np.argmax(found.positions) > 0
