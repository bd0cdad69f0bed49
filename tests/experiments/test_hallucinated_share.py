"""The record of a share of hallucinations: what is counted has its interval, what is exact its error."""

import json
import math

import numpy as np
import pytest

from explorer.detection.statistics.rates import Rate
from explorer.experiments.hallucinated_share import (
    HallucinatedShare,
    exact_shares,
    hallucinated_shares,
    over_seeds,
    rate_in_words,
    rate_of,
    share_unit,
)
from explorer.experiments.measurement import Measurement
from explorer.experiments.summary import RunSummary

POINTS = np.zeros((400, 2), np.float32)


def test_a_counted_share_has_count_n_and_wilsons_interval():
    values = HallucinatedShare.counted(Rate(12, 400), 5, seed=3).to_json()
    low, high = values.pop("low"), values.pop("high")
    assert values == {
        "k": 5,
        "unit": "sigma",
        "kind": "counted",
        "hallucinated_share": 0.03,
        "count": 12,
        "n": 400,
        "seed": 3,
    }
    for end in (low, high):  # Wilson's ends are the p with |0.03 - p| = 1.96 sqrt(p (1 - p) / n)
        assert abs(0.03 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 400), rel=1e-5)


def test_an_exact_share_has_its_numerical_error_or_none_if_that_was_not_stored():
    known, old = exact_shares({5: 0.01}, {5: 1e-9}), exact_shares({5: 0.01}, None)
    common = {"k": 5, "unit": "sigma", "kind": "exact", "hallucinated_share": 0.01}
    assert [one.to_json() for one in (*known, *old)] == [common | {"error": 1e-9}, common | {"error": None}]
    assert exact_shares(None, None) == ()


def test_what_was_measured_is_told_for_every_k():
    counted = Measurement(None, POINTS, {4: 0.05, 5: 0.03}, 400)
    assert hallucinated_shares(counted) == (
        HallucinatedShare(0.05, 4, rate=Rate(20, 400)),
        HallucinatedShare(0.03, 5, rate=Rate(12, 400)),
    )
    exact = RunSummary(n=None, beyond_counts={5: 0.01}, mode_counts=(), width=None, error={5: 1e-8})
    assert hallucinated_shares(exact, seed=2) == (HallucinatedShare(0.01, 5, error=1e-8, seed=2),)


@pytest.mark.parametrize(
    ("pictures", "k", "unit"),
    [("shapes-32", 5, "pixels"), ("hands-48", 0.5, "fingers"), ("digits-28", 0, "judge's score")],
)
def test_pictures_have_the_share_that_cannot_exist(pictures, k, unit):
    found = Measurement(None, None, None, 64, {"valid": 60, "wrong": 4})
    assert hallucinated_shares(found, pictures) == (HallucinatedShare(4 / 64, k, unit, Rate(4, 64)),)
    assert share_unit(pictures) == unit


def test_where_the_truth_is_unknown_there_is_no_share():
    assert hallucinated_shares(Measurement(None, POINTS, None, 400)) == ()
    assert hallucinated_shares(Measurement(None, None, None, None)) == ()


def test_seeds_are_told_together_for_each_k_and_kind():
    shares = [
        *(HallucinatedShare(value, 5, seed=seed) for seed, value in enumerate((0.3, 0.1, 0.2, 0.6))),
        *(HallucinatedShare(value, 4, seed=seed) for seed, value in enumerate((0.5, 0.4, 0.9))),
        HallucinatedShare.counted(Rate(1, 4), 5),
    ]
    rows = [list(row.values()) for row in over_seeds(shares)]
    assert rows == [
        [5, "sigma", "exact", 0.25, 0.1, 0.6, 4],
        [4, "sigma", "exact", 0.5, 0.4, 0.9, 3],
        [5, "sigma", "counted", 0.25, 0.25, 0.25, 1],
    ]


def test_as_text_it_says_what_it_is_uncertain_by():
    assert str(HallucinatedShare(0.000328527, 5, error=4.29e-10)) == "0.0003285 (exact, error 4e-10)"
    assert str(HallucinatedShare(0.000328527, 5)) == "0.0003285 (exact)"
    said = str(HallucinatedShare.counted(Rate(1_234, 20_000), 5))
    assert said == "0.0617 (1,234 of 20,000) [0.05845, 0.06512]"
    json.dumps(HallucinatedShare.counted(Rate(1, 2), 5).to_json())


def test_a_rate_is_told_with_what_it_is_uncertain_by():
    exact = Measurement(None, None, {5: 3.2853e-4}, None, error={5: 4e-10})
    points = Measurement(None, None, {5: 0.25}, 400)
    pictures = Measurement(None, None, None, 400, {"valid": 300, "empty": 100})
    assert [rate_of(one, 5) for one in (exact, points, pictures)] == [3.2853e-4, 0.25, 0.25]
    assert rate_in_words(exact, 5) == "0.0329 %"
    wilsons = "25.0 % [21.0, 29.5]"  # by hand
    assert rate_in_words(points, 5) == rate_in_words(pictures, 5) == wilsons
    with pytest.raises(ValueError, match="Where the truth is unknown"):
        rate_of(Measurement(None, None, None, None), 5)
