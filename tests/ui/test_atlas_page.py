"""The Atlas page: its numbers, the seed that is singled out, and its films."""

from __future__ import annotations

import subprocess
import sys

import pytest

from explorer.experiments import checkpoints
from explorer.experiments.presets import PRESETS, preset
from explorer.experiments.shipped_atlases import ATLASES, ShippedPlane
from explorer.figures.words import exact_rate
from tests.ui.test_pages import ROOT, finished, opened, taken_away, told


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


@pytest.mark.parametrize("figure", ["training", "reverse time"])
def test_the_films_ship(figure):
    app = opened("atlas", preset="ring-8", atlas=figure)
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


def test_the_code_prints_what_it_says(tmp_path):
    code = next(
        one.value
        for one in taken_away(opened("atlas", preset="ring-8")).code
        if "describe_rates" in one.value
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == code.partition("# It prints:\n#   ")[2].partition("\n")[0]
