"""Every figure of a page can be taken away as it is seen, and none of another page."""

import re
import time
from xml.etree import ElementTree

import pytest
import streamlit as st

from explorer.figures.palette import PALETTE
from explorer.server.cache import Cache
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.figure_downloads import MAIN, Registered, file_of
from explorer.ui.shell import server
from tests.ui.test_pages import PAGES, finished, opened, taken_away

SWEEP = ["map of the sweep", "by spacing / σ", "by number of modes"]
CURVES = [
    "beyond 5 σ, exact",
    "width of the modes / σ",
    "share of the middle mode",
    "distance from the data",
]


def on_show(app) -> dict[str, Registered]:
    return app.session_state["registered_figures"]


def words(figure: Registered) -> str:
    """All that is written in a figure's file, in one line."""
    return words_in(file_of(figure, "svg", "light", 180.0))


def words_in(file: bytes) -> str:
    root = ElementTree.fromstring(file)
    texts = root.iter("{http://www.w3.org/2000/svg}text")
    return " ".join(" ".join("".join(each.itertext()) for each in texts).split())


@pytest.fixture
def buttons(monkeypatch):
    """buttons(app) are the files that Take away offers: what is on each button, its file's name, and what
    makes the file."""
    made, draw = {}, st.download_button

    def noted(label, data, file_name, *arguments, **options):
        made[label] = (file_name, data)
        return draw(label, data, file_name, *arguments, **options)

    monkeypatch.setattr(st, "download_button", noted)
    return lambda app: {each.proto.label: made[each.proto.label] for each in app.get("download_button")}


@pytest.mark.parametrize(
    ("page", "link", "names"),
    [
        ("learn", {}, [MAIN, "loss", "rate by time"]),
        ("score", {}, [MAIN, "error over t"]),
        ("score", {"figure": "map"}, [MAIN, "error over t"]),
        ("recursive", {"loop": "curves"}, CURVES),
        ("recursive", {}, [MAIN, *CURVES[:2]]),
        ("recursive", {"large": "variance:2"}, [MAIN, *CURVES[:2], "variance filter, large"]),
        ("remedies", {}, ["rate against price", "what it draws"]),
        ("remedies", {"cures": "of the training"}, ["trained anew", "what it draws"]),
        ("samplers", {}, ["samplers against calls", "what it makes", "its steps"]),
        ("sweep", {}, SWEEP),
    ],
)
def test_a_page_gives_away_its_own_figures_the_large_one_first(page, link, names):
    app = taken_away(opened(page, preset="three-modes", **link))
    assert not app.exception
    assert list(on_show(app)) == names
    for name, figure in on_show(app).items():
        file = file_of(figure, "svg", "light", 85.0)
        assert ElementTree.fromstring(file).find("{http://www.w3.org/2000/svg}title").text, name
        assert re.search(rb'width="(85\.000mm|240\.94\d*pt)"', file), name
        assert "three-modes, seed 0" in words_in(file), name
        assert file_of(figure, "pdf", "light", 180.0).startswith(b"%PDF")
    assert app.selectbox(key="figure-name").options == names


@pytest.mark.parametrize(
    ("page", "link", "sign", "said"),
    [
        ("learn", {}, "", ["lie beyond 5 σ (exact)", "step 8,000"]),
        ("score", {"t": "9"}, "", ["largest error at t = 9: "]),
        (
            "trajectories",
            {"preset": "grid-25"},
            "others shown",
            ["beyond 5 σ", "Comes to rest", "this sample", "variance, last 10"],
        ),
        (
            "atlas",
            {},
            "The seed (",
            ["network: 0.0530 % hallucinated", "DPM-Solver++(2M)", "exact under the normal"],
        ),
        ("atlas", {"preset": "grid-25", "atlas": "training"}, "", ["step ", "beyond 5 σ", "exact"]),
        (
            "detect",
            {"preset": "grid-25", "n": "5000"},
            "n = 5,000",
            ["kept removed hallucinated", "beyond 5 σ", "n = 5,000"],
        ),
        ("shapes", {"preset": "shapes-32"}, "", ["n = 1,024", "95 % intervals", "8.11 %"]),
        ("recursive", {}, "", ["beyond 5 σ", "Median of 5 seeds"]),
        ("remedies", {}, "", ["beyond 5 σ", "exact", "0.0329 %", "ringed: untreated"]),
        ("remedies", {"preset": "grid-25"}, "", ["beyond 5 σ", "95 % intervals", "n = "]),
        ("samplers", {}, "", ["beyond 5 σ", "dashed by the true score", "exact"]),
        ("sweep", {}, "", ["beyond 5 σ", "median of 5 seeds", "exact densities", "framed: "]),
    ],
)
def test_the_large_figure_says_what_its_numbers_are(page, link, sign, said):
    app = opened(page, **({"preset": "three-modes"} | link))
    if sign:
        finished(app, sign)
    text = words(next(iter(on_show(app).values())))
    for part in said:
        assert part in text


def test_rivals_give_their_curves_away_and_not_the_film_of_the_threshold():
    app = finished(opened("detect", preset="two-modes", judge="rivals", n="5000"), "AUROC")
    assert set(on_show(app)) == {"ROC of the detectors", "precision of the detectors"}
    for figure in on_show(app).values():
        text = file_of(figure, "svg", "dark", 180.0).decode()
        assert "variance" in text
        assert PALETTE["dark"]["ground"] in text


def test_the_followed_sample_is_marked_and_its_panels_go_with_the_large_film():
    app = finished(opened("trajectories", preset="grid-25"), "others shown")
    assert list(on_show(app)) == [MAIN, "path of the sample", "variance of the sample"]
    large = on_show(app)[MAIN]
    assert [panel.title for panel in large.film.panels] == [
        "model",
        "truth",
        "this sample",
        "variance, last 10",
    ]
    assert large.picked is not None
    plain = file_of(large, "svg", "light", 180.0)
    app.selectbox(key="followed_sample").select_index(3).run()
    assert on_show(app)[MAIN].picked != large.picked
    assert file_of(on_show(app)[MAIN], "svg", "light", 180.0) != plain
    assert [figure.moves for figure in on_show(app).values()] == [True, False, False]


@pytest.mark.parametrize(
    ("page", "link", "names"),
    [
        ("learn", {"preset": "two-modes", "k": "8", "seed": "0"}, {"PNG": "learn-two-modes-k8-seed0.png"}),
        ("score", {}, {"Score (CSV)": "score-three-modes-k5-seed0-scaled-score.csv"}),
        ("shapes", {"preset": "shapes-32"}, {"Rates (CSV)": "shapes-shapes-32-seed0-rates.csv"}),
        ("remedies", {}, {"SVG": "remedies-three-modes-k5-seed0-rate-against-price.svg"}),
        ("sweep", {}, {"Table (CSV)": "sweep-three-modes-k5-seed0-table.csv"}),
    ],
)
def test_a_file_is_named_by_page_preset_k_and_seed(page, link, names, buttons):
    offered = buttons(taken_away(opened(page, **({"preset": "three-modes"} | link))))
    assert names.items() <= {label: name for label, (name, _) in offered.items()}.items()


def test_an_edited_experiment_is_not_named_as_its_preset(buttons):
    app = taken_away(opened("learn", preset="two-modes", **{"network.width": "32"}))
    digest = app.session_state["experiment"].digest[:8]
    assert buttons(app)["PNG"][0] == f"learn-two-modes-{digest}-k5-seed0.png"
    assert "two-modes, edited, seed 0" in words(on_show(app)[MAIN])


def animation_ready(app, kind="GIF"):
    """The page once an animation that was asked for is offered."""
    deadline = time.monotonic() + 60
    while f"Save {kind}" not in [each.proto.label for each in app.get("download_button")]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    return app


@pytest.fixture
def drawn(monkeypatch):
    """The animations that were drawn, each in a moment: what is drawn is tested elsewhere."""
    made = []

    def draw(figure, kind, mode, width_mm):
        made.append((kind, mode, width_mm, figure.film.captions[-1]))
        yield 0.5
        return f"{kind} {width_mm:g}".encode()

    monkeypatch.setattr(figure_downloads, "figure_in_file", draw)
    kept = Cache()
    monkeypatch.setattr(server, "results", lambda: kept)
    return made


def test_an_animation_is_drawn_once_for_all_who_ask_and_then_offered(buttons, drawn):
    app = taken_away(opened("learn", preset="three-modes"))
    assert "Save GIF" not in buttons(app)
    app.button(key="draw-GIF").click().run()
    name, made = buttons(animation_ready(app))["Save GIF"]
    assert (name, made()) == ("learn-three-modes-k5-seed0.gif", b"gif 180")
    ((kind, mode, width, caption),) = drawn
    assert (kind, mode, width) == ("gif", "light", 180.0)
    assert caption.startswith("step 8,000 · ")
    assert caption.endswith("lie beyond 5 σ (exact) · three-modes, seed 0")
    another = taken_away(opened("learn", preset="three-modes"))
    assert buttons(another)["Save GIF"][1]() == b"gif 180"
    another.session_state["view"] = {**another.session_state["view"], "k": 8}
    another.run()
    assert "Save GIF" not in buttons(another)  # its numbers are others
    assert len(drawn) == 1


def test_a_still_is_what_the_figure_was_when_the_button_was_pressed(buttons, drawn):
    app = taken_away(opened("learn", preset="three-modes"))
    assert [buttons(app)[kind][1]() for kind in ("PNG", "PDF", "PNG")] == [b"png 180", b"pdf 180", b"png 180"]
    assert [kind for kind, *_ in drawn] == ["png", "pdf"]


def test_a_figure_that_cannot_be_drawn_says_so_on_the_page(buttons, monkeypatch):
    def fail(figure, kind, mode, width_mm):
        yield 0.0
        raise ValueError("make the animation narrower.")

    monkeypatch.setattr(figure_downloads, "figure_in_file", fail)
    app = taken_away(opened("learn", preset="two-modes"))
    app.button(key="draw-WebP").click().run()
    deadline = time.monotonic() + 20
    while "make the animation narrower." not in [each.value for each in app.warning]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    with pytest.raises(ValueError, match="narrower"):
        buttons(app)["SVG"][1]()


@pytest.mark.parametrize("page", ["score", "trajectories", "atlas", "detect", "remedies"])
def test_what_is_not_trained_yet_has_no_figure_and_no_numbers_to_take_away(page, buttons):
    app = taken_away(opened(page, preset="two-modes", seed="55"))
    assert not app.exception
    assert not on_show(app)
    assert set(buttons(app)) == {"Experiment (JSON)"}
    assert not [each for each in app.code if each.value.startswith("# ")]


def test_after_a_change_of_page_nothing_of_the_page_before_is_handed_out(buttons):
    app = taken_away(opened("learn", preset="three-modes"))
    learned = buttons(app)["SVG"][1]()
    app.switch_page(str(PAGES / "sweep.py")).run()
    assert not app.get("download_button")  # Take away is folded
    taken_away(app)
    assert list(on_show(app)) == SWEEP
    offered = buttons(app)
    assert all(name.startswith("sweep-three-modes-") for name, _ in offered.values())
    assert b"median of 5 seeds" in offered["SVG"][1]()
    assert "modes,spacing,seed" in offered["Table (CSV)"][1]()
    app.switch_page(str(PAGES / "score.py")).run()
    taken_away(app)
    assert list(on_show(app)) == [MAIN, "error over t"]
    offered = buttons(app)
    assert all(name.startswith("score-three-modes-") for name, _ in offered.values())
    scored = offered["SVG"][1]()
    assert b"largest error at t" in scored
    assert scored != learned
    app.switch_page(str(PAGES / "learn.py")).run()
    assert buttons(taken_away(app))["SVG"][1]() == learned


def test_with_its_element_gone_a_figure_is_no_longer_offered(buttons):
    app = taken_away(opened("recursive", preset="three-modes", large="variance:2"))
    assert "variance filter, large" in app.selectbox(key="figure-name").options
    app.session_state["view"] = {**app.session_state["view"], "large": ""}
    app.run()
    assert "variance filter, large" not in app.selectbox(key="figure-name").options
    app = taken_away(opened("learn", preset="two-modes", seed="56"))
    assert set(buttons(app)) == {"PNG", "SVG", "PDF", "Experiment (JSON)"}
    assert app.button(key="draw-GIF").disabled
    assert "not trained yet" in words(on_show(app)[MAIN])
