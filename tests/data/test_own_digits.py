"""Digits of a user's own IDX files as data: kept with their labels, drawn as many of each, judged."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from explorer.compute.seeds import seeded
from explorer.data.digits.handwritten import KINDS, HandwrittenDigits, held_out
from explorer.data.digits.judge_file import shipped_judge
from explorer.data.digits.mnist import shipped_digits
from explorer.data.own import world_file
from explorer.data.own.world import OwnPictures
from explorer.data.own.world_file import (
    check_there,
    full_name,
    kept_worlds,
    own_pictures,
    read_world,
    world_path,
)
from explorer.data.pictures import (
    kind_names,
    learned_pictures,
    most_pictures,
    picture_distribution,
    picture_name,
    picture_shape,
    subject,
    support_bound,
)
from explorer.experiments.experiment import Experiment
from explorer.experiments.judged_digits import judged_digits
from explorer.experiments.presets import own_presets, preset
from explorer.page_figures.shapes_findings import describe_frechet
from explorer.recursion.presets import default_loop
from explorer.recursion.spec import RecursionSpec
from tests.data.test_own_world import kept

ROWS = np.flatnonzero(np.arange(5_000) % 500 < 25)[:-5]  # 25 of each digit, and 20 nines


def digits_world(rows=ROWS, name="mnist"):
    data = shipped_digits()
    labels = data.labels[rows].astype(np.uint8)
    return OwnPictures(name, data.pictures[rows], "idx", "2026-01-02T03:04:05+00:00", "as they are", labels)


@pytest.fixture
def digits():
    """What an experiment draws from that names 245 digits which are kept on this machine."""
    one = digits_world()
    kept(one)
    return picture_distribution(full_name(one))


def test_a_file_gives_back_every_pixel_and_label():
    one = digits_world()
    again = read_world(kept(one))
    assert np.array_equal(again.pixels, one.pixels)
    assert np.array_equal(again.labels, one.labels)
    assert again.digest == one.digest
    assert kept_worlds()["mnist"]["points"] == 200  # as many of each as there are nines


def test_the_name_changes_with_a_pixel_and_with_a_label():
    one = digits_world()
    pixels, labels = one.pixels.copy(), one.labels.copy()
    pixels[3, 4, 5] ^= 1
    labels[3] = 7
    others = [dataclasses.replace(one, **change) for change in ({"pixels": pixels}, {"labels": labels})]
    others.append(dataclasses.replace(one, labels=None))
    assert len({full_name(each) for each in (one, *others)}) == 4


def test_they_are_digits_whose_support_the_shipped_judge_knows(digits):
    name = full_name(digits_world())
    assert isinstance(digits, HandwrittenDigits)
    assert (picture_name(digits), subject(name), picture_shape(name)) == (name, "digits", (1, 28, 28))
    assert learned_pictures(name) == digits != HandwrittenDigits()
    assert (kind_names(name), support_bound(name)) == (KINDS, 0)
    x = torch.cat([held_out(30), torch.full((1, 1, 28, 28), -1.0)])
    assert torch.equal(digits.kinds(x), (shipped_judge().scores(x) > 0).long())


def test_each_digit_is_drawn_as_often_and_none_twice_before_all_were(digits):
    one = digits_world()
    drawn = digits.sample(200, seeded(0, "points"))
    rows = [int((one.members == picture).flatten(1).all(1).nonzero()) for picture in drawn]
    assert len(set(rows)) == 200
    assert np.bincount(one.labels[rows]).tolist() == [20] * 10


def test_the_nearest_is_looked_for_among_all(digits, monkeypatch):
    monkeypatch.setattr("explorer.data.digits.handwritten.CHUNK", 40)  # members are gone through in parts
    one = digits_world()
    shaken = one.members[[0, 39, 40, 244]] + 0.02
    assert torch.equal(digits.nearest(shaken), one.members[[0, 39, 40, 244]])


def test_the_empirical_optimum_is_that_of_the_first_of_each(digits, monkeypatch):
    one = digits_world()
    assert len(digits.members) == 200  # twenty of each, as many as there are nines
    first = np.concatenate([np.flatnonzero(one.labels == digit)[:20] for digit in range(10)])
    assert digits.posterior_mean(digits.members[:1], 0.0)[0] == pytest.approx(
        one.members[np.sort(first)].mean(0), abs=1e-5
    )
    x_t = 0.9999**0.5 * digits.members[:5] + 0.01 * torch.randn(5, 1, 28, 28, generator=seeded(0, "noise"))
    assert torch.allclose(digits.posterior_mean(x_t, 0.9999), digits.members[:5], atol=1e-4)


def test_of_many_digits_the_optimum_takes_350_of_each():
    kept(one := digits_world(np.arange(5_000), "many"))
    known = picture_distribution(full_name(one))
    assert len(known.learned.pictures) == 5_000
    assert len(known.members) == 3_500
    assert preset("own-many").experiment.points == 5_000


def test_real_digits_that_ones_own_hold_are_not_called_held_out(digits):
    drawn = digits.sample(40, seeded(1, "points"))
    assert digits.among_learned(drawn).all()
    assert not digits.among_learned((drawn + 0.1).clamp(-1, 1)).any()
    inside = int(digits.among_learned(held_out(40)).sum())
    found = judged_digits(digits, drawn.numpy())
    assert (found.seen, found.first) == (inside, 200)
    kept(one := digits_world(np.arange(5_000), "many"))
    found = judged_digits(picture_distribution(full_name(one)), drawn.numpy())
    assert found.to_json()["held_out_among_learned"] == 40
    assert "yours hold 40 of them, so that those are not held out" in describe_frechet(found)
    shipped = judged_digits(HandwrittenDigits(), drawn.numpy())
    assert (shipped.seen, shipped.first) == (0, None)
    assert "that it has never seen" in describe_frechet(shipped)


def test_an_experiment_learns_from_as_many_of_each(digits):
    experiment = preset("own-mnist").experiment
    assert own_presets()["own-mnist"].experiment == experiment
    assert experiment.distribution == digits
    assert experiment.points == 200
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert most_pictures(experiment.pictures) == 70_000
    with pytest.raises(ValueError, match="70,001 is above 70,000"):
        experiment.replace(points=70_001)


def test_all_of_mnist_fits():
    """Sixty thousand, with as many of each as MNIST has; what they show is no matter here."""
    of_each = [5_923, 6_742, 5_958, 6_131, 5_842, 5_421, 5_918, 6_265, 5_851, 5_949]
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10), of_each)).astype(np.uint8)
    pixels = np.zeros((60_000, 28, 28), np.uint8)
    pixels[:, 0, 0] = labels
    pixels[:, 0, 1:4] = np.arange(60_000)[:, None] // [1, 256, 65_536] % 256
    one = OwnPictures("mnist", pixels, "idx", "", "as they are", labels)
    kept(one)
    experiment = preset("own-mnist").experiment
    assert experiment.points == 54_210  # ten times as many as there are fives
    loop = default_loop(experiment)
    assert ("accumulate" in loop.arms, loop.samples) == (True, 1_000)
    assert RecursionSpec(experiment, ("none",)).samples == 20_000  # and not as many as are learned from
    known = experiment.distribution
    drawn = ((known.sample(54_210, seeded(0, "points"))[:, 0, 0, :4] + 1) * 127.5).round().int()
    assert np.bincount(drawn[:, 0]).tolist() == [5_421] * 10
    assert len(drawn[:, 1:].unique(dim=0)) == 54_210
    assert known.members.shape == (3_500, 1, 28, 28)


def test_more_than_seventy_thousand_are_refused():
    many = np.zeros((70_001, 28, 28), np.uint8)
    with pytest.raises(ValueError, match="70,001 digits; at most 70,000"):
        OwnPictures("mnist", many, "", "", "", (np.arange(70_001) % 10).astype(np.uint8))
    assert OwnPictures("mnist", many[1:], "", "", "", (np.arange(70_000) % 10).astype(np.uint8)).n == 70_000
    with pytest.raises(ValueError, match="16 to 20,000"):
        OwnPictures("mnist", many, "", "", "")


@pytest.mark.parametrize(
    ("labels", "about", "words"),
    [
        (np.zeros(245, np.uint8), {}, "not those of digits"),
        (digits_world().labels[:-1], {}, "not those of digits"),
        (digits_world().labels.astype(np.int64), {}, "not those of digits"),
        (np.roll(digits_world().labels, 1), {}, "changed after they were added"),
        (None, {}, "labels"),
        (digits_world().labels, {"subject": "cats"}, "it is of 'cats'"),
    ],
    ids=["of one digit", "too few", "no bytes", "moved", "none", "of something else"],
)
def test_an_edited_file_is_refused(labels, about, words):
    one = digits_world()
    path = kept(one)
    said = json.loads(json.dumps(world_file.read_about(path))) | about
    arrays = {"pixels": one.pixels} | ({} if labels is None else {"labels": labels})
    path.write_bytes(save(arrays, {"about": json.dumps(said)}))
    with pytest.raises(ValueError, match=words):
        read_world(path)


def test_digits_that_are_gone_are_known_to_be_gone():
    one = digits_world(ROWS[:-5])  # of another hash than any above
    assert subject(full_name(one)) == "own"  # of what is not here nobody knows
    path = kept(one)
    assert subject(full_name(one)) == "digits"
    path.unlink()
    with pytest.raises(ValueError, match="There are no pictures own-mnist on this machine"):
        check_there(full_name(one))
    with pytest.raises(ValueError, match="There are no pictures own-mnist on this machine"):
        preset("own-mnist")
    kept(digits_world())
    assert own_pictures(full_name(digits_world())).digits is not None
    assert world_path("mnist").is_file()
