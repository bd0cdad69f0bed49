"""The chart of samplers: where names stand, where axes end, and that what lies below is said as it is."""

import math

import pytest

from explorer.figures.print.vega import chart_file
from explorer.figures.vega.samplers import (
    LABEL_GAP,
    Place,
    kinds_data,
    kinds_spec,
    rates_data,
    rates_spec,
    span_of,
    steps_data,
    steps_spec,
)

NAMES = ("DDPM", "DDIM", "Heun", "Runge-Kutta 4")


def places(values):
    return [Place(name, who, 10, value, value, value) for name, value in values.items() for who in ("model",)]


@pytest.mark.parametrize(
    "values", [(1e-4, 1.01e-4, 1.02e-4, 1.03e-4), (1.0, 1.0, 1.0, 0.999), (1e-6, 1e-6, 0.5, 1.0)]
)
def test_names_at_the_ends_of_lines_do_not_touch(values):
    span = (1e-6, 1.0)
    table = rates_data(places(dict(zip(NAMES, values, strict=True))), "DDIM", 10, span, log=True)
    heights = sorted((math.log10(height) + 6) / 6 for height in table["height"])
    assert all(b - a > 0.99 * LABEL_GAP for a, b in zip(heights, heights[1:], strict=False))
    assert heights[0] >= 0
    assert heights[-1] <= 1


def test_names_that_have_room_stand_at_their_lines():
    table = rates_data(places({"DDPM": 1e-4, "DDIM": 1e-2}), "DDIM", 10, (1e-6, 1.0), log=True)
    assert table["height"].tolist() == pytest.approx([1e-4, 1e-2])


def test_what_lies_below_the_axis_is_drawn_at_its_end_and_said_as_it_is():
    known = [Place("DDIM", "model", 10, 1e-3, 1e-3, 1e-3), Place("DDIM", "truth", 10, 1e-12, 1e-12, 1e-12)]
    low, high = span_of(known, log=True)
    assert (low, high) == pytest.approx((1e-5, 1e-2))
    table = rates_data(known, "DDIM", 10, (low, high), log=True)
    assert table["value"].tolist() == pytest.approx([1e-3, low])
    assert table["said"].tolist() == ["0.100 %", "1.00 · 10⁻¹⁰ %"]
    assert table["below"].tolist() == pytest.approx([low, low])


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_charts_can_be_taken_away(mode):
    known = [
        Place(n, w, c, v, v, v) for n in NAMES for w in ("model", "truth") for c, v in ((5, 0.2), (50, 0.01))
    ]
    span = span_of(known, log=True)
    parts = [(10, 0.05, "network’s part", "model")]
    spec = rates_spec(NAMES, "rate", span, (5, 50), parts, mode, log=True, intervals=True, band=(0.01, 0.02))
    svg = chart_file(rates_data(known, "DDIM", 5, span, log=True), spec, "svg", mode=mode, alt="rates")
    assert all(name.encode() in svg for name in NAMES)
    steps = [(300, -9.0, 90.0), (0, 6.0, 0.05)]
    assert b"its steps" in chart_file(
        steps_data(steps), steps_spec("its steps", (-9, 6), mode), "svg", alt="a"
    )
    kinds = kinds_data([("empty", "DDIM", 0.1, 0.05, 0.2, True), ("empty", "DDPM", 0.3, 0.2, 0.4, False)])
    assert b"empty" in chart_file(
        kinds, kinds_spec("kinds", ("DDIM", "DDPM"), mode), "svg", mode=mode, alt="a"
    )
