"""The plane of initial noise: basins against closed forms, against every pixel asked, and against samples."""

import itertools

import numpy as np
import pytest

from explorer.compute.progress import finish, map_progress
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.basins import Square, basins
from explorer.detection.fate import fates, stripes
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.exact_density.quantiles import carried_quantiles
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()
AXIS = line(-1, 0, 1)
GRID = GaussianMixture(tuple(itertools.product((-1.0, 0.0, 1.0), repeat=2)), (0.05,))  # index 3 i + j
TRUTH = TrueDenoiser(GRID, SCHEDULE)
SIX = SamplerSpec(eta=0.0, steps=6)


def found(spec=SIX, size=64, first=32, **others):
    return finish(basins(TRUTH, GRID, spec, size=size, first=first, **others))


@pytest.fixture(scope="module")
def whole():
    work = basins(TRUTH, GRID, SIX, size=64, first=32, uncut=4e-6)
    shares = []
    result = finish(map_progress(work, shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return result


@pytest.fixture(scope="module")
def on_the_line():
    """The stripes of one axis of the grid, in whose sampler the two axes know nothing of each other."""
    carried = carried_quantiles(TrueDenoiser(AXIS, SCHEDULE), SIX, AXIS, (5,), quantiles=2_001)
    return stripes(finish(carried), AXIS, 5)


def test_every_pixel_has_the_mode_that_both_axes_have(whole, on_the_line):
    edges = whole.square.edges(0.0, 64)
    along, _ = on_the_line.at((edges[1:] + edges[:-1]) / 2)
    assert np.array_equal(whole.mode, 3 * along[None, :] + along[:, None])
    assert len(set(along.tolist())) == 3


def test_shares_of_modes_are_the_products_of_those_of_the_axes():
    """Honest shares with a bound that nothing exceeds: the whole basins, of straight borders."""
    wide = found(uncut=4e-6, k=100)
    carried = carried_quantiles(TrueDenoiser(AXIS, SCHEDULE), SIX, AXIS, (100,), quantiles=2_001)
    axis = stripes(finish(carried), AXIS, 100).mass
    due = np.outer(axis, axis).ravel()
    np.testing.assert_allclose(wide.shares, due, atol=wide.square.outside + 2e-3)
    assert wide.hallucinated_share == 0


def test_the_shares_and_what_lies_outside_are_the_whole(whole):
    total = whole.shares.sum() + whole.hallucinated_share + whole.square.outside
    assert total == pytest.approx(1, abs=1e-12)
    assert whole.square.outside == pytest.approx(9.3e-4, abs=5e-6)


def test_the_hallucinated_share_is_the_rate_of_the_sampler(whole):
    drawn = finish(sample(TRUTH, 40_000, SIX, seeded(1, "sampling"), chunk=8_192))
    low, high = Rate(int(GRID.is_hallucination(drawn, 5).sum()), len(drawn)).interval
    slack = whole.error + whole.square.outside
    assert low - slack <= whole.hallucinated_share <= high + slack
    assert whole.error < 0.05 * whole.hallucinated_share


def test_refined_borders_are_those_of_every_pixel_asked(whole):
    every = finish(fates(TRUTH, GRID, whole.square.middles(64), SIX))
    assert np.array_equal(whole.mode.ravel(), every.mode)
    black = every.hallucinated(5).reshape(64, 64)
    assert (whole.hallucinated >= black).all()
    away = np.abs(whole.distance.ravel() - every.distance)
    assert np.median(away) < 0.1  # sigma; where corners agree it is interpolated


def test_a_picture_asks_fewer_seeds_than_it_has_pixels_and_the_borders_length_decides():
    small, large = found(uncut=None, size=128), found(uncut=None, size=256)
    assert large.carried < 256**2 / 2
    assert large.carried - 33**2 < 3 * (small.carried - 33**2)  # twice as many at a border, not four times


def test_a_part_that_is_looked_at_agrees_with_the_whole(whole):
    """The middle quarter of the plane in as many pixels, each of half the side."""
    part = found(uncut=None, square=Square(0.0, 0.0, whole.square.half / 2))
    every = finish(fates(TRUTH, GRID, part.square.middles(64), SIX))
    assert np.array_equal(part.mode.ravel(), every.mode)
    coarse = whole.mode[16:48, 16:48].repeat(2, 0).repeat(2, 1)
    assert (coarse == part.mode).mean() > 0.95


def test_a_border_that_is_looked_at_closely_has_its_width(on_the_line):
    """Across a border, far from others, the width of black is that of the stripe of the axis."""
    ends = np.concatenate([[-np.inf], on_the_line.borders, [np.inf]])
    inner = on_the_line.hallucinated & (ends[:-1] > 0) & (ends[1:] < 2)
    low, high = ends[:-1][inner].min(), ends[1:][inner].max()
    close = found(uncut=None, square=Square((low + high) / 2, 0.0, high - low))
    width = close.hallucinated[32].sum() / 64 * 2 * (high - low)
    assert width == pytest.approx(high - low, rel=0.08)


def test_noise_that_is_held_fixed_moves_the_borders_and_is_the_same_again():
    spec = SamplerSpec(steps=6)
    one, again, other = (found(spec, uncut=None, noise_seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.mode, again.mode)
    assert not np.array_equal(one.mode, other.mode)
    with pytest.raises(ValueError, match="needs a generator"):
        found(spec, uncut=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": 100}, "size 100"),
        ({"first": 128}, "128 squares of a side"),
        ({"k": 0.0}, "threshold k = 0"),
    ],
)
def test_what_is_out_of_bounds_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        found(**change)


def test_squares_out_of_bounds_and_numbers_on_a_line_are_refused():
    with pytest.raises(ValueError, match="x = 9 is outside"):
        Square(9.0)
    with pytest.raises(ValueError, match="Half a side, 0,"):
        Square(half=0.0)
    with pytest.raises(ValueError, match="points of the plane"):
        finish(basins(TrueDenoiser(AXIS, SCHEDULE), AXIS, SIX))
