"""Samples beside a user's own pictures: distances with closed forms, and which pictures they are from."""

import numpy as np
import pytest
import torch

from explorer.data.own.world import OwnPictures
from explorer.experiments.presets import preset
from explorer.experiments.run import training_points
from explorer.recursion.own_pictures import HELD_OUT, RealPictures, real_pictures
from tests.data.test_own_world import kept, world


def stripes(levels):
    """Pictures of 8 pixels that differ only in how bright their left half is, (n, 8, 8) bytes."""
    pixels = np.full((len(levels), 8, 8), 100, np.uint8)
    pixels[:, :, :4] = np.asarray(levels)[:, None, None]
    return pixels


def seen(levels):
    """The same as a network sees them."""
    return stripes(levels)[:, None] / 127.5 - 1


def of_levels(levels, learned, n):
    """A world of stripes, of which the first are learned from and the rest is compared with."""
    one = OwnPictures("stripes", stripes(levels), "", "", "")
    rows = np.arange(len(levels))
    return RealPictures(one, rows[:learned], rows[learned:], True, n)


def test_the_distance_is_that_of_the_gaussians_over_the_variance():
    random = np.random.default_rng(0)
    levels, drawn = random.integers(40, 160, 60), random.integers(90, 250, 30)
    real = of_levels(levels, 30, 30)
    assert len(real.components.axes) == 1  # there is one direction
    held = levels[30:]
    due = (drawn.mean() - held.mean()) ** 2 + (drawn.std(ddof=1) - held.std(ddof=1)) ** 2
    assert real.distances(seen(drawn)).frechet == pytest.approx(due / levels.var(ddof=1), rel=1e-4)
    assert real.distances(seen(held)).frechet == pytest.approx(0, abs=1e-6)


def test_one_average_picture_again_and_again_has_distance_1_and_no_diversity():
    one = world(n=60, seed=4)
    real = RealPictures(one, np.arange(60), np.arange(60), False, 60)
    found = real.distances(np.repeat(one.members.mean(0, keepdim=True).numpy(), 60, 0))
    assert found.frechet == pytest.approx(1, rel=1e-4)
    assert found.diversity == 0
    assert real.distances(one.members.numpy()).frechet == pytest.approx(0, abs=1e-6)


def test_diversity_and_the_nearest_are_medians_of_known_distances():
    levels = [0, 255] * 8 + [51] * 4
    real = of_levels(levels, 16, 16)
    # Half of all pixels differ, by what their levels do.
    between = np.abs(np.subtract.outer(levels, levels))[np.triu_indices(20, 1)]
    found = real.distances(seen([51, 51, 102, 102]))
    assert found.nearest == pytest.approx(76.5 / 255 * 0.5**0.5, rel=1e-4)  # 51 from 0, and 102
    assert found.diversity == pytest.approx(51 / np.median(between), rel=1e-4)
    assert real.levels.nearest == pytest.approx(51 / 255 * 0.5**0.5, rel=1e-4)  # of the four held out
    copies = real.distances(seen([0, 255, 0, 255]))
    assert copies.nearest == pytest.approx(0, abs=1e-3)


def test_real_pictures_that_are_all_alike_have_no_distance():
    real = of_levels([7] * 20, 10, 10)
    found = real.distances(seen([7, 9, 7]))
    assert (found.frechet, found.diversity) == (None, None)
    assert (real.levels.frechet, real.levels.diversity) == (None, None)


@pytest.mark.parametrize("points", [80, 80 - HELD_OUT, 81 - HELD_OUT], ids=["all", "enough", "one too few"])
def test_they_are_compared_with_held_out_ones_where_there_are_enough(points):
    kept(world(n=80))
    experiment = preset("own-cats").experiment.replace(points=points, seed=3)
    real = real_pictures(experiment, 36)
    learned = training_points(experiment)
    assert torch.equal(real.world.members[real.learned], learned)
    compared = real.world.members[real.compared]
    among = (compared[:, None] == learned[None]).flatten(2).all(2).any(1)
    assert real.held_out == (points == 80 - HELD_OUT)
    assert real.m == (HELD_OUT if real.held_out else -(-points // 2))
    assert among.tolist() == [not real.held_out] * real.m
    assert real.n == min(36, 80 - real.m)
    assert len(real.components.axes) == min(real.n, real.m) // 4


def test_as_many_real_pictures_have_a_distance_above_0_that_no_seed_changes():
    kept(world(n=80))
    experiment = preset("own-cats").experiment
    levels = real_pictures(experiment, 40).levels
    assert 0 < levels.frechet.low < levels.frechet.median < levels.frechet.high < 1
    assert levels.diversity.low < 1 < levels.diversity.high
    assert len(levels.frechet.values) == 20
    other = real_pictures(experiment.replace(seed=1), 40).levels
    assert other == levels
    # Real pictures are as far from the others as their level says, and noise of another kind is not.
    real = real_pictures(experiment, 40)
    some = real.world.members[real.learned[:40]].numpy()
    assert levels.frechet.low * 0.5 < real.distances(some).frechet < levels.frechet.high * 1.5
    assert real.distances(some * 0.2).frechet > levels.frechet.high
    assert not set(real.learned[:40]) & set(real.compared)
