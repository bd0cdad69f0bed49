"""Every command does what its help says, speaks JSON, repeats with its seed and refuses in one line."""

import dataclasses
import json
import math
import os
import re

import pytest
import torch

from explorer.__main__ import main
from explorer.commands import sampling, shipped, verification
from explorer.compute.provenance import ENGINE
from explorer.data.points import standardise
from explorer.diffusion.training import TrainingSpec
from explorer.dimension.presets import COMPARISONS
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.objective_rates import WITH_OBJECTIVES
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.experiments.run import learn
from explorer.experiments.shipped_samplers import WITH_SAMPLERS
from explorer.memorisation.presets import MEMORISATIONS
from explorer.recursion import presets
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS
from explorer.recursion.spec import RecursionSpec
from explorer.recursion.store import load_run
from explorer.remedies.remedy_table import REMEDY_PRESETS
from explorer.sweeps.presets import SWEEPS

TINY = ["--steps", "110", "--batch", "50"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a run of a few steps, as the command line wrote it."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    assert main(["train", "two-modes", *TINY, "--seed", "4", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def run(capsys):
    """Runs a command that has to succeed and speak JSON; returns the object."""

    def call(*arguments):
        capsys.readouterr()
        assert main([*map(str, arguments), "--json"]) == 0
        said = capsys.readouterr()
        assert said.err == ""
        assert said.out.count("\n") == 1
        return json.loads(said.out)

    return call


# ---- what the commands do ------------------------------------------------------------------------------


def test_presets_are_listed(run, capsys):
    known = PRESETS | PICTURE_PRESETS
    assert run("presets") == {name: preset.sentence for name, preset in known.items()}
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(known)


def test_training_stores_the_run_it_reports(run, tmp_path):
    report = run("train", "three-modes", *TINY, "--seed", 9, "--out", tmp_path / "mine")
    assert report["steps"] == 110
    assert report["seconds"] > 0
    assert report["steps_per_second"] == pytest.approx(110 / report["seconds"], rel=0.05)
    assert report["path"] == str(tmp_path / "mine")
    stored = checkpoints.load_folder(tmp_path / "mine").result
    assert stored.experiment == PRESETS["three-modes"].experiment.replace(
        seed=9, **{"training.steps": 110, "training.batch": 50}
    )
    assert report["final_noise_error"] == pytest.approx(sum(stored.losses[-50:].tolist()) / 50, rel=1e-5)
    assert report["beyond"] == {str(k): share for k, share in stored.final.measurement.beyond.items()}
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_training_without_a_folder_goes_to_the_cache_where_it_is_found_again(run, own_cache):
    report = run("train", "two-modes", *TINY)
    experiment = PRESETS["two-modes"].experiment.replace(**{"training.steps": 110, "training.batch": 50})
    assert report["path"] == str(own_cache / experiment.digest)
    assert str(checkpoints.locate(experiment)) == report["path"]


def test_the_paper_recipe_is_the_authors_network_and_training(run, tmp_path):
    run("train", "two-modes", "--recipe", "paper", "--steps", 2, "--batch", 20, "--out", tmp_path / "paper")
    stored = checkpoints.load_folder(tmp_path / "paper").result
    assert stored.experiment.network == PRESETS["three-modes-paper"].experiment.network
    assert stored.experiment.training == TrainingSpec(2, 20, 1e-3, "uniform", "constant", 0.0)
    assert stored.final.weights.size == 66_817  # the authors' count


def test_samples_of_a_run_are_counted(run, trained):
    report = run("sample", trained, "--n", 400, "--k", 4, "--steps", 50)
    assert report.keys() >= {
        "n",
        "sigma_threshold",
        "hallucination_rate",
        "hallucination_interval",
        "seconds",
        "sampler",
    }
    assert (report["n"], report["sigma_threshold"], report["sampler"]) == (400, 4.0, "DDPM, 50 steps")
    rate, (low, high) = report["hallucination_rate"], report["hallucination_interval"]
    # Wilson's interval holds the p with |rate - p| = 1.96 sqrt(p (1 - p) / n) at its ends.
    assert 0 < low < rate < high < 1
    for end in (low, high):
        assert abs(rate - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 400), rel=1e-5)
    assert rate * 400 == pytest.approx(round(rate * 400))


@pytest.mark.parametrize("k", [2, 5, 12])
def test_the_kinds_of_pictures_add_up_to_what_lies_beyond_k(monkeypatch, run, k):
    shipped = checkpoints.shipped().load("shapes-32").result
    drawn = torch.from_numpy(shipped.final.measurement.trial.samples)
    monkeypatch.setattr(sampling, "sample", lambda *asked, **more: iter_of(drawn))
    report = run("sample", "shapes-32", "--n", len(drawn), "--k", k)
    within, *wrong = report["kinds"].values()
    flagged = (shipped.final.measurement.trial.distance > k).sum()
    assert sum(wrong) == report["hallucination_count"] == flagged > 0
    assert within + flagged == report["hallucination_n"] == len(drawn)
    assert next(iter(report["kinds"])) == ("valid" if k == 5 else f"within {k}")


def iter_of(samples):
    """A sampling run that is at its end."""
    yield 1.0
    return samples


def test_sampling_repeats_with_its_seed(run, trained):
    asked = ["sample", trained, "--n", 1000, "--steps", 30]
    rates = [run(*asked, "--seed", seed)["hallucination_rate"] for seed in (1, 1, 2, 3)]
    assert rates[0] == rates[1]
    assert len(set(rates)) > 1


def test_the_density_of_a_run_agrees_with_its_samples(run, trained):
    report = run("density", trained, "--steps", 40)
    assert set(report["mass_beyond"]) == {"4", "5", "6", "8"}
    masses = [report["mass_beyond"][k] for k in ("4", "5", "6", "8")]
    assert sorted(masses, reverse=True) == masses
    assert set(report["error"]) == set(report["mass_beyond"])
    for k, mass in report["mass_beyond"].items():
        assert 0 <= report["error"][k] <= 0.01 * mass + 1e-10
    assert report["seconds"] >= 0
    assert report["mass_beyond"]["5"] + sum(report["mode_shares"]) == pytest.approx(1, abs=1e-6)
    low, high = run("sample", trained, "--n", 3000, "--steps", 40)["hallucination_interval"]
    width = high - low
    assert low - width < report["mass_beyond"]["5"] < high + width


def test_the_device_is_told_with_its_reason(run, trained, monkeypatch):
    monkeypatch.delenv("EXPLORER_DEVICE", raising=False)
    asked = [
        ["sample", trained, "--n", 50, "--steps", 10],
        ["density", trained, "--steps", 10],
        ["detect", trained, "--n", 100],
        ["count", trained, "--n", 100, "--workers", 1],
        ["remedies", trained, "--remedy", "late=10"],
        ["samplers", trained, "--sampler", "ddim", "--calls", "5"],
    ]
    for arguments in asked:
        chosen, told = run(*arguments), run(*arguments, "--device", "cpu")
        assert (chosen["device"], told["device"]) == ("cpu", "cpu")
        assert chosen["device_reason"] in ("There is no GPU.", "One small network gains nothing on a GPU.")
        assert told["device_reason"] == "It was asked for."
    assert "EXPLORER_DEVICE" not in os.environ


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "three-modes"],
        ["sample", "three-modes"],
        ["density", "three-modes"],
        ["count", "three-modes"],
        ["detect", "three-modes"],
        ["recurse", "three-modes"],
        ["sweep", "nothing.toml"],
        ["remedies", "three-modes"],
        ["samplers", "three-modes"],
        ["figure", "three-modes", "learn", "--out", "nothing.png"],
        ["checkpoints", "build"],
        ["checkpoints", "loops"],
        ["checkpoints", "sweeps"],
        ["checkpoints", "remedies"],
        ["checkpoints", "samplers"],
        ["checkpoints", "objectives"],
    ],
    ids=" ".join,
)
def test_a_device_that_is_not_there_is_refused_in_one_line(arguments, capsys):
    assert main([*arguments, "--device", "abacus"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("explorer: --device 'abacus' names no device of this machine: ")
    assert said.err.count("\n") == 1


def test_the_truth_does_not_hallucinate(run):
    report = run("sample", "three-modes", "--truth", "--n", 500)
    assert report["hallucination_rate"] == 0
    assert report["denoiser"] == "truth"
    density = run("density", "three-modes", "--truth", "--steps", 200)
    assert density["mass_beyond"]["5"] < 1e-5
    # The schedule's coarse last steps favour the middle mode a little, even with the true score.
    assert density["mode_shares"] == pytest.approx([1 / 3] * 3, abs=5e-3)


def test_ddim_of_a_shipped_preset(run):
    report = run("sample", "three-modes", "--n", 50, "--eta", 0, "--steps", 20)
    assert report["sampler"] == "DDIM, 20 steps"
    assert report["denoiser"] == "model"


def test_shipped_runs_are_sound(run):
    names = [*PRESETS, *PICTURE_PRESETS, *(f"recursive/{name}" for name in LOOPS)]
    names += [*(f"sweeps/{name}" for name in SWEEPS), *(f"remedies/{name}" for name in REMEDY_PRESETS)]
    names += [f"memorise/{name}" for name in MEMORISATIONS] + [f"dimension/{name}" for name in COMPARISONS]
    names += ["judges/digits-28", "leaderboard"]
    names += [f"{name}, samplers" for name in WITH_SAMPLERS]
    names += [f"{name}, objectives" for name in WITH_OBJECTIVES]
    report = run("checkpoints", "verify")
    assert set(report) == set(names)
    for name, found in report.items():
        assert found.startswith("sound, "), name
        assert "engine" in found, name
        loop = LOOPS.get(name.removeprefix("recursive/")) if name.startswith("recursive/") else None
        if loop is not None:  # of a loop that ships in part, what it lacks is said
            spec, _ = load_run(SHIPPED_LOOPS / name.removeprefix("recursive/"))
            assert (", but " in found) == (spec != loop)
            assert ("accumulate" in found) == ("accumulate" in set(loop.arms) - set(spec.arms))
            assert (f"{spec.seeds} of {loop.seeds} seeds" in found) == (spec.seeds < loop.seeds)


def test_a_damaged_shipped_run_is_named_and_fails(trained, tmp_path, monkeypatch, capsys):
    store = checkpoints.CheckpointStore(tmp_path)
    store.save(checkpoints.load_folder(trained).result, "two-modes")
    (tmp_path / "two-modes" / "weights.safetensors").unlink()
    monkeypatch.setattr(checkpoints, "shipped", lambda: store)
    assert main(["checkpoints", "verify", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert "weights.safetensors of the run two-modes is missing" in report["two-modes"]
    assert report["grid-25"] == "There is no shipped run of this preset."


def test_a_shipped_run_of_another_experiment_than_its_presets_fails(trained, tmp_path, monkeypatch, capsys):
    store = checkpoints.CheckpointStore(tmp_path)
    store.save(checkpoints.load_folder(trained).result, "two-modes")  # 110 steps, not the preset's 8,000
    monkeypatch.setattr(checkpoints, "shipped", lambda: store)
    assert main(["checkpoints", "verify", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["two-modes"].startswith("The stored run of two-modes is of another experiment")


def test_shipped_loops_are_rebuilt_seed_by_seed_and_what_is_wrong_with_one_is_said(
    run,
    tmp_path,
    monkeypatch,
    capsys,
    tasks_here,
):
    whole = RecursionSpec(
        preset("two-modes").experiment.replace(**{"training.steps": 40, "points": 300, "sampler.steps": 20}),
        ("none", "accumulate"),
        generations=2,
        samples=200,
        seeds=2,
    )
    loops = {"two-modes": whole}
    for module in (shipped, presets, verification):
        monkeypatch.setattr(module, "LOOPS", loops)
    for module in (shipped, presets):
        monkeypatch.setattr(module, "SHIPPED_LOOPS", tmp_path)
    report = run("checkpoints", "loops", "two-modes", "--executor", "local", "--workers", "2")
    assert (report["two-modes"]["seeds"], report["two-modes"]["generations"]) == (2, 8)
    assert {path.name for path in (tmp_path / "two-modes").iterdir()} == {"spec.json", "seed-0", "seed-1"}
    assert not list(tmp_path.rglob("*.kept.*"))
    assert run("checkpoints", "verify")["recursive/two-modes"].startswith(f"sound, engine {ENGINE}, ")
    before = load_run(tmp_path / "two-modes")[1]
    again = run("checkpoints", "loops", "two-modes")  # in this process: the same numbers
    assert again["two-modes"]["seeds"] == 2
    assert [one.kept_digest for one in load_run(tmp_path / "two-modes")[1]] == [
        one.kept_digest for one in before
    ]
    loops["two-modes"] = dataclasses.replace(whole, arms=("none", "random", "accumulate"), seeds=4)
    said = run("checkpoints", "verify")["recursive/two-modes"]
    assert said.startswith("sound, ")
    assert said.endswith(", but without the arm random and with 2 of 4 seeds")
    loops["two-modes"] = dataclasses.replace(whole, drop=0.1)
    assert main(["checkpoints", "verify", "--json"]) == 1
    assert (
        json.loads(capsys.readouterr().out)["recursive/two-modes"]
        == "The shipped loop of two-modes is of another specification."
    )


def test_plain_output_says_the_same(trained, capsys):
    capsys.readouterr()
    assert main(["sample", str(trained), "--n", "100", "--steps", "20"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["n"] == "100"
    share, count, n = re.fullmatch(
        r"beyond 5 sigma +(\S+) \((\d+) of (\d+)\) .*", lines["hallucinated_share"]
    ).groups()
    assert float(share) == int(count) / int(n)
    assert n == "100"


# ---- what they refuse ----------------------------------------------------------------------------------


def refusal(capsys, *arguments):
    """The one line on stderr of a command that ends with 2 and prints nothing else."""
    capsys.readouterr()
    try:
        code = main([*map(str, arguments)])
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.endswith("\n")
    assert said.err.startswith("explorer")
    return said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "COMMAND"),
        ("fly", "'fly'"),
        ("train", "PRESET"),
        ("train nothing", "no preset 'nothing'; there are three-modes"),
        ("train three-modes --steps 0", "steps 0 is outside [1, 200,000]"),
        ("train three-modes --steps many", "invalid int value: 'many'"),
        ("train three-modes --batch -5", "batch -5 is outside"),
        ("train three-modes --seed -1", "seed -1 is outside"),
        ("train three-modes --threads 0", "threads 0 is outside [1, 256]"),
        ("train three-modes --recipe slow", "'slow'"),
        ("train three-modes --nothing", "--nothing"),
        ("sample nothing", "neither a preset"),
        ("sample three-modes --n 0 --steps 5", "samples 0 is outside [1, 2,000,000]"),
        ("sample three-modes --n 3000000", "samples 3,000,000 is outside"),
        ("sample three-modes --n 5 --k 0 --steps 5", "k = 0 sigma is outside (0, 100]"),
        ("sample three-modes --n 5 --k nan --steps 5", "k = nan sigma is outside"),
        ("sample shapes-32 --n 5 --k 16", "k = 16 differing pixels is outside [0, 16)"),
        ("sample hands-48 --n 5 --k 0", "k = 0 fingers is outside (0, 5)"),
        ("sample three-modes --eta 2", "eta = 2 is outside [0, 1]"),
        ("sample three-modes --eta nan", "eta = nan is outside"),
        ("sample three-modes --steps 1", "at least 2 steps, not 1"),
        ("sample three-modes --steps 5000", "not 5000"),
        ("sample three-modes --variance large", "'large'"),
        ("density grid-25 --truth", "needs a 1-D denoiser"),
        ("checkpoints", "ACTION"),
        ("checkpoints build nothing", "no preset 'nothing'"),
        ("checkpoints build --threads 1000", "threads 1000 is outside"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(arguments, message, capsys):
    assert message in refusal(capsys, *arguments.split())


@pytest.mark.parametrize("name", ["x" * 5000, "../../etc", "<script>alert(1)</script>", ""])
def test_names_that_are_no_run_are_refused_in_one_line(name, capsys):
    refusal(capsys, "sample", name)
    refusal(capsys, "train", name)


def test_a_folder_without_a_run_is_named(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert "no run in the folder empty" in refusal(capsys, "sample", tmp_path / "empty")


def test_a_preset_that_is_not_trained_yet_says_how_to_train_it(monkeypatch, capsys):
    monkeypatch.setattr(checkpoints, "locate", lambda experiment: None)
    assert "python -m explorer train grid-25" in refusal(capsys, "sample", "grid-25")


def test_uploaded_points_have_no_rate(tmp_path, capsys):
    points = standardise([[float(i)] for i in range(20)])
    experiment = Experiment(upload=points.digest).replace(**{"training.steps": 2, "training.batch": 20})
    folder = checkpoints.own().save(list(learn(experiment, points))[-1].result)
    for arguments in (["sample"], ["density"], ["sample", "--truth"]):
        assert "unknown" in refusal(capsys, arguments[0], folder, *arguments[1:], "--steps", 5)


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_training_replaces_nothing_that_is_not_a_run(kind, tmp_path, capsys):
    precious = tmp_path / "thesis"
    if kind == "folder":
        precious.mkdir()
        text = precious / "chapter.txt"
    else:
        text = precious
    text.write_text("years of work")
    refusal(capsys, "train", "two-modes", "--steps", 2, "--batch", 20, "--out", precious)
    assert text.read_text() == "years of work"


@pytest.mark.parametrize("out", ["a-file/run", ".hidden", ".", ".."])
def test_a_folder_that_cannot_be_written_is_refused_before_the_training(out, tmp_path, monkeypatch, capsys):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "a-file").write_text("")
    monkeypatch.setattr("explorer.commands.training.learn", lambda *asked: pytest.fail("it was trained"))
    refusal(capsys, "train", "two-modes", *TINY, "--out", out)
    assert [entry.name for entry in tmp_path.iterdir()] == ["here"]


def test_a_stopped_command_says_so(monkeypatch, capsys):
    def interrupted(*asked):
        raise KeyboardInterrupt

    monkeypatch.setattr("explorer.commands.training.learn", interrupted)
    assert main(["train", "two-modes"]) == 130
    assert capsys.readouterr().err == "explorer: stopped.\n"


# ---- help ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "mentioned"),
    [
        ("", ["presets", "train", "sample", "density", "checkpoints"]),
        ("presets", ["--json"]),
        (
            "train",
            ["PRESET", "--seed", "--steps", "--batch", "--recipe", "paper", "--threads", "--out", "--json"],
        ),
        (
            "sample",
            ["PRESET", "--truth", "--eta", "--variance", "--steps", "--every-step", "--n", "--k", "--seed"],
        ),
        (
            "density",
            ["PRESET", "--truth", "--eta", "--variance", "--steps", "--every-step", "--json"],
        ),
        ("checkpoints", ["build", "measure", "trials", "verify"]),
        ("checkpoints build", ["PRESET", "--threads", "--json"]),
        ("checkpoints verify", ["--json"]),
    ],
)
def test_help_mentions_every_option(command, mentioned, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command.split(), "--help"])
    said = capsys.readouterr()
    assert end.value.code == 0
    assert said.err == ""
    for word in mentioned:
        assert word in said.out
