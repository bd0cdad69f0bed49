"""The axes of a sweep: what each makes of an experiment, by hand, and what it refuses."""

import math

import pytest

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import grid, line
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.sweeps.axes import AXES, Axis, changed, read_values

THREE = Experiment(line(1, 2, 3))


def means(experiment):
    return [x for (x,) in experiment.mixture.means]


def test_modes_keep_the_gap_and_the_centre():
    assert means(changed(THREE, {"modes": 2})) == [1.5, 2.5]
    assert means(changed(THREE, {"modes": 5})) == [0, 1, 2, 3, 4]
    four = changed(preset("four-modes").experiment, {"modes": 2})
    assert means(four) == [2.5, 3.5]
    assert four.mixture.sigmas == (0.05, 0.05)
    assert four.points == 50_000


def test_the_spacing_is_in_sigma_about_the_same_centre():
    assert means(changed(THREE, {"spacing": 10})) == [1.5, 2, 2.5]
    found = changed(Experiment(line(1, 2, 4, 5)), {"spacing": 8})  # the wide gap stays twice as wide
    assert means(found) == pytest.approx([2.2, 2.6, 3.4, 3.8])
    plane = changed(Experiment(grid()), {"spacing": 12}).mixture
    assert plane.nearest_gap() == pytest.approx(12 * plane.sigmas[0], rel=1e-6)
    assert plane.means[12] == (0, 0)


def test_sigma_keeps_the_means():
    found = changed(THREE, {"sigma": 0.1}).mixture
    assert (found.means, found.sigmas) == (THREE.mixture.means, (0.1,) * 3)
    uneven = Experiment(GaussianMixture(((0.0,), (1.0,)), (0.1, 0.2), (1.0, 3.0)))
    assert changed(uneven, {"sigma": 0.05}).mixture.weights == (0.25, 0.75)


@pytest.mark.parametrize("values", [{"modes": 4, "spacing": 24}, {"spacing": 24, "modes": 4}])
def test_two_axes_of_the_mixture_hold_together(values):
    found = changed(THREE, values)
    assert means(found) == pytest.approx([0.2, 1.4, 2.6, 3.8])
    many = changed(THREE, {"modes": 40, "spacing": 8})  # at the old gap they would reach beyond 10
    assert means(many)[0] == pytest.approx(2 - 19.5 * 0.4)
    both = changed(THREE, {"spacing": 24, "sigma": 0.1})
    assert means(both) == pytest.approx([-0.4, 2, 4.4])


@pytest.mark.parametrize(
    ("axis", "value", "read"),
    [
        ("width", 32, lambda e: e.network.width),
        ("steps", 77, lambda e: e.training.steps),
        ("octaves", 3, lambda e: e.network.x_octaves),
        ("points", 500, lambda e: e.points),
    ],
)
def test_the_other_axes_set_their_field_and_nothing_else(axis, value, read):
    found = changed(THREE, {axis: value})
    assert read(found) == value
    assert len(found.differences(THREE)) == 1


def test_every_axis_takes_its_bounds():
    for axis, kind in AXES.items():
        assert Axis(axis, kind.bounds).values == kind.bounds
        for beyond in (math.nextafter(kind.bounds[0], -math.inf), kind.bounds[1] * 1.01, math.nan, math.inf):
            with pytest.raises(ValueError, match=f"axis {axis} takes values in"):
                Axis(axis, (beyond,))


def test_whole_numbers_become_whole():
    values = Axis("modes", (2.0, 3.0)).values
    assert values == (2, 3)
    assert all(isinstance(value, int) for value in values)
    assert Axis("sigma", (1,)).values == (1.0,)


@pytest.mark.parametrize(
    ("axis", "values", "message"),
    [
        ("colour", (1,), "no axis 'colour'; there are modes, sigma, spacing, width, steps, octaves, points"),
        ("modes", (), "axis modes needs at least one value"),
        ("modes", (2.5,), "axis modes takes whole numbers, not 2.5"),
        ("modes", (1,), r"modes takes values in \[2, 64\], not 1"),
        ("sigma", (-0.1,), r"sigma takes values in \[0.005, 5\], not -0.1"),
        ("steps", (0,), r"steps takes values in \[1, 200,000\], not 0"),
        ("spacing", (8, 16, 8), "axis spacing has the value 8 twice"),
    ],
)
def test_refusals_name_the_value_and_the_bound(axis, values, message):
    with pytest.raises(ValueError, match=message):
        Axis(axis, values)


@pytest.mark.parametrize(
    ("experiment", "values", "message"),
    [
        (Experiment(grid()), {"modes": 3}, "on a line only, not in the plane"),
        (Experiment(line(1)), {"modes": 3}, "only where there are two at different places"),
        (Experiment(line(1)), {"spacing": 8}, "two at different places"),
        (Experiment(line(1, 1)), {"spacing": 8}, "two at different places"),
        (Experiment(GaussianMixture(((0,), (1,)), (0.1, 0.2))), {"spacing": 8}, "have the same sigma"),
        (THREE, {"modes": 64, "spacing": 24}, r"coordinate -35.8 is outside \[-10, 10\]"),
        (
            preset("shapes-32").experiment,
            {"modes": 3},
            "an experiment of a mixture can be varied, not pictures",
        ),
    ],
)
def test_what_cannot_be_changed_so_is_told(experiment, values, message):
    with pytest.raises(ValueError, match=message):
        changed(experiment, values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2 3 4", (2, 3, 4)),
        ("2, 3,4", (2, 3, 4)),
        ("2:5", (2, 3, 4, 5)),
        ("8:20:4", (8, 12, 16, 20)),
        ("8:19:4", (8, 12, 16)),
        ("0.1:0.3:0.1", (0.1, 0.2, 0.3)),
        ("1 10:30:10", (1, 10, 20, 30)),
        ("", ()),
    ],
)
def test_values_are_read_from_text(text, values):
    assert read_values(text) == values


@pytest.mark.parametrize(
    "text", ["two", "2:", "1:2:3:4", "1:2:0", "1:2:-1", "nan", "1:inf", "5:2", "1:500", "0x9"]
)
def test_text_that_gives_no_values_is_refused(text):
    with pytest.raises(ValueError, match=r"is no number|is no range|gives no values"):
        read_values(text)
