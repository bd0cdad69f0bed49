"""The Atlas page: its numbers, the seed that is singled out, and its films."""

from __future__ import annotations

import time

import pytest

from explorer.experiments import checkpoints
from explorer.experiments.presets import PRESETS, preset
from explorer.experiments.shipped_atlases import ATLASES, ShippedPlane
from explorer.figures.film.film import Zoom
from explorer.figures.film.layers import Regions
from explorer.figures.words import exact_rate
from explorer.ui.atlas import figure
from explorer.ui.player import Shown
from tests.ui.test_pages import finished, opened, told


def shipped(name):
    found = ATLASES.shipped(checkpoints.shipped().load(name).result)
    return found.atlas if isinstance(found, ShippedPlane) else found


def test_the_page_says_the_shipped_shares_of_the_plane():
    app = opened("atlas", preset="grid-25")
    assert not app.exception
    atlas = shipped("grid-25")
    assert exact_rate(atlas.model.hallucinated_share, atlas.model.error) in told(app)
    for said in ("DPM-Solver++(2M), 80 steps", "exact under the normal", "shipped, seed 0"):
        assert said in told(app)


def test_the_page_opens_with_a_seed_that_only_the_network_hallucinates():
    said = told(finished(opened("atlas", preset="grid-25"), "The seed ("))
    after = said.partition("The seed (")[2]
    network, _, truth = after.partition("truth")
    assert "hallucinates" in network
    assert "σ from its centre" in truth


def test_a_seed_of_the_link_is_followed_on_the_line():
    app = finished(opened("atlas", preset="three-modes", seed_at="0.0"), "The seed (0)")
    assert "the one at 2" in told(app).partition("The seed (0)")[2]
    assert app.number_input(key="atlas_seed_0").value == 0.0
    app.number_input(key="atlas_seed_0").set_value(2.0).run()
    assert "the one at 3" in told(finished(app, "The seed (2)")).partition("The seed (2)")[2]
    assert app.session_state["view"]["seed_at"] == "2"


@pytest.mark.parametrize("seed", ["nan,0", "1e9,0", "0", "one,two", "1,2,3"])
def test_a_seed_that_cannot_be_drawn_leaves_the_pages_own(seed):
    app = opened("atlas", preset="grid-25", seed_at=seed)
    assert not app.exception
    assert "hallucinates" in told(finished(app, "The seed ("))


@pytest.mark.parametrize("shown", ["training", "reverse time"])
def test_the_films_ship(shown):
    app = opened("atlas", preset="ring-8", atlas=shown)
    assert not app.exception
    assert "carrying seeds" not in told(app)


def test_a_line_runs_between_the_modes_that_are_chosen():
    app = finished(opened("atlas", preset="grid-25", atlas="across"), "of the line")
    assert app.selectbox(key="line_from").value == 13
    assert app.selectbox(key="line_to").value in (8, 12, 14, 18)
    app.selectbox(key="line_to").set_value(13).run()
    assert "choose two that differ" in told(app)
    app.selectbox(key="line_to").set_value(14).run()
    assert app.session_state["view"]["to_mode"] == 14
    finished(app, "of the line")


def test_uploaded_points_have_no_atlas():
    app = opened("atlas")
    app.session_state["experiment"] = preset("three-modes").experiment.replace(mixture=None, upload="a" * 16)
    app.run()
    assert not app.exception
    assert "modes of your points are unknown" in told(app)


@pytest.mark.parametrize(
    "name", [name for name in PRESETS if (checkpoints.shipped().root / name / "atlas.json").is_file()]
)
def test_every_shipped_atlas_is_shown_at_once(name):
    app = opened("atlas", preset=name)
    assert not app.exception
    assert "of the seeds hallucinate" in told(app)


@pytest.fixture
def seen(monkeypatch):
    """What the canvas says that it shows, to be set."""
    says = {"picked": None, "zoom": ()}
    films = []

    def player(film, **asked):
        films.append(film)
        picked, says["picked"] = says["picked"], None
        return Shown(asked.get("frame", 0), picked, says["zoom"])

    monkeypatch.setattr(figure, "player", player)
    return says, films


def test_a_click_singles_out_the_seed_of_the_pixel(seen):
    says, _ = seen
    app = opened("atlas", preset="grid-25")
    says["picked"] = 400 * 512 + 100  # row 400, column 100
    app.run()
    x, y = (7 * (cell + 0.5) / 512 - 3.5 for cell in (100, 400))
    assert [float(c) for c in app.session_state["view"]["seed_at"].split(",")] == pytest.approx(
        [x, y], abs=1e-5
    )
    assert f"The seed ({x:.3g}, {y:.3g})" in told(app)


def test_what_is_zoomed_into_is_computed_anew(seen):
    says, films = seen
    app = opened("atlas", preset="grid-25")
    says["zoom"] = (None, *[Zoom((0.2, 0.3), (-0.05, 0.05))] * 2)
    app.run()
    deadline = time.monotonic() + 30
    while len(regions_of(films[-1])) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
        app.run()
    whole, near = regions_of(films[-1])
    assert (near.x, near.y) == (pytest.approx((0.2, 0.3)), pytest.approx((-0.05, 0.05)))
    assert near.pick
    assert not whole.pick
    black = len(near.kinds) - 1
    assert 0.01 < (near.values == black).mean() < 0.2  # the border has a width
    says["zoom"] = ()
    app.run()
    assert len(regions_of(films[-1])) == 1


def regions_of(film):
    return [layer for layer in film.panels[2].layers if isinstance(layer, Regions)]
