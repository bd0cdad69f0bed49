"""Every page, run through the entry without a browser."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.presets import PRESETS

ROOT = Path(__file__).parents[2]
MAIN, PAGES = ROOT / "explorer" / "ui" / "main.py", ROOT / "pages"


def opened(page: str = "learn", **link: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    if page != "learn":
        app.switch_page(str(PAGES / f"{page}.py")).run()
    return app


def told(app: AppTest) -> str:
    """All captions and sentences of the page."""
    return " ".join(element.value for element in [*app.caption, *app.markdown, *app.warning, *app.info])


@pytest.mark.parametrize("page", ["learn", "score"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_page_shows_the_shipped_run_of_every_preset(page, name):
    app = opened(page, preset=name)
    assert not app.exception
    assert "shipped, seed 0" in told(app)
    assert not app.warning


def test_a_link_sets_every_part_of_the_experiment():
    app = opened(
        preset="three-modes",
        seed="4",
        k="8",
        mixture="0;2~0.1",
        **{"training.steps": "500", "network.width": "32"},
    )
    experiment = app.session_state["experiment"]
    assert experiment.mixture.means == ((0.0,), (2.0,))
    assert (experiment.seed, experiment.training.steps, experiment.network.width) == (4, 500, 32)
    assert app.session_state["view"]["k"] == 8
    assert "not trained yet" in told(app)
    assert not app.exception


@pytest.mark.parametrize(
    "link",
    [
        {"preset": "nonsense"},
        {"seed": "-1"},
        {"seed": "1e400"},
        {"training.steps": "1000000000"},
        {"mixture": "1;2;NaN"},
        {"mixture": "1~-3"},
        {"network.width": "<script>"},
        {"upload": "../../etc/passwd"},
        {"k": "7"},
        {"t": "soon"},
        {"region": "nowhere"},
    ],
)
@pytest.mark.parametrize("page", ["learn", "score"])
def test_a_forged_link_leaves_a_working_page(page, link):
    app = opened(page, **link)
    assert not app.exception
    assert app.session_state["experiment"].seed == 0


def test_train_joins_stores_and_shows_the_result():
    app = opened(preset="two-modes", seed="3", **{"training.steps": "200", "training.batch": "64"})
    assert "not trained yet" in told(app)
    app.button(key="train").click().run()
    assert app.button(key="train").disabled or "trained here" in told(app)
    deadline = time.monotonic() + 60
    while "trained here" not in told(app):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert not app.exception
    assert not app.button(key="train").disabled
    app.switch_page(str(PAGES / "score.py")).run()
    assert "trained here" in told(app)
    assert not app.exception


def test_stop_ends_a_long_training():
    app = opened(preset="two-modes", seed="5", **{"training.steps": "100000"})
    app.button(key="train").click().run()
    assert not app.button(key="stop").disabled
    app.button(key="pause").click().run()
    assert "paused" in told(app)
    app.button(key="stop").click().run()
    assert app.button(key="stop").disabled
    assert "not trained yet" in told(app)


def test_a_number_below_its_bound_never_reaches_the_experiment():
    app = opened()
    app.number_input(key="edit.points").set_value(5).run()
    assert not app.exception
    assert app.session_state["experiment"].points >= 100


def test_the_recipe_sets_network_and_training():
    app = opened()
    app.segmented_control(key="recipe").set_value("paper").run()
    experiment = app.session_state["experiment"]
    assert experiment == PRESETS["three-modes-paper"].experiment
    assert "shipped, seed 0" in told(app)


def test_your_own_points_are_trained_on_and_their_truth_is_called_unknown():
    app = opened()
    app.text_area(key="pasted").set_value("\n".join(str(0.5 * (i % 3)) for i in range(60))).run()
    app.button(key="use_points").click().run()
    assert not app.exception
    assert app.session_state["experiment"].mixture is None
    app.button(key="stop").click().run()
    assert "nobody knows" in told(app)


@pytest.mark.parametrize("pasted", ["a\nb\nc", "1,2,3\n4,5,6", "1\n2\n", "nan\n" * 20, "5\n" * 20])
def test_bad_points_are_one_sentence(pasted):
    app = opened()
    app.text_area(key="pasted").set_value(pasted).run()
    app.button(key="use_points").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.session_state["experiment"] == PRESETS["three-modes"].experiment
