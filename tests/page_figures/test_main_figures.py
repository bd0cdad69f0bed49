"""A page's main figure of a stored run is the film that the page opens with, at the frame it opens at."""

import numpy as np
import pytest

from explorer.detection.judged_trial import RETENTION
from explorer.experiments import checkpoints
from explorer.figures.film.message import pack
from explorer.page_figures import detect, learn, score, start, trajectories, trajectories_pairs


@pytest.fixture(scope="module")
def line():
    return checkpoints.shipped().load("three-modes").result


def test_learn_opens_at_the_end_of_the_training(line):
    figure = learn.main_figure(line)
    assert figure.frame == len(line.snapshots) - 1
    assert figure.film.captions[figure.frame].startswith(f"step {line.final.step:,} ")
    assert pack(figure.film) == pack(learn.film(line.experiment, line.snapshots, 5, None))


def test_score_opens_where_the_signal_is_nearly_whole(line):
    figure = score.main_figure(line)
    t = int(figure.film.captions[figure.frame].split()[2])
    assert float(line.experiment.schedule.alpha_bar(t)) == pytest.approx(0.98, abs=0.01)
    assert [panel.title for panel in figure.film.panels] == ["truth", "model", "model − truth"]


def test_trajectories_open_at_the_end_and_show_hallucinations(line):
    figure = trajectories.main_figure(line)
    assert figure.film.captions[figure.frame] == "t = 0"
    model = figure.film.panels[0].layers[-1].category[figure.frame]
    assert np.count_nonzero(model) >= trajectories_pairs.ENOUGH


def test_detect_opens_at_the_retention_of_the_paper():
    run = checkpoints.shipped().load("shapes-32").result
    figure = detect.main_figure(run)
    kept = next(r for r in figure.film.readings if r.name == "retention").texts[figure.frame]
    assert float(kept.removesuffix(" %")) >= 100 * RETENTION


def test_start_is_played_from_its_beginning():
    figure = start.main_figure()
    assert figure.frame == 0
    assert figure.film.captions[-1] == "step t = 0"


@pytest.mark.parametrize("page", [learn, score, trajectories])
def test_a_page_of_points_has_no_figure_of_pictures(page):
    run = checkpoints.shipped().load("shapes-32").result
    with pytest.raises(ValueError, match=r"[Pp]icture|mixture"):
        page.main_figure(run)
