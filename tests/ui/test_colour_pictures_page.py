"""The pages of a user's own pictures in colour, without a browser."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from explorer.experiments.checkpoints import own
from explorer.experiments.labels import labelling_of
from tests.experiments.test_own_picture_runs import learned_cats
from tests.ui.test_own_pictures_page import LINK, shapes
from tests.ui.test_pages import opened, taken_away, told


@pytest.fixture
def run():
    """A stored run in colour."""
    one = learned_cats(colour=True)
    own().save(one)
    return one


@pytest.mark.parametrize(
    ("gallery", "tile"), [("data", "-1"), ("samples", "50"), ("on their way", "2"), ("mean", "-1")]
)
def test_every_gallery_opens_with_a_picked_picture(run, gallery, tile):
    app = shapes(gallery=gallery, tile=tile)
    assert not app.exception
    assert not app.warning
    assert ("farther from the nearest other" in told(app)) == (gallery == "samples")


def test_all_of_it_can_be_taken_away(run):
    app = taken_away(shapes(gallery="samples", order="nearest to yours first", tile="3"))
    assert not app.exception
    assert "Numbers (NPZ)" in [one.label for one in app.get("download_button")]


def test_they_are_labelled_in_colour(run, monkeypatch):
    sent = []
    monkeypatch.setattr("explorer.ui.label.pictures._MOUNT", lambda **said: sent.append(said["data"]))
    app = opened("label", preset="own-cats", labelled="60", labeller="Anna", **LINK)
    assert not app.exception
    message = sent[-1]
    assert (message["side"], message["depth"]) == (8, 3)
    levels = np.frombuffer(base64.b64decode(message["pictures"]), np.uint8).reshape(-1, 8, 8, 3)
    stored = own().load(run.experiment.digest).result
    drawn = stored.final.measurement.samples[labelling_of(stored, 60).order(1)[: len(levels)]]
    assert np.array_equal(levels, np.rint((drawn.transpose(0, 2, 3, 1) + 1) * 127.5))
