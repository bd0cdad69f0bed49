"""Every page, run through the entry without a browser."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.compute.progress import finish
from explorer.detection.statistics.roc import roc
from explorer.experiments import checkpoints
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.experiments.trials import trial
from explorer.page_figures.views.shapes import GALLERIES

ROOT = Path(__file__).parents[2]
MAIN, PAGES = ROOT / "explorer" / "ui" / "shell" / "navigation.py", ROOT / "pages"


def opened(page: str = "learn", **link: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    if page != "start":
        app.switch_page(str(PAGES / f"{page}.py")).run()
    return app


def taken_away(app: AppTest) -> AppTest:
    """The page with Take away open."""
    app.session_state["take_away"] = True
    return app.run()


def changing_the_data() -> AppTest:
    """Learn, with what changes the data unfolded."""
    app = opened()
    app.session_state["change_data"] = True
    return app.run()


def told(app: AppTest) -> str:
    """All captions and sentences of the page, as they are read: without the marks that keep text plain."""
    written = " ".join(element.value for element in [*app.caption, *app.markdown, *app.warning, *app.info])
    return written.replace("\\", "")


def finished(app: AppTest, sign: str) -> AppTest:
    """The page once its background work has brought it to say `sign`."""
    deadline = time.monotonic() + 60
    while sign not in told(app):
        assert time.monotonic() < deadline, told(app)
        assert not app.exception
        time.sleep(0.2)
        app.run()
    return app


@pytest.mark.parametrize("page", ["learn", "score", "trajectories", "detect"])
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


FORGED = [  # by the page that reads it
    *(("learn", link) for link in ({"preset": "nonsense"}, {"seed": "-1"}, {"seed": "1e400"}, {"k": "7"})),
    ("learn", {"training.steps": "1000000000"}),
    ("learn", {"mixture": "1;2;NaN"}),
    ("learn", {"mixture": "1~-3"}),
    ("learn", {"network.width": "<script>"}),
    ("learn", {"upload": "../../etc/passwd"}),
    ("score", {"t": "soon"}),
    ("score", {"region": "nowhere"}),
    ("trajectories", {"sampler": "PLMS"}),
    ("trajectories", {"switch": "99999"}),
    ("trajectories", {"switch": "-3"}),
    ("trajectories", {"sample": "1000000000000"}),
    ("detect", {"window": "9:0"}),
    ("detect", {"window": "0:99999999999999999999"}),
    ("detect", {"cut": "NaN"}),
    ("detect", {"cut": "-1"}),
    ("detect", {"n": "12"}),
    ("detect", {"judge": "a coin"}),
]
ALL_FORGED = {name: value for _, link in FORGED for name, value in link.items()}


@pytest.mark.parametrize(
    ("page", "link"),
    [*FORGED, *((page, ALL_FORGED) for page in ("learn", "score", "trajectories", "detect"))],
)
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


def test_stop_keeps_what_was_learned_and_resume_goes_on_with_it():
    app = opened(preset="two-modes", seed="5", **{"training.steps": "100000"})
    app.button(key="train").click().run()
    assert not app.button(key="stop").disabled
    finished(app, "steps/s")
    app.button(key="pause").click().run()
    assert "paused" in told(app)
    app.button(key="stop").click().run()
    step = re.search(r"stopped at step ([\d,]+) of 100,000", told(app))[1]
    assert app.button(key="train").label == "Resume"
    app.run()
    assert f"stopped at step {step} of 100,000" in told(app)
    app.button(key="train").click().run()
    assert app.button(key="train").disabled
    app.button(key="stop").click().run()
    again = re.search(r"stopped at step ([\d,]+) of 100,000", told(app))[1]
    assert int(again.replace(",", "")) >= int(step.replace(",", ""))
    app.button(key="discard_stop").click().run()
    assert "not trained yet" in told(app)
    assert app.button(key="train").label == "Train"
    assert not app.exception


def test_a_number_below_its_bound_never_reaches_the_experiment():
    app = opened()
    app.session_state["more_settings"] = True
    app.run()
    app.number_input(key="edit.points").set_value(5).run()
    assert not app.exception
    assert app.session_state["experiment"].points >= 10


def test_the_recipe_sets_network_and_training():
    app = opened()
    app.segmented_control(key="recipe").set_value("paper").run()
    experiment = app.session_state["experiment"]
    assert experiment == PRESETS["three-modes-paper"].experiment
    assert "shipped, seed 0" in told(app)


def test_your_own_points_are_trained_on_and_their_truth_is_called_unknown():
    app = changing_the_data()
    app.text_area(key="pasted").set_value("\n".join(str(0.5 * (i % 3)) for i in range(60))).run()
    app.button(key="use_points").click().run()
    assert not app.exception
    assert app.session_state["experiment"].mixture is None
    app.button(key="stop").click().run()
    assert "nobody knows" in told(app)


@pytest.mark.parametrize("pasted", ["a\nb\nc", "1,2,3\n4,5,6", "1\n2\n", "nan\n" * 20, "5\n" * 20])
def test_bad_points_are_one_sentence(pasted):
    app = changing_the_data()
    app.text_area(key="pasted").set_value(pasted).run()
    app.button(key="use_points").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.session_state["experiment"] == PRESETS["three-modes"].experiment


def test_trajectories_tell_a_hallucinated_samples_story():
    app = finished(opened("trajectories", preset="three-modes"), "of 100,000 hallucinated")
    said = told(app)
    assert "Comes to rest between the" in said
    assert "times the median" in said
    assert "From the same noise the" in said
    assert app.selectbox(key="followed_sample").format_func
    chosen = app.session_state["view"]["sample"]
    app.selectbox(key="followed_sample").select_index(5).run()
    assert app.session_state["view"]["sample"] != chosen
    assert not app.exception


def test_an_honest_samples_story_is_another():
    app = opened("trajectories", preset="grid-25", sample="0")
    finished(app, "Decided at t =")
    assert "Comes to rest" not in told(app)


def test_trajectories_in_slow_motion_and_by_another_sampler():
    app = opened("trajectories", preset="two-modes", motion="one step", sampler="late noise", switch="7")
    finished(app, "DDIM, DDPM from t = 7")
    assert app.number_input(key="view.switch").value == 7
    app.selectbox(key="view.sampler").set_value("DDIM").run()
    finished(app, "DDIM, every step")
    assert not app.exception


def test_samplers_are_compared_on_demand(monkeypatch):
    monkeypatch.setattr("explorer.ui.trajectories.sampler_table.default_count", lambda experiment: 4_000)
    app = opened("trajectories", preset="two-modes")
    app.button(key="compare_samplers").click().run()
    finished(app, "| DDIM | truth |")
    assert "| DDPM | model |" in told(app)
    assert "exact" in told(app)


def test_detect_says_what_the_command_line_says():
    app = finished(opened("detect", preset="grid-25", n="5000", window="0:4"), "AUROC")
    finished(app, "n = 5,000")
    result = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(result, 5_000, result.experiment.sampler))
    curve = roc(drawn.hal((0, 4)), drawn.hallucinated(5))
    assert f"AUROC {curve.auroc:.3f} [{curve.interval[0]:.3f}, {curve.interval[1]:.3f}]" in told(app)


def test_the_windows_are_scanned_and_named():
    app = opened("detect", preset="grid-25", n="5000", judge="windows")
    finished(app, "the best 0:")
    assert "the authors' 0:9 recall" in told(app)


def test_the_map_of_windows_draws_the_samples_of_another_window_that_is_clicked():
    app = opened("detect", preset="grid-25", judge="windows", window="0:4")
    assert not app.exception
    assert "drawing the samples for 0 to 4" in told(app)


def test_a_rule_moves_the_threshold_and_the_window_moves_too():
    app = finished(opened("detect", preset="grid-25", n="5000", cut="0.01"), "n = 5,000")
    finished(app, "AUROC")
    app.button(key="rule-Youden").click().run()
    assert app.session_state["view"]["cut"] == "Youden"
    app.select_slider(key="window").set_value((0, 4)).run()
    assert app.session_state["view"]["window"] == "0:4"
    assert not app.exception


def test_no_hallucination_is_a_normal_case():
    app = finished(opened("detect", preset="two-modes", n="5000", k="8"), "None of the 5,000 samples")
    assert "with 95 % confidence" in told(app)
    assert app.button(key="rule-Youden").disabled
    app.selectbox(key="view.judge").set_value("windows").run()
    assert not app.exception


@pytest.mark.parametrize("show", GALLERIES)
@pytest.mark.parametrize("name", PICTURE_PRESETS)
def test_pictures_are_shown_before_anything_is_trained(name, show):
    app = opened("shapes", preset=name, seed="77", gallery=show)
    assert not app.exception
    assert "not trained yet" in told(app)


@pytest.mark.parametrize("show", GALLERIES)
def test_pictures_of_the_shipped_run(show):
    app = opened("shapes", preset="shapes-32", gallery=show)
    assert not app.exception
    if show == "data":  # which has no samples to count
        assert "the first 60 of 5,000 pictures" in told(app)
        assert "n = 1,024" not in told(app)
        return
    assert "n = 1,024" in told(app)  # at once: its samples and their variance come with it
    assert "shipped, seed 0" in told(app)


def test_pictures_and_points_each_keep_what_was_looked_at():
    app = opened("score", preset="two-modes", seed="9")
    app.switch_page(str(PAGES / "shapes.py")).run()
    assert app.session_state["experiment"].pictures == "shapes-32"
    app.selectbox(key="preset_box").set_value("hands-48").run()
    app.switch_page(str(PAGES / "learn.py")).run()
    assert app.session_state["preset"] == "two-modes"
    assert app.session_state["experiment"].seed == 9
    app.switch_page(str(PAGES / "shapes.py")).run()
    assert app.session_state["experiment"].pictures == "hands-48"
    assert not app.exception


@pytest.mark.parametrize("page", ["trajectories", "detect"])
def test_uploaded_points_have_no_truth_to_judge_by(page):
    app = changing_the_data()
    app.text_area(key="pasted").set_value("\n".join(str(0.5 * (i % 3)) for i in range(60))).run()
    app.button(key="use_points").click().run()
    app.button(key="stop").click().run()
    app.switch_page(str(PAGES / f"{page}.py")).run()
    assert "truth of your points is unknown" in told(app)
    assert not app.exception
