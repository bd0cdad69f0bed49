"""Memorise, then generalise: four shares that are all, what the empirical denoiser repeats, where a network's
score lies, and what is stored and goes on."""

import json

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish, returning_last
from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.detection.statistics.training_distance import FRESH_SHARE
from explorer.diffusion.denoiser import EmpiricalDenoiser, TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments.presets import preset
from explorer.experiments.run import training_points
from explorer.memorisation.run import memorisation
from explorer.memorisation.sample_kinds import KINDS, Shares, sample_kinds
from explorer.memorisation.score_position import LEVELS, score_position
from explorer.memorisation.spec import MemorisationSpec
from explorer.memorisation.store import load_memorisation
from explorer.storage.files import CheckpointError

TINY = {"training.steps": 60, "network.width": 16, "network.depth": 2}


def tiny(**others):
    usual = {"experiment": preset("three-modes").experiment.replace(**TINY)}
    return MemorisationSpec(
        **(usual | {"sizes": (10, 1_000), "seeds": 2, "n": 300, "smallest_noise": 3e-3} | others)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("memorised") / "tiny"


@pytest.fixture(scope="module")
def made(folder):
    return finish(returning_last(memorisation(tiny(), folder=folder))).sizes


@pytest.fixture(scope="module")
def rows(made):
    return [row for one in made for row in one.rows]


def counts(row):
    return [row.shares(who).to_counts() for who in ("network", "empirical", "fresh")]


def test_there_is_a_row_for_each_network_and_its_shares_are_all(rows):
    assert [(row.size, row.seed) for row in rows] == [(10, 0), (10, 1), (1_000, 0), (1_000, 1)]
    for row in rows:
        assert all(sum(of_kinds[:4]) == 300 for of_kinds in counts(row))
        assert len(row.position.sigma) == len(row.position.along) == LEVELS
        assert row.position.sigma[-1] == pytest.approx(3e-3, rel=1e-6)


def test_what_was_stored_is_read_back_and_work_that_was_stopped_goes_on(made, folder):
    spec, stored = load_memorisation(folder, tiny())
    assert spec == tiny()
    assert [[counts(row) for row in one.rows] for one in stored] == [
        [counts(row) for row in one.rows] for one in made
    ]
    (folder / "size-01000.json").unlink()
    updates = list(memorisation(tiny(), folder=folder))
    assert [one.size for one in updates[0].sizes] == [10]  # is not trained again
    assert updates[-1].done
    assert [counts(row) for row in updates[-1].sizes[1].rows] == [counts(row) for row in made[1].rows]
    with pytest.raises(CheckpointError, match="another specification"):
        next(iter(memorisation(tiny(n=200), folder=folder)))


def test_what_was_edited_is_not_read(made, folder, tmp_path):
    for name in ("spec.json", "size-00010.json", "size-00010.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    values = json.loads((tmp_path / "size-00010.json").read_text())
    values["rows"][0]["network"][0] += 1
    (tmp_path / "size-00010.json").write_text(json.dumps(values))
    with pytest.raises(CheckpointError, match="changed after it was written"):
        load_memorisation(tmp_path)


def test_a_stored_network_draws_what_was_counted_of_it(made):
    one, experiment = made[0], tiny().members_of(10)[0]
    drawn, kinds = one.samples[0], one.kinds[0]
    assert np.array_equal(sample_kinds(drawn, training_points(experiment).numpy(), experiment.mixture), kinds)
    assert np.bincount(kinds, minlength=4).tolist() == one.rows[0].network.to_counts()[:4]
    x_t = torch.tensor([[1.0], [1.7]])
    noise = one.network(experiment).predict_noise(x_t, 0)
    assert noise.shape == (2, 1)
    other = made[1].network(tiny().members_of(1_000)[0]).predict_noise(x_t, 0)
    assert not torch.allclose(noise, other)


def test_who_knows_ten_points_by_heart_repeats_them_and_fresh_draws_do_so_by_chance(rows):
    for row in rows[:2]:
        low, _ = row.empirical.memorised.interval
        assert low > 0.4
        assert row.empirical.hallucinated.count <= 3
        assert row.fresh.memorised.interval[0] < 3 * FRESH_SHARE < low
    dense = rows[2].empirical.memorised.interval
    assert dense[0] < 3 * FRESH_SHARE  # its cleanest step is wider than the spacing of a thousand points


def shares_of(samples, training, mixture):
    return Shares.counted(sample_kinds(samples, training, mixture), samples, training)


@pytest.mark.parametrize("name", ["three-modes", "grid-25"])
def test_of_fresh_draws_one_in_a_hundred_is_memorised_and_one_in_a_hundred_spurious(name):
    generator = torch.Generator().manual_seed(3)
    mixture = preset(name).experiment.mixture
    training, fresh = mixture.sample(5_000, generator), mixture.sample(20_000, generator)
    found = shares_of(fresh.numpy(), training.numpy(), mixture)
    for rate in (found.memorised, found.spurious):
        assert rate.value == pytest.approx(FRESH_SHARE, abs=4 * (FRESH_SHARE / 20_000) ** 0.5)


def test_a_place_that_is_returned_to_is_spurious_unless_it_is_a_training_point():
    mixture = line(1, 2, 3)
    training = np.array([[0.99], [1.0], [2.0], [3.0]], np.float32)
    drawn = mixture.sample(200, torch.Generator().manual_seed(0)).numpy()
    drawn[:50] = 2.04 + 1e-6 * np.arange(50)[:, None]  # no training point is there
    drawn[50:100] = 3.0 + 1e-6 * np.arange(50)[:, None]
    kinds = [KINDS[place] for place in sample_kinds(drawn, training, mixture)]
    assert set(kinds[:50]) == {"spurious"}
    assert set(kinds[50:100]) == {"memorised"}
    assert kinds[100:].count("spurious") <= 6


def test_of_the_spurious_it_is_counted_which_lie_on_the_nearer_half_to_a_training_point():
    mixture, training = line(1, 2, 3), np.array([[1.9], [2.0], [2.1]], np.float32)
    near, far = np.full((5, 1), 2.02, np.float32), np.full((3, 1), 2.045, np.float32)
    rest = mixture.sample(100, torch.Generator().manual_seed(1)).numpy()
    kinds = sample_kinds(np.concatenate([near, far]), training, mixture)
    assert set(kinds) == {KINDS.index("spurious")}
    found = Shares.counted(kinds, np.concatenate([near, far]), training)  # 0.02 / 0.08 and 0.045 / 0.055
    assert found.beside == 5
    assert shares_of(rest, training, mixture).beside <= 2


def test_copies_are_memorised_and_what_lies_far_away_is_hallucinated():
    mixture = line(1, 2, 3)
    training = mixture.sample(50, torch.Generator().manual_seed(0)).numpy()
    copies = shares_of(training.copy(), training, mixture)
    assert copies.memorised.count == 50 - copies.hallucinated.count
    between = np.full((20, 1), 1.5, np.float32)
    assert shares_of(between, training, mixture).hallucinated.count == 20


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
        found = finish(score_position(network, by_heart, truth, seeded(0, "test")))
        assert found.along == pytest.approx(np.full(LEVELS, along), abs=1e-4)
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
