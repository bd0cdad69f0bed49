"""What people take away reproduces what they saw."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from explorer.compute.progress import finish
from explorer.detection.judged_trial import JudgedTrial
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import learn
from explorer.experiments.trials import trial
from explorer.page_figures.score import regions, scores, scores_csv
from explorer.recursion import table
from explorer.recursion.presets import shipped_loop
from explorer.ui.detect.download import scores_csv as judged_csv
from explorer.ui.detect.download import scores_npz as judged_npz
from explorer.ui.score.download import scores_npz
from explorer.ui.shared.downloads import rates_csv
from tests.ui.test_pages import ROOT, finished, opened, taken_away, told


def printed(snippet: str) -> str:
    """What a snippet of Python prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(snippet, "snippet", "exec"), {})
    return said.getvalue()


def expected(snippet: str) -> str:
    """What it says at its head that it prints."""
    head = snippet.split("# It prints:\n")[1].split("\nimport")[0]
    return "".join(line.removeprefix("#   ") + "\n" for line in head.splitlines())


def code_of(app) -> str:
    """The snippet of a page, which opens its Take away."""
    found = [each.value for each in taken_away(app).code if each.value.startswith("# ")]
    assert not app.exception
    assert len(found) == 1
    return found[0]


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


SHORT = {"sampler.steps": "30", "network.width": "16"}  # quickly trained, sampled and measured


@pytest.fixture(scope="module")
def judged() -> JudgedTrial:
    run = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(run, 2_000, run.experiment.sampler))
    return JudgedTrial(drawn, run.experiment.mixture, 5, (0, 4))


# ---- code ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "link", "sign", "numbers"),
    [
        ("learn", {"preset": "two-modes", "k": "8"}, "", ["lie beyond 8 σ (exact)"]),
        ("learn", {"preset": "ring-8", "snapshot": "3"}, "", ["lie beyond 5 σ (n = 2,000)"]),
        ("score", {"preset": "two-modes", "t": "4"}, "", ["largest error at t = 4: "]),
        ("score", {"preset": "three-modes", "t": "2", "region": "gap1", "show": "score"}, "", ["at t = 2"]),
        ("score", {"preset": "ring-8", "t": "0"}, "", ["largest error at t = 0: "]),
        ("score", {"preset": "two-modes", "figure": "map"}, "", ["of all t the largest is "]),
        (
            "trajectories",
            {"preset": "grid-25", "sample": "0", "sampler": "DDIM"},
            "Decided at t =",
            ["of 1,000 hallucinated", "Decided at t ="],
        ),
        (
            "detect",
            {"preset": "grid-25", "n": "5000", "window": "0:4", "cut": "Youden"},
            "n = 5,000",
            ["base rate", "AUROC"],
        ),
        (
            "detect",
            {"preset": "grid-25", "n": "5000", "judge": "windows"},
            "the best 0:",
            ["the authors' 0:9 recall"],
        ),
        ("atlas", {"preset": "two-modes"}, "", ["network: ", "true score: "]),
        ("atlas", {"preset": "ring-8"}, "", ["network: ", "true score: 0 hallucinated"]),
        ("shapes", {"preset": "shapes-32"}, "", []),
        (
            "recursive",
            {"preset": "three-modes"},
            "",
            ["Median of 5 seeds, range in brackets: the rate goes from"],
        ),
        ("remedies", {"preset": "three-modes", "cure": "guidance", "dial": "1"}, "", ["beyond 5 σ (exact)"]),
        ("remedies", {"preset": "grid-25"}, "", ["untreated: ", "(n = "]),
        ("samplers", {"preset": "three-modes", "solver": "heun", "calls": "20"}, "", []),
        ("sweep", {"preset": "three-modes", "cell": "3:20"}, "", ["3 modes, 20 σ apart: "]),
    ],
)
def test_a_snippet_prints_the_number_on_screen(page, link, sign, numbers):
    app = opened(page, **link)
    if sign:
        finished(app, sign)
        if page == "detect":
            finished(app, "AUROC")
    snippet = code_of(app)
    said, due = printed(snippet), expected(snippet)
    if page == "recursive":  # a line for each generation stands before
        due = due.splitlines()[-1] + "\n"
        assert said.endswith(due)
    else:
        assert said == due
    seen = told(app).replace("*", "")
    shown = [line for line in due.splitlines() if any(number in line for number in numbers)]
    assert len(shown) >= bool(numbers)
    for line in shown:
        words = line.split(" · ") if page != "recursive" else [line.split(";")[0]]
        for part in words:
            part = part.split(" From the same noise")[0]
            assert part in seen.replace("\n", " "), part


def test_what_is_not_trained_has_no_snippet_and_what_is_trained_can_be_trained_anew():
    link = {"preset": "two-modes", "seed": "11", "training.steps": "150", "training.batch": "64"} | SHORT
    app = taken_away(opened("learn", **link))
    assert not [each for each in app.code if each.value.startswith("# ")]
    *_, last = learn(app.session_state["experiment"])
    checkpoints.own().save(last.result)
    for page in ("learn", "score"):
        snippet = code_of(opened(page, **link))
        assert printed(snippet) == expected(snippet)
        anew = snippet.replace("TRAIN_ANEW = False", "TRAIN_ANEW = True")
        assert anew != snippet
        assert printed(anew) == expected(snippet)


def test_a_snippet_runs_beside_the_checkout_and_says_how_far_it_is(tmp_path):
    snippet = code_of(finished(opened("trajectories", preset="grid-25", sample="0"), "Decided at t ="))
    (tmp_path / "explorer of mine").symlink_to(ROOT)
    (tmp_path / "notebooks").mkdir()
    for folder in (tmp_path, tmp_path / "notebooks"):
        ran = subprocess.run(
            [sys.executable, "-P", "-c", snippet],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout == expected(snippet)
        assert "following samples" in ran.stderr


def test_a_snippet_says_in_a_sentence_that_a_run_is_not_here(monkeypatch, tmp_path):
    snippet = code_of(opened("learn", preset="two-modes"))
    with pytest.raises(checkpoints.CheckpointError, match="No run of this experiment is stored"):
        printed(snippet.replace(".experiment\n", ".experiment.replace(seed=404)\n"))


# ---- tables ----------------------------------------------------------------------------------------------


def test_an_exact_rate_has_its_error_and_a_counted_one_its_interval():
    line = checkpoints.shipped().load("three-modes").result
    rows = table_of(rates_csv(line, 5))
    assert len(rows) == len(line.snapshots)
    for row, snapshot in zip(rows, line.snapshots, strict=True):
        assert (int(row["step"]), row["k"], row["kind"], row["n"]) == (snapshot.step, "5", "exact", "")
        assert float(row["hallucinated_share"]) == snapshot.measurement.beyond[5]
        assert float(row["hallucinated_share_error"]) == snapshot.measurement.error[5]
        assert row["hallucinated_share_low"] == row["hallucinated_share_high"] == ""
        assert row["beyond_5"] == row["hallucinated_share"]
        assert float(row["beyond_8"]) == snapshot.measurement.beyond[8]
    plane = checkpoints.shipped().load("ring-8").result
    for row, snapshot in zip(table_of(rates_csv(plane, 4)), plane.snapshots, strict=True):
        n = snapshot.measurement.n
        assert (row["k"], row["kind"], int(row["n"])) == ("4", "counted", n)
        share = float(row["hallucinated_share"])
        low, high = float(row["hallucinated_share_low"]), float(row["hallucinated_share_high"])
        assert low <= share <= high
        # Wilson: the ends solve |share - p| = z sqrt(p (1 - p) / n)
        for end in (low, high):
            assert abs(share - end) == pytest.approx(
                1.959964 * np.sqrt(end * (1 - end) / n), rel=1e-5, abs=1e-12
            )
        assert row["hallucinated_share_error"] == ""
        assert row["beyond_4_low"] == row["hallucinated_share_low"]


def test_no_column_of_numbers_holds_a_word_and_no_cell_two_values():
    words = {"kind", "arm", "treatment"}
    spec, generations = shipped_loop("three-modes")
    drawn = checkpoints.shipped().load("shapes-32").result
    for text in (table.as_csv(spec, generations), rates_csv(drawn, 5)):
        for row in table_of(text):
            for name, value in row.items():
                if name not in words and value:
                    float(value)


def test_pictures_are_counted_by_their_kinds_and_have_no_sigma():
    drawn = checkpoints.shipped().load("shapes-32").result
    last = table_of(rates_csv(drawn, 5))[-1]
    assert (last["k"], last["kind"], last["n"]) == ("", "counted", "1024")
    kinds = drawn.final.measurement.kinds
    assert {name.replace(" ", "_"): int(last[name.replace(" ", "_")]) for name in kinds} == {
        name.replace(" ", "_"): count for name, count in kinds.items()
    }
    assert float(last["hallucinated_share"]) == pytest.approx(1 - next(iter(kinds.values())) / 1024)


def test_the_exact_rates_of_a_loop_stand_beside_the_counted_ones_for_all_seeds():
    spec, generations = shipped_loop("three-modes")
    rows = table_of(table.as_csv(spec, generations))
    assert {int(row["seed"]) for row in rows} == set(range(5))
    for row, one in zip(rows, generations, strict=True):
        assert (row["kind"], float(row["k"])) == ("exact", 5)
        assert float(row["hallucinated_share"]) == one.exact[5]
        assert float(row["hallucinated_share_error"]) == one.exact_error[5]
        assert float(row["counted_share"]) == one.rate.value
        assert (float(row["counted_share_low"]), float(row["counted_share_high"])) == one.rate.interval
        assert int(row["counted_n"]) == one.rate.n
        assert [float(row[f"mode_share_{mode}"]) for mode in range(3)] == list(one.mode_shares)


def test_a_loop_whose_rates_are_counted_says_so():
    spec, generations = shipped_loop("grid-25")
    for row, one in zip(table_of(table.as_csv(spec, generations)), generations, strict=True):
        assert row["kind"] == "counted"
        assert row["hallucinated_share"] == row["counted_share"]
        assert (
            float(row["hallucinated_share_low"]),
            float(row["hallucinated_share_high"]),
        ) == one.rate.interval


def test_the_score_is_taken_away_at_every_step_and_point():
    run = checkpoints.shipped().load("two-modes").result
    region = regions(run.experiment.mixture)[0]
    found = scores(run, -1, region, scaled=True)
    read = pd.read_csv(io.StringIO(scores_csv(found.values)))
    assert list(read) == ["t", "x", "truth", "model", "difference"]
    assert len(read) == len(found.steps) * 512
    t = int(found.steps[len(found.steps) // 2])
    # The scaled score of a mixture of two normals at step t, by hand.
    alpha_bar, x = run.experiment.schedule.alpha_bar(t), read.x[read.t == t].to_numpy()
    variance = alpha_bar * 0.05**2 + 1 - alpha_bar
    pull = [np.sqrt(alpha_bar) * mean - x for mean in (-0.5, 0.5)]
    weight = np.exp([-(each**2) / (2 * variance) for each in pull])
    by_hand = np.sqrt(1 - alpha_bar) * (weight * pull).sum(0) / weight.sum(0) / variance
    assert read.truth[read.t == t].to_numpy() == pytest.approx(by_hand, rel=1e-3, abs=1e-4)
    assert (read.model - read.truth).to_numpy() == pytest.approx(read.difference.to_numpy(), abs=1e-6)
    with np.load(io.BytesIO(scores_npz(found.values, run.experiment))) as file:
        assert Experiment.from_json(json.loads(str(file["experiment"]))) == run.experiment
        assert file["difference"].shape == (len(file["t"]), len(file["x"]))
        assert file["model"].ravel() == pytest.approx(read.model.to_numpy(), rel=1e-6, abs=1e-7)


def test_the_score_in_the_plane_has_two_coordinates():
    run = checkpoints.shipped().load("ring-8").result
    found = scores(run, -1, regions(run.experiment.mixture)[0], scaled=False)
    read = pd.read_csv(io.StringIO(scores_csv(found.values)))
    assert list(read) == [
        "t",
        "x",
        "y",
        *(f"{of}_{axis}" for of in ("truth", "model", "difference") for axis in "xy"),
    ]
    last = read[read.t == found.steps[-1]]
    assert last[["x", "y"]].to_numpy() == pytest.approx(found.values.x, rel=1e-6)
    assert last[["model_x", "model_y"]].to_numpy() == pytest.approx(found.values.model[-1], rel=1e-6)


def test_scores_are_all_there(judged):
    rows = judged_csv(judged).strip().split("\n")
    assert rows[0] == "sample,x,y,distance_to_support,hallucinated,variance"
    assert len(rows) == 2_001
    read = np.array([[float(v) for v in row.split(",")] for row in rows[1:]])
    assert read[:, 1:3] == pytest.approx(judged.trial.samples, rel=1e-5)
    assert (read[:, 4] == judged.hallucinated).all()
    assert read[:, 5] == pytest.approx(judged.hal, rel=1e-6)


def test_the_npz_carries_its_experiment_and_the_sums_give_any_window(judged):
    experiment = checkpoints.shipped().load("grid-25").result.experiment
    with np.load(io.BytesIO(judged_npz(judged, experiment))) as file:
        assert Experiment.from_json(json.loads(str(file["experiment"]))) == experiment
        assert np.array_equal(file["hal"], judged.hal)
        s, q = (file[name].astype(np.float64)[:, 10] / 10 for name in ("sums", "squares"))
        assert (q - s**2).mean(1) == pytest.approx(judged.trial.hal((0, 9)), rel=1e-6, abs=1e-12)
