"""Seeds of the Atlas that are singled out, in figures and in words."""

import numpy as np
import pytest

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.basins import Basins, Square
from explorer.detection.fate import Stripes
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments import checkpoints
from explorer.experiments.atlas import LineAtlas, PlaneAtlas
from explorer.experiments.atlas_seeds import EndsAlong, Ways
from explorer.figures.film.layers import Lines, Points
from explorer.page_figures import atlas_seeds
from explorer.page_figures.atlas import line_film, plane_film
from explorer.page_figures.atlas_seeds import (
    across_film,
    describe_across,
    describe_seed,
    ends_of_line,
    line_figure,
    neighbours,
    opening_frame,
    opening_seed,
    seed_of_cell,
    with_seed,
)

SPEC = SamplerSpec(eta=0.0, steps=80)
PAIR = GaussianMixture(((-1.0, 0.0), (1.0, 0.0)), (0.05,))
TWO = line(-0.5, 0.5)


def halves(black=()):
    """Basins of which the left pixels end in mode 0, the others in mode 1; some rows of column 20 in none."""
    mode = np.tile((np.arange(32) >= 16).astype(np.uint8), (32, 1))
    distance = np.ones((32, 32), np.float32)
    for row in black:
        distance[row, 20] = 8.0
    return Basins(Square(), 5.0, mode, distance, distance > 5, np.array([0.5, 0.5]), 0.01, 1e-4, 1_000)


@pytest.fixture
def plane():
    return PlaneAtlas(SPEC, halves((3, 14)), halves())


@pytest.fixture
def strip():
    black = Stripes(
        np.array([-2.0, -1.9, 0.1, 0.102]),
        np.array([0, 0, 0, 1, 1]),
        np.array([False, True, False, True, False]),
        np.array([0.023, 0.006, 0.511, 0.0008, 0.4592]),
        0.0,
    )
    truth = Stripes(np.array([0.0]), np.array([0, 1]), np.array([False, False]), np.array([0.5, 0.5]), 0.0)
    return LineAtlas(SPEC, 5.0, (100, 8_000), (black, black), truth)


@pytest.fixture
def ways():
    """A seed that the network leaves at (0, 0.1) and the true score brings to (1, 0)."""
    x_t = np.array([[[[0.3, 0.2]], [[0.1, 0.1]]], [[[0.3, 0.2]], [[0.8, 0.1]]]])
    x0_hat = np.array([[[[9.0, 9.0]], [[0.0, 0.1]]], [[[9.0, 9.0]], [[1.0, 0.0]]]])
    return Ways((343, 0), x_t, x0_hat)


def test_the_page_opens_with_the_hallucinated_seed_that_is_nearest_to_0(plane, strip):
    assert opening_seed(plane) == pytest.approx([7 * 20.5 / 32 - 3.5, 7 * 14.5 / 32 - 3.5])
    assert opening_seed(PlaneAtlas(SPEC, halves(), halves())) == (0.0, 0.0)
    assert opening_seed(strip) == pytest.approx([-1.95])  # the widest stripe


def test_a_cell_is_its_middle_and_on_the_line_the_stripe_that_it_touches(plane, strip):
    assert seed_of_cell(plane, 5 * 32 + 7) == pytest.approx([7 * 7.5 / 32 - 3.5, 7 * 5.5 / 32 - 3.5])
    column = int((0.101 + 3.5) / 7 * 1024)
    assert seed_of_cell(strip, column + 1024) == pytest.approx([0.101], abs=1.1e-3)
    assert 0.1 < seed_of_cell(strip, column)[0] < 0.102
    assert seed_of_cell(strip, 0, (0.0, 1.024)) == pytest.approx([0.0005])


def test_the_way_of_a_seed_runs_from_its_noise_to_its_end(plane, ways):
    film = with_seed(plane_film(plane, PAIR), (0.3, 0.2), ways)
    network, truth = [layer for layer in film.panels[0].layers if isinstance(layer, Lines)]
    assert (network.colour, truth.colour) == ("model", "truth")
    assert np.allclose([network.x, network.y[0, 0]], [[0.3, 0.1, 0.0], [0.2, 0.1, 0.1]])
    assert np.allclose([truth.x, truth.y[0, 0]], [[0.3, 0.8, 1.0], [0.2, 0.1, 0.0]])
    for panel in film.panels[1:]:
        (dot,) = [layer for layer in panel.layers if isinstance(layer, Points)]
        assert dot.xy[0].tolist() == [[0.3, 0.2]]


def test_a_seed_is_told_in_words(ways):
    network, truth = describe_seed((0.3, 0.2), ways, PAIR, 5.0).split(", the {truth} ")
    far = np.hypot(1.0, 0.1) / 0.05
    assert network.startswith("The seed (0.3, 0.2): the {model} {hallucinated:hallucinates:}")
    assert network.endswith(f"{far:.3g} σ from the nearest mode, number 1")
    assert truth == "ends in number 2, 0 σ from its centre."


def test_on_the_line_the_ends_stand_over_their_seeds(strip):
    along = EndsAlong(np.array([[-3.5], [0.0], [3.5]]), np.array([[[-0.6], [0.1], [0.6]]] * 2))
    path = np.array([[[[0.0]], [[0.05]]], [[[0.0]], [[0.4]]]])
    ways = Ways((343, 0), path, path)
    film = line_figure(line_film(strip, TWO), along, (0.0,), ways, TWO, 5.0, (343, 0))
    first, ends, way = film.panels
    assert first.x == ends.x
    curves = [layer for layer in ends.layers if isinstance(layer, Lines)]
    assert {curve.colour for curve in curves} == {"model", "truth"}
    assert all(np.allclose(curve.y[0, 0], [-0.6, 0.1, 0.6]) for curve in curves)
    assert way.x.names == ("343", "0", "end")
    empty = line_figure(line_film(strip, TWO), None, (0.0,), None, TWO, 5.0, (343, 0))
    assert [(panel.x, panel.y) for panel in empty.panels] == [(panel.x, panel.y) for panel in film.panels]


def test_a_line_runs_between_the_numbers_of_two_modes(plane):
    assert set(neighbours(plane, PAIR)) == {1, 2}
    (x0, _), (x1, _) = ends_of_line(plane, PAIR, 1, 2)
    assert x0 < 0 < x1
    with pytest.raises(ValueError, match="Mode 3"):
        ends_of_line(plane, PAIR, 1, 3)


def test_the_film_across_a_border_has_a_frame_for_every_seed(plane):
    seeds = np.array([[-1.0, 0.0], [-0.5, 0.0], [0.5, 0.0], [1.0, 0.0]])
    network = np.array([[-1.0, 0.0], [-0.1, 0.0], [0.9, 0.0], [1.0, 0.0]])
    truth = np.array([[-1.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    along = EndsAlong(seeds, np.stack([network, truth]))
    film = across_film(along, plane, PAIR)
    assert film.captions[1] == "network: hallucinated, 18 σ · true score: mode 1"
    assert film.captions[2] == "network: mode 2 · true score: mode 2"
    assert film.ends == ("mode 1", "mode 2")
    assert opening_frame(along, PAIR) == 1
    assert "37.5 % of the line hallucinates, by the {truth} 0" in describe_across(along, PAIR, 5.0)


def test_the_main_figure_follows_a_seed_that_only_the_network_hallucinates():
    figure = atlas_seeds.main_figure(checkpoints.shipped().load("two-modes").result)
    ends = [layer for layer in figure.film.panels[1].layers if isinstance(layer, Points)]
    assert len(ends) == 2
    assert "exact under the normal" in figure.caption(0)
    assert figure.caption(0).endswith("two-modes, seed 0")
