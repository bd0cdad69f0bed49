"""Layouts of modes in many dimensions: the same gap and sigma in each."""

import itertools
import math

import numpy as np
import pytest

from explorer.data.equal_tails import equal_tail_radius
from explorer.data.layouts import LAYOUTS, SIGMA_RANGE, layout

DIMENSIONS = (2, 3, 4, 8, 16, 32, 64)


@pytest.mark.parametrize(("name", "dimensions"), list(itertools.product(LAYOUTS, DIMENSIONS)))
def test_gap_and_sigma_are_the_same_in_every_dimension(name, dimensions):
    mixture = layout(name, dimensions, 0.02)
    assert mixture.dimensions == dimensions
    assert mixture.nearest_gap() == pytest.approx(1, abs=1e-5)
    assert set(mixture.sigmas) == {0.02}
    assert mixture.modes == (25 if name == "lattice" else 4)
    assert mixture == layout(name, dimensions, 0.02)


def test_the_square_lies_in_its_plane_and_has_the_same_distances():
    for dimensions in DIMENSIONS:
        means = np.array(layout("plane", dimensions).means)
        assert not means[:, 2:].any()
        apart = sorted(math.dist(a, b) for a, b in itertools.combinations(means, 2))
        assert apart == pytest.approx([1, 1, 1, 1, math.sqrt(2), math.sqrt(2)])


def test_modes_on_axes_are_orthogonal_about_a_common_point():
    for dimensions in (4, 8, 64):
        means = np.array(layout("axes", dimensions).means)
        apart = [math.dist(a, b) for a, b in itertools.combinations(means, 2)]
        assert apart == pytest.approx([1] * 6, abs=1e-5)  # a simplex: sqrt(2) times the length of an axis


def test_a_corner_of_a_cube_has_its_neighbours():
    means = np.array(layout("cube", 8).means)
    assert [math.dist(means[0], other) for other in means[1:]] == pytest.approx([1, 1, 1])
    apart = [math.dist(a, b) for a, b in itertools.combinations(means[1:], 2)]
    assert apart == pytest.approx([math.sqrt(2)] * 3)


def test_random_directions_have_one_length_from_a_common_point():
    means = np.array(layout("sphere", 16).means)
    centre = np.linalg.lstsq(
        2 * (means[1:] - means[0]), (means[1:] ** 2).sum(1) - (means[0] ** 2).sum(), rcond=None
    )[0]
    assert np.ptp(np.linalg.norm(means - centre, axis=1)) < 1e-5


def test_in_the_plane_far_lattice_points_are_the_grid():
    means = {tuple(np.round(mean, 3)) for mean in layout("lattice", 2).means}
    assert means == set(itertools.product((-2.0, -1.0, 0.0, 1.0, 2.0), repeat=2))


def test_balls_of_equal_tails_never_touch():
    assert SIGMA_RANGE[1] * equal_tail_radius(64, 8) < 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ring", 2), "There is no layout 'ring'"),
        (("plane", 1), r"dimension 1 is outside \[2, 64\]"),
        (("plane", 65), r"dimension 65 is outside \[2, 64\]"),
        (("plane", 2, 0.1), r"sigma 0.1 is outside \[0.01, 0.03\]"),
    ],
)
def test_what_cannot_be_laid_out_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        layout(*arguments)
