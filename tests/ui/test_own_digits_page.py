"""The Shapes page, and those beside it, with digits of a user's own IDX files, without a browser."""

from __future__ import annotations

import pytest

from explorer.experiments import measurement
from explorer.experiments.checkpoints import own
from explorer.experiments.presets import preset
from explorer.experiments.run import learn
from explorer.page_figures.views.shapes import GALLERIES
from tests.data.test_own_digits import digits_world
from tests.data.test_own_world import kept
from tests.ui.test_pages import PAGES, finished, opened, told

TINY = {"training.steps": "3", "training.batch": "4", "network.width": "8", "sampler.steps": "4"}


@pytest.fixture(scope="module")
def made():
    return []


@pytest.fixture
def run(made):
    """A stored run of a few steps on 200 digits of 245."""
    kept(digits_world())
    if not made:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(measurement, "REPORTED_PICTURES", 70)
            *_, last = learn(preset("own-mnist").experiment.with_differences(TINY))
        made.append(last.result)
    own().save(made[0])
    return made[0]


def shapes(**link):
    return opened("shapes", preset="own-mnist", **TINY, **link)


def test_the_judge_counts_what_is_no_digit(run):
    app = shapes()
    assert not app.exception
    assert not app.warning
    said = told(app)
    assert "a judge does" in said
    assert "The judge calls" in said
    assert "of 750 real ones that it has never seen" in said
    assert "no rule says which of these are possible" not in said
    assert app.selectbox(key="view.order").options[2:5] == ["digit", "not a digit", "0"]
    counted = run.final.measurement.kinds
    assert counted["not a digit"] > 35  # of 70: three steps teach little
    assert app.selectbox(key="preset_box").value == "own-mnist"


@pytest.mark.parametrize("gallery", GALLERIES)
def test_every_gallery_opens(run, gallery):
    app = shapes(gallery=gallery)
    assert not app.exception
    said = told(app)
    if gallery == "data":
        assert "digits of your own files, as many of each" in said
        assert "of 200 pictures" in said
    if gallery in ("on their way", "mean"):
        assert "first of your digits, 350 of each at most" in said


@pytest.mark.parametrize("gallery", ["samples", "on their way"])
def test_a_picked_picture_is_judged(run, gallery):
    app = shapes(gallery=gallery, tile="2")
    assert not app.exception
    assert ("Not a digit" in told(app)) or ("decided by" in told(app)) or ("from the first step" in told(app))


def test_what_is_explained_says_whose_judge_it_is(run):
    app = shapes()
    assert "judged by the judge that ships" not in told(app)
    app.session_state["about_shapes"] = True
    app.run()
    assert "judged by the judge that ships" in told(app)
    assert not app.exception


def test_they_are_trained_on_live(monkeypatch):
    monkeypatch.setattr(measurement, "REPORTED_PICTURES", 70)
    kept(digits_world())
    app = shapes(seed="3")
    assert "not trained yet" in told(app)
    app.button(key="train").click().run()
    app = finished(app, "trained here")
    assert "The judge calls" in told(app)
    assert not app.exception


@pytest.mark.parametrize("page", ["remedies", "samplers", "atlas", "recursive", "label"])
def test_pages_that_need_a_judge_open(run, page):
    app = shapes()
    app.switch_page(str(PAGES / f"{page}.py")).run()
    assert not app.exception
    assert "No rule says" not in told(app)
    assert app.selectbox(key="preset_box").value == "own-mnist"
