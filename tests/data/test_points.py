"""Points that a user brings: what is read, how it is standardised, what is refused and in which words."""

import numpy as np
import pytest

from explorer.data.points import MAX_BYTES, MAX_POINTS, read_csv, standardise


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4\n",
        "1;2\n3;4",
        "1\t2\n3\t4\n",
        "1 2\n3   4\n",
        "x,y\n1,2\n3,4\n",
        "\n1,2\n\n3,4\n\n",
        "1, 2,\n3, 4,\n",
        '"1","2"\n"3","4"\n',
        "1,2\r\n3,4\r\n",
        b"\xef\xbb\xbf1,2\n3,4\n",
        "1e0,2.0\n+3,4.\n",
    ],
)
def test_ways_to_write_two_points(text):
    assert read_csv(text).tolist() == [[1, 2], [3, 4]]


def test_one_column():
    assert read_csv("value\n0.5\n-1\n").tolist() == [[0.5], [-1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no numbers"),
        ("x,y\n", "no numbers"),
        ("1,2\n3,x\n", r"Line 2 \('3,x'\) is not"),
        ("x,y\nagain\n1,2\n", r"Line 2 \('again'\)"),
        ("1,2\n3\n", r"Line 2 has 1 columns"),
        ("1,2,3\n", r"Line 1 has 3 columns; give one or two"),
        ("1,2\n\n,\n", r"Line 3"),
        (b"\xff\xfe1\x00", "not UTF-8"),
        ("1\n" * (MAX_BYTES // 2 + 1), rf"has {2 * (MAX_BYTES // 2 + 1):,} bytes; the bound is 5,000,000"),
        ("1\n" * (MAX_POINTS + 1), "more than 200,000 points"),
        ("<script>alert(1)</script>\n1\n<script>alert(1)</script>", "Line 3"),
    ],
)
def test_files_that_are_refused(text, message):
    with pytest.raises(ValueError, match=message) as refusal:
        read_csv(text)
    assert len(str(refusal.value)) < 200


def test_standardised_points_have_mean_zero_and_variance_one_and_lead_back():
    raw = np.random.default_rng(0).normal([5, -100], [0.1, 30], (1000, 2))
    points = standardise(raw)
    assert points.points.dtype == np.float32
    assert points.points.mean(0) == pytest.approx([0, 0], abs=1e-6)
    assert float((points.points**2).mean()) == pytest.approx(1, abs=1e-5)
    assert points.shift + points.scale * points.points == pytest.approx(raw, abs=1e-4)
    # One scale for both axes: the shape of the cloud stays.
    assert points.points[:, 0].std() / points.points[:, 1].std() == pytest.approx(
        raw[:, 0].std() / 30, rel=0.1
    )


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros(20), "one or two columns"),
        (np.zeros((20, 3)), "one or two columns"),
        (np.zeros((9, 1)), "between 10 and 200,000 points, not 9"),
        (np.zeros((200_001, 1)), "not 200,001"),
        (np.full((20, 1), 3.0), "points are the same"),
        (np.full((20, 1), 0.1), "points are the same"),
        (np.full((20, 2), 1 / 3), "points are the same"),
        (np.where(np.arange(20)[:, None] == 6, np.nan, 1.0), "Row 7 holds"),
        (np.where(np.arange(20)[:, None] == 0, np.inf, 1.0), "Row 1 holds"),
    ],
)
def test_points_that_are_refused(points, message):
    with pytest.raises(ValueError, match=message):
        standardise(points)


def test_equal_points_have_one_digest_and_any_change_another():
    raw = np.random.default_rng(1).normal(size=(50, 2))
    points = standardise(raw)
    changed = raw.copy()
    changed[17, 1] += 1e-3
    assert points.digest == standardise(raw.copy()).digest
    assert points.digest != standardise(changed).digest
    assert len(points.digest) == 16
    assert set(points.digest) <= set("0123456789abcdef")
