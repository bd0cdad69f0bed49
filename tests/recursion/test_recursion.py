"""Recursive training: who learns from what, arm by arm, and what is said of each generation."""

import dataclasses
import hashlib
import itertools
import json
import time

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from explorer.compute.progress import finish
from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.pictures import picture_distribution
from explorer.data.points import standardise
from explorer.detection.statistics.thresholds import threshold_at_retention
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import learn, training_points
from explorer.page_figures.recursive_findings import real_distance
from explorer.recursion import run
from explorer.recursion.filters import apply_filter
from explorer.recursion.generation import GenerationSamples
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import ARMS, LEAST_KEPT, Generation, RecursionSpec, missing
from explorer.recursion.store import load_kept

TINY = {"training.steps": 600, "training.batch": 200, "training.ema": 0.95, "sampler.steps": 60}
SHORT = {"training.steps": 60}  # where no number depends on what was learned
TINY_PICTURES = {
    "training.steps": 3,
    "training.batch": 4,
    "network.width": 8,
    "sampler.steps": 3,
    "points": 100,
}


def tiny(arms=("none", "variance"), generations=3, samples=1000, changes=None, **others):
    """The spec of a run of seconds: two modes, a short training, a short walk."""
    experiment = preset("two-modes").experiment.replace(**(TINY | (changes or {})))
    return RecursionSpec(experiment, arms=arms, generations=generations, samples=samples, **others)


def completed(spec, folder=None):
    *_, last = recursive_training(spec, folder=folder)
    assert last.done
    return last.generations


def comparable(one: Generation):
    """All numbers of a generation but its seconds, to be compared."""
    values = dict(vars(one))
    for name in ("seconds", "hal", "density", "samples"):
        del values[name]
    density = None if one.density is None else one.density.p.astype(np.float32).tobytes()
    return values | {
        "hal": (one.hal.in_support.tolist(), one.hal.hallucinated.tolist()),
        "density": density,
        "samples": one.samples.tobytes(),
    }


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A run of all arms: its spec, its updates and its folder."""
    folder = tmp_path_factory.mktemp("recursion") / "all"
    spec = tiny(ARMS)
    return spec, list(recursive_training(spec, folder=folder)), folder


@pytest.fixture(scope="module")
def by_arm(stored):
    return {arm: [one for one in stored[1][-1].generations if one.arm == arm] for arm in ARMS}


def kept_of(folder, arm, number):
    return load_file(folder / f"{arm}-{number}.kept.safetensors")["samples"]


# ---- the chain of samples ------------------------------------------------------------------------------


def test_each_generation_learns_from_exactly_what_the_one_before_kept(stored, by_arm):
    folder = stored[2]
    for arm, made in by_arm.items():
        assert [one.number for one in made] == [0, 1, 2]
        if arm == "accumulate":
            continue  # its pool: see below
        for before, after in zip(made, made[1:], strict=False):
            on_disk = kept_of(folder, arm, before.number)
            assert on_disk.dtype == np.float32
            assert on_disk.shape == (before.kept, 1)
            assert (
                hashlib.sha256(on_disk.tobytes()).hexdigest() == before.kept_digest == after.training_digest
            )


def test_all_arms_share_generation_0_which_learns_from_the_data(stored, by_arm):
    spec = stored[0]
    first = [made[0] for made in by_arm.values()]
    data = training_points(spec.experiment).numpy()
    assert {one.training_digest for one in first} == {hashlib.sha256(data.tobytes()).hexdigest()}
    assert len({one.rate for one in first}) == 1
    assert len({one.samples.tobytes() for one in first}) == 1
    assert len({one.density.p.tobytes() for one in first}) == 1
    assert len({one.kept_digest for one in first}) == len(ARMS)
    # Later generations have learned from different samples.
    assert len({made[1].samples.tobytes() for made in by_arm.values()}) == len(ARMS)


def test_generation_0_is_the_experiments_own_run(stored, by_arm):
    *_, last = learn(stored[0].experiment)
    measured = last.result.final.measurement
    assert by_arm["none"][0].density.p == pytest.approx(measured.density.p, rel=1e-6)
    assert by_arm["none"][0].exact == pytest.approx(measured.beyond, rel=1e-6)


def test_the_same_noise_makes_every_arm_whose_training_was_the_same_the_same(tmp_path):
    # With nothing to drop, keeping all and dropping none by variance are one thing.
    made = completed(tiny(("none", "variance"), 2, 300, drop=0.0, changes=SHORT))
    for number in (0, 1):
        none, variance = (one for one in made if one.number == number)
        assert none.kept_digest == variance.kept_digest
        assert none.rate == variance.rate
        assert variance.threshold is None


# ---- what an arm keeps ---------------------------------------------------------------------------------


def test_the_oracle_never_learns_from_anything_outside_the_support(stored, by_arm):
    spec, _, folder = stored
    for one in by_arm["oracle"]:
        kept = torch.from_numpy(kept_of(folder, "oracle", one.number))
        assert not spec.experiment.mixture.is_hallucination(kept, 5).any()
        assert one.rate_after.count == 0 < one.rate.count
        assert one.kept == min(1000, one.drawn - one.rate.count)


def test_a_random_drop_leaves_the_rate_alone(by_arm):
    for one in by_arm["random"]:
        low, high = one.rate.interval
        assert low <= one.rate_after.value <= high
        assert one.kept == 1000


def test_the_variance_filter_lowers_the_rate_and_an_unfiltered_chain_gets_worse(by_arm):
    for one in by_arm["variance"]:
        assert one.rate_after.value < one.rate.value
        assert one.threshold > 0
    exact = {arm: [one.exact[5] for one in made] for arm, made in by_arm.items()}
    assert exact["none"][0] < exact["none"][1] < exact["none"][2]
    assert exact["variance"][2] < exact["none"][2]


def test_real_samples_are_new_draws_in_the_asked_share(stored, by_arm):
    folder = stored[2]
    data = training_points(stored[0].experiment).numpy()
    for number in (0, 1):
        none, real = kept_of(folder, "none", number), kept_of(folder, "real", number)
        if number == 0:  # what was drawn is the same
            assert np.array_equal(real[:800], none[:800])
        fresh = real[800:]
        assert np.abs(np.abs(fresh) - 0.5).max() < 6 * 0.05
        assert not np.isin(fresh, data).all()
        assert by_arm["real"][number].rate_after.n == 1000
    assert not np.array_equal(kept_of(folder, "real", 0)[800:], kept_of(folder, "real", 1)[800:])


def test_the_pool_is_the_data_and_the_samples_of_all_generations_so_far(stored, by_arm):
    spec, _, folder = stored
    made, pool = by_arm["accumulate"], training_points(spec.experiment).numpy()
    mixture = spec.experiment.mixture
    for place, one in enumerate(made):
        new = kept_of(folder, "accumulate", one.number)
        assert new.shape == (1000, 1)
        if place == 0:
            assert np.array_equal(new, kept_of(folder, "none", 0))
        pool = np.concatenate([pool, new])
        assert one.kept == one.rate_after.n == len(pool) == 20_000 + 1000 * (place + 1)
        assert hashlib.sha256(pool.tobytes()).hexdigest() == one.kept_digest
        assert one.rate_after.count == int(mixture.is_hallucination(torch.from_numpy(pool), 5).sum())
        if place + 1 < len(made):
            assert made[place + 1].training_digest == one.kept_digest
        assert np.array_equal(load_kept(folder, spec, one), pool)
    # So it stays nearer to the data than a chain that forgets them.
    assert made[2].exact[5] < by_arm["none"][2].exact[5]


def test_the_pool_of_pictures_is_judged_by_its_kinds(tmp_path):
    experiment = preset("shapes-32").experiment.replace(**TINY_PICTURES)
    made = completed(RecursionSpec(experiment, ("accumulate",), 2), tmp_path / "pictures")
    assert [one.kept for one in made] == [200, 300]
    drawn_wrong = [
        int(picture_distribution("shapes-32").is_hallucination(torch.from_numpy(new), 5).sum())
        for new in (kept_of(tmp_path / "pictures", "accumulate", number) for number in (0, 1))
    ]
    assert [one.rate_after.count for one in made] == [drawn_wrong[0], sum(drawn_wrong)]


@pytest.mark.parametrize("fresh", [False, True])
def test_fresh_seeds_train_each_generation_anew_and_alike_in_all_arms(fresh, monkeypatch):
    used = []

    def train_on(experiment, data, *, device):
        used.append(experiment.seed)
        return real(experiment, data, device=device)

    real = run.train_on
    monkeypatch.setattr(run, "train_on", train_on)
    spec = tiny(("none", "variance"), 3, 200, drop=0.0, changes={"training.steps": 20}, fresh_seeds=fresh)
    made = completed(spec)
    zero, *later = used
    assert zero == spec.experiment.seed == 0
    assert later[0::2] == later[1::2]  # two arms
    assert len({zero, *later}) == (3 if fresh else 1)
    # With nothing dropped the arms are one: the noise is common, too.
    for number in (1, 2):
        assert len({one.samples.tobytes() for one in made if one.number == number}) == 1


def judged(n=2000, bad=60, seed=0):
    """GenerationSamples whose Hal tells the hallucinated apart, all but a few."""
    rng = np.random.default_rng(seed)
    flags = np.zeros(n, bool)
    flags[rng.choice(n, bad, replace=False)] = True
    hal = np.exp(rng.normal(size=n) + 3 * flags)
    return GenerationSamples(rng.normal(size=(n, 1)).astype(np.float32), flags, hal, np.zeros(n, np.int64))


def test_each_rule_of_the_variance_arm_drops_what_it_says():
    draws = judged()
    fraction = finish(apply_filter(tiny(samples=1900), "variance", 1, draws, None))
    order = np.sort(draws.hal)
    assert len(fraction.samples) == 1900
    assert fraction.threshold == order[1899]
    assert np.array_equal(fraction.samples, draws.samples[draws.hal <= order[1899]])

    oracle = finish(apply_filter(tiny(samples=1990, rule="oracle rate"), "variance", 1, draws, None))
    assert len(oracle.samples) == 2000 - 60
    assert oracle.hallucinated == draws.hallucinated[draws.hal <= oracle.threshold].sum() < 60

    spec = tiny(samples=1950, rule="threshold")
    first = finish(apply_filter(spec, "variance", 0, draws, None))
    assert first.threshold == threshold_at_retention(draws.hal, draws.hallucinated, 0.96)
    below = draws.hal <= first.threshold
    assert np.array_equal(first.samples, draws.samples[below][:1950])
    later = finish(apply_filter(spec, "variance", 3, judged(seed=1), first.threshold))
    assert later.threshold == first.threshold


def test_the_threshold_is_learned_once():
    made = [
        one
        for one in completed(tiny(("variance",), rule="threshold", changes=SHORT))
        if one.arm == "variance"
    ]
    assert len({one.threshold for one in made}) == 1
    assert made[0].threshold > 0


def test_an_arm_that_keeps_too_few_ends_and_the_others_go_on():
    # Three steps of training: hardly a picture is valid, and the oracle has nothing to keep.
    experiment = preset("shapes-32").experiment.replace(**TINY_PICTURES)
    *_, last = recursive_training(RecursionSpec(experiment, ("none", "oracle"), 2))
    assert [(one.number, one.arm) for one in last.generations] == [(0, "none"), (0, "oracle"), (1, "none")]
    ended = last.generations[1]
    assert ended.kept < LEAST_KEPT
    assert ended.rate_after is None or ended.rate_after.count == 0
    assert not missing(RecursionSpec(experiment, ("none", "oracle"), 2), last.generations)


# ---- what is said of a generation ----------------------------------------------------------------------


def test_a_generation_says_what_it_drew(stored, by_arm):
    spec = stored[0]
    assert spec.drawn == 1053  # the fewest of which 95 % are a thousand
    for made in by_arm.values():
        for one in made:
            assert one.drawn == one.rate.n == one.hal.counts.sum() == 1053
            assert one.hal.hallucinated.sum() == one.rate.count
            assert sum(one.mode_shares) == pytest.approx(1)
            assert one.alive == 2
            assert 1 < one.width < 2.5
            assert 0 < one.distance < 0.2
            assert one.samples.shape == (1053, 1)
            assert one.kinds is None
            # The samples and the exact density are two ways to the same rate.
            low, high = one.rate.interval
            assert low / 2 < one.exact[5] < 2 * high
    assert by_arm["none"][2].width > by_arm["none"][0].width


def test_the_same_seed_gives_the_same_curves_and_another_seed_others(by_arm):
    again, other = completed(tiny(ARMS[:2], 2)), completed(tiny(ARMS[:1], 1, changes={"seed": 1}))
    for one in again:
        assert comparable(one) == comparable(by_arm[one.arm][one.number])
    assert other[0].rate != again[0].rate


def test_in_the_plane_there_is_no_exact_density_but_a_sliced_distance():
    experiment = preset("ring-8").experiment.replace(**(TINY | {"points": 1000}))
    (one,) = completed(RecursionSpec(experiment, ("none",), 1, 500))
    assert one.exact is None
    assert one.density is None
    assert len(one.mode_shares) == 8
    assert one.distance > 0
    assert one.samples.shape == (527, 2)


@pytest.mark.parametrize("name", ["shapes-32", "hands-48"])
def test_pictures_are_counted_by_kind(name, tmp_path):
    experiment = preset(name).experiment.replace(**TINY_PICTURES)
    spec = RecursionSpec(experiment, ("variance", "real"), 2)
    assert spec.samples == 100
    assert spec.k == (5 if name == "shapes-32" else 0.5)
    made = completed(spec, tmp_path / "pictures")
    assert [one.arm for one in made] == ["variance", "real"] * 2
    side = picture_distribution(name).shape[-1]
    for one in made:
        assert sum(one.kinds.values()) == one.drawn == 106
        assert one.drawn - next(iter(one.kinds.values())) == one.rate.count
        assert one.mode_shares == ()
        assert (one.width, one.distance, one.exact, one.density) == (None, None, None, None)
        assert one.samples.shape == (60, 1, side, side)
        assert np.abs(one.samples).max() <= 1
    assert kept_of(tmp_path / "pictures", "real", 0).shape == (100, 1, side, side)
    assert made[3].training_digest == made[1].kept_digest
    assert made[1].rate_after.count == made[1].rate_after.n - 20  # twenty are real, and valid


def test_digits_are_measured_by_their_judge(tmp_path):
    experiment = preset("digits-28").experiment.replace(**TINY_PICTURES)
    spec = RecursionSpec(experiment, ("none", "accumulate"), 2)
    assert spec.k == 0
    made = completed(spec, tmp_path / "digits")
    known = HandwrittenDigits()
    for number in (0, 1):
        drawn = torch.from_numpy(kept_of(tmp_path / "digits", "none", number))
        one = next(one for one in made if (one.arm, one.number) == ("none", number))
        assert one.rate_after.count == int(known.is_hallucination(drawn).sum())
        assert one.kinds == {"digit": 106 - one.rate.count, "not a digit": one.rate.count}
        assert one.width is None
        assert len(one.mode_shares) == 10
        assert sum(one.mode_shares) == pytest.approx(1 if one.rate.count < 106 else 0)
        assert one.alive == sum(share >= 0.01 for share in one.mode_shares)
    real = real_distance(spec)
    assert 0 < real < min(one.distance for one in made)  # noise lies farther than real digits do


def test_only_pictures_have_a_bound_of_zero():
    with pytest.raises(ValueError, match=r"k = 0 is outside \(0, 100\]"):
        RecursionSpec(preset("two-modes").experiment, k=0)
    with pytest.raises(ValueError, match=r"k = 101 is outside \[0, 100\]"):
        RecursionSpec(preset("digits-28").experiment, k=101)


# ---- the way there -------------------------------------------------------------------------------------


def test_updates_tell_how_far_it_is(stored):
    spec, updates, _ = stored
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1
    assert len(updates) > 3 * 13  # slices: many for each of the thirteen networks
    first = next(i for i, update in enumerate(updates) if update.generations)
    assert all(update.seconds_left is None for update in updates[:first])
    assert all(update.seconds_left >= 0 for update in updates[first:])
    assert [update.done for update in updates] == [False] * (len(updates) - 1) + [True]
    assert {update.stage for update in updates} == {"training", "sampling", "measuring"}
    assert {update.arm for update in updates if update.generation == 0} == {""}
    assert {update.arm for update in updates if update.generation == 2} == set(spec.arms)
    counts = [len(update.generations) for update in updates]
    assert counts == sorted(counts)
    assert counts[-1] == 3 * len(ARMS)
    for update in updates:
        assert [(one.number, ARMS.index(one.arm)) for one in update.generations] == sorted(
            (one.number, ARMS.index(one.arm)) for one in update.generations
        )


def test_seconds_are_those_of_work(monkeypatch):
    now = itertools.count()
    away = 0

    def clock():  # a second passes whenever it is looked at
        return next(now) + away

    monkeypatch.setattr(time, "perf_counter", clock)
    work = recursive_training(tiny())
    started = next(work).seconds
    for _ in range(5):
        away += 1_000_000
        update = next(work)
    assert 0 < update.seconds - started < 1_000_000


# ---- the spec ------------------------------------------------------------------------------------------


def test_a_spec_travels_in_json_and_is_named_by_what_is_unusual():
    spec = tiny(("oracle", "none"), rule="threshold", window=(0, 9), drop=0.1)
    assert spec.arms == ("none", "oracle")
    assert RecursionSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert RecursionSpec(spec.experiment).digest == RecursionSpec(spec.experiment, k=5, window=(0, 4)).digest
    changes = [
        {"arms": ("none",)},
        {"generations": 9},
        {"samples": 999},
        {"drop": 0.2},
        {"rule": "fraction"},
        {"window": (0, 8)},
        {"real_share": 0.3},
        {"k": 4.0},
        {"seeds": 5},
        {"fresh_seeds": True},
        {"experiment": spec.experiment.replace(seed=1)},
    ]
    digests = {spec.digest, *(dataclasses.replace(spec, **change).digest for change in changes)}
    assert len(digests) == 1 + len(changes)
    assert all(len(digest) == 16 for digest in digests)


def test_fields_that_were_added_change_no_name_and_no_stored_spec():
    """Digests and a file of before there were seeds, fresh seeds and the arm accumulate."""
    spec = RecursionSpec(preset("three-modes").experiment, ARMS[:5], 8, 20_000)
    assert spec.digest == "25baacf6659398e2"
    assert RecursionSpec(preset("grid-25").experiment).digest == "8e9a8f493024fa3e"
    old = {name: value for name, value in spec.to_json().items() if name not in ("seeds", "fresh_seeds")}
    assert RecursionSpec.from_json(old) == spec


def test_default_values_depend_on_the_data():
    points = RecursionSpec(preset("grid-25").experiment)
    assert (points.samples, points.window, points.k) == (100_000, (0, 4), 5)
    assert points.drawn == 105_264
    hands = RecursionSpec(preset("hands-48").experiment)
    visited = hands.experiment.sampler.timesteps(hands.experiment.schedule)
    assert (hands.samples, hands.window, hands.k) == (4000, (0, visited[-60]), 0.5)
    assert hands.window_steps == 60


def test_as_many_are_drawn_as_leave_enough():
    for samples in (100, 950, 9_500, 20_000, 199_999):
        for drop in (0.0, 0.05, 0.1, 0.3, 0.5):
            drawn = tiny(samples=samples, drop=drop).drawn
            assert round(drawn * (1 - drop), 6) >= samples > round((drawn - 1) * (1 - drop), 6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arms": ()}, "at least one arm of none, variance"),
        (
            {"arms": ("none", "best")},
            "no arm 'best'; there are none, variance, random, oracle, real, accumulate",
        ),
        ({"arms": ("none", "none")}, "'none' is named twice"),
        ({"generations": 0}, r"generations 0 is outside \[1, 50\]"),
        ({"generations": 51}, r"generations 51 is outside \[1, 50\]"),
        ({"samples": 9}, r"samples kept 9 is outside \[10, 200,000\]"),
        ({"samples": 200_001}, r"samples kept 200,001 is outside \[10, 200,000\]"),
        ({"drop": 0.51}, r"dropped 0.51 is outside \[0, 0.5\]"),
        ({"drop": -0.1}, r"dropped -0.1 is outside"),
        ({"drop": float("nan")}, r"dropped nan is outside"),
        ({"rule": "luck"}, "no rule 'luck'; there are fraction, threshold, oracle rate"),
        ({"window": (0, 900)}, "window 0:900 needs two visited steps"),
        ({"window": (3, 3)}, "window 3:3 needs two visited steps"),
        ({"window": (1, 2, 3)}, "two ends, not 3"),
        ({"real_share": 0.0}, r"real samples 0 is outside \(0, 1\)"),
        ({"real_share": 1.0}, r"real samples 1 is outside \(0, 1\)"),
        ({"k": 0.0}, r"k = 0 is outside \(0, 100\]"),
        ({"seeds": 0}, r"seeds 0 is outside \[1, 20\]"),
        ({"seeds": 21}, r"seeds 21 is outside \[1, 20\]"),
        ({"seeds": 2, "changes": {"seed": 2**31 - 1}}, "last of 2 seeds from 2147483647 is above 2147483647"),
        (
            {"arms": ("accumulate",), "generations": 50, "samples": 10_000},
            "would learn from 510,000 samples in the end, more than 500,000",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_bound(changes, words):
    with pytest.raises(ValueError, match=words):
        tiny(**changes)


def test_uploads_and_too_many_pictures_are_refused():
    points = standardise([[float(i)] for i in range(20)])
    with pytest.raises(ValueError, match="truth of uploaded points is unknown"):
        RecursionSpec(Experiment(upload=points.digest))
    with pytest.raises(ValueError, match=r"kept 20,001 is outside \[10, 20,000\]"):
        RecursionSpec(preset("shapes-32").experiment, samples=20_001)
    with pytest.raises(ValueError, match="recursion has no field 'arm'"):
        RecursionSpec.from_json({"experiment": preset("two-modes").experiment.to_json(), "arm": "none"})
    with pytest.raises(ValueError, match="recursion lacks the field 'experiment'"):
        RecursionSpec.from_json({})
