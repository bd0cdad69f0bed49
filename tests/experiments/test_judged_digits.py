"""What the judge says of drawn digits carries its own error."""

import json

import numpy as np
import pytest
import torch

from explorer.data.digits.handwritten import HandwrittenDigits, digit_parts, held_out
from explorer.experiments.judged_digits import judged_digits
from explorer.page_figures.shapes_findings import describe_frechet, describe_judged

DIGITS = HandwrittenDigits()


def test_of_real_digits_the_excess_contains_nothing():
    found = judged_digits(DIGITS, digit_parts().set_on[0].numpy())
    low, high = found.excess.interval
    assert low < 0 < high
    assert found.excess.one.n == found.excess.other.n == 750
    accepted = found.excess.one.n - found.excess.one.count
    assert sum(found.digits) == accepted
    assert min(found.digits) > 60
    drawn, beside = found.frechet
    assert drawn == pytest.approx(beside, rel=0.5)


def test_of_half_forged_ones_the_excess_is_a_half_and_the_distance_large():
    x = held_out(200).clone()
    x[::2] = -1  # blank
    found = judged_digits(DIGITS, x.numpy())
    low, high = found.excess.interval
    assert low < 0.5 < high
    assert low > 0.4
    assert found.frechet[0] > 5 * found.frechet[1]
    text = describe_judged(found)
    assert f"{100 * found.excess.value:.1f} points" in text
    assert "of 750 real ones" in text
    assert "n = 200" in describe_frechet(found)


def test_a_stricter_bound_refuses_fewer_of_both():
    x = digit_parts().tested[0].numpy()
    usual, lenient = judged_digits(DIGITS, x), judged_digits(DIGITS, x, 5.0)
    assert lenient.excess.one.count < usual.excess.one.count == usual.excess.other.count
    assert lenient.excess.one == lenient.excess.other
    assert usual.excess.value == 0


def test_one_picture_has_no_distance_and_its_values_are_plain():
    blank = np.full((1, 1, 28, 28), -1, np.float32)
    found = judged_digits(DIGITS, blank)
    assert found.frechet is None
    assert describe_frechet(found) == ""
    assert found.digits == (0,) * 10
    values = json.loads(json.dumps(found.to_json()))
    assert values["not_a_digit"] == 1
    assert values["held_out_not_a_digit_n"] == 750
    assert values["excess_interval"] == pytest.approx(list(found.excess.interval))
    assert values["frechet_in_judge_features"] is None
    assert torch.equal(DIGITS.kinds(torch.from_numpy(blank)), torch.tensor([1]))
