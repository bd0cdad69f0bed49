"""Memorise, then generalise: three shares that are all, what the empirical denoiser repeats, and where a
network's score lies."""

import numpy as np
import pytest
import torch
from explorer.experiments.memorisation import RATIO, MemorisationSpec, Shares, memorisation

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.diffusion.denoiser import EmpiricalDenoiser, TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments import memorisation as engine
from explorer.experiments.presets import preset

TINY = {"training.steps": 60, "network.width": 16, "network.depth": 2}


def tiny(**others):
    usual = {"experiment": preset("three-modes").experiment.replace(**TINY)}
    return MemorisationSpec(**(usual | {"sizes": (10, 1_000), "seeds": 2, "n": 300} | others))


@pytest.fixture(scope="module")
def rows():
    return finish(memorisation(tiny()))


def test_there_is_a_row_for_each_network_and_its_shares_are_all(rows):
    assert [(row.size, row.seed) for row in rows] == [(10, 0), (10, 1), (1_000, 0), (1_000, 1)]
    for row in rows:
        for shares in (row.network, row.empirical, row.fresh):
            counts = [shares.hallucinated.count, shares.memorised.count, shares.generalised.count]
            assert sum(counts) == 300
        assert 0 <= row.exact <= 1
        assert len(row.position.sigma) == len(row.position.along) == engine.LEVELS
        assert row.position.sigma[-1] == pytest.approx(3e-3, rel=1e-6)


def test_the_same_spec_gives_the_same_rows(rows):
    again = finish(memorisation(tiny()))
    assert [(one.network, one.empirical, one.fresh, one.exact) for one in again] == [
        (one.network, one.empirical, one.fresh, one.exact) for one in rows
    ]
    assert all(
        np.array_equal(one.position.along, other.position.along)
        for one, other in zip(again, rows, strict=True)
    )


def test_who_knows_ten_points_by_heart_repeats_them_and_fresh_draws_repeat_their_share(rows):
    for row in rows[:2]:
        low, _ = row.empirical.memorised.interval
        assert low > 0.75
        assert row.empirical.hallucinated.count <= 3
        ends = row.fresh.memorised.interval
        assert ends[0] - 0.05 < RATIO < ends[1] + 0.05  # of points at random a share RATIO^1, ten are few
        assert row.fresh.memorised.value < low
    dense = rows[2].empirical.memorised.interval
    assert dense[0] < 1.5 * RATIO  # its cleanest step is wider than the spacing of a thousand points


def test_fresh_draws_repeat_a_share_of_the_ratio_to_the_dimensions():
    generator = torch.Generator().manual_seed(3)
    plane = preset("grid-25").experiment.mixture
    training, fresh = plane.sample(20_000, generator), plane.sample(20_000, generator)
    low, high = Shares.of(fresh.numpy(), training.numpy(), plane).memorised.interval
    assert low < RATIO**2 < high


def test_copies_are_memorised_and_what_lies_far_away_is_hallucinated():
    mixture = line(1, 2, 3)
    training = mixture.sample(50, torch.Generator().manual_seed(0)).numpy()
    copies = Shares.of(training.copy(), training, mixture)
    assert copies.memorised.count == 50 - copies.hallucinated.count
    between = np.full((20, 1), 1.5, np.float32)
    assert Shares.of(between, training, mixture).hallucinated.count == 20


def test_the_empirical_denoiser_is_the_mean_over_its_members_by_brute_force():
    members, schedule = torch.tensor([[0.0], [1.0], [4.0]]), NoiseSchedule("geometric", beta_first=1e-5)
    denoiser = EmpiricalDenoiser(members, schedule)
    assert denoiser.shape == (1,)
    x_t, t = torch.tensor([[0.3], [2.0]]), 600
    level = schedule.alpha_bar(t)
    for x, noise in zip(x_t.double()[:, 0], denoiser.predict_noise(x_t, t)[:, 0], strict=True):
        weight = torch.exp(-((x - level**0.5 * members.double()[:, 0]) ** 2) / (2 * (1 - level)))
        mean = (weight * members.double()[:, 0]).sum() / weight.sum()
        assert float(noise) == pytest.approx(float((x - level**0.5 * mean) / (1 - level) ** 0.5), abs=1e-6)
    with pytest.raises(ValueError, match="at least one training point"):
        EmpiricalDenoiser(members[:0], schedule)


def test_the_position_is_0_at_the_truth_and_1_at_the_empirical_denoiser():
    mixture, schedule = line(1, 2, 3), NoiseSchedule("geometric", beta_first=1e-5)
    truth = TrueDenoiser(mixture, schedule)
    by_heart = EmpiricalDenoiser(mixture.sample(20, torch.Generator().manual_seed(1)), schedule)

    class Halfway:
        shape, schedule = truth.shape, truth.schedule

        def predict_noise(self, x_t, t):
            return (truth.predict_noise(x_t, t) + by_heart.predict_noise(x_t, t)) / 2

    for network, along in ((truth, 0.0), (by_heart, 1.0), (Halfway(), 0.5)):
        found = finish(engine._position(network, by_heart, truth, seeded(0, "test")))
        assert found.along == pytest.approx(np.full(engine.LEVELS, along), abs=1e-4)
        assert np.abs(found.aside).max() < 1e-3


def test_a_geometric_schedule_grows_by_one_factor_from_where_it_is_told():
    schedule = NoiseSchedule("geometric", beta_first=9e-6)
    sigma = ((1 - schedule.alpha_bars) / schedule.alpha_bars).sqrt()
    assert float(sigma[0]) == pytest.approx((9e-6 / (1 - 9e-6)) ** 0.5, rel=1e-9)
    assert float(sigma[-1]) == pytest.approx(200, rel=1e-4)
    factors = sigma[1:] / sigma[:-1]
    assert float(factors.max() / factors.min()) == pytest.approx(1, abs=1e-6)
    with pytest.raises(ValueError, match=r"0\.5 at most, not 0\.6"):
        NoiseSchedule("geometric", beta_first=0.6, beta_last=0.7)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sizes": (9,)}, r"lie in \[10, 10,000\]"),
        ({"sizes": ()}, r"lie in \[10, 10,000\]"),
        ({"sizes": (100, 10)}, "rise"),
        ({"seeds": 0}, r"seeds 0 is outside \[1, 10\]"),
        ({"n": 50}, r"samples 50 is outside \[100, 20,000\]"),
        ({"smallest_noise": 1e-5}, r"smallest noise 1e-05 is outside \[0\.0001, 0\.1\]"),
        ({"smallest_noise": float("nan")}, "smallest noise nan is outside"),
        ({"experiment": preset("shapes-32").experiment}, "Only of a mixture"),
    ],
)
def test_what_cannot_be_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        tiny(**changes)
