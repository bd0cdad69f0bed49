"""A stored run comes back as it was; anything else is refused in one sentence; the shipped runs are sound."""

import hashlib
import json
import math
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.digits.judge_file import SHIPPED_JUDGE
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import picture_distribution
from explorer.data.points import standardise
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.sampling import sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec
from explorer.dimension.presets import SHIPPED_DIMENSION
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import SHIPPED_ROOT, CheckpointStore, load_folder
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import density_span
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.experiments.run import learn
from explorer.leaderboard.store import SHIPPED_LEADERBOARD
from explorer.memorisation.presets import SHIPPED_MEMORISATIONS
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS, is_part_of
from explorer.recursion.spec import missing
from explorer.recursion.store import load_run
from explorer.remedies.remedy_table import SHIPPED_REMEDIES
from explorer.storage.files import CheckpointError
from explorer.sweeps.presets import SHIPPED_SWEEPS


def tiny(mixture):
    """A finished run of a network of 8 units, 110 training steps and 100 noise levels."""
    experiment = Experiment(
        mixture,
        points=500,
        schedule=NoiseSchedule(steps=100),
        network=NetworkSpec(width=8, depth=1),
        training=TrainingSpec(steps=110, batch=50),
        seed=3,
    )
    return list(learn(experiment))[-1].result


@pytest.fixture(scope="module")
def line():
    return tiny(GaussianMixture(((0.0,), (1.0,)), (0.1,)))


@pytest.fixture(scope="module")
def plane():
    return tiny(GaussianMixture(((0.0, 0.0), (1.0, 0.5)), (0.1, 0.2), (1.0, 3.0)))


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path / "runs")


def is_one_sentence(error, *named):
    """Whether the message is one plain sentence that says one of these names."""
    text = str(error)
    return (
        "\n" not in text
        and text.endswith(".")
        and not text.endswith("..")
        and len(text) < 300
        and any(name in text for name in named)
    )


def resign(folder):
    """Make the manifest agree with the files, as a forger would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        blob = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def forge_arrays(folder, change):
    """Change the arrays of the weights' file and sign it again."""
    arrays = load((folder / "weights.safetensors").read_bytes())
    change(arrays)
    (folder / "weights.safetensors").write_bytes(save(arrays))
    resign(folder)


# ---- there and back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimensions", [1, 2])
def test_a_run_comes_back_as_it_was(dimensions, store, line, plane):
    result = line if dimensions == 1 else plane
    path = store.save(result)
    assert path == store.root / result.experiment.digest
    stored = store.load(result.experiment.digest)
    again = stored.result
    assert (stored.shipped, stored.path) == (False, path)
    assert again.experiment == result.experiment
    assert again.dimensions == dimensions
    assert again.data_mean.tolist() == result.data_mean.tolist()
    assert again.data_std == result.data_std
    assert again.losses.tolist() == result.losses.tolist()
    assert [s.step for s in again.snapshots] == [s.step for s in result.snapshots]
    for new, old in zip(again.snapshots, result.snapshots, strict=True):
        assert np.array_equal(new.weights, old.weights)
        assert new.seconds == pytest.approx(old.seconds, abs=1e-3)
        assert new.measurement.beyond == old.measurement.beyond
        assert new.measurement.error == old.measurement.error
        assert new.measurement.n == old.measurement.n
        if dimensions == 1:
            assert new.measurement.samples is None
            assert new.measurement.density.x == pytest.approx(old.measurement.density.x, abs=1e-12)
            assert new.measurement.density.p == pytest.approx(old.measurement.density.p, rel=1e-6, abs=1e-30)
        else:
            assert new.measurement.density is None
            assert np.array_equal(new.measurement.samples, old.measurement.samples)
    x = torch.linspace(-2, 2, 60).reshape(-1, dimensions)
    for snapshot in (0, -1):
        expected = result.denoiser(snapshot).predict_noise(x, 40)
        assert torch.equal(again.denoiser(snapshot).predict_noise(x, 40), expected)


def test_saving_again_replaces_the_run_and_leaves_nothing_beside_it(store, line, plane):
    store.save(line, "run")
    store.save(plane, "run")
    assert store.load("run").result.experiment == plane.experiment
    assert [entry.name for entry in store.root.iterdir()] == ["run"]


# ---- what is refused -----------------------------------------------------------------------------------


def edit_json(file, **changes):
    def edit(folder):
        values = json.loads((folder / file).read_text())
        (folder / file).write_text(json.dumps(values | changes))

    return edit


def edit_snapshot(**changes):
    def edit(folder):
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["snapshots"][0] |= changes
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return edit


def flip_last_byte(file):
    def flip(folder):
        blob = bytearray((folder / file).read_bytes())
        blob[-1] ^= 1
        (folder / file).write_bytes(blob)

    return flip


def truncate(file):
    return lambda folder: os.truncate(folder / file, (folder / file).stat().st_size // 2)


def remove(file):
    return lambda folder: (folder / file).unlink()


def overwrite(file, blob):
    return lambda folder: (folder / file).write_bytes(blob)


def overwrite_and_sign(file, blob):
    def damage(folder):
        (folder / file).write_bytes(blob)
        resign(folder)

    return damage


FILES = ("experiment.json", "weights.safetensors", "results.safetensors", "manifest.json")
DAMAGES = {
    **{f"truncated {file}": (truncate(file), file) for file in FILES},
    **{f"missing {file}": (remove(file), file) for file in FILES[:3]},
    **{f"edited {file}": (flip_last_byte(file), file) for file in FILES[:3]},
    **{f"garbage, signed {file}": (overwrite_and_sign(file, b"\x80\x04K."), "run") for file in FILES[:3]},
    "no manifest": (remove("manifest.json"), "run"),
    "empty manifest": (overwrite("manifest.json", b""), "manifest.json"),
    "a list as manifest": (overwrite("manifest.json", b"[1]"), "manifest.json"),
    "a deep manifest": (overwrite("manifest.json", b"[" * 200_000), "manifest.json"),
    "another format": (edit_json("manifest.json", format=2), "format 2"),
    "no format": (overwrite("manifest.json", b"{}"), "run"),
    "files of another type": (edit_json("manifest.json", files=3), "run"),
    "sizes of another type": (edit_json("manifest.json", files=dict.fromkeys(FILES, {"bytes": "x"})), "run"),
    "no snapshots": (edit_json("manifest.json", snapshots=[]), "run"),
    "snapshots of another type": (edit_json("manifest.json", snapshots=[3]), "run"),
    "no span": (edit_json("manifest.json", span=None), "run"),
    "a step that was not stored": (edit_snapshot(step=7), "run"),
    "an endless step": (edit_snapshot(step=math.inf), "run"),
    "rates as a list": (edit_snapshot(beyond=[0.1]), "run"),
    "seconds as text": (edit_snapshot(seconds="<script>"), "run"),
    "an experiment out of bounds": (overwrite_and_sign("experiment.json", b'{"seed": -1}'), "run"),
    "an experiment with no mixture": (overwrite_and_sign("experiment.json", b'{"mixture": {}}'), "run"),
    "a list as experiment": (overwrite_and_sign("experiment.json", b"[]"), "run"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_refused_in_one_sentence(damage, store, line):
    do, named = DAMAGES[damage]
    folder = store.save(line, "run")
    do(folder)
    with pytest.raises(CheckpointError) as refusal:
        store.load("run")
    assert is_one_sentence(refusal.value, named), str(refusal.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.update({"step.110": np.full_like(arrays["step.110"], np.nan)}),
        lambda arrays: arrays["step.110"].__setitem__(5, np.inf),
        lambda arrays: arrays.update({"step.110": arrays["step.110"][:-1]}),
        lambda arrays: arrays.update({"step.110": np.zeros(0, np.float32)}),
        lambda arrays: arrays.update({"data.mean": np.zeros(3, np.float32)}),
        lambda arrays: arrays.update({"data.std": np.zeros(0)}),
        lambda arrays: arrays.update({"data.std": np.array([np.nan])}),
        lambda arrays: arrays.pop("data.std"),
        lambda arrays: arrays.pop("step.110"),
    ],
    ids=["nan", "one inf", "short", "empty", "mean", "empty spread", "nan spread", "no spread", "no weights"],
)
def test_weights_that_are_none_are_refused_before_anything_is_computed(change, store, line):
    folder = store.save(line, "run")
    forge_arrays(folder, change)
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        store.load("run").result.denoiser()
    assert "\n" not in str(refusal.value)


def test_a_missing_run_is_named(store):
    with pytest.raises(CheckpointError) as refusal:
        store.load("nowhere")
    assert is_one_sentence(refusal.value, "nowhere")
    assert not store.has("nowhere")
    assert store.names() == []


@pytest.mark.parametrize(
    "name", ["../outside", "a/b", "/etc", "..", ".", "", ".hidden", "../../" + "x" * 500]
)
def test_names_that_lead_elsewhere_are_refused(name, store, line):
    CheckpointStore(store.root.parent).save(line, "outside")
    store.save(line, "run")
    for act in (store.load, store.has):
        with pytest.raises(CheckpointError, match="is not the name of a run") as refusal:
            act(name)
        assert is_one_sentence(refusal.value, name[:40])
    if name:
        with pytest.raises(CheckpointError, match="is not the name of a run"):
            store.save(line, name)
    assert store.names() == ["run"]


# ---- saving that fails, and forgetting -----------------------------------------------------------------


def failing_after(calls, real):
    """A function that works so many times and then finds the disk full."""
    done = []

    def call(*arguments):
        done.append(1)
        if len(done) > calls:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    return call


@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_a_disk_that_fills_up_leaves_nothing_half_written(calls, store, line, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", failing_after(calls, Path.write_bytes))
        with pytest.raises(OSError, match="No space"):
            store.save(line, "run")
    assert list(store.root.iterdir()) == []


@pytest.mark.parametrize("calls", [0, 1])
def test_a_failed_replacement_keeps_the_run_that_was_there(calls, store, line, plane, monkeypatch):
    store.save(line, "run")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing_after(calls, os.replace))
        with pytest.raises(OSError, match="No space"):
            store.save(plane, "run")
    assert store.load("run").result.experiment == line.experiment
    assert [entry.name for entry in store.root.iterdir()] == ["run"]


def test_what_a_killed_save_left_is_no_run(store, line):
    folder = store.save(line, "run")
    shutil.copytree(folder, store.root / ".run.0123abcd.tmp")
    assert store.names() == ["run"]


def test_the_oldest_runs_are_forgotten(store, line):
    points = standardise(np.arange(20.0)[:, None])
    store.save_points(points)
    for age, name in enumerate(["newest", "middle", "old", "oldest"]):
        os.utime(store.save(line, name) / "manifest.json", (1e9 - age, 1e9 - age))
    assert store.names() == ["oldest", "old", "middle", "newest"]
    store.forget_oldest(keep=4)
    assert len(store.names()) == 4
    store.forget_oldest(keep=2)
    assert store.names() == ["middle", "newest"]
    assert store.load_points(points.digest) is not None


# ---- uploaded points -----------------------------------------------------------------------------------


@pytest.fixture
def points():
    return standardise(np.random.default_rng(0).normal([4.0, -2.0], [1.0, 3.0], (50, 2)))


def test_points_come_back_as_they_were(store, points):
    assert store.save_points(points) == points.digest
    again = store.load_points(points.digest)
    assert np.array_equal(again.points, points.points)
    assert (again.shift, again.scale) == (points.shift, points.scale)
    assert [entry.name for entry in (store.root / "points").iterdir()] == [f"{points.digest}.safetensors"]


@pytest.mark.parametrize("digest", ["0123456789abcdef", "", "..", "../../secret", "/etc/passwd"])
def test_points_that_are_not_there(digest, store, points):
    store.save_points(points)
    assert store.load_points(digest) is None


@pytest.mark.parametrize(
    "tamper",
    [
        lambda arrays: arrays["points"].__setitem__((3, 1), 9.0),
        lambda arrays: arrays.update(points=arrays["points"][:-1]),
        lambda arrays: arrays.update(points=arrays["points"].reshape(-1, 1)),
        lambda arrays: arrays.update(points=arrays["points"].reshape(25, 4)),
        lambda arrays: arrays.update(shift_scale=np.zeros(0)),
        lambda arrays: arrays.update(shift_scale=np.array([0.0, np.nan, np.nan])),
        lambda arrays: arrays.pop("shift_scale"),
        lambda arrays: arrays.pop("points"),
    ],
    ids=["value", "row", "one column", "four columns", "empty", "nan", "no shift", "no points"],
)
def test_tampered_points_are_not_returned(tamper, store, points):
    path = store.root / "points" / f"{store.save_points(points)}.safetensors"
    arrays = load(path.read_bytes())
    tamper(arrays)
    path.write_bytes(save(arrays))
    assert store.load_points(points.digest) is None


@pytest.mark.parametrize("blob", [b"", b"\x80\x04K.", b"\xff" * 64])
def test_files_that_hold_no_points_are_not_returned(blob, store, points):
    (store.root / "points" / f"{store.save_points(points)}.safetensors").write_bytes(blob)
    assert store.load_points(points.digest) is None


# ---- what ships ----------------------------------------------------------------------------------------

KNOWN = PRESETS | PICTURE_PRESETS
FOLDERS = {f.name for f in SHIPPED_ROOT.iterdir() if f.is_dir() and not f.name.startswith(".")}
BESIDE_RUNS = (
    SHIPPED_LOOPS,
    SHIPPED_REMEDIES,
    SHIPPED_SWEEPS,
    SHIPPED_JUDGE.parent,
    SHIPPED_LEADERBOARD,
    SHIPPED_DIMENSION,
    SHIPPED_MEMORISATIONS,
)
SHIPPED = sorted(FOLDERS - {folder.name for folder in BESIDE_RUNS})
REMEASURED = ("grid-25", "ring-8")  # of the plane: two of the presets stand for all


def test_every_preset_ships_and_nothing_else():
    assert set(SHIPPED) == set(KNOWN)
    for names, most in ((PRESETS, 2_500_000), (PICTURE_PRESETS, 7_750_000)):  # of points half of it trials
        taken = sum(f.stat().st_size for name in names for f in (SHIPPED_ROOT / name).iterdir())
        assert taken < most * len(names)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_run_is_sound_and_its_presets(name):
    stored = load_folder(SHIPPED_ROOT / name)
    assert stored.shipped
    assert stored.result.experiment == KNOWN[name].experiment
    assert stored.result.final.step == len(stored.result.losses) == KNOWN[name].experiment.training.steps
    assert np.isfinite(stored.result.final.weights).all()


def test_every_loop_ships_whole_and_small_and_nothing_else():
    assert {folder.name for folder in SHIPPED_LOOPS.iterdir()} == set(LOOPS)
    for name, wanted in LOOPS.items():
        spec, generations = load_run(SHIPPED_LOOPS / name)
        assert is_part_of(spec, wanted)  # all of its arms and seeds, or some
        assert not missing(spec, generations)
        files = [path for path in (SHIPPED_LOOPS / name).rglob("*") if path.is_file()]
        assert not [f for f in files if ".kept." in f.name or "tasks" in f.parts]
        assert sum(f.stat().st_size for f in files) < spec.seeds * 2_000_000
    assert sum(f.stat().st_size for f in SHIPPED_ROOT.rglob("*") if f.is_file()) < 80_000_000


@pytest.mark.parametrize("name", PICTURE_PRESETS)
def test_the_stored_kinds_are_those_of_the_stored_pictures_and_most_are_valid(name):
    result = load_folder(SHIPPED_ROOT / name).result
    measured = result.final.measurement
    kinds = picture_distribution(result.experiment.pictures).kinds(torch.from_numpy(measured.samples))
    assert torch.bincount(kinds, minlength=len(measured.kinds)).tolist() == list(measured.kinds.values())
    assert 0.85 < next(iter(measured.kinds.values())) / measured.n < 1


@pytest.mark.parametrize("name", KNOWN)
def test_the_shipped_run_of_a_preset_is_found(name):
    assert checkpoints.locate(KNOWN[name].experiment) == SHIPPED_ROOT / name


def test_a_users_own_run_is_found_before_a_shipped_one(line):
    assert checkpoints.locate(line.experiment) is None
    assert checkpoints.own().save(line) == checkpoints.locate(line.experiment)
    three = load_folder(SHIPPED_ROOT / "three-modes").result
    assert checkpoints.own().save(three) == checkpoints.locate(three.experiment)


@pytest.mark.parametrize(
    "name", [name for name in PRESETS if PRESETS[name].experiment.mixture.dimensions == 1]
)
def test_the_stored_rate_of_a_line_is_what_its_weights_give(name):
    result = load_folder(SHIPPED_ROOT / name).result
    experiment = result.experiment
    mixture = experiment.mixture
    narrowest, span = min(mixture.sigmas), density_span(experiment)
    work = exact_density(result.denoiser(), experiment.sampler, sigma=narrowest, span=span)
    density = finish(work)
    # Ten points a cell, counted one by one.
    x = np.linspace(density.x[0], density.x[-1], 10 * len(density.x))
    modes = zip(mixture.means, mixture.sigmas, strict=True)
    outside = np.all([abs(x - mean) > 5 * sigma for (mean,), sigma in modes], axis=0)
    counted = (np.interp(x, density.x, density.p) * outside).sum() * (x[1] - x[0])
    assert result.final.measurement.beyond[5] == pytest.approx(counted, rel=0.02)
    assert result.final.measurement.n is None


@pytest.mark.parametrize("name", REMEASURED)
def test_the_stored_rate_of_a_plane_is_what_its_weights_give(name):
    result, n = load_folder(SHIPPED_ROOT / name).result, 3000
    x = finish(sample(result.denoiser(), n, result.experiment.sampler, seeded(17, "fresh")))
    mixture = result.experiment.mixture
    centres = np.array(mixture.means)
    distance = np.linalg.norm(x.numpy()[:, None] - centres, axis=-1) / np.array(mixture.sigmas)
    fresh, stored = (distance.min(1) > 5).mean(), result.final.measurement.beyond[5]
    stored_n = result.final.measurement.n
    pooled = (n * fresh + stored_n * stored) / (n + stored_n)
    assert 0 < pooled < 0.2
    assert abs(fresh - stored) < 3.29 * math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / stored_n))


def test_a_rate_edited_in_the_manifest_is_noticed(tmp_path):
    folder = tmp_path / "two-modes"
    shutil.copytree(checkpoints.SHIPPED_ROOT / "two-modes", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["snapshots"][-1]["beyond"]["5"] = 0.25
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(checkpoints.CheckpointError, match=r"manifest\.json of the run two-modes was changed"):
        checkpoints.load_folder(folder)
