"""The Dimension page: what ships at once, the switch of bounds, own networks, and bad links."""

from __future__ import annotations

import csv
import io

import pytest

from explorer.dimension.presets import COMPARISONS, shipped_dimensions
from explorer.dimension.rows import K
from explorer.dimension.table import as_csv, auroc, bridge, rate, series, width
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.figures.coloured_words import plain
from explorer.figures.words import percent
from explorer.page_figures import dimension as figures
from explorer.page_figures.dimension_claims import claims, setups
from explorer.page_figures.views.dimension import SHOWN, View
from explorer.ui.shell.link import read_link
from tests.ui.test_pages import finished, opened, taken_away, told

SPEC = COMPARISONS["plane"]


@pytest.fixture(scope="module")
def parts():
    return shipped_dimensions("plane")


def test_what_ships_is_shown_at_once_with_its_numbers(parts):
    app = opened("dimension")
    assert not app.exception
    said = told(app)
    assert "shipped" in said
    for part in (parts[0], parts[-1]):
        (place,) = series([part], "network", "ddim", rate(K))
        assert percent(place.over.median) in said
    (place,) = series(parts[-1:], "network", "ddim", bridge(K))
    assert f": {percent(place.over.median)} on " in said


def test_what_is_said_is_of_what_is_shown(parts):
    def said(**asked):
        return plain(figures.describe_findings(parts, View(**asked)))

    widths = [series([part], "network", "ddim", width)[0].over.median for part in (parts[0], parts[-1])]
    assert all(f"{found:.2f} [" in said(curves="width") for found in widths)
    chance = series(parts[-1:], "network", "ddim", auroc)[0].over.median
    assert f"{chance:.2f} [" in said(curves="hal")
    assert "A guess has 0.5" in said(curves="hal")
    unfair = series(parts[:1], "network", "ddim", rate(K, plain=True))[0].over.median
    assert f"By DDIM {percent(unfair)} [" in said(bound="plain")
    assert "equal tails" not in said(bound="plain")
    assert said(curves="cures", drawn="ddpm").startswith("By DDIM")  # over which the cures are laid
    app = taken_away(opened("dimension", curves="width"))
    assert plain(said(curves="width")) in app.code[0].value
    assert "curves='width'" in app.code[0].value


@pytest.mark.parametrize("shown", SHOWN)
def test_everything_that_can_be_shown_is_drawn(parts, shown):
    chart = figures.over_dimension(SPEC, parts, View(curves=shown), "light")
    assert set(chart.data["d"]) == set(SPEC.dimensions)
    assert chart.numbers
    names = {"rate": "DDIM", "where": "on bridges", "cures": "late guidance", "width": "DDPM", "hal": "DDIM"}
    assert names[shown] in set(chart.data["name"])


def test_fresh_samples_stay_at_the_bottom_by_equal_tails_and_rise_to_the_top_by_plain_sigmas(parts):
    equal = figures.over_dimension(SPEC, parts, View(), "light").data
    plain = figures.over_dimension(SPEC, parts, View(bound="plain"), "light").data
    assert "fresh samples: 5.73 · 10⁻⁵ %, far below" in set(equal["under"])
    fresh = plain[plain["name"] == "fresh"].set_index("d")
    assert fresh.loc[64, "value"] > 0.99
    assert fresh.loc[2, "said"] == "3.73 · 10⁻⁴ %"


def test_the_plane_has_the_samples_of_the_sampler_that_is_chosen(parts):
    part = parts[2]
    film = figures.picture(SPEC, part, "ddpm")
    assert len(film.captions) == len(part.picture.model)
    assert "on a bridge" in film.alt
    app = opened("dimension", d="64", drawn="ddpm", bound="plain", curves="cures")
    assert not app.exception
    assert not app.warning


def test_claims_are_told_with_numbers_of_what_was_measured(parts):
    found = claims(parts)
    assert len(found) == 3
    for place in series(parts, "network", "ddim", bridge(K)):
        assert f"{percent(place.over.median)} (d = {place.dimensions})" in found[2].found
    assert claims(()) == ()
    app = opened("dimension")
    app.session_state["paper_dimension"] = True
    app.run()
    assert found[0].found in told(app)
    here = dict(zip(app.table[0].value.index, app.table[0].value["here"], strict=True))
    assert here["network"] == f"MLP {SPEC.width} × {SPEC.depth}, predicting x₀"
    assert here["training steps"] == f"{SPEC.steps:,}"
    assert here == {name: ours for name, _, ours in setups(SPEC)}


def test_the_table_is_taken_away(parts):
    app = taken_away(opened("dimension"))
    assert not app.exception
    assert "stored_dimensions(spec)" in " ".join(block.value for block in app.code)
    assert app.code[0].value.startswith("# Dimension: a square in a plane.\n")  # of no preset
    lines = list(csv.DictReader(io.StringIO(as_csv(parts))))
    assert len(lines) == sum(len(part.rows) for part in parts)


def test_a_comparison_of_ones_own_is_begun_stopped_and_kept():
    small = {"arranged": "axes", "networks": "1", "updates": "100", "units": "16"}
    app = opened("dimension", **small)
    assert "not computed yet" in told(app)
    app.button(key="run_dimension").click().run()
    app = finished(app, "1 of 6 dimensions")
    app.button(key="stop_dimension").click().run()
    app = finished(app, "not finished: Run goes on")
    assert not app.exception
    assert "not finished: Run goes on" in told(opened("dimension", **small))


@pytest.mark.parametrize(
    ("name", "text"),
    [("d", "3"), ("arranged", "ring"), ("networks", "10000"), ("updates", "-1"), ("units", "1e9")],
)
def test_a_forged_link_is_refused_in_a_sentence(name, text):
    (problem,) = read_link({name: text}).problems
    assert name in problem


def test_a_forged_link_leaves_the_page_as_it_ships():
    app = opened("dimension", d="3", arranged="ring", networks="10000", updates="-1", units="1e9", bound="0")
    assert not app.exception
    assert "shipped" in told(app)


@pytest.mark.parametrize("coordinates", [3, 8, 64, 65])
def test_no_link_and_no_file_makes_an_experiment_of_more_than_two_coordinates(coordinates):
    text = ";".join(",".join([str(mode)] * coordinates) for mode in range(2)) + "~0.1"
    state = read_link({"preset": "two-modes", "mixture": text})
    assert state.experiment == preset("two-modes").experiment
    assert any("coordinates" in sentence for sentence in state.problems)
    forged = preset("two-modes").experiment.to_json()
    forged["mixture"] = {"means": [[0.0] * coordinates], "sigmas": [0.1], "weights": [1.0]}
    with pytest.raises(ValueError, match="coordinates"):
        Experiment.from_json(forged)
