"""The Remedies page: what is shown at once, what a hand changes, and what a bad link says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from explorer.experiments.presets import preset
from explorer.figures.words import percent
from explorer.page_figures import remedies as figures
from explorer.page_figures import remedies_findings as findings
from explorer.remedies.evaluation import RemedyResult
from explorer.remedies.remedy_table import shipped_remedies
from explorer.remedies.store import RemedyTable, Shown, TreatedRow
from explorer.remedies.treatment import UNTREATED, default_treatments, read_treatment
from explorer.ui.remedies import results
from explorer.ui.remedies.download import prices_csv
from tests.ui.test_pages import finished, opened, told


def result(rate: float, *, shares=(1 / 3, 1 / 3, 1 / 3), width=1.0, n=None) -> RemedyResult:
    """A result with one rate at every threshold."""
    values = {"beyond": dict.fromkeys((4, 5, 6, 8), rate), "n": n, "mode_shares": shares, "width": width}
    rest = {"share_distance": 0.0, "distance": 0.1, "kinds": None, "network_calls": 344.0, "seconds": 1.0}
    return RemedyResult.from_json(values | rest)


def table(**rates: float) -> RemedyTable:
    """Results by the text of the treatment, spelled with `__` for = and `_and_` for +."""
    rows = []
    for name, rate in rates.items():
        text = name.replace("_and_", "+").replace("__", "=").replace("0p", "0.")
        rows.append(
            TreatedRow(read_treatment("" if name == "bare" else text), result(rate), Shown(None, None))
        )
    return RemedyTable("", tuple(rows), ())


def test_everything_that_ships_is_there_at_once():
    app = opened("remedies")
    assert not app.exception
    bare = shipped_remedies("three-modes").find(UNTREATED).result
    assert f"untreated: {percent(bare.beyond[5])} beyond 5 σ (exact)" in told(app)
    assert "shipped" in told(app)
    assert [box.key for box in app.selectbox if box.key == "remedy.first"]


def test_a_dial_turned_by_hand_goes_into_the_link_and_shows_its_price():
    app = opened("remedies")
    app.selectbox(key="remedy.first").set_value("guidance").run()
    app.select_slider(key="dial.first.guidance").set_value(4.0).run()
    assert app.session_state["view"]["treatment"] == "guidance=4"
    price = shipped_remedies("three-modes").find(read_treatment("guidance=4")).result
    assert percent(price.beyond[5]) in told(app)
    app.selectbox(key="remedy.second").set_value("late").run()
    assert app.session_state["view"]["treatment"].startswith("guidance=4+late=")
    app = finished(app, "measured here")
    app.selectbox(key="remedy.first").set_value("").run()
    assert app.session_state["view"]["treatment"] == ""


def test_a_cause_is_laid_over_the_truth():
    app = opened("remedies", treatment="truth=1+smoothing=0.5")
    assert app.selectbox(key="remedy.first").value == "smoothing"
    assert app.select_slider(key="dial.first.smoothing").value == 0.5
    app.select_slider(key="dial.first.smoothing").set_value(1.0).run()
    assert app.session_state["view"]["treatment"] == "truth=1+smoothing=1"


@pytest.mark.parametrize("side", ["score", "twins"])
def test_what_stands_beside(side):
    app = opened("remedies", treatment="guidance=0.5", beside=side)
    assert not app.exception


@pytest.mark.parametrize("name", ["grid-25", "shapes-32", "two-modes"])
def test_other_data(name):
    app = finished(opened("remedies", preset=name), "network calls")  # measured live: nothing of it ships
    assert not app.exception


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("magic=1", "There is no remedy 'magic'"),
        ("guidance=99", "[0, 20]; 99 does not"),
        ("guidance=nan", "is no remedy with a dial"),
        ("patch=7", "does not fit"),
        ("late=0.5", "whole number"),
        ("+".join(["guidance=1"] * 5), "at most 4"),
    ],
)
def test_a_bad_treatment_is_one_sentence(text, words):
    app = opened("remedies", treatment=text)
    assert not app.exception
    assert words in told(app)
    assert "untreated" in told(app)


def test_every_default_treatment_is_a_dot():
    shipped_table = shipped_remedies("three-modes")
    treatments = default_treatments(preset("three-modes").experiment)
    assert {row.treatment for row in shipped_table.treated} == set(treatments)
    dots = figures.dots(shipped_table, None, "shares", 5)
    assert len(dots) == len(treatments)
    labelled = [dot.look for dot in dots if dot.label]
    assert len(labelled) == len(set(labelled))


def test_the_main_figure_is_the_rate_against_the_first_price_there_is():
    shipped_table = shipped_remedies("three-modes")
    found = figures.main_figure(preset("three-modes").experiment, shipped_table)
    assert len(found.data) == len(shipped_table.treated)
    untreated = found.data[found.data["look"] == "untreated"].iloc[0]
    assert untreated["rate"] == shipped_table.find(UNTREATED).result.beyond[5]
    assert found.alt == "The rate that each remedy leaves, against shares of the modes."
    assert (
        "network calls"
        in figures.main_figure(preset("shapes-32").experiment, shipped_remedies("shapes-32")).alt
    )


def test_words_follow_the_numbers():
    three = preset("three-modes").experiment
    shipped_table = table(
        bare=1e-3, late__0=2e-3, late__5=1.5e-3, late__10=9e-4, sharpening__0p1=4e-4, sharpening__0p2=2e-4,
        sharpening__0p4=3e-4, guidance__1=5e-4, guidance__1_and_late__10=1e-4,
    )  # fmt: skip
    said = " ".join(findings.describe_findings(shipped_table, three, 5))
    assert "no mode loses more than a fifth" in said
    assert "best at α = 0.2 with 0.0200 %, and worse again at 0.4" in said
    assert "noise from t = 10 on is enough" in said
    assert "1 of 1 combinations leave less than each of their parts" in said
    assert "In rate and shares no single remedy matches guidance = 1 + late = 10." in said
    assert findings.answer(shipped_table, 5) == findings.ANSWERS[2]


def test_what_is_good_at_one_threshold_only_is_said():
    three, rows = preset("three-modes").experiment, list(table(bare=1e-3, step__0p1=1e-3).treated)
    near = {4: 2e-3, 5: 9e-4, 6: 5e-4, 8: 1e-4}
    rows[1] = replace(rows[1], result=replace(rows[1].result, beyond_counts=near, width=1.3))
    said = " ".join(findings.describe_findings(RemedyTable("", tuple(rows), ()), three, 5))
    assert "beyond 8 σ it leaves 0.1 of the untreated rate, beyond 4 σ 2 of it" in said
    assert "Step before the score, step ρ = 0.1 widens them to 1.30 σ" in said


def test_counted_rates_differ_only_where_their_intervals_do():
    low, high = result(0.010, n=1000), result(0.012, n=1000)
    assert not findings.is_lower(low, high, 5)
    assert findings.is_lower(result(0.001, n=20_000), result(0.012, n=20_000), 5)
    assert findings.is_lower(result(1e-5), result(2e-5), 5)


def test_the_table_has_a_line_for_all():
    shipped_table = shipped_remedies("three-modes")
    rows = list(csv.DictReader(io.StringIO(prices_csv(shipped_table, 6))))
    assert len(rows) == len(shipped_table.treated) + len(shipped_table.trained)
    assert rows[0]["treatment"] == "untreated"
    bare = shipped_table.treated[0].result
    assert float(rows[0]["beyond_5_sigma"]) == bare.beyond[5]
    assert (rows[0]["k"], rows[0]["kind"], rows[0]["n"]) == ("6", "exact", "")
    assert float(rows[0]["hallucinated_share"]) == bare.beyond[6]
    error = bare.numerical_error(6)  # None in tables that were stored before errors were
    assert rows[0]["hallucinated_share_error"] == ("" if error is None else repr(error))
    counted = list(csv.DictReader(io.StringIO(prices_csv(shipped_remedies("grid-25"), 5))))[0]
    assert counted["kind"] == "counted"
    low, high = (float(counted[f"hallucinated_share_{end}"]) for end in ("low", "high"))
    assert low < float(counted["hallucinated_share"]) < high


def test_the_methods_are_told_with_their_papers_and_what_is_not_measured_can_be(monkeypatch):
    whole = shipped_remedies("four-modes")
    rows = tuple(
        row for row in whole.treated if not {"cas", "quenching"} & {one.name for one in row.treatment}
    )
    lacking = replace(whole, treated=rows)
    monkeypatch.setattr(results, "_shipped", lambda name: lacking)
    app = finished(opened("remedies", preset="four-modes"), "shares off")
    (methods,) = [frame.value for frame in app.dataframe if "ours differs" in frame.value.columns]
    told_of = methods.set_index("method")
    rods = told_of.loc["RODS, curvature-aware"]
    assert (rods["paper"], rods["formula"]) == ("arXiv 2507.12201", "read in code")
    assert told_of.loc["Step before the score", "formula"] == "ours, a variant"
    assert told_of.loc["Intrinsic quenching", "leaves"] == "–"
    assert "%" in told_of.loc["Dynamic Guidance", "leaves"]
    assert app.button(key="measure_all").label == f"Measure {len(whole.treated) - len(rows)} more"
    assert not app.exception


@pytest.mark.parametrize("choice", [None, "0"])
def test_in_a_lesson_what_was_found_is_said_after_the_prediction(choice):
    experiment = preset("three-modes").experiment
    first = findings.describe_findings(shipped_remedies("three-modes"), experiment, 5)[0]
    link = {
        "preset": "three-modes",
        "treatment": "guidance=0.5+sharpening=0.1",
        "lesson": "cure",
        "step": "2",
    }
    app = opened("remedies", **link, **({} if choice is None else {"choice": choice}))
    assert not app.exception
    assert (first.replace("\\", "") in told(app)) == (choice is not None)
