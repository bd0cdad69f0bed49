"""The detectors side by side on the page: the numbers of the library, careful words, and the ensemble on
request."""

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.detection.detector_comparison import Scores, compare_detectors
from explorer.detection.scores.curvature import Curvature
from explorer.detection.scores.perturbation import PerturbationInstability
from explorer.detection.scores.table import DETECTORS
from explorer.detection.scores.window_variance import WindowVariance
from explorer.experiments import checkpoints
from explorer.experiments.trials import detector_scores, trial
from explorer.page_figures.detector_comparison import (
    describe_best,
    describe_chosen,
    describe_rates,
    format_auroc,
)
from explorer.ui.shell import server
from tests.ui.test_pages import finished, opened, told

SEEN = "has the highest AUROC"


def compared(*scores):
    flags = np.arange(400) < 40
    return compare_detectors([Scores(*one, 0.2) for one in scores], flags)


def ranked(wrong: float) -> np.ndarray:
    """Scores of which the hallucinated ones, the first 40, lie at `wrong` among 0 to 1."""
    return np.concatenate([np.full(40, wrong), np.linspace(0, 1, 360)])


def test_the_page_says_what_the_library_says():
    app = finished(opened("detect", preset="grid-25", n="5000", judge="rivals"), SEEN)
    result = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(result, 5_000, result.experiment.sampler))
    scores = finish(detector_scores(DETECTORS, result, drawn, result.experiment.sampler))
    found = compare_detectors(scores, drawn.hallucinated(5))
    assert describe_best(found) in told(app)
    assert describe_rates(found) in told(app)
    assert describe_chosen(found) in told(app)
    assert "network calls a sample" in told(app)
    assert not app.exception
    assert not app.button(key="train-ensemble").disabled


def test_another_window_is_judged_without_scoring_the_rest_again():
    app = finished(opened("detect", preset="two-modes", n="5000", judge="rivals"), "n = 5,000")
    app.select_slider(key="window").set_value((0, 4)).run()
    assert "variance 0–4" in "".join(one.proto.body for one in app.get("html"))
    assert not app.exception


def test_no_hallucination_leaves_no_curve():
    app = finished(opened("detect", preset="two-modes", n="5000", k="8", judge="rivals"), "None of the 5,000")
    finished(app, "There is no curve")
    assert SEEN not in told(app)
    assert not app.exception


def test_the_ensemble_is_trained_on_request_and_can_be_stopped():
    app = finished(opened("detect", preset="ring-8", n="5000", judge="rivals"), "n = 5,000")
    app.button(key="train-ensemble").click().run()
    assert not app.button(key="stop-ensemble").disabled
    finished(app, "training the ensemble: step")
    app.button(key="stop-ensemble").click().run()
    assert app.button(key="train-ensemble").label == "Resume"
    app.button(key="discard_stop-ensemble").click().run()
    assert app.button(key="stop-ensemble").disabled
    assert app.button(key="train-ensemble").label == "Train an ensemble of 5"
    assert not app.button(key="train-ensemble").disabled
    assert not app.exception


def test_a_trained_ensemble_takes_part():
    result = checkpoints.shipped().load("four-modes").result
    truth = result.truth()
    server.results().put(f"ensemble of 5 {result.experiment.digest}", (truth,))
    app = opened("detect", preset="four-modes", n="5000", judge="rivals")
    finished(app, "n = 5,000")
    for _ in range(100):
        if "ensemble" in "".join(one.proto.body for one in app.get("html")):
            break
        app.run()
    else:
        pytest.fail("the ensemble is not in the table")
    assert app.button(key="train-ensemble").disabled
    assert "trained" in app.button(key="train-ensemble").label


@pytest.mark.parametrize(("value", "text"), [(1.0, "1.000"), (0.99996, ">0.999"), (0.9871, "0.987")])
def test_what_is_short_of_one_is_not_rounded_to_it(value, text):
    assert format_auroc(value) == text


def test_the_words_follow_the_paired_test():
    far = compared((WindowVariance(), ranked(0.5), 0), (PerturbationInstability(), ranked(2.0), 8))
    assert "**perturbation** has the highest AUROC, 1.000" in describe_best(far)
    assert "for 8 network calls a sample" in describe_best(far)
    assert "They differ (p < 0.001)." in describe_best(far)
    moved = ranked(0.955) + np.random.default_rng(1).normal(0, 0.03, 400)
    other = ranked(0.957) + np.random.default_rng(0).normal(0, 0.03, 400)
    near = compared((WindowVariance(), moved, 0), (PerturbationInstability(), other, 8))
    assert near["perturbation"].p_value > 0.05
    assert f"not told apart by these samples (p = {near['perturbation'].p_value:.3g}" in describe_best(near)
    assert "differ" not in describe_best(near)
    own = compared((WindowVariance(), ranked(2.0), 0), (Curvature(), ranked(-1.0), 4))
    assert "**variance 0–9** has the highest AUROC" in describe_best(own)
    assert "Curvature points the wrong way here." in describe_best(own)
    assert "differ" not in describe_best(own)
