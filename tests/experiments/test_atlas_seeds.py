"""Seeds on a line of initial noise: they lie dense where the network carries neighbours far apart."""

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.experiments import checkpoints
from explorer.experiments.atlas import PlaneAtlas, atlas_sampler
from explorer.experiments.atlas_seeds import ends_along, ways_of_seeds
from explorer.experiments.shipped_atlases import ATLASES, atlas_of


@pytest.fixture(scope="module")
def two():
    return checkpoints.shipped().load("two-modes").result


def test_the_end_runs_from_mode_to_mode_without_a_gap(two):
    spec = atlas_sampler(two.experiment, 20)
    (low,), (high,) = two.experiment.mixture.means
    along = finish(ends_along(two, [-2.0], [2.0], spec, 101))
    seeds, (network, truth) = along.seeds[:, 0], along.ends[..., 0]
    assert (seeds[0], seeds[-1]) == (-2.0, 2.0)
    assert np.all(np.diff(seeds) > 0)
    even = finish(ways_of_seeds(two, np.linspace([-2.0], [2.0], len(seeds)).tolist(), spec)).ends[0, :, 0]
    assert np.abs(np.diff(even)).max() > 0.2 * (high - low)
    assert np.abs(np.diff(network)).max() < 0.05 * (high - low)
    assert np.isfinite(truth).all()


def test_the_ends_are_those_of_the_seeds_followed_one_by_one(two):
    spec = atlas_sampler(two.experiment, 20)
    along = finish(ends_along(two, [-1.0], [1.0], spec, 11))
    some = along.seeds[:: len(along.seeds) // 5]
    ways = finish(ways_of_seeds(two, some.tolist(), spec))
    assert np.allclose(ways.ends, along.ends[:, :: len(along.seeds) // 5], atol=2e-3)


@pytest.mark.parametrize(
    ("ends", "n", "said"),
    [(([0.0], [0.0]), 11, "differ"), (([0.0], [1.0]), 1, "2 to 500"), (([0.0], [1.0]), 501, "501")],
)
def test_a_line_that_is_none_is_refused(two, ends, n, said):
    with pytest.raises(ValueError, match=said):
        finish(ends_along(two, *ends, atlas_sampler(two.experiment, 5), n))


def test_the_atlas_of_a_run_is_the_one_that_ships_where_it_ships():
    ring = checkpoints.shipped().load("ring-8").result
    assert finish(atlas_of(ring, atlas_sampler(ring.experiment), 5)) is ATLASES.shipped(ring).atlas
    few = finish(atlas_of(ring, atlas_sampler(ring.experiment, 3), 5))
    assert isinstance(few, PlaneAtlas)
    assert (few.sampler.steps, few.model.size) == (3, 256)
