"""Numbers as people read them."""

import pytest

from explorer.figures.words import (
    ago,
    exact_rate,
    listed,
    number,
    ordinal,
    percent,
    rate_and_interval,
    seconds,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (1, "100 %"),
        (0.5, "50.0 %"),
        (0.0123, "1.23 %"),
        (0.00061, "0.0610 %"),
        (3.4e-7, "3.40 · 10⁻⁵ %"),
    ],
)
def test_shares(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "error", "text"),
    [
        (3.2853e-4, 4e-10, "0.0329 %"),
        (3.2853e-4, 4.9e-7, "0.0329 %"),
        (3.2853e-4, 2.3e-6, "0.0329 ± 0.0002 %"),
        (0.012, 0.001, "1.20 ± 0.10 %"),
        (2.464e-8, 1.2e-9, "(2.46 ± 0.12) · 10⁻⁶ %"),
        (2.464e-8, 3e-8, "(2.46 ± 3.00) · 10⁻⁶ %"),
        (2.464e-8, None, "2.46 · 10⁻⁶ %"),
        (0.5, 0.0, "50.0 %"),
        (0, 1e-13, "0"),
    ],
)
def test_an_exact_share_tells_the_error_that_its_digits_show(share, error, text):
    assert exact_rate(share, error) == text


def test_a_share_and_its_interval_have_one_unit():
    assert rate_and_interval(2e-4, 3.53e-5, 1.13e-3) == ("0.0200 %", "[0.00353, 0.113]")
    assert rate_and_interval(5e-5, 1e-5, 2e-4) == ("0.00500 %", "[0.00100, 0.0200]")
    assert rate_and_interval(0, 0, 2e-4) == ("0 %", "[0, 0.0200]")
    assert rate_and_interval(3e-4, 6e-203, 0.128) == ("0.0300 %", "[<0.0001, 12.8]")
    assert rate_and_interval(2e-7, 1e-7, 4e-7) == ("2.00 · 10⁻⁵ %", "[1.00 · 10⁻⁵, 4.00 · 10⁻⁵]")
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


def test_words_are_listed_with_commas_and_an_and():
    assert [listed(list("abc")[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


def test_a_number_that_is_rounded_up_to_a_power_of_ten_keeps_three_digits():
    assert percent(0.9997) == "100 %"
    assert percent(0.09996) == "10.0 %"
    assert percent(0.0009996) == "0.100 %"
