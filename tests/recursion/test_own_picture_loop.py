"""A loop of a user's own pictures: arms that need no rule, distances in place of rates, no rate anywhere."""

import csv
import dataclasses
import io
import json

import numpy as np
import pytest

from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import training_points
from explorer.figures.film.message import pack
from explorer.page_figures import recursive as figures
from explorer.page_figures import recursive_findings as findings
from explorer.recursion import table
from explorer.recursion.own_pictures import real_pictures
from explorer.recursion.presets import default_loop
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import UNJUDGED_ARMS, RecursionSpec
from explorer.recursion.store import load_kept, load_run
from explorer.storage.files import CheckpointError, read_sealed, write_sealed
from tests.data.test_own_world import kept, world
from tests.experiments.test_own_picture_runs import TINY
from tests.recursion.test_recursion import comparable

JUDGED = ("hallucinat", "the rate goes", "cannot exist", "oracle")


def own_spec(**changes):
    """Four arms, two generations and two seeds; 24 of 80 pictures are learned from."""
    kept(world(n=80))
    experiment = preset("own-cats").experiment.replace(**TINY, points=24)
    return dataclasses.replace(default_loop(experiment), **({"generations": 2, "seeds": 2} | changes))


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """The loop's folder and its generations, made by the first test that asks."""
    return [], tmp_path_factory.mktemp("own") / "loop"


@pytest.fixture
def loop(computed):
    spec, (made, folder) = own_spec(), computed
    if not made:
        *_, last = recursive_training(spec, folder=folder)
        assert last.done
        made.extend(last.generations)
    return spec, tuple(made), folder


def test_the_default_loop_has_the_arms_that_need_no_rule():
    spec = own_spec()
    assert spec.arms == UNJUDGED_ARMS == ("none", "variance", "random", "accumulate")
    assert (spec.samples, spec.drawn, spec.k, spec.judged) == (24, 26, 0.0, False)
    assert RecursionSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_every_generation_has_distances_and_no_rate(loop):
    spec, made, _ = loop
    assert len(made) == 2 * 2 * 4
    for one in made:
        assert (one.rate, one.rate_after, one.kinds, one.exact, one.width) == (None,) * 5
        assert one.distance > 0
        assert 0 < one.nearest < 1
        assert one.diversity > 0
        assert one.hal.counts.sum() == one.drawn == 26
        assert one.samples.shape == (26, 1, 8, 8)
    first = [one for one in made if one.number == 0 and one.seed == 0]
    assert len({(one.distance, one.nearest, one.diversity) for one in first}) == 1  # the arms share it
    assert len({one.kept_digest for one in first}) == 4


def test_the_distances_are_those_of_what_was_drawn(loop):
    spec, made, folder = loop
    one = made[0]
    real = real_pictures(spec.experiment, spec.drawn)
    assert real.held_out
    away = real.distances(one.samples)  # all 26 are stored, in steps of 1/255
    assert away.frechet == pytest.approx(one.distance, abs=0.01)
    assert away.nearest == pytest.approx(one.nearest, abs=0.01)
    assert away.diversity == pytest.approx(one.diversity, abs=0.01)


def test_each_arm_keeps_what_it_says(loop):
    spec, made, folder = loop
    member = spec.members[0]
    of = {one.arm: one for one in made if one.number == 0 and one.seed == 0}
    parts = {arm: load_kept(folder / "seed-0", member, one) for arm, one in of.items()}
    assert [len(parts[arm]) for arm in spec.arms] == [24, 24, 24, 48]
    data = training_points(member.experiment).numpy()
    assert np.array_equal(parts["accumulate"], np.concatenate([data, parts["none"]]))
    assert of["variance"].threshold > 0
    assert np.isin(parts["variance"], np.concatenate([parts["none"], parts["random"]])).mean() > 0.9
    later = {one.arm: one for one in made if one.number == 1 and one.seed == 0}
    assert all(later[arm].training_digest == of[arm].kept_digest for arm in spec.arms)


def test_one_threshold_keeps_96_percent_of_generation_0():
    spec = own_spec(rule="threshold", arms=("variance",), seeds=1, generations=1, samples=50, drop=0.0)
    *_, last = recursive_training(spec)
    (one,) = last.generations
    assert one.kept == 48  # of 50
    assert one.rate_after is None


def test_it_is_stored_and_found_again(loop):
    spec, made, folder = loop
    again, found = load_run(folder)
    assert again == spec
    for one, other in zip(made, found, strict=True):
        assert comparable(dataclasses.replace(one, samples=other.samples)) == comparable(other)
        assert np.abs(np.clip(one.samples, -1, 1) - other.samples).max() < 1 / 127


def test_a_stored_rate_where_nobody_knows_one_is_refused(loop, tmp_path):
    spec, _, folder = loop
    path = folder / "seed-0" / "none-0.json"
    before = path.read_bytes()
    values = read_sealed(path, 1, "run")
    try:
        write_sealed(path, 1, values | {"rate": [1, 26]})
        with pytest.raises(CheckpointError, match="a rate where nobody knows one"):
            load_run(folder)
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arms": ("none", "oracle")}, "so there is no arm oracle of them; the arms are none, variance, "),
        ({"arms": ("real",)}, "so nobody draws new ones"),
        ({"rule": "oracle rate"}, "so the rule 'oracle rate' cannot be followed"),
        ({"k": 5.0}, "so a threshold k = 5 has no meaning"),
        ({"samples": 9}, r"samples kept 9 is outside \[10, 20,000\]"),
        ({"generations": 900}, "generations 900 is outside"),
    ],
)
def test_what_needs_a_rule_is_refused_in_a_sentence(changes, words):
    spec = own_spec()
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(spec, **changes)
    with pytest.raises(ValueError, match=words):
        RecursionSpec.from_json(spec.to_json() | changes)


def test_uploaded_points_are_still_refused():
    with pytest.raises(ValueError, match="The truth of uploaded points is unknown, so no generation"):
        RecursionSpec(Experiment(upload="0123456789abcdef"))


def test_the_table_has_empty_rates_and_the_distances_of_real_ones_beside(loop):
    spec, made, _ = loop
    lines = list(csv.DictReader(io.StringIO(table.as_csv(spec, made))))
    assert len(lines) == 16
    for line, one in zip(lines, made, strict=True):
        for column in (
            "hallucinated_share",
            "counted_share",
            "n",
            "rate",
            "low",
            "high",
            "rate_after_filter",
        ):
            assert line[column] == ""
        real = real_pictures(spec.experiment.replace(seed=one.seed), spec.drawn)
        assert float(line["distance"]) == pytest.approx(one.distance)
        assert float(line["distance_real_high"]) == pytest.approx(real.levels.frechet.high)
        assert float(line["nearest_real"]) == pytest.approx(real.levels.nearest)
        assert (line["held_out"], line["compared_with"], line["n_compared"]) == ("True", "56", "24")
    assert "hallucinated" not in table.shares(spec, made)


def test_findings_and_figures_tell_distances_and_never_a_rate(loop):
    spec, made, _ = loop
    said = findings.plain(findings.describe_findings(spec, made))
    assert said.startswith("Median of 2 seeds, range in brackets: ")
    real = real_pictures(spec.experiment, spec.drawn)
    assert f"that of as many real pictures is {real.levels.frechet.median:.3g} [" in said
    assert f"from a held-out one it is {real.levels.nearest:.3g}." in said
    for name in ("without a filter", "with the variance filter", "with a random drop", "accumulated data"):
        assert name in said
    film = figures.grid_film(spec, made, 0)
    assert film.panels[0].layers[0].colormap == "photo"
    assert np.isnan(film.panels[0].layers[1].values).all()  # nothing is framed
    large = figures.arm_film(spec, made, "random", 1)
    assert len(large.captions) == 2
    assert large.panels[0].layers[0].colormap == "photo"
    assert pack(film)
    assert pack(large)
    names = list(figures.curves(spec))
    assert names == ["distance", "diversity", "nearest"]
    charts = {name: figures.curve_chart(spec, made, name, 200) for name in names}
    band = charts["distance"].spec["layer"][0]["data"]["values"][0]
    assert (band["low"], band["high"]) == (real.levels.frechet.low, real.levels.frechet.high)
    assert len(charts["diversity"].data) == 8
    assert f"Of a held-out picture: {real.levels.nearest:.3g}, the dashed line." in charts["nearest"].numbers
    texts = [said, film.alt, *large.captions, figures.file_caption(spec, made, 0)]
    texts += [chart.numbers + chart.caption for chart in charts.values()]
    texts += [findings.describe_tiles(spec).replace("no rate is told", ""), findings.question(spec)[0]]
    for text in texts:
        assert not any(word in text for word in JUDGED), text
        assert " rate" not in text
    assert findings.answer(spec, made) in findings.question(spec)[1]


def test_a_loop_in_colour_tells_distances_of_all_channels_and_draws_its_colours(tmp_path):
    kept(world(n=80, colour=True))
    experiment = preset("own-cats").experiment.replace(**TINY, points=24)
    spec = dataclasses.replace(default_loop(experiment), generations=2, seeds=1, arms=("none", "variance"))
    *_, last = recursive_training(spec, folder=tmp_path / "loop")
    made = last.generations
    assert made[0].samples.shape == (26, 3, 8, 8)
    real = real_pictures(spec.experiment, spec.drawn)
    assert real.pixels.shape == (80, 3 * 64)
    assert real.components.axes.shape == (26 // 4, 3 * 64)  # four pictures a component, sixteen at most
    away = real.distances(made[0].samples)
    assert away.frechet == pytest.approx(made[0].distance, abs=0.01)
    assert away.nearest == pytest.approx(made[0].nearest, abs=0.01)
    red_and_blue = made[0].samples[:, ::-1]  # the same levels, in other channels
    assert real.distances(red_and_blue).nearest != pytest.approx(away.nearest, abs=1e-6)
    _, found = load_run(tmp_path / "loop")
    assert np.abs(np.clip(made[-1].samples, -1, 1) - found[-1].samples).max() < 1 / 127
    grid, large = figures.grid_film(spec, made, 0), figures.arm_film(spec, made, "variance", 0)
    for film in (grid, large):
        assert film.panels[0].layers[0].values.shape[-1] == 3
        assert pack(film)


def test_a_long_loop_of_large_pictures_shows_as_many_as_a_message_holds(loop):
    one = loop[1][0]
    kept(world(n=80, side=64, colour=True))
    experiment = preset("own-cats").experiment.replace(**TINY, points=60)
    spec = dataclasses.replace(default_loop(experiment), generations=12, seeds=1, arms=("none",))
    noise = np.random.default_rng(0).uniform(-1, 1, (60, 3, 64, 64)).astype(np.float32)
    made = [dataclasses.replace(one, number=number, samples=noise) for number in range(12)]
    film = figures.arm_film(spec, made, "none", 0)
    assert film.panels[0].layers[0].values.shape == (12, 68, 15 * 68, 3)
    assert pack(film)


def test_in_colour_no_more_numbers_are_drawn_than_in_grey():
    kept(world(side=64, colour=True))
    experiment = preset("own-cats").experiment.replace(**TINY)
    with pytest.raises(ValueError, match=r"samples kept 6,667 is outside \[10, 6,666\]"):
        RecursionSpec(experiment, samples=6_667)
    with pytest.raises(ValueError, match="learn from 6,670 samples in the end, more than 6,666"):
        RecursionSpec(experiment, arms=("accumulate",), generations=2, samples=6_650)
    with pytest.raises(ValueError, match="6,666"):
        experiment.replace(points=6_667)
