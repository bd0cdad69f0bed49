"""All detectors are judged on the same samples: the oracle wins, chance is chance, and each number is the
evaluation's."""

import json
from functools import partial

import numpy as np
import pytest

from explorer.compute.progress import finish, map_progress
from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.detection.detector_comparison import Scores, compare_detectors, score_all
from explorer.detection.scores.bounds import Chance, Oracle
from explorer.detection.scores.detector import Evidence
from explorer.detection.scores.perturbation import PerturbationInstability
from explorer.detection.scores.table import BOUNDS, DETECTORS, OTHER_DETECTORS
from explorer.detection.statistics.held_out import halves, held_out
from explorer.detection.statistics.paired_test import auroc_difference, holm
from explorer.detection.statistics.precision_recall import precision_recall
from explorer.detection.statistics.rates import Rate
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


@pytest.fixture(scope="module")
def evidence():
    drawn = finish(run_trial(DENOISER, MODES, 2000, SPEC, seeded(0, "sampling"), window_steps=20))
    return Evidence(drawn, DENOISER, SPEC, lambda: seeded(0, "sampling"), 1024, (DENOISER,))


@pytest.fixture(scope="module")
def found(evidence):
    return compare_detectors(finish(score_all(DETECTORS, evidence, draws)), evidence.trial.hallucinated(K))


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
        assert one.precision_recall.average_precision == precision_recall(values, flags).average_precision
        assert one.control.kept == one.judged.missed + one.judged.kept  # a drop of the same size
        low, high = one.control.interval
        dropped = one.control.kept < found.n  # nothing is, where all scores are equal
        assert (low < found.rate.value < high) if dropped else (low == found.rate.value == high)
        assert one.control.value == found.rate.value


def test_each_is_tested_against_the_variance_and_corrected_for_being_several(found, evidence):
    flags, own = evidence.trial.hallucinated(K), found["variance"]
    assert (own.difference, own.p_value, own.differs) == (None, None, False)
    raw = {}
    for one in found.results[1:]:
        assert one.difference == auroc_difference(one.scores.values, own.scores.values, flags)
        assert one.difference.value == pytest.approx(one.roc.auroc - own.roc.auroc)
        raw[one.detector.name] = one.difference.p_value
    rivals = [name for name in raw if name not in BOUNDS]
    assert [found[name].p_value for name in rivals] == holm([raw[name] for name in rivals])
    assert all(found[name].p_value is None for name in BOUNDS)  # no detectors, so they are told apart by name
    for name in rivals:
        assert found[name].differs == (found[name].p_value < 0.05)


def test_without_the_variance_nothing_is_tested(evidence):
    scores = finish(score_all((PerturbationInstability(), Oracle()), evidence, draws))
    alone = compare_detectors(scores, evidence.trial.hallucinated(K))
    assert all(one.difference is None and one.p_value is None for one in alone.results)


def test_the_best_on_one_half_is_judged_on_the_other(found, evidence):
    flags = evidence.trial.hallucinated(K)
    rows = halves(flags).choosing
    areas = {
        one.detector.name: roc(one.scores.values[rows], flags[rows]).auroc
        for one in found.results
        if one.detector.name not in BOUNDS
    }
    assert found.chosen.detector.name == max(areas, key=areas.get)
    own = found[found.chosen.detector.name].scores.values
    keep = partial(threshold_at_retention, retention=0.96)
    assert found.chosen.held_out.judged == held_out(own, flags, keep).judged
    assert found.halves.judged_on.count == found.chosen.held_out.judged.recall.n


def test_the_cost_is_counted_in_network_calls(found):
    calls = {one.detector.name: one.scores.calls for one in found.results}
    assert calls == {
        "variance": 0,
        "lid": 32,
        "lmi": 4 * 30,
        "rods": 6,
        "ensemble": 30,
        "perturbation": 8,
        "curvature": 4,
        "score-norm": 1,
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
    assert np.array_equal(alone, finish(score_all(OTHER_DETECTORS, evidence, draws))[-1].values)


def test_without_members_the_ensemble_is_left_out(evidence):
    single = Evidence(evidence.trial, DENOISER, SPEC, evidence.noise, 1024)
    names = [one.detector.name for one in finish(score_all(DETECTORS, single, draws))]
    assert names == [one.name for one in DETECTORS if one.name != "ensemble"]
    assert {"variance", "lid", "rods", "oracle", "random"} <= set(names)


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
    found = compare_detectors(scores, np.arange(50) < wrong)
    rows = json.loads(json.dumps([one.to_json() for one in found.results]))
    assert [row["detector"] for row in rows] == ["perturbation", "oracle"]
    assert all(row["auroc"] is None and row["auroc_interval"] is None for row in rows)
    assert all(row["average_precision"] is None and row["p_value"] is None for row in rows)
    assert found.chosen is None
    assert all((row["recall"] is None) == (wrong == 0) for row in rows)
    assert all((row["retention"] is None) == (wrong == 50) for row in rows)


def test_in_json_every_rate_has_its_count_its_n_and_its_interval(found):
    for one in found.results:
        row = json.loads(json.dumps(one.to_json()))
        names = {"recall", "retention", "precision", "rate_after_filter"}
        removed = one.judged.caught + one.judged.lost
        assert (row["precision_n"] or 0) == removed
        for name in names if removed else names - {"precision"}:
            rate = Rate(row[f"{name}_count"], row[f"{name}_n"])
            assert (row[name], row[f"{name}_interval"]) == (rate.value, list(rate.interval))
        assert row["recall_n"] == found.rate.count
        assert row["average_precision_interval"][0] < row["average_precision"]
        assert row["rate_after_random_drop"] == found.rate.value
        assert (row["auroc_difference"] is None) == (one.detector.name == "variance")
