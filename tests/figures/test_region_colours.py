"""Colours of modes: apart for every sight, from the ink on them, and between neighbours most."""

import itertools

import numpy as np
import pytest

from explorer.data.mixtures import diamond, grid, line, ring
from explorer.figures.palette import PALETTE
from explorer.figures.region_colours import COLOURS, REGION_COLOURS, region_colours, seen_distances


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_all_colours_stay_apart_and_from_ground_and_ink(mode):
    ground, text = PALETTE[mode]["ground"], PALETTE[mode]["text"]
    colours = REGION_COLOURS[mode]
    assert len(set(colours)) == COLOURS == 25
    distances = seen_distances((*colours, ground, text))
    np.fill_diagonal(distances, np.inf)
    assert distances[:25, :25].min() > 0.055  # Oklab; a just noticeable difference is about 0.02
    assert distances[:25, 25].min() > 0.09
    assert distances[:25, 26].min() > 0.2  # what is hallucinated has the colour of text


def test_seen_distances_are_those_of_oklab_and_shrink_without_red_or_green_cones():
    black_white = seen_distances(("#000000", "#ffffff"))
    assert black_white[0, 1] == pytest.approx(1, abs=1e-3)
    red, green, blue = "#c00000", "#006e00", "#0000ff"
    distances = seen_distances((red, green, blue))
    assert distances[0, 1] < 0.5 * min(distances[0, 2], distances[1, 2])


@pytest.mark.parametrize(
    "mixture", [grid(), diamond(), ring(), line(1, 2, 3)], ids=["grid", "diamond", "ring", "line"]
)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_neighbours_differ_most(mixture, mode):
    colours = region_colours(mixture.means, mode)
    assert len(set(colours)) == mixture.modes
    distances = seen_distances(colours)
    means = np.array(mixture.means)
    gap = mixture.nearest_gap()
    for i, j in itertools.combinations(range(mixture.modes), 2):
        if np.linalg.norm(means[i] - means[j]) < 1.01 * gap:
            assert distances[i, j] > 0.1, (i, j, colours[i], colours[j])


def test_more_modes_than_colours_repeat_colours_far_from_each_other():
    means = tuple((float(i), float(j)) for i in range(8) for j in range(8))
    colours = region_colours(means, "light")
    assert len(colours) == 64
    for i, j in itertools.combinations(range(64), 2):
        if np.hypot(means[i][0] - means[j][0], means[i][1] - means[j][1]) < 1.5:
            assert colours[i] != colours[j]


def test_one_mode_has_a_colour_and_two_at_one_place_have_two():
    assert len(region_colours(((0.0,),), "dark")) == 1
    assert len(set(region_colours(((0.0,), (0.0,)), "dark"))) == 2
