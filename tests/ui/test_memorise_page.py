"""The Memorise page: what ships is there at once, the slider picks, a small one is computed and kept."""

from __future__ import annotations

import csv
import io
import json

import pytest

from explorer.experiments.presets import preset
from explorer.memorisation.phases import IN_WORDS, commonest
from explorer.memorisation.presets import MEMORISATIONS, shipped_memorisation
from explorer.page_figures.memorise_findings import share
from explorer.page_figures.views.memorise import View, asked_spec
from explorer.ui.memorise.download import everything, scores_csv, shares_csv
from tests.ui.test_pages import finished, opened, taken_away, told

SMALL = {
    "preset": "two-modes",
    "network.width": "16",
    "training.batch": "32",
    "steps_each": "100",
    "seeds_each": "1",
}


def of(name, size):
    return next(one for one in shipped_memorisation(MEMORISATIONS[name]) if one.size == size)


@pytest.mark.parametrize("name", MEMORISATIONS)
def test_what_ships_is_shown_at_once_and_the_slider_picks_a_number_of_points(name):
    app = opened("memorise", preset=name)
    assert not app.exception
    assert "shipped" in told(app)
    for size in (100, 3_000):
        app.select_slider(key="view.learned_from").set_value(size).run()
        assert not app.exception
        assert app.session_state["view"]["learned_from"] == size
        assert f"in {share(of(name, size), 'network', 'memorised')} of its draws" in told(app)
        assert f"By heart {share(of(name, size), 'empirical', 'memorised')} would be" in told(app)


def test_what_the_view_asks_of_a_preset_that_ships_is_what_ships():
    for name, spec in MEMORISATIONS.items():
        assert asked_spec(View(), preset(name).experiment) == spec
    assert asked_spec(View(cleanest=0.03), preset("three-modes").experiment).smallest_noise == 0.03


def test_a_prediction_is_answered_by_what_was_measured():
    app = opened("memorise")
    app.segmented_control(key="prediction.memorise.three-modes").set_value(IN_WORDS["memorised"]).run()
    assert f"measured: **{IN_WORDS[commonest(of('three-modes', 100))]}**" in told(app)


def test_noise_and_zoom_go_into_the_link():
    app = opened("memorise")
    app.select_slider(key="view.noise_level").set_value(8).run()
    app.segmented_control(key="view.zoomed").set_value("all modes").run()
    assert not app.exception
    view = app.session_state["view"]
    assert (view["noise_level"], view["zoomed"]) == (8, "all modes")


def test_a_small_one_is_computed_and_found_again(monkeypatch):
    monkeypatch.setattr("explorer.page_figures.views.memorise.default_sizes", lambda experiment: (10, 100))
    app = opened("memorise", **SMALL)
    assert "press Run" in told(app)
    app.button(key="run_memorise").click().run()
    finished(app, "computed here")
    assert not app.exception
    assert "that learned from **100** points repeats one of them in" in told(app)
    again = opened("memorise", **SMALL)
    assert "computed here" in told(again)


def test_data_without_a_truth_are_refused_in_a_sentence():
    app = opened("memorise", upload="0123456789abcdef")
    assert not app.exception
    assert any("Only of a mixture it is known" in one.value for one in app.warning)


def test_the_files_hold_every_network():
    sizes = shipped_memorisation(MEMORISATIONS["three-modes"])
    lines = list(csv.DictReader(io.StringIO(shares_csv(sizes))))
    assert len(lines) == 7 * 5 * 3
    first, row = lines[0], sizes[0].rows[0]
    assert (first["points"], first["seed"], first["draws_of"]) == ("10", "0", "network")
    assert float(first["memorised"]) == row.network.memorised.value
    assert float(first["memorised_low"]) == pytest.approx(row.network.memorised.interval[0])
    for line in lines:
        kinds = ("hallucinated", "memorised", "spurious", "generalised")
        assert sum(float(line[kind]) for kind in kinds) == pytest.approx(1)
    assert len(list(csv.DictReader(io.StringIO(scores_csv(sizes))))) == 7 * 5 * 12
    found = json.loads(everything(MEMORISATIONS["three-modes"], sizes))
    assert len(found["networks"]) == 35
    assert found["spec"]["smallest_noise"] == 0.001


def test_the_code_says_what_the_page_says():
    app = opened("memorise", learned_from="300")
    taken = taken_away(app)
    assert f"repeats one of them in {share(of('three-modes', 300), 'network', 'memorised')}" in str(
        taken.code[0].value
    )
