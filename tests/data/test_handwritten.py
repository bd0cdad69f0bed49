"""Handwritten digits as a distribution: what is drawn, what stands in for its mean, and its support."""

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.digits.handwritten import KINDS, HandwrittenDigits, digit_parts, held_out
from explorer.data.digits.judge_file import shipped_judge
from explorer.data.distribution import KnownDistribution
from explorer.data.pictures import check_bound, hallucinated_kinds, kinds_beyond, support_bound, support_unit

DIGITS = HandwrittenDigits()


def labels_of(x: torch.Tensor) -> torch.Tensor:
    """Of pictures of the data: which digit each is, by its label."""
    pictures, labels = digit_parts().learned
    away = torch.cdist(x.flatten(1), pictures.flatten(1))
    assert away.min(1).values.max() < 0.1  # two of them are farther apart
    return labels[away.argmin(1)]


def test_it_is_a_known_distribution_of_one_size():
    assert isinstance(DIGITS, KnownDistribution)
    assert DIGITS.shape == (1, 28, 28)
    assert HandwrittenDigits() == DIGITS
    with pytest.raises(ValueError, match="28 pixels wide, not 32"):
        HandwrittenDigits(32)


@pytest.mark.parametrize("balanced", [False, True])
def test_samples_are_of_the_part_to_learn_from_and_as_many_of_each(balanced):
    drawn = DIGITS.sample(203, seeded(0, "points"), balanced=balanced)
    assert torch.bincount(labels_of(drawn)).tolist() == [21] * 3 + [20] * 7
    again = DIGITS.sample(203, seeded(0, "points"), balanced=balanced)
    assert torch.equal(drawn, again)
    assert not torch.equal(drawn, DIGITS.sample(203, seeded(1, "points")))


def test_none_is_drawn_twice_before_all_were():
    pictures, labels = digit_parts().learned
    assert torch.bincount(labels).tolist() == [350] * 10
    drawn = DIGITS.sample(7_000, seeded(0, "points")).flatten(1)
    for half in drawn.split(3_500):
        assert len(half.unique(dim=0)) == 3_500
    with pytest.raises(ValueError, match="at least one"):
        DIGITS.sample(0, seeded(0, "points"))


def test_held_out_digits_are_none_to_learn_from():
    others = held_out(2_000)
    assert len(others) == 1_500
    assert torch.cdist(others.flatten(1), digit_parts().learned[0].flatten(1)).min() > 1
    assert torch.equal(held_out(40), others[:40])


def test_what_stands_in_for_the_mean_is_that_of_the_3500():
    picture = digit_parts().learned[0][5:6]
    x_t = 0.99**0.5 * picture + 0.1 * torch.randn(picture.shape, generator=seeded(0, "noise"))
    assert DIGITS.posterior_mean(x_t, 0.99) == pytest.approx(picture, abs=1e-4)
    mean = DIGITS.posterior_mean(x_t, 0.0)
    assert mean[0] == pytest.approx(digit_parts().learned[0].mean(0), abs=1e-5)
    expected = DIGITS.expected_noise(x_t, 0.5)
    due = (x_t - 0.5**0.5 * DIGITS.posterior_mean(x_t, 0.5)) / 0.5**0.5
    assert expected == pytest.approx(due, abs=1e-5)
    shaken = picture + 0.02 * torch.randn(picture.shape, generator=seeded(0, "noise"))
    assert torch.equal(DIGITS.nearest(shaken), picture)


def test_the_support_is_what_the_judge_lets_pass():
    x = torch.cat([digit_parts().tested[0], torch.full((1, 1, 28, 28), -1.0)])
    scores = shipped_judge().scores(x)
    assert torch.equal(DIGITS.distance_to_support(x), scores.clamp(min=0))
    assert torch.equal(DIGITS.is_hallucination(x), scores > 0)
    assert torch.equal(DIGITS.is_hallucination(x, 1.5), scores > 1.5)
    assert [KINDS[kind] for kind in DIGITS.kinds(x)[-1:]] == ["not a digit"]
    assert torch.equal(kinds_beyond("digits-28", x, 1.5), (scores > 1.5).long())
    assert (support_bound("digits-28"), support_unit("digits-28")) == (0, "judge's score")
    assert hallucinated_kinds("digits-28") == (1,)
    for k in (-0.1, 20.5, float("nan")):
        with pytest.raises(ValueError, match=r"outside \[0, 20\]"):
            check_bound("digits-28", k)


def test_it_says_which_digit():
    x, labels = digit_parts().tested
    assert float((DIGITS.digits(x) == labels).float().mean()) > 0.96
    assert DIGITS.features(x[:3]).shape == (3, 64)
    with pytest.raises(ValueError, match=r"\(n, 1, 28, 28\), not \(2, 1, 32, 32\)"):
        DIGITS.kinds(torch.zeros(2, 1, 32, 32))
    assert np.isinf(DIGITS.distance_to_support(torch.full((1, 1, 28, 28), torch.nan)).numpy()).all()
