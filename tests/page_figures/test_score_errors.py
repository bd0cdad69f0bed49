"""The error over t on Score: the steps of the film, the sentence's numbers, and the table."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from explorer.detection.statistics.score_error import ScoreErrors
from explorer.experiments import checkpoints
from explorer.page_figures import score


@pytest.fixture(scope="module", params=["three-modes", "ring-8"])
def run(request):
    """A shipped run on a line and one in the plane."""
    return checkpoints.shipped().load(request.param).result


def test_the_errors_are_at_the_steps_of_the_film(run):
    errors = score.errors_over_t(run, -1)
    film = score.scores(run, -1, score.regions(run.experiment.mixture)[0], True)
    assert errors.steps.tolist() == film.steps.tolist()
    assert (errors.n is None) == (run.dimensions == 1)
    # What the page tells: where data are it falls towards the clean end, between the modes it does not.
    assert errors.noise_error[-1] < 0.5 * errors.noise_error.max()
    assert errors.between_error[-1] > 0.3 * errors.between_error.max()
    assert errors.between_error[-1] > 100 * errors.noise_error[-1]
    earlier = score.errors_over_t(run, 0)
    assert earlier.noise_error.max() > 5 * errors.noise_error.max()


def made(n=None, half=0.0):
    """Errors at three steps: the largest over the data at t = 9, between the modes at t = 0."""
    steps, alpha_bars = np.array([100, 9, 0]), np.array([0.3, 0.96, 0.9999])
    square = np.array([0.0001, 0.04, 0.0009])
    zero = np.zeros(3)
    return ScoreErrors(
        steps, alpha_bars, square, half * square, n, zero, zero, np.array([0.01, 0.25, 4.0]), zero
    )


def test_the_sentence_names_both_maxima_with_intervals_where_they_show():
    assert score.describe_errors(made(), True) == (
        "Averaged over the noisy data the error is largest at t = 9: 0.2. Along the lines between the modes, "
        "where hardly any data are, it is largest at t = 0: 2."
    )
    # The score itself is 1 / sqrt(1 - alpha_bar) as far off: 0.2 / 0.2 and, at t = 0, 0.03 / 0.01.
    assert "largest at t = 0: 3." in score.describe_errors(made(), False)
    counted = score.describe_errors(made(n=2_048, half=0.19), True)
    assert "largest at t = 9: 0.2 [0.18, 0.218], n = 2,048." in counted


def test_the_table_holds_every_step():
    errors = made()
    table = pd.read_csv(io.StringIO(score.errors_csv(errors)))
    assert table["t"].tolist() == [100, 9, 0]
    assert table["noise_error"].to_numpy() == pytest.approx(errors.noise_error)
    expected = errors.noise_error / (1 - errors.alpha_bars)
    assert table["fisher_divergence"].to_numpy() == pytest.approx(expected)
    assert {"alpha_bar", "uncertainty", "between_error"} <= set(table)


def test_the_chart_says_what_it_shows():
    figure = score.error_chart(made(), True, 9, "light")
    assert re.search("scaled score.* against the step t", figure.alt)
    assert figure.numbers == score.describe_errors(made(), True)
    assert figure.data["t"][figure.data["here"]].unique().tolist() == [9]


def test_points_of_unknown_truth_have_no_errors():
    result = checkpoints.shipped().load("three-modes").result
    unknown = result.experiment.replace(mixture=None, upload="0" * 16)
    lost = result.__class__(unknown, result.data_mean, result.data_std, result.losses, result.snapshots)
    assert score.errors_over_t(lost, -1) is None
