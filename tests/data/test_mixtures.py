"""The presets' mixtures are the paper's: counts, gaps, directions and weights."""

import math

import pytest

from explorer.data import mixtures


def neighbours(mixture):
    """Vectors from each mode to those at the nearest gap."""
    gap = mixture.nearest_gap()
    return [
        (b[0] - a[0], b[1] - a[1])
        for a in mixture.means
        for b in mixture.means
        if a != b and math.dist(a, b) < 1.01 * gap
    ]


@pytest.mark.parametrize(
    ("mixture", "gap"),
    [
        (mixtures.line(1, 2, 3), 1.0),
        (mixtures.line(1, 2, 4, 5), 1.0),
        (mixtures.grid(), 2 / 2.8289),
        (mixtures.diamond(), math.sqrt(2) / 2.8289),
        (mixtures.rotated_grid(), 2 / 2.8289),
        (mixtures.imbalanced_grid(), 2 / 2.8289),
        (mixtures.ring(), 2 * math.sin(math.pi / 8)),
        (mixtures.line(7), math.inf),
    ],
    ids=["three", "four", "grid", "diamond", "rotated", "imbalanced", "ring", "single"],
)
def test_nearest_gaps(mixture, gap):
    assert mixture.nearest_gap() == pytest.approx(gap, abs=2e-6)


def test_gaps_as_the_paper_states_them():
    assert mixtures.grid().nearest_gap() == pytest.approx(0.7070, abs=5e-5)
    assert mixtures.diamond().nearest_gap() == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize(
    "make", [mixtures.grid, mixtures.diamond, mixtures.rotated_grid, mixtures.imbalanced_grid]
)
def test_grids_have_25_distinct_modes_of_the_authors_width(make):
    mixture = make()
    assert len(set(mixture.means)) == 25
    assert mixture.sigmas == pytest.approx((0.05 / 2.8289,) * 25, abs=1e-6)
    assert max(abs(sum(axis)) for axis in zip(*mixture.means, strict=True)) < 1e-9


def test_columns_are_index_5_i_plus_j():
    means = mixtures.grid().means
    for index, (i, j) in {0: (-2, -2), 1: (-2, -1), 5: (-1, -2), 24: (2, 2)}.items():
        assert means[index] == pytest.approx((2 * i / 2.8289, 2 * j / 2.8289), abs=1e-6)


def test_neighbours_lie_on_the_axes_of_the_grid_and_on_the_diagonals_of_the_turned_ones():
    assert all(min(abs(dx), abs(dy)) < 1e-6 for dx, dy in neighbours(mixtures.grid()))
    for turned in (mixtures.diamond(), mixtures.rotated_grid()):
        assert all(abs(dx) == pytest.approx(abs(dy), abs=3e-6) for dx, dy in neighbours(turned))
    for mixture in (mixtures.grid(), mixtures.diamond(), mixtures.rotated_grid()):
        assert len(neighbours(mixture)) == 2 * 40  # a 5 x 5 lattice has 40 edges


def test_the_rotation_is_a_rotation():
    turn = math.sqrt(0.5)
    turned = {(round(turn * (x + y), 4), round(turn * (x - y), 4)) for x, y in mixtures.grid().means}
    assert turned == {(round(x, 4), round(y, 4)) for x, y in mixtures.rotated_grid().means}


def test_the_columns_of_the_uneven_grid_halve():
    mixture = mixtures.imbalanced_grid()
    columns = [sum(mixture.weights[5 * i : 5 * i + 5]) * 31 for i in range(5)]
    assert columns == pytest.approx([16, 8, 4, 2, 1])
    assert not mixture.balanced
    assert mixtures.grid().balanced
    assert [mixture.means[5 * i][0] for i in range(5)] == sorted(mixture.means[5 * i][0] for i in range(5))


def test_the_ring_is_a_circle():
    assert [math.hypot(*mean) for mean in mixtures.ring().means] == pytest.approx([1] * 8, abs=1e-6)
    assert mixtures.ring(5, 2.0).modes == 5
