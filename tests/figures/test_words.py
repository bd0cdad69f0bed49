"""Numbers as people read them."""

import pytest

from explorer.figures.words import ago, number, ordinal, percent, rate_and_interval, seconds


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (1, "100 %"),
        (0.5, "50.0 %"),
        (0.0123, "1.23 %"),
        (0.00061, "0.0610 %"),
        (3.4e-7, "3.40 · 10⁻⁷"),
    ],
)
def test_shares(share, text):
    assert percent(share) == text


def test_a_share_and_its_interval_have_one_unit():
    assert rate_and_interval(2e-4, 3.53e-5, 1.13e-3) == ("0.0200 %", "[0.00353, 0.113]")
    assert rate_and_interval(5e-5, 1e-5, 2e-4) == ("0.00500 %", "[0.00100, 0.0200]")
    assert rate_and_interval(0, 0, 2e-4) == ("0 %", "[0, 0.0200]")
    assert rate_and_interval(2e-7, 1e-7, 4e-7) == ("2.00 · 10⁻⁷", "[1.00 · 10⁻⁷, 4.00 · 10⁻⁷]")
    assert rate_and_interval(1, 0.9, 1) == ("100 %", "[90.0, 100]")


def test_ordinals():
    assert [ordinal(i) for i in (1, 2, 3, 10, 11, 12, 13, 21, 22, 33, 64, 111)] == [
        "first", "second", "third", "tenth", "11th", "12th", "13th", "21st", "22nd", "33rd", "64th", "111th",
    ]  # fmt: skip


def test_numbers_and_times():
    assert number(0.00547147) == "0.00547"
    assert number(1.9e-6) == "1.90 · 10⁻⁶"
    assert [seconds(0.83), seconds(12.2), seconds(200), seconds(8000)] == ["0.8 s", "12 s", "3 min", "2 h"]
    assert ago(1) == "just now"
