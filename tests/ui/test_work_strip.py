"""The strip of one's own work on every page, and what a training says it costs before it starts."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.experiments.presets import preset
from explorer.experiments.training_cost import TrainingCosts, shipped_seconds
from explorer.figures.words import about_seconds
from explorer.server import leases
from explorer.server.database import shared
from explorer.server.jobs import Busy
from explorer.sweeps.presets import SWEEPS
from explorer.ui.shell import server
from tests.ui.test_pages import PAGES, finished, opened, told

LONG = {"training.steps": "100000"}


@pytest.fixture
def costs(monkeypatch):
    """A machine on which everything takes as long as where the shipped runs were trained."""
    known = TrainingCosts()
    one = preset("three-modes").experiment
    known.record(one, shipped_seconds(one))
    monkeypatch.setattr(server, "costs", lambda: known)
    return known


def turned(app: AppTest, page: str) -> AppTest:
    return app.switch_page(str(PAGES / f"{page}.py")).run()


def strip(app: AppTest) -> str:
    """What the line says; "" where there is none."""
    lines = [element.proto.body for element in app.get("html") if 'class="work"' in element.proto.body]
    assert len(lines) <= 1
    return lines[0] if lines else ""


def has(app: AppTest, key: str) -> bool:
    return key in [button.key for button in app.button]


def test_what_runs_is_said_on_every_page_until_it_is_stopped():
    app = opened(preset="two-modes", seed="31", **LONG)
    assert strip(app) == ""
    app.button(key="train").click().run()
    assert "Training Two modes, edited, seed 31" in strip(app)
    assert not has(app, "work_go"), "one is there"
    for page in ("score", "trajectories", "recursive", "remedies", "sweep", "shapes"):
        turned(app, page)
        assert "Training Two modes, edited, seed 31" in strip(app)
        assert not app.exception
    app.button(key="work_pause").click().run()
    assert "paused" in strip(app)
    app.button(key="work_go").click().run()
    assert app.session_state["page"] == "learn"
    assert (app.session_state["preset"], app.session_state["experiment"].seed) == ("two-modes", 31)
    assert app.button(key="pause").label == "Resume"
    turned(app, "score")
    app.button(key="work_stop").click().run()
    assert strip(app) == ""
    turned(app, "learn")
    assert has(app, "train")
    assert not app.button(key="train").disabled


def test_go_there_leads_back_to_the_experiment_and_keeps_the_persons_lesson():
    app = opened(preset="two-modes", seed="32", lesson="why", step="2", **LONG)
    app.button(key="train").click().run()
    app.session_state["view"]["projector"] = 1
    turned(app, "score")
    app.selectbox(key="preset_box").set_value("grid-25").run()
    assert app.session_state["preset"] == "grid-25"
    app.button(key="work_go").click().run()
    assert (app.session_state["page"], app.session_state["preset"]) == ("learn", "two-modes")
    view = app.session_state["view"]
    assert (view["lesson"], view["step"], view["projector"]) == ("why", 2, 1)
    app.button(key="work_stop").click().run()


def test_a_new_training_says_that_it_replaces_the_running_one():
    app = opened(preset="two-modes", seed="33", **LONG)
    app.button(key="train").click().run()
    assert "replaces" not in app.button(key="new_seed").help
    app.number_input(key="edit.training.steps").set_value(90_000).run()
    said = "It replaces what runs: Training Two modes, edited, seed 33."
    for key in ("train", "same_seed", "new_seed"):
        assert said in app.button(key=key).help
    assert "Train replaces it" in strip(app)
    turned(app, "score")
    assert "Train replaces it" not in strip(app)
    assert said in app.button(key="same_seed").help
    app.button(key="work_stop").click().run()


def test_remedies_notices_that_its_training_has_ended():
    app = opened("remedies", preset="two-modes", seed="34", **{"training.steps": "200"})
    assert "Not trained yet" in told(app)
    app.button(key="same_seed").click().run()
    finished(app, "beyond 5 σ")
    assert "Not trained yet" not in told(app)
    assert not app.exception


def test_train_says_what_it_takes(costs):
    app = opened(preset="three-modes", seed="35")
    takes = f"about {round(costs.seconds(preset('three-modes').experiment))} s here"
    assert takes in told(app)
    for key in ("train", "same_seed", "new_seed"):
        assert takes in app.button(key=key).help


@pytest.mark.parametrize(
    ("page", "link", "command"),
    [
        ("learn", {"preset": "three-modes-paper"}, "python -m explorer train three-modes-paper"),
        ("shapes", {"preset": "shapes-64"}, "python -m explorer train shapes-64"),
        (
            "learn",
            {"preset": "grid-25", "training.steps": "200000", "training.batch": "20000", "seed": "3"},
            "python -m explorer train grid-25 --set training.steps=200000 --set training.batch=20000 "
            "--set seed=3",
        ),
    ],
)
def test_what_exceeds_the_budget_is_not_started_and_the_command_is_given(costs, page, link, command):
    app = opened(page, **link)
    assert not app.exception
    assert "more than the 30 min that this server spends on one computation" in told(app)
    for key in ("train", "same_seed", "new_seed"):
        assert app.button(key=key).disabled
    shown = next(code.value for code in app.code if code.value.startswith("python -m"))
    assert sorted(shown.split(" --set ")) == sorted(command.split(" --set "))
    with pytest.raises(ValueError, match="more than the 30 min"):
        server.start_training(app.session_state["experiment"])


def test_a_mixture_of_ones_own_is_quoted_for_the_shell(costs):
    app = opened("learn", mixture="0;2~0.1", **{"training.steps": "200000", "training.batch": "20000"})
    shown = next(code.value for code in app.code if code.value.startswith("python -m"))
    assert "--set 'mixture=0;2~0.1" in shown


def test_a_training_for_which_there_is_no_room_is_tried_again_by_itself(monkeypatch):
    start, full = server.start_training, [True]

    def start_training(experiment, about=None):
        if full:
            raise Busy("64 computations are under way on this server, the most it takes.")
        return start(experiment, about)

    monkeypatch.setattr(server, "start_training", start_training)
    app = opened(preset="two-modes", seed="36", **LONG)
    app.button(key="train").click().run()
    assert "the most it takes. It is tried again." in strip(app)
    full.clear()
    app.run()
    app.run()
    assert "tried again" not in strip(app)
    assert "Training Two modes, edited, seed 36" in strip(app)
    app.button(key="work_stop").click().run()
    assert not app.exception


def test_what_another_server_computes_is_waited_for(monkeypatch):
    monkeypatch.setattr(leases, "LEASE_SECONDS", 600.0)  # on a machine of any speed
    app = opened(preset="two-modes", seed="33", **LONG)
    other = leases.Lease(shared(), f"training {app.session_state['experiment'].digest}")
    assert other.hold(0.45, 90.0) is None
    app.button(key="train").click().run()
    finished(app, "computed by another server · 45% · about 90 s left")
    assert "computed by another server · 45% · about 90 s left" in strip(app.run())
    other.release()
    finished(app, "steps/s").run()
    assert "another server" not in strip(app) + told(app)


def test_pages_say_that_a_network_is_being_trained_while_it_is():
    app = opened(preset="two-modes", seed="41", **LONG)
    for page in ("score", "trajectories", "detect", "remedies"):
        turned(app, page)
        assert "Not trained yet: press “Train” on Learn or “Same seed” here." in told(app)
    turned(app, "learn")
    app.button(key="train").click().run()
    for page in ("score", "trajectories", "detect", "remedies"):
        turned(app, page)
        assert "The network is being trained" in told(app)
        assert "Not trained yet" not in told(app)
    app.button(key="work_stop").click().run()
    assert "Not trained yet" in told(app)


@pytest.mark.parametrize(
    ("page", "networks"),
    [("recursive", 5 * (1 + 7 * 6)), ("sweep", None)],
)
def test_a_loop_and_a_sweep_say_what_they_take_before_they_start(page, networks, costs):
    app = opened(page, preset="three-modes")
    assert not app.exception
    if networks is None:
        spec = SWEEPS["modes-spacing"].spec
        seconds = sum(costs.seconds(member.experiment) for member in spec.members)
    else:
        seconds = networks * costs.seconds(preset("three-modes").experiment)
    assert f"Run takes at most about {about_seconds(seconds)} here." in told(app)
    for key in ("same_seed", "new_seed"):
        assert f"Takes at most about {about_seconds(seconds)} here." in app.button(key=key).help


def test_opening_a_cell_says_that_it_replaces_what_one_works_on():
    app = opened("sweep", preset="three-modes")
    assert "Work on this cell, on" in told(app)
    assert "take the place of what you work on" in app.button(key="open_learn").help
    before = app.session_state["experiment"]
    app.button(key="open_learn").click().run()
    assert app.session_state["experiment"] != before
    app.button(key="reset").click().run()
    seed = app.session_state["experiment"].seed  # which Reset leaves as it is
    assert app.session_state["experiment"] == before.replace(seed=seed)
