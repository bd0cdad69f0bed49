"""The Sweep page: shipped sweeps at once, a small one of one's own, cells that open, and bad links."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest

from explorer.experiments import checkpoints
from explorer.figures.vega.sweeps import format_value
from explorer.page_figures import sweep as figures
from explorer.sweeps.axes import Axis
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import as_csv, finished_cells
from explorer.ui.shell.link import read_link
from tests.ui.test_pages import finished, opened, taken_away, told

SMALL = {
    "preset": "two-modes",
    "network.width": "16",
    "training.batch": "64",
    "sampler.steps": "40",
    "points": "500",
    "xs": "2 3",
    "ys": "8 16",
    "repeats": "2",
    "budget": "150",
}


@pytest.mark.parametrize("name", SWEEPS)
def test_a_shipped_sweep_is_shown_at_once(name):
    spec = SWEEPS[name].spec
    app = opened("sweep", y=spec.y.axis)
    assert not app.exception
    assert "shipped" in told(app)
    assert "the median goes from" in told(app)
    assert f"{len(spec.members)} networks" in told(app)
    for k in (4, 8):
        app.session_state["view"]["k"] = k
        app.run()
        assert not app.exception
    app.selectbox(key="view.measure").set_value("width").run()
    assert "the median goes from" in told(app)


def test_the_page_says_what_the_table_says():
    spec, rows = load_sweep(SHIPPED_SWEEPS / "modes-spacing")
    cell = next(one for one in finished_cells(spec, rows) if (one.x, one.y) == (3, 20))
    app = opened("sweep", cell="3:20")
    assert format_value(cell.beyond[5].median, True) in told(app)


def test_a_small_sweep_is_run_and_found_again():
    app = opened("sweep", **SMALL)
    assert "not computed yet" in told(app)
    app.button(key="run_sweep").click().run()
    app = finished(app, "computed here")
    assert not app.exception
    assert "8 networks of 150 steps, 2 seeds a cell" in told(app)
    again = opened("sweep", **SMALL)
    assert "computed here" in told(again)


def test_a_cell_opens_on_another_page_and_the_sweep_stays():
    app = opened("sweep", cell="4:12", budget="4000")
    app.session_state["experiment"]  # noqa: B018 the default
    app.selectbox(key="cell.modes").set_value(5).run()
    assert app.session_state["view"]["cell"] == "5:12"
    app.button(key="open_learn").click().run()
    assert not app.exception
    opened_one = app.session_state["experiment"]
    assert opened_one.mixture.modes == 5
    assert opened_one.mixture.nearest_gap() == pytest.approx(12 * 0.05)
    assert opened_one.training.steps == 4000


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"x": "modes", "y": "modes"}, "needs two different axes"),
        ({"xs": "2 99"}, "takes values in [2, 64], not 99"),
        ({"xs": "two"}, "is no number"),
        ({"xs": "2:1000000"}, "more than 100"),
        ({"ys": "-1"}, "not -1"),
        ({"repeats": "0"}, "repeats = '0' is outside [1, 100]"),
        ({"repeats": "90"}, "at most 2,000"),
        ({"budget": "0"}, "budget = '0' is outside [1, 200000]"),
        ({"x": "colour"}, ""),
        ({"cell": "9:9;DROP"}, ""),
        ({"preset": "grid-25"}, "on a line only"),
    ],
)
def test_a_bad_link_is_one_sentence(link, words):
    app = opened("sweep", **link)
    assert not app.exception
    assert words in " ".join(
        [told(app), *read_link(link).problems]
    )  # those of the link stand on the first page


def test_axes_can_be_changed_by_hand():
    app = opened("sweep")
    app.selectbox(key="view.y").set_value("width").run()
    assert "not computed yet" in told(app)
    app.text_input(key="view.ys").set_value("16 32").run()
    assert app.session_state["view"]["ys"] == "16 32"
    app.text_input(key="view.ys").set_value("16 32 64 128").run()
    assert app.session_state["view"]["ys"] == ""  # as usual
    app.selectbox(key="named").set_value("modes-spacing").run()
    assert "shipped" in told(app)


def test_the_answer_is_what_was_measured():
    spec, rows = load_sweep(SHIPPED_SWEEPS / "modes-spacing")
    cells = finished_cells(spec, rows)
    app = opened("sweep")
    app.segmented_control(key="prediction.sweep.three-modes").set_value("stays").run()
    at = {(cell.x, cell.y): cell.beyond[5].median for cell in cells if cell.y > 10}
    ratio = at[8, 24] / at[2, 24]
    wanted = (
        "falls" if ratio < 1 / 1.5 else "stays" if ratio < 1.5 else "grows" if ratio < 10 else "grows tenfold"
    )
    assert f"measured: **{wanted}**" in told(app)


def test_the_main_figure_has_a_number_for_every_cell():
    spec, rows = load_sweep(SHIPPED_SWEEPS / "modes-spacing")
    found = figures.main_figure(spec, rows)
    medians = {
        (f"{cell.x:g}", f"{cell.y:g}"): format_value(cell.beyond[5].median, True) if cell.y > 10 else "no gap"
        for cell in finished_cells(spec, rows)
    }
    assert {(row.x, row.y): row.label for row in found.data.itertuples()} == medians
    assert "median of 5 seeds" in found.alt


def test_rows_without_a_gap_are_told_as_such():
    spec, rows = load_sweep(SHIPPED_SWEEPS / "modes-spacing")
    cells = finished_cells(spec, rows)
    narrow = figures.shown_sweep(spec, cells, 6, "rate", "3:12")
    assert "3 modes, 12 σ apart**: no gap beyond 6 σ" in figures.describe_cell(narrow)
    assert "no gap beyond 6 σ" in figures.describe_findings(narrow)
    assert figures.answer(narrow) is None
    data = figures.heat_map(narrow, "light").data
    assert {row.y for row in data.itertuples() if row.label == "no gap"} == {"8", "12"}
    along_x, along_y = figures.slices(narrow, 100)
    assert len(along_x.data) == 0
    assert along_x.spec["title"]["text"].endswith("no gap")
    assert set(along_y.data["x"]) == {f"{y:g}" for y in spec.y.values if y > 12}
    assert "no gap" not in figures.describe_cell(figures.shown_sweep(spec, cells, 6, "width", "3:12"))


def test_what_is_taken_away_runs_again():
    spec, rows = load_sweep(SHIPPED_SWEEPS / "modes-steps")
    assert SweepSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    table = list(csv.DictReader(io.StringIO(as_csv(spec, rows))))
    assert len(table) == len(rows) == len(spec.members)
    snippet = taken_away(opened("sweep", y="steps")).code[-1].value
    named: dict = {}
    exec(snippet.split("if RUN_ANEW")[0], named)
    assert named["spec"] == spec


def test_what_is_said_of_the_open_question_is_so():
    text = figures.open_question()
    spacing, steps = (figures._cells(name) for name in ("modes-spacing", "modes-steps"))
    for cells, rows in ((spacing, range(12, 41, 4)), (steps, (1_000, 2_000, 4_000, 8_000, 16_000))):
        for y in rows:
            rates = [cells[modes, y].beyond[5].median for modes in range(2, 9)]
            assert rates == sorted(rates), y  # more modes hallucinate more
    assert "more modes\nhallucinate more" in text
    gaps = [steps[modes, 16_000].beyond[5].median / (modes - 1) for modes in (2, 3, 4)]
    assert gaps == sorted(gaps)
    for modes in (2, 3, 4, 5, 6, 8):
        assert f"{modes} modes {format_value(steps[modes, 16_000].beyond[5].median, True)}" in text
    app = opened("sweep")
    app.session_state["about_sweep"] = True
    assert "The paper leaves it" in told(app.run())


def test_a_stored_sweep_of_another_specification_is_as_if_it_were_not_there(tmp_path):
    app = opened("sweep", **SMALL)
    app.button(key="run_sweep").click().run()
    finished(app, "computed here")
    (folder,) = (checkpoints.own().root / "sweeps").iterdir()
    other = opened("sweep", **SMALL | {"xs": "2 4"})
    assert "not computed yet" in told(other)
    spec, rows = load_sweep(folder)
    asked = dataclasses.replace(spec, x=Axis("modes", (2, 4)))
    folder.rename(folder.parent / asked.digest)
    assert len(rows) == 8
    other = opened("sweep", **SMALL | {"xs": "2 4"})
    assert "not computed yet" in told(other)
    assert load_sweep(folder.parent / asked.digest) == (spec, rows)  # nothing of it is lost by looking
    other.button(key="run_sweep").click().run()
    finished(other, "computed here")
    assert load_sweep(folder.parent / asked.digest)[0] == asked
