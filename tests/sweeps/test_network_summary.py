"""What a sweep says of a network: its middle and outer modes, and its noise error."""

import dataclasses

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line, ring
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS, Measurement
from explorer.experiments.presets import preset
from explorer.experiments.run import Result, Snapshot
from explorer.sweeps.table import Row, summarize_network
from tests.experiments.test_summary import exact


def result(mixture, measurement, losses=None):
    """A run of which only the data and the last measurement matter."""
    losses = np.ones(80, np.float32) if losses is None else losses
    mean = np.zeros(mixture.dimensions, np.float32)
    snapshot = Snapshot(len(losses), 1.0, None, measurement)
    return Result(Experiment(mixture), mean, 1.0, losses, (snapshot,))


def counted(mixture, x):
    """The measurement of samples (n, D)."""
    beyond = {k: float((mixture.distance_to_support(x) > k).double().mean()) for k in THRESHOLDS}
    return Measurement(None, x.numpy(), beyond, len(x))


def test_a_density_gives_the_middle_and_the_outer_modes():
    mixture, wide = line(0, 1, 2, sigma=0.05), line(0, 1, 2, sigma=0.075)
    losses = np.concatenate([np.full(30, 9.0), np.full(50, 0.25)]).astype(np.float32)
    found = summarize_network(result(mixture, exact(mixture, wide), losses))
    assert found.middle_share == found.mode_shares[1]
    assert found.extreme_share == pytest.approx((found.mode_shares[0] + found.mode_shares[2]) / 2)
    assert (found.noise_error, found.loss) == (0.25, None)
    old = dataclasses.replace(result(mixture, exact(mixture, wide), losses), recorded="training loss")
    assert (summarize_network(old).noise_error, summarize_network(old).loss) == (None, 0.25)
    lost = line(-3, 0, 3)
    found = summarize_network(result(lost, exact(lost, line(0, sigma=0.1))))
    assert (found.middle_share, found.extreme_share) == (found.mode_shares[1], pytest.approx(0, abs=1e-9))


def test_samples_give_them_too():
    mixture = grid()
    x = mixture.sample(20_000, seeded(0, "sampling"), balanced=True)
    x[:1000] += 5.0
    found = summarize_network(result(mixture, counted(mixture, x)))
    assert found.middle_share == pytest.approx(found.mode_shares[12])
    corners = [found.mode_shares[i] for i in (0, 4, 20, 24)]
    assert found.extreme_share == pytest.approx(np.mean(corners))


def test_on_a_ring_all_modes_are_as_far_from_the_centre():
    mixture = ring()
    x = mixture.sample(4_000, seeded(0, "sampling"), balanced=True)
    found = summarize_network(result(mixture, counted(mixture, x)))
    assert found.middle_share == found.extreme_share == pytest.approx(1 / 8, abs=1e-3)


def test_a_row_survives_json():
    mixture = ring()
    x = mixture.sample(999, torch.Generator().manual_seed(1))
    found = summarize_network(result(mixture, counted(mixture, x)))
    row = Row(3, 8.0, 2, 7, found, 1.25)
    assert Row.from_json(row.to_json()) == row
    names = ["beyond", "n", "mode_shares", "middle_share", "extreme_share", "width"]  # counted: without error
    names += ["noise_error", "loss"]
    assert list(row.to_json()["outcome"]) == names


def test_a_run_without_a_truth_has_no_outcome():
    shapes = preset("shapes-32").experiment
    run = Result(
        shapes, np.zeros(1), 1.0, np.ones(3), (Snapshot(3, 1.0, None, Measurement(None, None, None, 9)),)
    )
    with pytest.raises(ValueError, match="Only a model of a mixture has an outcome"):
        summarize_network(run)
