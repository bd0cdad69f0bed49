"""All detectors are judged on the same samples: the oracle wins, chance is chance, and each number is the
evaluation's."""

import json

import numpy as np
import pytest

from explorer.compute.progress import finish, map_progress
from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.detection.detector_comparison import Scores, compare_detectors, score_all
from explorer.detection.scores.bounds import Chance, Oracle
from explorer.detection.scores.detector import Evidence
from explorer.detection.scores.perturbation import PerturbationInstability
from explorer.detection.scores.table import DETECTORS, RIVALS
from explorer.detection.statistics.roc import roc
from explorer.detection.statistics.thresholds import confusion, threshold_at_retention
from explorer.detection.trial import run_trial
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule

SPEC, MODES = SamplerSpec(steps=30), line(1, 2, 3)
DENOISER = TrueDenoiser(MODES, NoiseSchedule())
K = 2.0  # so that some of the samples of the truth lie beyond it


def draws(name: str):
    return seeded(0, f"detector {name}")


def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def evidence():
    drawn = finish(run_trial(DENOISER, MODES, 2000, SPEC, seeded(0, "sampling"), window_steps=20))
    return Evidence(drawn, DENOISER, SPEC, lambda: seeded(0, "sampling"), 1024, (DENOISER,))


@pytest.fixture(scope="module")
def found(evidence):
    return compare_detectors(
        finish(score_all(DETECTORS, evidence, draws)), evidence.trial.hallucinated(K), rng()
    )


def test_the_oracle_knows_and_chance_does_not(found):
    assert found["oracle"].roc.auroc == 1
    assert found["oracle"].judged.recall.value == 1
    low, high = found["random"].roc.interval
    assert low < 0.5 < high
    low, high = found["random"].judged.recall.interval
    assert low < 0.04 < high
    with pytest.raises(KeyError):
        found["nobody"]


def test_every_number_is_that_of_the_evaluation(found, evidence):
    flags = evidence.trial.hallucinated(K)
    assert (found.n, found.rate.count) == (2000, int(flags.sum()))
    assert 20 < found.rate.count < 500
    for one in found.results:
        values = one.scores.values
        assert one.roc.auroc == roc(values, flags).auroc
        assert one.judged == confusion(values, flags, threshold_at_retention(values, flags, 0.96))
        assert one.judged.retention.value >= 0.96
        assert one.control.n == one.judged.missed + one.judged.kept  # a drop of the same size
        assert one.control.interval[0] < found.rate.value < one.control.interval[1]


def test_the_cost_is_counted_in_network_calls(found):
    calls = {one.detector.name: one.scores.calls for one in found.results}
    assert calls == {
        "variance": 0,
        "perturbation": 8,
        "curvature": 4,
        "ensemble": 30,
        "oracle": 0,
        "random": 0,
    }
    assert all(one.scores.seconds >= 0 for one in found.results)


def test_the_calls_that_are_counted_are_the_calls_that_are_made(evidence):
    class Counted:
        schedule, shape, asked = DENOISER.schedule, DENOISER.shape, 0

        def predict_noise(self, x_t, t):
            Counted.asked += len(x_t)
            return DENOISER.predict_noise(x_t, t)

    counted = Evidence(evidence.trial, Counted(), SPEC, evidence.noise, 1024, (Counted(),))
    for detector in DETECTORS:
        Counted.asked = 0
        finish(detector.scores(counted, draws(detector.name)))
        assert Counted.asked == detector.calls(counted) * 2000


def test_no_score_depends_on_who_else_takes_part(evidence):
    alone = finish(score_all((Chance(),), evidence, draws))[0].values
    assert np.array_equal(alone, finish(score_all(RIVALS, evidence, draws))[-1].values)


def test_without_members_the_ensemble_is_left_out(evidence):
    single = Evidence(evidence.trial, DENOISER, SPEC, evidence.noise, 1024)
    names = [one.detector.name for one in finish(score_all(DETECTORS, single, draws))]
    assert names == ["variance", "perturbation", "curvature", "oracle", "random"]


def test_the_share_rises_to_one(evidence):
    shares: list[float] = []
    finish(map_progress(score_all(DETECTORS, evidence, draws), shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) >= len(DETECTORS)


def test_names_are_unique_and_everybody_has_a_sentence_and_a_source():
    assert len({one.name for one in DETECTORS}) == len(DETECTORS)
    assert all(one.sentence.endswith(".") and one.source and one.title for one in DETECTORS)


@pytest.mark.parametrize("wrong", [0, 50])
def test_an_empty_class_is_undefined_and_json_says_so(wrong):
    values = np.linspace(0, 1, 50)
    scores = (Scores(PerturbationInstability(), values, 8, 0.1), Scores(Oracle(), values, 0, 0.0))
    found = compare_detectors(scores, np.arange(50) < wrong, rng())
    rows = json.loads(json.dumps([one.to_json() for one in found.results]))
    assert [row["detector"] for row in rows] == ["perturbation", "oracle"]
    assert all(row["auroc"] is None and row["auroc_interval"] is None for row in rows)
    assert all((row["recall"] is None) == (wrong == 0) for row in rows)
    assert all((row["retention"] is None) == (wrong == 50) for row in rows)
