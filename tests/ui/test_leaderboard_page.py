"""The Leaderboard page: what it shows of a table, its order, its links; and methods of one's own on other
pages."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from explorer.detection.statistics.rates import Rate
from explorer.experiments.presets import PRESETS as ALL
from explorer.leaderboard import published
from explorer.leaderboard.own_method import ENVIRONMENT
from explorer.leaderboard.rows import DetectorRow, RemedyRow, Rows
from explorer.leaderboard.spec import LeaderboardSpec
from explorer.leaderboard.store import TABLE, Leaderboard, table_bytes
from explorer.page_figures import leaderboard as figures
from explorer.page_figures.leaderboard_published import found_here
from explorer.page_figures.views.leaderboard import DATA, View, asked_column, kinds_of_data
from explorer.remedies.evaluation import RemedyResult
from explorer.ui.leaderboard import shown
from tests.ui.test_pages import finished, opened, taken_away, told

PRESETS = ("three-modes", "ring-8", "shapes-32")


def detector(name, preset, auroc, low, high, calls=0, seconds=1.0, role="method", seed=0):
    recall = Rate(round(auroc * 50), 50)
    return DetectorRow(
        preset=preset, seed=seed, method=name, title=name, role=role, network="0" * 16, k=5.0, unit="sigma",
        seconds=seconds, n=1_000, hallucinated=100, auroc=auroc, auroc_interval=(low, high), recall=recall,
        retention=Rate(432, 450), precision=Rate(40, 58), calls=calls,
    )  # fmt: skip


def cure(method, title, share, role="method"):
    result = RemedyResult(
        n=None, beyond_counts=dict.fromkeys((4, 5, 6, 8), share), mode_counts=(0.3, 0.3, 0.4), width=0.9,
        error=dict.fromkeys((4, 5, 6, 8), share / 1e6), share_distance=0.07, distance=0.1,
        network_calls=344.0, seconds=2.0,
    )  # fmt: skip
    return RemedyRow(
        preset="three-modes", seed=0, method=method, title=title, role=role, network="0" * 16, k=5.0,
        unit="sigma", seconds=2.0, result=result,
    )  # fmt: skip


@pytest.fixture
def table():
    """Two tie on three modes, perturbation leads on the ring, and of shapes one is known."""
    detectors = (
        detector("variance", "three-modes", 0.97, 0.95, 0.99),
        detector("perturbation", "three-modes", 0.98, 0.96, 1.0, calls=8, seconds=0.1),
        detector("curvature", "three-modes", 0.5, 0.4, 0.6, calls=4, seconds=3.0),
        detector("oracle", "three-modes", 1.0, 1.0, 1.0, role="bound"),
        detector("variance", "ring-8", 0.8, 0.75, 0.85),
        detector("perturbation", "ring-8", 0.95, 0.92, 0.97, calls=8),
        detector("perturbation", "ring-8", 0.93, 0.9, 0.96, calls=8, seed=1),
        detector("curvature", "ring-8", 0.3, 0.2, 0.4, calls=4),
        detector("variance", "shapes-32", 0.9, 0.85, 0.95),
    )
    remedies = (
        cure("", "untreated", 1e-3, "reference"),
        cure("guidance=1", "Dynamic Guidance", 1e-5),
        cure("late=0", "DDIM", 2e-3, "reference"),
        cure("late=10", "Late stochasticity", 1.1e-3),  # less than DDIM, over which it is laid
        cure("step=0.1", "Step before the score", 1e-3),
        cure("truth=1", "True score", 3e-7, "bound"),
    )
    return Leaderboard(LeaderboardSpec(PRESETS, seeds=2), Rows(detectors, remedies), ())


@pytest.fixture
def shown_table(table, tmp_path, monkeypatch):
    """The page shows this table."""
    (tmp_path / TABLE).write_bytes(table_bytes(table))
    monkeypatch.setenv(shown.ENVIRONMENT, str(tmp_path))
    return table


def html(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def names(app) -> list[str]:
    """The methods in the order of the lines."""
    return re.findall(r"<th scope='row'>([^<]+)", html(app))


def test_lines_are_in_the_order_of_the_number_seconds_or_calls(shown_table):
    app = opened("leaderboard")
    assert not app.exception
    assert names(app) == ["Oracle", "Perturbation", "Variance", "Curvature"]
    app.selectbox(key="view.ranked").set_value("seconds").run()
    assert names(app)[0] == "Perturbation"
    app.selectbox(key="view.ranked").set_value("calls").run()
    assert set(names(app)[:2]) == {"Oracle", "Variance"}
    assert names(app)[2:] == ["Curvature", "Perturbation"]
    app.selectbox(key="view.ranked").set_value("rate").run()
    app.selectbox(key="view.column").set_value("shapes-32").run()
    assert names(app)[0] == "Variance"  # the only one that is known there


def test_colours_and_words_say_what_the_intervals_say(shown_table):
    app = opened("leaderboard")
    assert re.findall(r"<td class='here (\w+)'><a [^>]*aria-label='(\w+) on Three", html(app)) == [
        ("best", "Perturbation"),
        ("best", "Variance"),
        ("none", "Curvature"),
    ]
    said = told(app)
    assert "On Three modes **Perturbation** and **Variance** lead; they cannot be told apart." in said
    assert "**Curvature** cannot be told from guessing." in said
    app.selectbox(key="view.column").set_value("ring-8").run()
    said = told(app)
    assert "On Ring **Perturbation** leads, and no other method reaches it. **Curvature** is worse." in said
    assert "python -m explorer leaderboard" in said


def test_every_cell_is_the_way_to_its_method(shown_table):
    app = opened("leaderboard")
    assert "href='detect?preset=ring-8&amp;judge=rivals'" in html(app)
    assert "href='shapes?preset=shapes-32&amp;gallery=detector&amp;judge=rivals'" in html(app)
    app.segmented_control(key="view.board").set_value("cures").run()
    assert not app.exception
    assert "href='remedies?preset=three-modes&amp;treatment=guidance%3D1'" in html(app)
    for page, link in figures_links(shown_table):
        assert not opened(page, **link).warning, (page, link)


def figures_links(table):
    """One link of each page that a table leads to."""
    found = {}
    for board in ("detectors", "cures"):
        for line in figures.board(table, View(board=board)).lines:
            found |= {one.page: dict(one.link) for one in line.cells if one.verdict is not None}
    assert set(found) == {"detect", "shapes", "remedies"}
    return found.items()


def test_cures_are_told_by_the_rate_the_shares_or_the_width(shown_table):
    app = opened("leaderboard", board="cures")
    assert names(app)[:2] == ["True score", "Dynamic Guidance"]
    assert set(names(app)[2:4]) == {"Untreated", "Step before the score"}
    assert names(app)[4:] == ["Late stochasticity", "DDIM"]
    assert "1.00 · 10⁻³ %" in html(app)
    said = told(app)
    assert (
        "**Dynamic Guidance** leads, and no other method reaches it. **Step before the score** cannot" in said
    )
    assert "Late stochasticity" not in said  # it is better than the DDIM it is laid over
    for left, number in (("shares", "0.070"), ("width", "0.900"), ("distance", "0.100")):
        app.selectbox(key="view.left").set_value(left).run()
        assert number in html(app)
        assert not app.exception


def test_what_is_predicted_is_what_the_table_says(table):
    assert figures.everywhere(table, View()) == ()  # perturbation is not known of the shapes
    points = Leaderboard(LeaderboardSpec(PRESETS[:2], seeds=2), table.rows, ())
    assert figures.everywhere(points, View()) == ("Perturbation",)
    assert (figures.answer(table), figures.answer(points)) == ("no", "yes")


def test_a_table_of_many_presets_has_those_of_one_kind_of_data_as_columns(table, tmp_path, monkeypatch):
    line = tuple(name for name, one in ALL.items() if one.experiment.mixture.dimensions == 1)
    plane = tuple(name for name in ALL if name not in line)
    many = Leaderboard(LeaderboardSpec((*plane, *line, "shapes-32"), seeds=2), table.rows, ())
    assert kinds_of_data(many) == DATA
    assert kinds_of_data(table) == ()  # it has room for all of them
    assert figures.board(many, View()).presets == line
    shown_on_ring = figures.board(many, View(data="plane", column="ring-8"))
    assert (shown_on_ring.presets, shown_on_ring.column) == (plane, "ring-8")
    assert {one.method for one in shown_on_ring.lines} == {"variance", "perturbation", "curvature"}
    assert asked_column(View(column="ring-8"), many) == line[0]
    assert figures.everywhere(many, View()) == ()  # of all the data, whichever are shown
    points = Leaderboard(LeaderboardSpec((*plane, *line), seeds=2), table.rows, ())
    assert figures.board(points, View(data="pictures")).presets == line

    (tmp_path / TABLE).write_bytes(table_bytes(many))
    monkeypatch.setenv(shown.ENVIRONMENT, str(tmp_path))
    app = opened("leaderboard", data="plane", column="ring-8")
    assert not app.exception
    assert names(app) == ["Perturbation", "Variance", "Curvature"]
    assert "AUROC for samples beyond 5 σ · median of 2 seeds" in told(app)
    app.selectbox(key="view.data").set_value("pictures").run()
    assert not app.exception
    assert names(app) == ["Variance"]
    assert "AUROC for pictures that cannot exist · one seed, in brackets its 95 % interval" in told(app)
    app.segmented_control(key="view.board").set_value("cures").run()
    assert "share of pictures that cannot exist, counted · one seed" in told(app)
    assert "beyond" not in [box.label.split()[-1] for box in app.selectbox]  # of pictures no σ is asked for
    app.selectbox(key="view.data").set_value("line").run()
    assert "A hallucination is beyond" in [box.label for box in app.selectbox]
    assert "share of samples beyond 5 σ, exact · median of 2 seeds" in told(app)


def test_what_papers_report_stands_beside_what_was_found_here(shown_table):
    app = opened("leaderboard")
    app.session_state["published"] = True
    said = told(app.run())
    assert not app.exception
    assert "more than 95 % of the hallucinations of its mixtures found" in said
    found = Rate(48, 50)  # of variance on three modes
    low, high = (f"{100 * end:.1f}" for end in found.interval)
    assert f"96.0 % [{low}, {high}] found at 96 % kept, AUROC 0.970 [0.950, 0.990], on Three modes" in said
    assert "Hands is not in this table" in said


def test_what_a_cure_removes_is_told_with_its_interval_or_not_told(table):
    nearest = replace(published.PUBLISHED[6], preset="three-modes")  # Dynamic Guidance
    assert found_here(table, nearest).startswith("0.100 % [")
    assert "after, 99 % [99, 99] fewer" in found_here(table, nearest)
    nothing = replace(nearest, row="step=0.1")
    assert "which is not told from nothing" in found_here(table, nothing)
    assert "more" in found_here(table, replace(nearest, row="late=0"))
    assert "a change of the training" in found_here(table, replace(nearest, row=""))


def test_a_missing_or_damaged_table_is_said(shown_table, tmp_path, monkeypatch):
    (tmp_path / TABLE).write_text((tmp_path / TABLE).read_text().replace("variance", "variants", 1))
    app = opened("leaderboard")
    assert not app.exception
    assert "was changed after it was written" in told(app)
    monkeypatch.setenv(shown.ENVIRONMENT, str(tmp_path / "nowhere"))
    assert "No leaderboard comes with this copy" in told(opened("leaderboard"))


def test_the_tables_can_be_taken_away(shown_table):
    app = taken_away(opened("leaderboard"))
    assert not app.exception
    labels = [button.proto.label for button in app.get("download_button")]
    assert {"Detectors (CSV)", "Cures (CSV)", "Tables (Markdown)", "Everything (JSON)"} <= set(labels)


# ---- methods of one's own on other pages -----------------------------------------------------------------


def test_detect_shows_a_detector_of_ones_own_and_says_what_is_wrong_with_another(tmp_path, monkeypatch):
    good, bad = tmp_path / "nearness.py", tmp_path / "broken.py"
    good.write_text("def score(walk):\n    return -walk.samples[:, 0].abs()\n")
    bad.write_text("def score(walk):\n    return walk.nothing\n")
    monkeypatch.setenv(ENVIRONMENT, f"{good},{bad}")
    app = finished(opened("detect", preset="two-modes", judge="rivals", n="5000"), "broken.py, line 2")
    assert "AttributeError: 'Walk' object has no attribute 'nothing'" in told(app)
    deadline = time.monotonic() + 60  # each works in a process of its own, and the broken one may end first
    while "nearness" not in html(app):
        assert time.monotonic() < deadline, told(app)
        time.sleep(0.2)
        app.run()
    assert "your own" in html(app)
    assert not app.exception


def test_remedies_shows_a_remedy_of_ones_own(tmp_path, monkeypatch):
    mine = tmp_path / "nothing_done.py"
    mine.write_text("def treat(denoiser):\n    return denoiser\n")
    monkeypatch.setenv(ENVIRONMENT, str(mine))
    app = finished(opened("remedies", preset="three-modes"), "**nothing done**, your own, leaves")
    found = re.search(r"leaves ([\d.]+) %.*; untreated ([\d.]+) %", told(app))
    assert float(found[1]) == pytest.approx(float(found[2]), rel=0.05)
    assert "344 network calls" in told(app)


def test_without_the_environment_there_are_none(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    app = opened("remedies", preset="three-modes")
    assert "your own" not in told(app)
