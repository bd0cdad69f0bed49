"""Every figure of a page can be taken away, and none of another page."""

import re
from xml.etree import ElementTree

import pytest

from explorer.figures.palette import PALETTE
from explorer.ui.shared.figure_downloads import MAIN, Registered, file_of
from tests.ui.test_pages import finished, opened

SWEEP = {"map of the sweep", "by number of modes", "by spacing / σ"}
CURVES = {
    "beyond 5 σ, exact",
    "width of the modes / σ",
    "share of the middle mode",
    "distance from the data",
}


def on_show(app) -> dict[str, Registered]:
    return app.session_state["registered_figures"]


@pytest.mark.parametrize(
    ("page", "link", "names"),
    [
        ("learn", {}, {MAIN, "loss", "rate by time"}),
        ("score", {}, {MAIN, "error over t"}),
        ("score", {"figure": "map"}, {MAIN, "error over t"}),
        ("recursive", {"loop": "curves"}, CURVES),
        ("recursive", {}, {MAIN, "beyond 5 σ, exact", "width of the modes / σ"}),
        ("remedies", {}, {MAIN, "rate against price"}),
        ("remedies", {"cures": "of the training"}, {MAIN, "trained anew"}),
        ("sweep", {}, SWEEP),
    ],
)
def test_a_page_gives_away_its_own_figures(page, link, names):
    app = opened(page, preset="three-modes", **link)
    assert not app.exception
    assert set(on_show(app)) == names
    for name, figure in on_show(app).items():
        file = file_of(figure, "svg", "light", 85.0).decode()
        assert ElementTree.fromstring(file).find("{http://www.w3.org/2000/svg}title").text, name
        assert re.search(r'width="(85\.000mm|240\.94\d*pt)"', file), name
        assert file_of(figure, "pdf", "light", 180.0).startswith(b"%PDF")
    shown = app.selectbox(key="figure-name").options if len(names) > 1 else names
    assert set(shown) == names
    assert next(iter(shown)) == (MAIN if MAIN in names else next(iter(on_show(app))))


def test_rivals_give_their_curves_away_and_not_the_film_of_the_threshold():
    app = finished(opened("detect", preset="two-modes", judge="rivals", n="5000"), "AUROC")
    assert set(on_show(app)) == {"ROC of the detectors", "precision of the detectors"}
    for figure in on_show(app).values():
        text = file_of(figure, "svg", "dark", 180.0).decode()
        assert "variance" in text
        assert PALETTE["dark"]["ground"] in text


def test_both_small_films_of_a_sample_go_with_the_large_one():
    app = finished(opened("trajectories", preset="grid-25"), "others shown")
    assert list(on_show(app)) == [MAIN, "path of the sample", "variance of the sample"]
    assert [figure.moves for figure in on_show(app).values()] == [True, False, False]
