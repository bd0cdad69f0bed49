"""What a link may hold: every parameter is bounded before anything is made of it, and text stays text."""

from __future__ import annotations

import dataclasses
import random
import string

import pytest

from explorer.experiments import checkpoints
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.page_figures.learn import describe_rate
from explorer.page_figures.recursive import picked, tile_number
from explorer.page_figures.views.parameter import require_allowed
from explorer.recursion.presets import default_loop
from explorer.ui.shell.link import PARAMETERS, PERSONAL, link_text, read_link
from explorer.ui.shell.pages import PAGES
from explorer.ui.shell.plain_text import plain
from tests.ui.test_pages import opened, told

NASTY = (
    *("", "-1", "0", "1", "99999999999999999999", "-99999999999999999999", "1e400", "nan", "inf", "-inf"),
    *(
        "1" * 5_000,
        "0x10",
        "1_000",
        "\u0661\u0662",
        "1.5",
        "None",
        "True",
        "\x00",
        "a\nb",
        "\u202e",
        "\U0001f600",
    ),
    *("[click](http://example.org)", "<script>alert(1)</script>", "$$x$$", ":red[x]", "a" * 401, "../../etc"),
    *("first:last", "0:9", "9:0", "modes:2", "guidance=1+late=10", "%00", "'; DROP TABLE", "{0}", "{truth}"),
)


@pytest.mark.parametrize("name", PARAMETERS)
def test_whatever_a_link_says_the_value_is_allowed(name):
    for text in NASTY:
        state = read_link({name: text})
        require_allowed(PARAMETERS[name], state.parameters[name])
        assert isinstance(state.parameters[name], type(PARAMETERS[name].default))
        if state.problems:
            assert state.parameters[name] == PARAMETERS[name].default
            assert all(len(sentence) < 400 for sentence in state.problems)


def test_thousands_of_forged_links_are_read_without_an_error():
    draw = random.Random(0)
    names = [
        *PARAMETERS,
        "preset",
        "mixture",
        "upload",
        "pictures",
        "seed",
        "network.width",
        "training.steps",
        "x",
    ]
    letters = string.printable + "\u03c3\u0302\u202e"
    for _ in range(4_000):
        link = {}
        for name in draw.sample(names, draw.randint(1, 5)):
            random_text = "".join(draw.choices(letters, k=draw.randint(0, 30)))
            link[name] = draw.choice([*NASTY, *PRESETS, *PICTURE_PRESETS, random_text])
        state = read_link(link)
        for name, value in state.parameters.items():
            require_allowed(PARAMETERS[name], value)
        again = read_link(link_text(state.preset, state.experiment, state.parameters))
        assert (again.experiment, again.parameters) == (state.experiment, state.parameters)
        assert not again.problems


def test_a_refused_value_names_itself_and_its_bounds():
    (sentence,) = read_link({"t": "99999999999999999999"}).problems
    assert "99999999999999999999" in sentence
    assert "[-1, 3999]" in sentence


def test_every_default_is_allowed():
    for field in PARAMETERS.values():
        require_allowed(field, field.default)


def test_a_name_in_links_means_the_same_on_every_page():
    meant = {}
    for page in PAGES:
        for field in dataclasses.fields(page.view) if page.view else ():
            meant.setdefault(field.name, set()).add((field.type, field.default))
    assert {name: found for name, found in meant.items() if len(found) > 1} == {}


def test_a_link_for_others_leaves_out_what_is_personal():
    state = read_link({"projector": "1", "lesson": "why", "step": "2", "code": "ABCDEF", "t": "7"})
    link = link_text(state.preset, state.experiment, state.parameters)
    assert {name for name in link if name in PERSONAL} == {"projector", "lesson", "step", "code"}
    app = opened("score", projector="1", t="7")
    app.session_state["link"] = True
    app.run()
    shown = next(code.value for code in app.code if "http" in code.value)
    assert "t=7" in shown
    assert "projector" not in shown
    app.checkbox(key="personal_link").check().run()
    assert "projector=1" in next(code.value for code in app.code if "http" in code.value)


@pytest.mark.parametrize(
    "text",
    [
        "[click](http://example.org)",
        "http://example.org www.example.org me@example.org",
        "<b>x</b> **y** $z$ `c`",
    ],
)
def test_text_from_outside_is_shown_letter_by_letter(text):
    shown = plain(text)
    assert shown.replace("\\", "").replace("\u2060", "") == text
    for mark in "[]()<>*$`":
        assert all(shown[at - 1] == "\\" for at, letter in enumerate(shown) if letter == mark)
    assert "http\\:/" not in shown
    assert "www." not in shown


def test_a_preset_that_a_link_makes_up_is_no_link_on_the_page():
    (sentence,) = read_link({"preset": "[click](http://example.org)"}).problems
    app = opened("learn")
    app.session_state["problem"] = sentence
    (warning,) = app.run().warning
    assert "\\[click\\]" in warning.value


def test_an_edited_preset_says_so_and_can_be_reset():
    app = opened("score", preset="three-modes")
    assert "Three modes" in app.selectbox(key="preset_box").options
    assert not [button for button in app.button if button.key == "reset"]
    app = opened("score", preset="three-modes", mixture="1;2~0.05", seed="3")
    assert "Three modes, edited" in app.selectbox(key="preset_box").options
    app.button(key="reset").click().run()
    assert app.session_state["experiment"] == PRESETS["three-modes"].experiment.replace(seed=3)
    assert "Three modes, edited" not in app.selectbox(key="preset_box").options


def test_another_preset_asks_its_question_anew():
    app = opened("learn", preset="three-modes")
    app.segmented_control(key="prediction.learn.three-modes").set_value("a few").run()
    assert "measured:" in told(app)
    app = opened("learn", preset="four-modes")
    assert "measured:" not in told(app)
    assert app.segmented_control(key="prediction.learn.four-modes").value is None


def test_every_number_of_a_view_has_bounds():
    for field in PARAMETERS.values():
        if isinstance(field.default, (int, float)):
            with pytest.raises(ValueError, match=field.name):
                require_allowed(field, 10**18)


def test_a_tile_of_a_loop_is_named_in_the_link_as_it_is_picked():
    spec = default_loop(PRESETS["two-modes"].experiment)
    for tile in range(len(spec.arms) * spec.generations):
        arm, number = picked(spec, tile)
        assert tile_number(spec, f"{arm}:{number}") == tile
    for text in ("", "none", "none:", "none:99", "nobody:0", "none:-1", ":0"):
        assert tile_number(spec, text) is None


def test_what_learn_says_belongs_to_the_frame_on_screen():
    run = checkpoints.shipped().load("three-modes").result
    first, last = run.snapshots[0], run.final
    early = told(opened("learn", preset="three-modes", snapshot="0"))
    assert f"{first.step:,} steps in" in early
    assert describe_rate(first.measurement, 5) in early
    assert f"{last.step:,} steps in" not in early
    assert f"{last.step:,} steps in" in told(opened("learn", preset="three-modes"))


@pytest.mark.parametrize("name", PICTURE_PRESETS)
def test_a_link_that_names_pictures_alone_means_the_run_that_ships(name):
    state = read_link({"pictures": PICTURE_PRESETS[name].experiment.pictures})
    assert (state.preset, state.experiment) == (name, PICTURE_PRESETS[name].experiment)
    assert not state.problems
