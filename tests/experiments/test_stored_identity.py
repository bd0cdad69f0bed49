"""What is stored is shown only for what was asked for, and says how it was made."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil

import numpy as np
import pytest
import torch

from explorer.__main__ import main
from explorer.commands import shipped as shipped_room
from explorer.compute.progress import finish
from explorer.compute.provenance import ENGINE, Provenance, provenance
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec
from explorer.experiments import checkpoints, shipped_trials
from explorer.experiments.checkpoints import SHIPPED_ROOT, CheckpointStore, load_folder
from explorer.experiments.experiment import UNNAMED, Experiment
from explorer.experiments.measurement import measure
from explorer.experiments.presets import PRESETS, preset
from explorer.experiments.run import learn, measured_again
from explorer.experiments.shipped_trials import build_trial
from explorer.page_figures.learn import loss_chart
from explorer.remedies.remedy_table import SHIPPED_REMEDIES
from explorer.remedies.store import load_remedies, save_remedies
from explorer.storage.files import CheckpointError, seal
from explorer.sweeps.axes import Axis
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import computed_by, load_sweep
from explorer.ui.shared.downloads import run_npz

LINE = PRESETS["two-modes"].experiment


def tiny(dimensions: int):
    """A finished run of a network of 8 units after 110 steps."""
    means = ((0.0,), (1.0,)) if dimensions == 1 else ((0.0, 0.0), (1.0, 0.5))
    experiment = Experiment(
        GaussianMixture(means, (0.1,)),
        points=500,
        schedule=NoiseSchedule(steps=100),
        network=NetworkSpec(width=8, depth=1),
        training=TrainingSpec(steps=110, batch=50),
    )
    return list(learn(experiment))[-1].result


@pytest.fixture(scope="module", params=[1, 2])
def run(request):
    return tiny(request.param)


@pytest.fixture
def changed_default(monkeypatch):
    """Changes the default of a field of a dataclass, as an edit of its source would."""

    def change(cls, name, value):
        fields = [field.name for field in dataclasses.fields(cls)]
        defaults = list(cls.__init__.__defaults__)
        defaults[fields.index(name) - len(fields)] = value
        monkeypatch.setattr(cls.__init__, "__defaults__", tuple(defaults))

    return change


def rewrite(path, **changes):
    """Change values of a sealed file and seal it again."""
    values = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(values | {"seal": seal(values)}))


def shipped_copy(tmp_path, monkeypatch, *names):
    """A store of copies in the place of the shipped one."""
    store = CheckpointStore(tmp_path / "shipped")
    for name in names:
        shutil.copytree(SHIPPED_ROOT / name, store.root / name)
    monkeypatch.setattr(checkpoints, "shipped", lambda: store)
    checkpoints._shipped_folders.cache_clear()
    monkeypatch.setattr(checkpoints, "SHIPPED_ROOT", store.root)
    return store


@pytest.fixture(autouse=True)
def forgotten():
    yield
    checkpoints._shipped_folders.cache_clear()


# ---- names and values ----------------------------------------------------------------------------------


def test_the_shipped_names_are_those_that_were_written():
    for name, entry in PRESETS.items():
        written = json.loads((SHIPPED_ROOT / name / "manifest.json").read_text())["digest"]
        assert entry.experiment.digest == written, name


def test_every_field_has_a_value_that_names_leave_out():
    """A field without one would mean today's default in an old file."""
    whole = LINE.to_json()
    assert set(UNNAMED) == set(whole)
    for name in ("schedule", "network", "training", "sampler"):
        assert set(UNNAMED[name]) == set(whole[name])


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    [
        (TrainingSpec, "steps", 4_000),
        (TrainingSpec, "steepness", 0.1),
        (NetworkSpec, "width", 32),
        (NoiseSchedule, "beta_last", 0.15),
        (Experiment, "points", 10_000),
    ],
)
def test_an_old_run_is_not_taken_for_one_with_the_new_default(cls, name, value, changed_default):
    checkpoints.own().save(load_folder(SHIPPED_ROOT / "two-modes").result)
    old = Experiment(LINE.mixture)
    assert checkpoints.locate(old) == checkpoints.own().root / old.digest
    changed_default(cls, name, value)
    asked = Experiment(LINE.mixture)
    assert asked != old
    assert asked.digest != old.digest
    assert checkpoints.locate(asked) is None
    # The stored file says nothing of what was added after it was written: it means what it meant.
    assert load_folder(SHIPPED_ROOT / "two-modes").result.experiment == old
    assert checkpoints.locate(old) is not None


def test_a_run_of_another_experiment_under_the_same_name_is_as_if_it_were_not_there(run):
    asked = run.experiment.replace(seed=4)
    folder = checkpoints.own().root / asked.digest
    shutil.copytree(checkpoints.own().save(run), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert checkpoints.locate(asked) is None
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    checkpoints.own().save(dataclasses.replace(run, experiment=asked))
    assert checkpoints.locate(asked) == folder
    assert load_folder(folder).result.experiment == asked


def test_a_shipped_run_of_another_experiment_is_refused_by_name(tmp_path, monkeypatch, capsys):
    store = shipped_copy(tmp_path, monkeypatch, "three-modes")
    other = preset("three-modes").experiment.replace(**{"training.steps": 4_000, "seed": 2})
    result = store.load("three-modes").result
    store.save(dataclasses.replace(result, experiment=other), "three-modes")
    assert checkpoints.locate(preset("three-modes").experiment) is None
    words = "The stored run of three-modes is of another experiment: its seed is 2, not 0 and 1 more."
    with pytest.raises(CheckpointError) as refusal:
        store.load_preset("three-modes")
    assert str(refusal.value) == words
    assert main(["sample", "three-modes", "--n", "10"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "explorer train three-modes" in said
    assert main(["checkpoints", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["three-modes"] == words
    assert store.load("three-modes").result.experiment == other  # nothing of it is lost


def test_remedies_of_another_run_are_refused(tmp_path, changed_default):
    old = load_folder(SHIPPED_ROOT / "two-modes").result
    save_remedies(tmp_path, old, (), ())
    assert load_remedies(tmp_path, Experiment(LINE.mixture)).is_of(old)
    rewrite(tmp_path / "prices.json", experiment=LINE.replace(seed=7).to_json())
    with pytest.raises(CheckpointError, match="another run"):
        load_remedies(tmp_path, LINE)
    changed_default(TrainingSpec, "steps", 4_000)
    with pytest.raises(CheckpointError, match="another run"):
        load_remedies(SHIPPED_REMEDIES / "three-modes", Experiment(preset("three-modes").experiment.mixture))


def test_remedies_know_the_network_that_they_treated(tmp_path):
    result = load_folder(SHIPPED_ROOT / "two-modes").result
    save_remedies(tmp_path, result, (), ())
    found = load_remedies(tmp_path, result.experiment)
    assert found.computed == provenance("cpu")
    final = dataclasses.replace(result.final, weights=result.final.weights + np.float32(1e-3))
    other = dataclasses.replace(result, snapshots=(*result.snapshots[:-1], final))
    assert found.is_of(result)
    assert not found.is_of(other)


def test_a_sweep_of_another_experiment_is_refused(changed_default, tmp_path):
    name = "modes-spacing"
    old = SWEEPS[name].spec
    changed_default(NetworkSpec, "width", 32)
    asked = dataclasses.replace(old, experiment=old.experiment.replace(network=NetworkSpec()))
    assert load_sweep(SHIPPED_SWEEPS / name, old)[0] == old
    with pytest.raises(CheckpointError, match=f"{name} holds the sweep of another specification"):
        load_sweep(SHIPPED_SWEEPS / name, asked)
    assert asked.digest != old.digest


def test_a_stored_sweep_means_what_it_meant(changed_default):
    old = SWEEPS["modes-spacing"].spec
    changed_default(NetworkSpec, "activation", "tanh")  # a field that its file does not have
    assert load_sweep(SHIPPED_SWEEPS / "modes-spacing")[0] == old


def test_a_sweep_that_another_engine_began_does_not_go_on(tmp_path):
    folder = tmp_path / "sweep"
    shutil.copytree(SHIPPED_SWEEPS / "modes-spacing", folder)
    assert computed_by(folder) == {None}
    assert len(load_sweep(folder)[1]) == 315
    rows = sorted(folder.glob("rows-*.json"))
    rows[3].unlink()
    with pytest.raises(CheckpointError, match="begun by another version of the engine and is not finished"):
        load_sweep(folder)
    for path in rows[:3] + rows[4:]:
        rewrite(path, computed=dataclasses.asdict(provenance("cpu")))
    assert len(load_sweep(folder)[1]) < 315
    assert computed_by(folder) == {provenance("cpu")}


def test_a_sweep_spec_survives_being_stored():
    spec = SweepSpec(Axis("modes", (2, 3)), Axis("spacing", (8.0, 12.0)), LINE, seeds=2)
    assert SweepSpec.from_stored(json.loads(json.dumps(spec.to_json()))) == spec
    with pytest.raises((ValueError, KeyError)):
        SweepSpec.from_stored({"x": 3})


# ---- provenance ----------------------------------------------------------------------------------------


def test_a_run_says_how_it_was_trained_and_measured(run):
    stored = load_folder(checkpoints.own().save(run)).result
    capability = torch.backends.cpu.get_cpu_capability()
    made = Provenance(ENGINE, torch.__version__, f"cpu {capability}", "float32", torch.get_num_threads())
    assert stored.trained == made
    assert stored.measured == made
    words = f"engine {ENGINE}, PyTorch {torch.__version__}, cpu {capability}, float32, 1 thread"
    assert str(made) == words


def test_what_was_stored_before_says_nothing_and_is_read():
    result = load_folder(SHIPPED_ROOT / "three-modes-paper").result
    manifest = json.loads((SHIPPED_ROOT / "three-modes-paper" / "manifest.json").read_text())
    assert (result.trained is None) == (manifest.get("trained") is None)


@pytest.mark.parametrize(
    "forged",
    [{"engine": 2}, {"engine": "2"}, {"threads": None}, {"extra": 1}, [3], "engine"],
)
def test_a_provenance_that_is_none_is_refused(forged, run):
    folder = checkpoints.own().save(run)
    whole = dataclasses.asdict(run.trained)
    values = (
        whole | forged if isinstance(forged, dict) and len(forged) and forged != {"engine": 2} else forged
    )
    rewrite(folder / "manifest.json", trained=values)
    with pytest.raises(CheckpointError, match=r"cannot be read: .*\.$"):
        load_folder(folder)


# ---- what was recorded of the training -----------------------------------------------------------------


def test_a_new_run_says_that_its_noise_error_was_recorded(run):
    folder = checkpoints.own().save(run)
    assert load_folder(folder).result.recorded == "noise error"
    rewrite(folder / "manifest.json", recorded="training loss")
    assert load_folder(folder).result.recorded == "training loss"
    rewrite(folder / "manifest.json", recorded="something else")
    with pytest.raises(CheckpointError, match="its losses are 'something else'"):
        load_folder(folder)


@pytest.mark.parametrize(
    ("changes", "recorded"),
    [
        ({}, "training loss"),
        ({"step_draw": "uniform"}, "noise error"),  # what was minimised is the error over evenly drawn steps
        ({"step_draw": "uniform", "steepness": 0.1}, "training loss"),
    ],
)
def test_an_old_run_recorded_what_it_minimised(changes, recorded, run):
    training = dataclasses.replace(run.experiment.training, **changes)
    folder = checkpoints.own().save(
        dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, training=training))
    )
    path = folder / "manifest.json"
    values = {key: value for key, value in json.loads(path.read_text()).items() if key != "recorded"}
    path.write_text(json.dumps(values | {"seal": seal(values)}))
    assert load_folder(folder).result.recorded == recorded


def test_the_chart_and_the_download_name_what_was_recorded(run):
    for recorded, title in (("noise error", "noise error, even t"), ("training loss", "training loss")):
        result = dataclasses.replace(run, recorded=recorded)
        figure = loss_chart(result.losses, result.recorded)
        assert figure.spec["title"]["text"] == title
        assert figure.alt.startswith(recorded.capitalize())
        with np.load(io.BytesIO(run_npz(result))) as file:
            assert np.array_equal(file[recorded.replace(" ", "_")], run.losses)
            assert "losses" not in file
            assert str(file["trained_by"]) == str(run.trained)
    with np.load(io.BytesIO(run_npz(dataclasses.replace(run, measured=None)))) as file:
        assert str(file["measured_by"]) == "not recorded"


# ---- measured again ------------------------------------------------------------------------------------


def test_a_run_is_measured_again_without_its_weights_being_touched(run, tmp_path, monkeypatch, capsys):
    store = shipped_copy(tmp_path, monkeypatch)
    monkeypatch.setattr(shipped_trials, "default_count", lambda experiment: 200)
    monkeypatch.setitem(
        PRESETS, "two-modes", dataclasses.replace(PRESETS["two-modes"], experiment=run.experiment)
    )
    old = [
        dataclasses.replace(
            s, measurement=dataclasses.replace(s.measurement, beyond={4: 0.5, 5: 0.5, 6: 0.5, 8: 0.5})
        )
        for s in run.snapshots
    ]
    early = dataclasses.replace(run.trained, engine=1)
    folder = store.save(
        dataclasses.replace(run, snapshots=tuple(old), trained=early, measured=None), "two-modes"
    )
    weights = (folder / "weights.safetensors").read_bytes()
    assert main(["checkpoints", "measure", "two-modes", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["two-modes"]
    assert (folder / "weights.safetensors").read_bytes() == weights
    stored = store.load_preset("two-modes").result
    assert (stored.trained, stored.measured) == (early, run.measured)
    for number, snapshot in enumerate(stored.snapshots):
        last = number == len(run.snapshots) - 1
        wanted = finish(measure(run.experiment, run.denoiser(number), reported=last))
        found = snapshot.measurement
        assert found.beyond == wanted.beyond
        assert found.n == wanted.n
        if wanted.density is None:
            assert np.array_equal(found.samples, wanted.samples)
        else:
            assert found.density.p == pytest.approx(wanted.density.p, rel=1e-6, abs=1e-30)
    assert np.array_equal(stored.losses, run.losses)
    assert report["before"]["5"] == 0.5
    assert report["beyond"]["5"] == stored.final.measurement.beyond[5]


def test_the_share_of_a_measurement_grows_to_one(run):
    shares = list(measured_again(run))
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_another_network_is_not_written_over_a_run(run, tmp_path):
    store = CheckpointStore(tmp_path)
    folder = store.save(run, "kept")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    final = dataclasses.replace(run.final, weights=run.final.weights * 2)
    other = dataclasses.replace(run, snapshots=(*run.snapshots[:-1], final))
    with pytest.raises(CheckpointError, match="kept holds another network"):
        store.save_measured(other, "kept")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_pictures_are_not_measured_again(capsys):
    assert main(["checkpoints", "measure", "shapes-32"]) == 2
    assert "shapes-32 keeps only its last network" in capsys.readouterr().err


def test_verify_tells_which_engine_made_what_ships(run, tmp_path, monkeypatch, capsys):
    store = shipped_copy(tmp_path, monkeypatch)
    monkeypatch.setitem(
        PRESETS, "two-modes", dataclasses.replace(PRESETS["two-modes"], experiment=run.experiment)
    )
    monkeypatch.setitem(
        shipped_room.SHIPPED,
        "two-modes",
        dataclasses.replace(PRESETS["two-modes"], experiment=run.experiment),
    )

    def told():
        main(["checkpoints", "verify", "--json"])
        return json.loads(capsys.readouterr().out)["two-modes"]

    def save(changed):
        finish(build_trial(changed, store.save(changed, "two-modes")))

    monkeypatch.setattr(shipped_trials, "default_count", lambda experiment: 200)
    save(run)
    assert told() == f"sound, {run.trained}"
    early = dataclasses.replace(run.trained, engine=1)
    save(dataclasses.replace(run, trained=early))
    assert told() == f"sound, trained: {early}; today's is engine {ENGINE}; measured: {run.measured}"
    save(dataclasses.replace(run, trained=None, measured=None))
    before = "sound, made before engine, device and precision were recorded"
    assert told() == f"{before}; trial: {run.measured}"
