"""The Samplers page: what is shown at once, what a hand changes, and what is measured of another run."""

from __future__ import annotations

import csv
import io

import pytest

from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.experiments.shipped_samplers import shipped_samplers
from explorer.figures.words import percent
from explorer.page_figures.samplers import with_spacing
from explorer.page_figures.samplers_findings import ANSWERS, row_at
from explorer.ui.samplers.download import rates_csv
from tests.ui.test_pages import finished, opened, taken_away, told


@pytest.fixture(scope="module")
def rows():
    """The rows of the three modes that ship."""
    return shipped_samplers(checkpoints.shipped().load("three-modes").result).rows


def test_everything_that_ships_is_there_at_once(rows):
    app = opened("samplers")
    assert not app.exception
    row = row_at(with_spacing(rows, "log-snr"), "ddim", 10)
    said = told(app)
    assert f"With 10 network calls DDIM makes {percent(row.model.beyond[5])} that lie beyond 5 σ" in said
    assert f"makes {percent(row.truth.beyond[5])}" in said
    assert "shipped" in said
    assert "computing" not in said


def test_sampler_calls_and_spacing_chosen_by_hand_go_into_the_link(rows):
    app = opened("samplers")
    app.selectbox(key="view.solver").set_value("dpm-solver++").run()
    app.select_slider(key="view.calls").set_value(50).run()
    view = app.session_state["view"]
    assert (view["solver"], view["calls"]) == ("dpm-solver++", 50)
    row = row_at(with_spacing(rows, "log-snr"), "dpm-solver++", 50)
    assert f"{percent(row.model.beyond[5])} that lie" in told(app)
    app.selectbox(key="view.spacing").set_value("karras").run()
    row = row_at(with_spacing(rows, "karras"), "dpm-solver++", 50)
    assert f"{percent(row.model.beyond[5])} that lie" in told(app)
    for measured in ("shares", "width"):
        app.selectbox(key="view.measured").set_value(measured).run()
        assert not app.exception


@pytest.mark.parametrize(("name", "unit"), [("grid-25", "lie beyond 5 σ"), ("shapes-32", "cannot exist")])
def test_other_presets_answer_at_once(name, unit):
    app = opened("samplers")
    app.selectbox(key="preset_box").set_value(name).run()
    assert not app.exception
    said = told(app)
    assert unit in said
    assert "(n = " in said
    assert "shipped" in said


def test_a_run_whose_table_does_not_ship_is_measured_here(monkeypatch):
    monkeypatch.setattr("explorer.ui.samplers.results.shipped_samplers", lambda result: None)
    app = finished(opened("samplers"), "measured here, quickly")
    assert not app.exception
    assert "With 10 network calls" in told(app)


def test_the_prediction_is_answered_with_what_was_measured():
    app = opened("samplers")
    app.segmented_control(key="prediction.samplers.three-modes").set_value(ANSWERS[1]).run()
    assert f"measured: {ANSWERS[0]}" in told(app).replace("*", "")


def test_the_table_has_two_lines_for_each_row(rows):
    experiment = preset("three-modes").experiment
    shown = with_spacing(rows, "log-snr")
    lines = list(csv.DictReader(io.StringIO(rates_csv(shown, experiment, 5))))
    assert len(lines) == 2 * len(shown)
    line = next(
        one for one in lines if (one["sampler"], one["calls"], one["by"]) == ("DDIM", "10", "network")
    )
    row = row_at(shown, "ddim", 10)
    assert float(line["hallucinated_share"]) == pytest.approx(row.model.beyond[5])
    assert line["kind"] == "exact"
    assert float(line["beyond_8_sigma"]) == pytest.approx(row.model.beyond[8])


@pytest.mark.parametrize(
    "link", [{"solver": "euler"}, {"calls": "0"}, {"spacing": "even"}, {"measured": "x"}]
)
def test_a_forged_link_leaves_the_page_as_it_opens(link):
    app = opened("samplers", **link)
    assert not app.exception
    assert "With 10 network calls DDIM makes 4.25 %" in told(app)


def test_the_code_names_the_sampler_on_view():
    app = taken_away(opened("samplers"))
    assert "sampler_at(experiment, 'ddim', 10, 'log-snr')" in app.code[-1].value
