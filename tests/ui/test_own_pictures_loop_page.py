"""The Recursive page with a user's own pictures, without a browser."""

from __future__ import annotations

import pytest

from tests.data.test_own_world import kept, world
from tests.experiments.test_own_picture_runs import TINY
from tests.ui.test_pages import PAGES, finished, opened, taken_away, told

LINK = {name: str(value) for name, value in TINY.items()} | {"generations": "2", "arms": "none accumulate"}
RATES = ("hallucinat", "cannot exist", "the rate goes", "beyond")


@pytest.fixture(autouse=True)
def cats():
    kept(world())


def recursive(**link):
    app = opened("shapes", preset="own-cats", **(LINK | link))
    return app.switch_page(str(PAGES / "recursive.py")).run()


def test_a_loop_of_them_is_computed_here_and_tells_distances():
    assert "Yours: cats" in opened("recursive").selectbox(key="preset_box").options
    app = recursive()
    arms = [one.label for one in app.checkbox if one.key.startswith("arm.")]
    assert arms == ["no filter", "variance filter", "random drop", "accumulated data"]
    assert "what will happen to the distance from your pictures?" in told(app)
    app.button(key="run_loop").click().run()
    app = finished(app, "computed here")
    assert not app.exception
    said = told(app)
    assert "he Fréchet distance goes from" in said
    assert "Nothing is framed and no rate is told." in said
    assert "10 of each compared with 10 of yours, none of them held out" in said
    assert not any(word in said for word in RATES)
    app.segmented_control(key="view.loop").set_value("curves").run()
    assert not app.exception
    app = taken_away(recursive(large="accumulate:1"))
    assert not app.exception
    labels = [one.label for one in app.get("download_button")]
    assert {"Loop (JSON)", "Curves (CSV)", "Samples (NPZ)"} <= set(labels)
    assert not any(word in told(app) for word in RATES)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"arms": "none oracle"}, "so there is no arm oracle of them"),
        ({"rule": "oracle rate"}, "so the rule 'oracle rate' cannot be followed"),
    ],
)
def test_what_needs_a_rule_is_one_sentence_and_a_click_leads_back(link, words):
    app = recursive(**link)
    assert not app.exception
    assert words in told(app)
    app.session_state["more_loop_settings was opened"] = True
    app.run()
    assert not app.exception
    if "arms" in link:
        app.checkbox(key="arm.random").uncheck().run()
        assert app.session_state["view"]["arms"] == "none variance accumulate"
    else:
        app.selectbox(key="rule").set_value("threshold").run()
    assert not app.exception
    assert words not in told(app)


def test_some_of_them_can_be_held_out():
    kept(world(n=80))
    app = recursive()
    app.session_state["more_loop_settings was opened"] = True
    app.run()
    app.number_input(key="edit.points").set_value(20).run()
    assert not app.exception
    assert app.session_state["experiment"].points == 20
