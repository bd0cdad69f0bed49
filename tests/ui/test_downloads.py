"""What people take away reproduces what they saw."""

import contextlib
import io
import json

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.detection.judged_trial import JudgedTrial
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.trials import trial
from explorer.ui.detect.download import scores_csv, scores_npz
from tests.ui.test_pages import finished, opened, told


def printed(snippet: str) -> str:
    """What a snippet of Python prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(snippet, "snippet", "exec"), {})
    return said.getvalue()


@pytest.fixture(scope="module")
def bench() -> JudgedTrial:
    run = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(run, 2_000, run.experiment.sampler))
    return JudgedTrial(drawn, run.experiment.mixture, 5, (0, 4))


def test_the_detectors_snippet_prints_the_number_on_screen():
    app = finished(opened("detect", preset="grid-25", n="5000", window="0:4"), "n = 5,000")
    finished(app, "AUROC")
    auroc = printed(app.code[-1].value).split()[0]
    assert f"AUROC {float(auroc):.3f}" in told(app)


def test_the_trajectories_snippet_ends_where_the_sample_ended():
    app = finished(opened("trajectories", preset="grid-25", sample="0", sampler="DDIM"), "Decided at t =")
    run = checkpoints.shipped().load("grid-25").result
    end = printed(app.code[-1].value)
    from explorer.experiments.trials import follow_pairs, sampler

    found = finish(follow_pairs(run, [0], 1000, sampler(run.experiment, "DDIM")))
    assert end == f"{found.samples[0, 0]} {found.samples[1, 0]}\n"


def test_scores_are_all_there(bench):
    rows = scores_csv(bench).strip().split("\n")
    assert rows[0] == "sample,x,y,distance_to_support,hallucinated,variance"
    assert len(rows) == 2_001
    table = np.array([[float(v) for v in row.split(",")] for row in rows[1:]])
    assert table[:, 1:3] == pytest.approx(bench.trial.samples, rel=1e-5)
    assert (table[:, 4] == bench.hallucinated).all()
    assert table[:, 5] == pytest.approx(bench.hal, rel=1e-6)


def test_the_npz_carries_its_experiment_and_the_sums_give_any_window(bench):
    experiment = checkpoints.shipped().load("grid-25").result.experiment
    with np.load(io.BytesIO(scores_npz(bench, experiment))) as file:
        assert Experiment.from_json(json.loads(str(file["experiment"]))) == experiment
        assert np.array_equal(file["hal"], bench.hal)
        s, q = (file[name].astype(np.float64)[:, 10] / 10 for name in ("sums", "squares"))
        assert (q - s**2).mean(1) == pytest.approx(bench.trial.hal((0, 9)), rel=1e-6, abs=1e-12)
