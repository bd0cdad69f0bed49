"""The Recursive page: a shipped loop at once, any part of it, a short one of one's own, and bad links."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from explorer.detection.statistics.rates import Rate
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.figures.film.message import pack
from explorer.figures.vega.generations import ARM_TITLES
from explorer.page_figures import recursive as figure
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS
from explorer.recursion.spec import ARMS, RecursionSpec
from explorer.recursion.store import load_run
from explorer.ui.recursive import download
from tests.ui.test_pages import finished, opened, told

SHORT = {
    "preset": "two-modes",
    "training.steps": "200",
    "sampler.steps": "40",
    "generations": "2",
    "kept": "1000",
    "arms": "none variance",
}


@pytest.fixture(scope="module", params=list(LOOPS))
def loop(request):
    return load_run(SHIPPED_LOOPS / request.param)


def test_a_shipped_loop_is_shown_at_once():
    app = opened("recursive", preset="three-modes")
    assert not app.exception
    assert "shipped, seed 0" in told(app)
    assert "The rate goes from" in told(app)
    app.segmented_control(key="view.loop").set_value("curves").run()
    assert not app.exception


def test_fewer_arms_and_generations_are_a_part_of_the_shipped_loop():
    app = opened("recursive", preset="three-modes", arms="none random", generations="3")
    assert "shipped, seed 0" in told(app)
    assert "with the variance filter" not in told(app)
    app.checkbox(key="arm.random").uncheck().run()
    assert app.session_state["view"]["arms"] == "none"
    app.checkbox(key="arm.none").uncheck().run()  # one arm stays
    assert app.session_state["view"]["arms"] == "none"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"arms": "everything"}, "There is no arm"),
        ({"generations": "99"}, "outside [0, 50]"),
        ({"kept": "7"}, "outside [100,"),
        ({"drop": "nan"}, "outside [0, 0.5]"),
        ({"mixed": "2"}, "outside [0.01, 0.99]"),
        ({"over": "a:b"}, "not a window of steps"),
        ({"over": "0:900"}, "0:900"),
    ],
)
def test_a_link_that_cannot_be_is_refused_in_a_sentence(link, words):
    app = opened("recursive", preset="three-modes", **link)
    assert not app.exception
    assert words in told(app)


def test_a_short_loop_is_computed_here_and_kept():
    app = opened("recursive", **SHORT)
    assert "not computed yet" in told(app)
    app.button(key="run_loop").click().run()
    finished(app, "computed here")
    assert not app.exception
    again = opened("recursive", **SHORT)
    assert "computed here" in told(again)


def test_a_damaged_loop_is_reported_and_replaced():
    app = opened("recursive", **SHORT)
    app.button(key="run_loop").click().run()
    finished(app, "computed here")
    (spec,) = checkpoints.own().root.glob("recursions/*/spec.json")
    spec.write_text("{")
    assert "Run to replace it" in told(opened("recursive", **SHORT))
    again = opened("recursive", **SHORT)
    again.button(key="run_loop").click().run()
    finished(again, "computed here")
    assert load_run(spec.parent)[0].generations == 2


def test_the_main_figure_shows_every_generation(loop):
    spec, generations = loop
    assert pack(figure.main_figure(spec, generations).film) == pack(figure.grid_film(spec, generations))


def test_what_is_taken_away_has_a_line_for_each_generation(loop):
    spec, generations = loop
    rows = list(csv.DictReader(io.StringIO(download.curves_csv(generations))))
    assert len(rows) == len(generations) == len(spec.arms) * spec.generations
    for row, one in zip(rows, generations, strict=True):
        assert (row["arm"], int(row["generation"])) == (one.arm, one.number)
        assert float(row["rate"]) == pytest.approx(one.rate.value)
    with np.load(io.BytesIO(download.samples_npz(spec, generations))) as file:
        assert np.array_equal(
            file["samples_variance_1"],
            next(one.samples for one in generations if (one.arm, one.number) == ("variance", 1)),
        )


def test_every_tile_is_the_generation_it_is_picked_as(loop):
    spec, generations = loop
    film = figure.grid_film(spec, generations)
    assert film.panels[0].y.names == tuple(ARM_TITLES[arm] for arm in spec.arms[::-1])
    assert figure.picked(spec, 0) == (spec.arms[-1], 0)
    assert figure.picked(spec, len(generations) - 1) == (spec.arms[0], spec.generations - 1)
    assert figure.picked(spec, len(generations)) is None
    assert figure.picked(spec, None) is None
    assert pack(film)
    for arm in spec.arms:
        large = figure.arm_film(spec, generations, arm)
        assert len(large.captions) == spec.generations
        assert pack(large)


def test_all_arms_share_generation_0_and_differ_in_what_they_keep_of_it(loop):
    spec, generations = loop
    first = [one for one in generations if one.number == 0]
    assert len(first) == len(spec.arms)
    assert len({one.training_digest for one in first}) == 1
    assert len({one.kept_digest for one in first}) == len(first)


@pytest.mark.parametrize("name", ["three-modes", "grid-25"])
def test_the_shipped_loops_show_what_the_page_says_of_them(name):
    """The filter holds the rate, and narrows the modes; a random drop does neither."""
    _, generations = load_run(SHIPPED_LOOPS / name)
    last = {arm: figure.change(generations, arm)[1] for arm in ARMS}
    assert last["variance"].rate.interval[1] < last["none"].rate.interval[0]
    assert last["variance"].width < 0.8 * last["none"].width
    assert last["random"].rate.interval[0] > last["variance"].rate.interval[1]


def test_the_answer_is_measured_at_the_end_of_the_loop(loop):
    spec, generations = loop
    asked, options = figure.question(spec)
    assert figure.answer(spec, generations) in options
    assert figure.answer(spec, [one for one in generations if one.number < 3]) is None
    mixture = spec.experiment.mixture
    assert ("middle mode" in asked) == (mixture is not None and mixture.dimensions == 1)


def test_a_loop_with_nothing_to_say_yet_says_what_it_is():
    spec = RecursionSpec(preset("three-modes").experiment)
    assert figure.describe_findings(spec, []) == "Each generation learns only from samples of the one before."
    assert pack(figure.grid_film(spec, []))
    assert figure.rows(spec, [], "rate") == []
    assert figure.rate_floor(spec) == pytest.approx(1e-5)
    assert Rate(0, spec.drawn).value < figure.rate_floor(spec)
