"""Projector mode: letters grow, controls fold, and everything stays where it was."""

from __future__ import annotations

import pytest

from explorer.figures.vega.training import loss_spec
from explorer.ui.shell import projector
from explorer.ui.shell.projector import LARGER
from tests.ui.test_pages import opened


@pytest.fixture
def switched(monkeypatch):
    """switched(on) turns the mode on or off."""
    return lambda on: monkeypatch.setattr(projector, "on", lambda: on)


def test_letters_of_a_chart_grow_with_the_rest(switched):
    marks = [{"mark": {"fontSize": size}} for size in (20, {"expr": "min(20, width)"})]
    spec = {"config": {"axis": {"labelFontSize": 10, "tickCount": 5}}, "layer": marks}
    switched(False)
    assert projector.larger(spec) is spec
    switched(True)
    grown = projector.larger(spec)
    assert grown["config"]["axis"] == {"labelFontSize": round(10 * LARGER), "tickCount": 5}
    assert grown["layer"][0]["mark"]["fontSize"] == round(20 * LARGER)
    assert grown["layer"][1]["mark"]["fontSize"] == {"expr": f"{LARGER} * (min(20, width))"}
    assert spec["layer"][0]["mark"]["fontSize"] == 20


def test_a_real_chart_keeps_all_but_its_letters(switched):
    switched(True)
    before, after = loss_spec(), projector.larger(loss_spec())
    assert before.keys() == after.keys()
    assert before != after
    assert before["encoding"]["x"]["field"] == after["encoding"]["x"]["field"]


@pytest.mark.parametrize(
    "page", ["learn", "score", "trajectories", "atlas", "shapes", "recursive", "samplers", "sweep"]
)
def test_controls_fold_away_and_come_back(page):
    app = opened(page)
    assert len(app.sidebar.button) == 0
    here = {button.key for button in app.button}
    app.button(key="projector").click().run()
    assert not app.exception
    folded = {button.key for button in app.sidebar.button}
    assert {"same_seed", "new_seed"} <= folded
    assert here == {button.key for button in app.button}
    app.button(key="projector").click().run()
    assert len(app.sidebar.button) == 0
