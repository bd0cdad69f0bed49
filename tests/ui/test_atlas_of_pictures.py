"""The Atlas while pictures are looked at: a plane of seeds and the pictures in which they end."""

import csv
import io

import pytest

from explorer.experiments import checkpoints
from explorer.experiments.shipped_seed_planes import SEED_PLANES, WITH_PLANES
from explorer.page_figures.picture_kinds import kinds_of
from explorer.page_figures.seed_plane import describe_ends, describe_seed_plane
from explorer.ui.atlas.pictures import kinds_csv
from tests.ui.test_pages import PAGES, opened, taken_away, told


def opened_of_pictures(**link: str):
    """The page as those find it who come from Shapes."""
    return opened("shapes", **link).switch_page(str(PAGES / "atlas.py")).run()


@pytest.mark.parametrize("name", WITH_PLANES)
def test_every_preset_that_ships_its_plane_shows_it_at_once(name):
    app = opened_of_pictures(preset=name)
    assert not app.exception
    assert app.session_state["experiment"].pictures == name
    result = checkpoints.shipped().load(name).result
    plane = SEED_PLANES.shipped(result)
    said = describe_seed_plane(result.experiment, plane)
    assert said.split(" that ")[0] in told(app)
    assert not taken_away(app).exception


def test_points_and_pictures_are_one_choice_away():
    app = opened("atlas", preset="two-modes")
    app.selectbox(key="preset_box").set_value("shapes-32").run()
    assert not app.exception
    assert "on this plane" in told(app)
    app.selectbox(key="preset_box").set_value("grid-25").run()
    assert not app.exception
    assert "on this plane" not in told(app)


def test_a_picture_that_is_not_trained_is_a_sentence():
    app = opened_of_pictures(preset="shapes-32", seed="77")
    assert not app.exception
    assert app.session_state["experiment"].seed == 77
    assert "on this plane" not in told(app)


def test_the_table_has_the_kinds_that_are_framed():
    result = checkpoints.shipped().load("shapes-32").result
    plane = SEED_PLANES.shipped(result)
    rows = list(csv.DictReader(io.StringIO(kinds_csv(result, plane))))
    assert len(rows) == plane.side**2
    wrong = [place for place, kind in enumerate(kinds_of(result.experiment, plane.model)) if kind]
    assert [place for place, row in enumerate(rows) if row["model"] != rows[0]["model"]] == wrong
    for place in wrong:
        row, column = divmod(place, plane.side)
        assert (rows[place]["row"], rows[place]["column"]) == (str(row), str(column))
        said = describe_ends(result.experiment, plane, place)
        assert said.startswith(f"Row {row + 1}, column {column + 1}: {rows[place]['model']} with the model")
