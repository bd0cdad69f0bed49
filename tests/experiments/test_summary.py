"""The numbers of a row, from a density and from samples that are known."""

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line, ring
from explorer.diffusion.exact_density.density import Density
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS, Measurement
from explorer.experiments.presets import preset
from explorer.experiments.run import Result, Snapshot
from explorer.experiments.summary import outcome


def result(mixture, measurement, losses=None):
    """A run of which only the data and the last measurement matter."""
    losses = np.ones(80, np.float32) if losses is None else losses
    mean = np.zeros(mixture.dimensions, np.float32)
    snapshot = Snapshot(len(losses), 1.0, None, measurement)
    return Result(Experiment(mixture), mean, 1.0, losses, (snapshot,))


def exact(mixture, of):
    """The measurement of a model whose density is that of another mixture."""
    x = np.linspace(-7, 7, 20_001)[:-1] + 14 / 40_000
    density = Density(x, of.log_density(torch.from_numpy(x)[:, None]).exp().numpy())
    return Measurement(density, None, {k: density.mass_beyond(mixture, k) for k in THRESHOLDS}, None)


def test_a_density_gives_shares_widths_and_rates():
    mixture, wide = line(0, 1, 2, sigma=0.05), line(0, 1, 2, sigma=0.075)
    losses = np.concatenate([np.full(30, 9.0), np.full(50, 0.25)]).astype(np.float32)
    found = outcome(result(mixture, exact(mixture, wide), losses))
    assert found.mode_shares == pytest.approx([0.3330] * 3, abs=1e-3)
    assert found.middle_share == found.mode_shares[1]
    assert found.extreme_share == pytest.approx((found.mode_shares[0] + found.mode_shares[2]) / 2)
    assert found.width == pytest.approx(1.5, rel=0.02)
    assert found.beyond[4] == pytest.approx(0.0077, rel=0.02)  # beyond 4 / 1.5 sigma of a normal: 0.00766
    assert found.loss == 0.25
    assert found.n is None
    assert found.rate(5) is None


def test_modes_that_are_lost_do_not_count_in_the_width():
    mixture = line(-3, 0, 3)
    found = outcome(result(mixture, exact(mixture, line(0, sigma=0.1))))
    assert found.mode_shares == pytest.approx([0, 0.9876, 0], abs=1e-3)  # within 2.5 of its own sigma
    assert (found.middle_share, found.extreme_share) == (found.mode_shares[1], pytest.approx(0, abs=1e-9))
    assert 1.5 < found.width < 2
    nothing = outcome(result(mixture, exact(mixture, line(6, sigma=0.1))))
    assert nothing.width is None


def test_samples_give_the_same_with_an_interval():
    mixture = grid()
    x = mixture.sample(20_000, seeded(0, "sampling"), balanced=True)
    x[:1000] += 5.0
    beyond = {k: float((mixture.distance_to_support(x) > k).double().mean()) for k in THRESHOLDS}
    found = outcome(result(mixture, Measurement(None, x.numpy(), beyond, len(x))))
    assert found.beyond[5] == pytest.approx(0.05, abs=1e-3)
    assert found.rate(5).count == round(20_000 * found.beyond[5])
    assert found.mode_shares == pytest.approx([0.95 / 25] * 25, abs=1e-3)
    assert found.middle_share == pytest.approx(found.mode_shares[12])
    corners = [found.mode_shares[i] for i in (0, 4, 20, 24)]
    assert found.extreme_share == pytest.approx(np.mean(corners))
    assert found.width == pytest.approx(1, abs=0.02)
    low, high = found.rate(5).interval
    assert low < 0.05 < high


def test_on_a_ring_all_modes_are_as_far_from_the_centre():
    mixture = ring()
    x = mixture.sample(4_000, seeded(0, "sampling"), balanced=True)
    found = outcome(result(mixture, Measurement(None, x.numpy(), dict.fromkeys(THRESHOLDS, 0.0), len(x))))
    assert found.middle_share == found.extreme_share == pytest.approx(1 / 8, abs=1e-3)


def test_a_run_without_a_truth_has_no_outcome():
    shapes = preset("shapes-32").experiment
    run = Result(
        shapes, np.zeros(1), 1.0, np.ones(3), (Snapshot(3, 1.0, None, Measurement(None, None, None, 9)),)
    )
    with pytest.raises(ValueError, match="Only a model of a mixture has an outcome"):
        outcome(run)
