"""The Recursive page: a shipped loop at once, any part of it, a short one of one's own, and bad links."""

from __future__ import annotations

import csv
import dataclasses
import io

import numpy as np
import pytest

from explorer.detection.statistics.drift import distance_floor
from explorer.detection.statistics.rates import Rate
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.figures.film.message import pack
from explorer.figures.vega.generations import ARM_TITLES
from explorer.page_figures import recursive as figure
from explorer.page_figures import recursive_findings as findings
from explorer.recursion import table
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS
from explorer.recursion.spec import RecursionSpec, of_seed
from explorer.recursion.store import load_run
from explorer.ui.recursive import download
from explorer.ui.shell.link import read_link
from tests.ui.test_downloads import expected, printed
from tests.ui.test_pages import finished, opened, taken_away, told

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


def shipped_words(name="three-modes"):
    """What the page says of the origin of a shipped loop, whatever ships."""
    spec, _ = load_run(SHIPPED_LOOPS / name)
    return "shipped, seed 0" if spec.seeds == 1 else f"shipped, seeds 0 to {spec.seeds - 1}"


def test_a_shipped_loop_is_shown_at_once():
    app = opened("recursive", preset="three-modes")
    assert not app.exception
    assert shipped_words() in told(app)
    assert "he rate goes from" in told(app)
    app.segmented_control(key="view.loop").set_value("curves").run()
    assert not app.exception


def test_fewer_arms_and_generations_are_a_part_of_the_shipped_loop():
    app = opened("recursive", preset="three-modes", arms="none random", generations="3", seeds="1")
    assert "shipped, seed 0" in told(app)
    assert "One seed ranks no arms" in told(app)
    assert "with the variance filter" not in told(app)
    app.checkbox(key="arm.random").uncheck().run()
    assert app.session_state["view"]["arms"] == "none"
    app.checkbox(key="arm.none").uncheck().run()  # one arm stays
    assert app.session_state["view"]["arms"] == "none"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"seeds": "21"}, "outside [0, 20]"),
        ({"arms": "none accumulate", "kept": "200000"}, "accumulate would learn from 1,420,000 samples"),
        ({"arms": "everything"}, "There is no arm"),
        ({"generations": "99"}, "outside [0, 50]"),
        ({"kept": "7"}, "outside [10,"),
        ({"drop": "nan"}, "outside [0, 0.5]"),
        ({"mixed": "2"}, "outside [0.01, 0.99]"),
        ({"over": "a:b"}, "not a window of steps"),
        ({"over": "0:900"}, "0:900"),
    ],
)
def test_a_link_that_cannot_be_is_refused_in_a_sentence(link, words):
    app = opened("recursive", preset="three-modes", **link)
    assert not app.exception
    assert words in " ".join(
        [told(app), *read_link(link).problems]
    )  # those of the link stand on the first page


def test_a_short_loop_is_computed_here_and_kept():
    app = opened("recursive", **SHORT)
    assert "not computed yet" in told(app)
    app.button(key="run_loop").click().run()
    finished(app, "computed here")
    assert not app.exception
    again = opened("recursive", **SHORT)
    assert "computed here" in told(again)
    snippet = taken_away(again).code[-1].value
    assert printed(snippet).endswith(expected(snippet).splitlines()[-1] + "\n")


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
    large = pack(figure.main_figure(spec, generations).film)
    assert large == pack(figure.grid_film(spec, generations, spec.experiment.seed))


def test_what_is_taken_away_has_a_line_for_each_generation(loop):
    spec, generations = loop
    rows = list(csv.DictReader(io.StringIO(table.as_csv(spec, generations))))
    assert len(rows) == len(generations) == spec.seeds * len(spec.arms) * spec.generations
    for row, one in zip(rows, generations, strict=True):
        assert (int(row["seed"]), row["arm"], int(row["generation"])) == (one.seed, one.arm, one.number)
        assert float(row["rate"]) == pytest.approx(one.rate.value)
    first = of_seed(generations, spec.experiment.seed)
    with np.load(io.BytesIO(download.samples_npz(spec, first))) as file:
        assert np.array_equal(
            file["samples_variance_1"],
            next(one.samples for one in first if (one.arm, one.number) == ("variance", 1)),
        )


def test_every_tile_is_the_generation_it_is_picked_as(loop):
    spec, generations = loop
    seed = spec.members[-1].experiment.seed
    film = figure.grid_film(spec, generations, seed)
    generations = of_seed(generations, seed)
    assert film.panels[0].y.names == tuple(ARM_TITLES[arm] for arm in spec.arms[::-1])
    assert figure.picked(spec, 0) == (spec.arms[-1], 0)
    assert figure.picked(spec, len(generations) - 1) == (spec.arms[0], spec.generations - 1)
    assert figure.picked(spec, len(generations)) is None
    assert figure.picked(spec, None) is None
    assert pack(film)
    for arm in spec.arms:
        large = figure.arm_film(spec, generations, arm, seed)
        assert len(large.captions) == spec.generations
        assert pack(large)


def test_all_arms_share_generation_0_and_differ_in_what_they_keep_of_it(loop):
    spec, generations = loop
    for member in spec.members:
        first = [one for one in of_seed(generations, member.experiment.seed) if one.number == 0]
        assert len(first) == len(spec.arms)
        assert len({one.training_digest for one in first}) == 1
        assert len({one.kept_digest for one in first}) == len(first)


@pytest.mark.parametrize("name", ["three-modes", "grid-25"])
def test_the_shipped_loops_show_what_the_page_says_of_them(name):
    """The filter holds the rate, and narrows the modes; a random drop does neither. In every seed."""
    spec, generations = load_run(SHIPPED_LOOPS / name)
    for member in spec.members:
        ends = {arm: findings.changes(generations, arm)[member.experiment.seed] for arm in spec.arms}
        last = {arm: end for arm, (_, end) in ends.items()}
        assert last["variance"].rate.interval[1] < last["none"].rate.interval[0]
        assert last["variance"].width < 0.8 * last["none"].width
        assert last["random"].rate.interval[0] > last["variance"].rate.interval[1]


def test_the_answer_is_measured_at_the_end_of_the_loop(loop):
    spec, generations = loop
    asked, options = findings.question(spec)
    assert findings.answer(spec, generations) in options
    assert findings.answer(spec, [one for one in generations if one.number < 3]) is None
    mixture = spec.experiment.mixture
    assert ("middle mode" in asked) == (mixture is not None and mixture.dimensions == 1)


def test_a_loop_with_nothing_to_say_yet_says_what_it_is():
    spec = RecursionSpec(preset("three-modes").experiment)
    assert (
        findings.describe_findings(spec, []) == "Each generation learns only from samples of the one before."
    )
    assert pack(figure.grid_film(spec, [], 0))
    assert figure.rows(spec, [], "rate") == []
    assert figure.rate_floor(spec) == pytest.approx(1e-5)
    assert Rate(0, spec.drawn).value < figure.rate_floor(spec)


# ---- several seeds -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shaken():
    """The shipped three modes as five seeds, whose rates, widths and distances are known factors apart."""
    spec, made = load_run(SHIPPED_LOOPS / "three-modes")
    arms = ("none", "variance", "random")
    first = [one for one in made if one.seed == spec.experiment.seed and one.arm in arms]

    def other(one, place):
        # In every seed the variance filter is lower; of the random drop it depends on the seed.
        rate = {"none": 0.01, "variance": 0.009, "random": 0.009 if place % 2 else 0.011}[one.arm]
        return dataclasses.replace(
            one,
            seed=place,
            exact={5: rate * (1 + place) * (1 + one.number)},
            width=1.0 + 0.1 * place,
            distance=0.001 * (1 + place),
        )

    several = tuple(other(one, place) for place in range(5) for one in first)
    return dataclasses.replace(spec, arms=arms, seeds=5), several


def test_curves_are_medians_with_the_range_of_the_seeds(shaken):
    spec, generations = shaken
    rows = {(arm, number): rest for arm, number, *rest in figure.rows(spec, generations, "rate")}
    assert len(rows) == 3 * spec.generations
    assert rows["no filter", 7] == pytest.approx([0.01 * 3 * 8, 0.01 * 8, 0.01 * 5 * 8])
    assert rows["random drop", 0] == pytest.approx([0.033, 0.011, 0.055])
    chart = figure.curve_chart(spec, generations, "rate", 180)
    assert "median of 5 seeds, range in brackets: no filter 24.0 % [8.00, 40.0]" in chart.numbers
    assert [layer["mark"]["type"] for layer in chart.spec["layer"]] == ["area", "line", "point"]


def test_a_generation_is_told_with_the_rate_that_its_curve_shows(shaken):
    spec, generations = shaken
    one = next(one for one in generations if one.seed == 0 and one.arm == "none" and one.number == 7)
    assert findings.describe_generation(spec, one) == "8.00 % hallucinated (exact), width 1.00 σ"
    low, high = (f"{100 * end:.3g}" for end in one.rate.interval)
    counted = findings.describe_generation(spec, dataclasses.replace(one, exact=None))
    assert counted.startswith(f"{100 * one.rate.value:.3g} % [{low}, {high}] hallucinated, width")


def test_arms_are_ranked_as_far_as_the_seeds_carry_it(shaken):
    spec, generations = shaken
    said = findings.describe_findings(spec, generations)
    assert said.startswith("Median of 5 seeds, range in brackets: the rate goes from 3.00 % [1.00, 5.00] to")
    # The widths are those of the curve, and no ratio to generation 0.
    assert "the width of the modes from 1.20 σ [1.00, 1.40] to 1.20 σ [1.00, 1.40]; to" in said
    # The ranges overlap; pair by pair every seed agrees.
    assert "In all 5 seeds the rate ends lower with the {kept:variance filter:} than without." in said
    assert "The seeds do not tell random drop from no filter." in said
    one = [one for one in generations if one.seed == 3]
    alone = findings.describe_findings(
        dataclasses.replace(spec, seeds=1, experiment=spec.members[3].experiment), one
    )
    assert "One seed ranks no arms" in alone
    assert "In all" not in alone
    assert "[" not in alone
    # While the others are not finished, what is said is that of the one that is.
    begun = [one for one in generations if one.seed == 0 or one.number < 3]
    assert "Median" not in findings.describe_findings(spec, begun)


def test_distances_stand_beside_those_of_true_samples_and_rank_nothing(shaken):
    spec, generations = shaken
    chart = figure.curve_chart(spec, generations, "distance", 180)
    floor = distance_floor(spec.experiment.mixture, spec.drawn)
    assert (
        f"True samples of the same n: {floor.median:.3g} [{floor.low:.3g}, {floor.high:.3g}]" in chart.numbers
    )
    assert f"Distances up to {floor.high:.3g} say nothing." in chart.numbers
    band = chart.spec["layer"][0]
    assert (band["mark"]["type"], band["data"]["values"][0]["high"]) == ("rect", floor.high)
    assert "grey: true samples of the same n" in chart.spec["title"]["text"]
    assert "distance" not in findings.describe_findings(spec, generations)
    pictures = load_run(SHIPPED_LOOPS / "shapes-32")[0]
    assert figure.real_band(pictures, "distance") is None


def test_a_loop_of_two_seeds_is_computed_here_and_one_of_them_is_shown():
    asked = SHORT | {"seeds": "2", "training.steps": "100", "kept": "300", "fresh": "1"}
    app = opened("recursive", **asked)
    app.button(key="run_loop").click().run()
    finished(app, "computed here")
    again = opened("recursive", **asked)
    assert not again.exception
    assert "seeds 0 to 1" in told(again)
    assert "median of 2 seeds, range in brackets" in told(again)
    assert again.session_state["view"].get("shown", 0) == 0
    again.segmented_control(key="view.shown").set_value(1).run()
    assert not again.exception
    assert again.session_state["view"]["shown"] == 1
    assert not opened("recursive", **asked, loop="curves").exception
