"""The Atlas' figures: what they show, and the numbers in their words."""

import numpy as np
import pytest
from scipy.special import ndtr

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.basins import Basins, Square
from explorer.detection.fate import Stripes
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments.atlas import LineAtlas, ModesOnTheWay, PlaneAtlas, border_share
from explorer.figures.film.layers import OPEN, Lines, Regions
from explorer.figures.palette import PALETTE
from explorer.figures.region_colours import region_colours
from explorer.page_figures.atlas import (
    line_film,
    plane_film,
    training_film,
    way_film,
)
from explorer.page_figures.atlas_findings import ANSWERS, birthplace

SPEC = SamplerSpec(eta=0.0, steps=80)
PAIR = GaussianMixture(((-1.0, 0.0), (1.0, 0.0)), (0.05,))
TWO = line(-0.5, 0.5)


def halves(border, black, share, square=None):
    """Basins whose left pixels end in mode 0, the others in mode 1, with black columns."""
    columns = np.arange(32)
    mode = np.tile((columns >= border).astype(np.uint8), (32, 1))
    hallucinated = np.tile(np.isin(columns, black), (32, 1))
    square = Square() if square is None else square
    distance = np.ones((32, 32), np.float32)
    return Basins(square, 5.0, mode, distance, hallucinated, np.array([0.5, 0.5]), share, 2e-4, 1_000)


@pytest.fixture
def atlas():
    return PlaneAtlas(SPEC, halves(18, [17, 18], 0.0151), halves(16, [], 0.0))


def regions(panel):
    return next(layer for layer in panel.layers if isinstance(layer, Regions))


def stripes(borders, mode, hallucinated, mass):
    return Stripes(np.array(borders), np.array(mode), np.array(hallucinated), np.array(mass), 1e-12)


def test_the_plane_is_coloured_by_mode_and_hallucinated_seeds_have_the_ink_of_text(atlas):
    film = plane_film(atlas, PAIR)
    modes, truth, model = (regions(panel) for panel in film.panels)
    assert np.array_equal(np.unique(truth.values), [0, 1])
    row = model.values[0, 5]
    assert row.tolist() == [0] * 17 + [2, 2] + [1] * 13
    for mode, colours in (("light", model.light), ("dark", model.dark)):
        assert colours == (*region_colours(PAIR.means, mode), PALETTE[mode]["text"])
    assert model.kinds == ("mode 1", "mode 2", "hallucinated, beyond 5 σ")
    assert set(np.unique(modes.values)) == {0, 1, OPEN}
    assert film.panels[1].x == film.panels[2].x
    assert film.panels[1].y == film.panels[2].y


def test_modes_have_their_numbers_inside_their_basins_and_beside_their_centres(atlas):
    modes, truth, model = (regions(panel) for panel in plane_film(atlas, PAIR).panels)
    (left, _, first), (right, _, second) = truth.labels
    assert (first, second) == ("1", "2")
    assert left < 0 < right
    assert model.labels == truth.labels
    assert [(x, text) for x, _, text in modes.labels] == [(-1, "1"), (1, "2")]


def test_words_have_the_numbers_of_the_plane(atlas):
    film = plane_film(atlas, PAIR)
    assert film.captions == ("network: 1.51 ± 0.02 % hallucinated · true score: 0 hallucinated",)
    moved = f"{100 * atlas.misassigned:.1f} % of the seeds end in another mode"
    for said in ("DDIM, 80 steps", "1.51 ± 0.02 % of the seeds by the network", "0 by the true score", moved):
        assert said in film.alt
    assert "0.0930 % of all seeds lie outside" in film.alt


def test_the_misassigned_share_is_the_mass_between_the_two_borders(atlas):
    edge = 3.5 * (2 * 18 / 32 - 1)
    due = (ndtr(edge) - ndtr(0)) * (1 - 2 * ndtr(-3.5))
    assert atlas.misassigned == pytest.approx(due, rel=1e-9)


def test_circles_are_drawn_where_they_run_through_the_square(atlas):
    def radii(film):
        lines = [layer for layer in film.panels[1].layers if isinstance(layer, Lines)]
        return [round(float(np.hypot(one.x, one.y[0, 0]).mean()), 6) for one in lines]

    assert radii(plane_film(atlas, PAIR)) == [1, 2, 3]
    near = Square(1.0, 0.0, 0.01)
    close = PlaneAtlas(SPEC, halves(18, [], 0.0, near), halves(18, [], 0.0, near))
    assert radii(plane_film(close, PAIR)) == [1]


def test_the_film_of_the_training_has_a_frame_for_every_step(atlas):
    trained = [halves(10, range(20), 0.4), halves(18, [18], 0.0151)]
    film = training_film(atlas, [100, 2_000], trained, PAIR)
    assert film.captions[1] == "step 2,000 · network: 1.51 ± 0.02 % hallucinated"
    assert film.captions[0].startswith("step 100 · network: 40.0")
    truth, model = regions(film.panels[1]), regions(film.panels[2])
    assert (len(truth.values), len(model.values)) == (1, 2)
    assert (model.values[0] == 2).mean() > (model.values[1] == 2).mean()
    assert "40" in film.alt
    assert "1.51 ± 0.02 % at step 2,000" in film.alt


def test_the_line_has_a_row_for_every_step_and_one_for_the_truth():
    early = stripes([-0.5, 0.5], [0, 0, 1], [False, True, False], [0.31, 0.38, 0.31])
    late = stripes([0.0, 0.001], [0, 1, 1], [False, True, False], [0.5, 0.0004, 0.4996])
    truth = stripes([0.0], [0, 1], [False, False], [0.5, 0.5])
    film = line_film(LineAtlas(SPEC, 5.0, (100, 8_000), (early, late), truth), TWO)
    (panel,) = film.panels
    layer = regions(panel)
    assert panel.y.names == ("100", "8,000", "true score")
    first, second, top = layer.values[0]
    edges = np.linspace(-3.5, 3.5, len(first) + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    assert (first[np.abs(middles) < 0.49] == 2).all()
    assert (first == 2).sum() == pytest.approx(len(first) / 7, abs=2)
    assert (second == 2).sum() == 6  # a border too thin to be seen has 3 pixels of 512
    assert abs(middles[second == 2].mean()) < 0.01
    assert top.tolist() == (middles > 0).astype(int).tolist()
    assert [(row, text) for _, row, text in layer.labels] == [(2, "-0.5"), (2, "0.5")]
    for said in ("38.0 % of the seeds at step 100", "0.0400 % at step 8,000", "by the true score 0 (exact)"):
        assert said in film.alt


def test_the_film_through_time_says_from_which_step_on_most_seeds_have_their_mode():
    modes = np.zeros((3, 32, 32), np.uint8)
    modes[1, :, 20:], modes[2, :, 16:] = 1, 1
    modes[0] = 1 - modes[2]
    film = way_film(ModesOnTheWay((343, 60, 0), modes), NoiseSchedule(), PAIR, 5.0)
    assert film.captions[0].startswith("t = 343 · ")
    assert film.captions[2].startswith("t = 0 · ")
    assert np.array_equal(regions(film.panels[1]).values, modes)
    assert "From t = 60 on, more than half" in film.alt


def test_thin_borders_are_widened_and_wide_regions_are_not():
    black = np.zeros((512, 512), bool)
    black[:, 100] = True
    black[200:300, 300:400] = True
    zeros = np.zeros((512, 512))
    one = Basins(Square(), 5.0, zeros.astype(np.uint8), zeros, black, np.array([1.0, 0]), 0.0, 0.0, 1)
    drawn = regions(plane_film(PlaneAtlas(SPEC, one, one), PAIR).panels[2]).values[0] == 2
    assert drawn[10].nonzero()[0].tolist() == [99, 100, 101]
    assert drawn[250, 290:410].sum() == 100


def test_a_closer_square_lies_over_the_plane_and_is_the_one_that_is_picked(atlas):
    near = Square(0.5, 0.0, 0.25)
    closer = PlaneAtlas(SPEC, halves(10, [10], 0.1, near), halves(10, [], 0.0, near))
    film = plane_film(atlas, PAIR, closer, pick=True)
    for panel in film.panels[1:]:
        whole, over = (layer for layer in panel.layers if isinstance(layer, Regions))
        assert (over.x, over.y) == ((0.25, 0.75), (-0.25, 0.25))
        assert (whole.pick, over.pick) == (False, True)
        assert [x for x, _, _ in whole.labels if 0.25 < x < 0.75] == sorted(
            x for x, _, _ in whole.labels if abs(x - 0.5) < 0.25
        )
    assert film.panels[2].x == plane_film(atlas, PAIR).panels[2].x


def test_regions_tell_the_distance_of_a_seed(atlas):
    layer = regions(plane_film(atlas, PAIR).panels[2])
    assert np.array_equal(layer.amount, atlas.model.distance[None])
    assert layer.unit == "σ away"


def test_the_share_at_the_borders_is_that_of_the_normal():
    black = stripes(
        [0.0, 0.04, 1.0, 1.1],
        [0, 1, 1, 1, 1],
        [False, True, False, True, False],
        [0.5, 0.02, 0.3, 0.02, 0.16],
    )
    truth = stripes([0.0], [0, 1], [False, False], [0.5, 0.5])
    atlas = LineAtlas(SPEC, 5.0, (100,), (black,), truth)
    near, far = ndtr(0.04) - ndtr(0.0), ndtr(1.1) - ndtr(1.0)
    assert border_share(atlas) == pytest.approx(near / (near + far), rel=1e-9)
    assert birthplace(atlas) == ANSWERS[1]
    assert border_share(LineAtlas(SPEC, 5.0, (100,), (truth,), truth)) is None


def test_in_the_plane_too_most_hallucinated_seeds_may_lie_at_a_border():
    distance = np.ones((512, 512), np.float32)
    distance[:, 257], distance[100, 100] = 9.0, 9.0
    mode = np.tile((np.arange(512) >= 256).astype(np.uint8), (512, 1))
    black = Basins(Square(), 5.0, mode, distance, distance > 5, np.array([0.5, 0.5]), 0.01, 0.0, 1)
    atlas = PlaneAtlas(SPEC, black, Basins(Square(), 5.0, mode, mode, mode > 5, np.ones(2), 0.0, 0.0, 1))
    x, y = (7 * (cell + 0.5) / 512 - 3.5 for cell in (257, 100))
    pixel = np.exp(-(y**2 + y**2) / 2)
    column = np.exp(-(x**2) / 2) * np.sqrt(2 * np.pi) * (1 - 2 * ndtr(-3.5)) * 512 / 7
    assert border_share(atlas) == pytest.approx(column / (column + pixel), rel=1e-4)
    assert birthplace(atlas) == ANSWERS[0]
