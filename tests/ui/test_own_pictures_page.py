"""The Shapes page and the page on labels with a user's own pictures, without a browser."""

from __future__ import annotations

import pytest

from explorer.data.own.world_file import full_name, world_path
from explorer.experiments import measurement
from explorer.experiments.checkpoints import own
from explorer.experiments.labels import IMPOSSIBLE, POSSIBLE, Hand, Mark, labelling_of, own_labels
from explorer.experiments.presets import preset
from explorer.page_figures.own_findings import ORDERS
from tests.data.test_own_world import kept, world
from tests.experiments.test_own_picture_runs import TINY, learned_cats
from tests.ui.test_pages import PAGES, finished, opened, taken_away, told

LINK = {name: str(value) for name, value in TINY.items()}
JUDGED = ("hallucinat", "cannot exist", "%", "valid", "shipped")


@pytest.fixture
def run():
    """A stored run of a few steps on twenty pictures of 8 pixels."""
    one = learned_cats()
    own().save(one)
    return one


def shapes(**link):
    return opened("shapes", preset="own-cats", **LINK, **link)


def choices(app):
    return app.selectbox(key="preset_box").options


@pytest.mark.parametrize("order", ORDERS)
def test_samples_are_shown_in_every_order_and_none_is_judged(run, order):
    app = shapes(order=order)
    assert not app.exception
    assert not app.warning
    said = told(app)
    assert "no rule says which of these are possible" in said
    assert "trained here" in said
    assert "to the nearest of yours" in said
    assert ("variance over t =" in said) == ("variance" in order)
    assert not any(word in said for word in JUDGED)
    assert not any("Predict" in one.value for one in app.markdown)
    assert app.button(key="label_by_hand")


@pytest.mark.parametrize("gallery", ["data", "on their way", "mean", "detector"])
def test_every_gallery_opens(run, gallery):
    app = shapes(gallery=gallery)
    assert not app.exception
    assert "detector" not in app.selectbox(key="view.gallery").options
    if gallery == "on their way":
        assert "only give one of them back" in told(app)


@pytest.mark.parametrize("gallery", ["samples", "on their way"])
def test_a_picked_picture_is_shown_large(run, gallery):
    app = shapes(gallery=gallery, tile="50" if gallery == "samples" else "2")
    assert not app.exception
    assert ("farther from the nearest other" in told(app)) == (gallery == "samples")
    app = shapes(gallery=gallery, tile="9999")
    assert not app.exception


def test_they_are_listed_where_there_are_any():
    app = opened("shapes")
    assert not any("Yours" in option for option in choices(app))
    kept(world())
    app.run()
    assert "Yours: cats" in choices(app)
    app.selectbox(key="preset_box").set_value("own-cats").run()
    assert app.session_state["experiment"].pictures == full_name(world())
    assert "not trained yet" in told(app)
    assert not app.exception


def test_how_they_come_here_is_folded_away():
    app = opened("shapes")
    assert not app.code
    app.session_state["own_pictures was opened"] = True
    app.run()
    assert [one.value for one in app.code] == ["python -m explorer pictures add NAME FOLDER --colour"]
    assert "python -m explorer pictures add NAME --data FOLDER" in told(app)


def test_they_are_trained_on_live(monkeypatch):
    monkeypatch.setattr(measurement, "REPORTED_PICTURES", 70)
    kept(world())
    app = shapes(seed="3")
    assert "not trained yet" in told(app)
    app.button(key="train").click().run()
    app = finished(app, "trained here")
    assert "to the nearest of yours" in told(app)
    assert not app.exception


def test_a_link_to_pictures_that_are_not_here_is_one_sentence():
    for link in ({"preset": "own-dogs"}, {"pictures": "own-dogs.0123456789abcdef"}):
        app = opened("start", **link)
        assert not app.exception
        assert "There are no pictures own-dogs on this machine." in told(app)
        app.switch_page(str(PAGES / "shapes.py")).run()
        assert not app.exception
    kept(world())
    app = opened("start", pictures="own-cats.0123456789abcdef")
    assert "are others than those that are named" in told(app)
    assert not app.exception
    app = opened("shapes", pictures=full_name(world()))
    assert app.session_state["experiment"] == preset("own-cats").experiment


def test_pictures_that_are_removed_while_one_looks_are_left(run):
    app = shapes()
    world_path("cats").unlink()
    app.run()
    assert not app.exception
    assert "There are no pictures own-cats on this machine." in told(app)
    assert app.session_state["experiment"].pictures == "shapes-32"
    app.run()
    assert not app.warning


@pytest.mark.parametrize("page", ["remedies", "samplers", "atlas"])
def test_pages_that_need_a_rule_say_so(run, page):
    app = shapes()
    app.switch_page(str(PAGES / f"{page}.py")).run()
    assert not app.exception
    assert "No rule says which of your own pictures are possible, so no" in told(app)
    assert app.selectbox(key="preset_box").value == "own-cats"


def test_people_judge_them(run):
    app = opened("label", preset="own-cats", labelled="60", **LINK)
    assert "Possible" in told(app)
    assert "another picture of the same kind as yours" in told(app)
    stored = own().load(run.experiment.digest).result  # whose samples are of whole bytes
    labelling, hand = labelling_of(stored, 60), Hand("Anna")
    order = labelling.order(1)
    marks = [Mark(place, IMPOSSIBLE if row % 3 else POSSIBLE) for place, row in enumerate(order)]
    own_labels().add(labelling, hand, marks, 0)
    app = opened("label", preset="own-cats", labeller="Anna", labels_say="1", labelled="60", **LINK)
    assert not app.exception
    assert "By your labels" in told(app)
    assert "by the exact judge" not in told(app).lower()
    assert "no judge chose the window" in told(app)
    assert not taken_away(app).exception


def test_numbers_can_be_taken_away_and_the_page_explained(run):
    app = taken_away(shapes())
    assert not app.exception
    labels = [one.label for one in app.get("download_button")]
    assert "Numbers (NPZ)" in labels
    assert "Rates (CSV)" not in labels
