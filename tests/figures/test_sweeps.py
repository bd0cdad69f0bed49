"""The sweep's charts: every number where it belongs, on a scale that does not move."""

from __future__ import annotations

import math

import pytest

from explorer.figures.palette import colour
from explorer.figures.vega.sweeps import (
    Sides,
    floor_of,
    format_value,
    heat_data,
    heat_spec,
    slice_data,
    slice_spec,
)

SIDES = Sides("modes", (2.0, 3.0), "spacing", (8.0, 16.0))


def test_cells_lie_where_their_values_are():
    cells = [(2.0, 8.0, 1e-2, 1e-3, 2e-2), (3.0, 16.0, 1e-9, 0.0, 1e-8)]
    table = heat_data(SIDES, cells, rates=True, picked=(3.0, 16.0)).set_index(["x", "y"])
    assert list(table.index) == [("2", "8"), ("3", "8"), ("2", "16"), ("3", "16")]
    assert table.loc[("2", "8"), "label"] == "1.00 %"
    assert table.loc[("2", "8"), "range"] == "0.100 % to 2.00 %"
    assert table.loc[("2", "8"), "level"] == pytest.approx(2 / 3)
    assert table.loc[("3", "16"), "level"] == 0
    assert bool(table.loc[("3", "16"), "picked"])
    assert not table["picked"].iloc[:3].any()
    assert math.isnan(table.loc[("3", "8"), "level"])
    assert table.loc[("3", "8"), "label"] == ""


def test_the_colour_of_a_cell_does_not_depend_on_the_others():
    one = heat_data(SIDES, [(2.0, 8.0, 1e-3, 0, 0)], rates=True, picked=None)
    both = heat_data(SIDES, [(2.0, 8.0, 1e-3, 0, 0), (3.0, 8.0, 0.5, 0, 0)], rates=True, picked=None)
    assert one["level"][0] == both["level"][0]
    assert heat_spec(SIDES, "rate", 300, "light") == heat_spec(SIDES, "rate", 300, "light")


def test_the_map_keeps_the_order_of_the_values():
    spec = heat_spec(SIDES, "rate", 300, "dark")
    encoding = spec["layer"][0]["encoding"]
    assert encoding["x"]["sort"] == ["2", "3"]
    assert encoding["y"]["sort"] == ["16", "8"]  # the largest on top
    assert spec["layer"][0]["params"][0]["name"] == "cell"
    assert spec["layer"][1]["encoding"]["color"]["value"] == colour("text", "dark")


def test_slices_put_what_is_too_small_on_the_floor():
    table = slice_data([(8.0, 0, 0.0), (16.0, 1, 0.25)], 1e-8)
    assert list(table["x"]) == ["8", "16"]
    assert list(table["value"]) == [1e-8, 0.25]
    assert list(slice_data([(8.0, 0, 0.0)], None)["value"]) == [0.0]
    log = slice_spec("spacing", (8, 16), "3 modes", 200, 1e-8)
    plain = slice_spec("spacing", (8, 16), "3 modes", 200, None)
    assert log["layer"][0]["encoding"]["y"]["scale"]["domainMin"] == 1e-8
    assert log["layer"][0]["encoding"]["y"]["axis"]["values"] == pytest.approx([1, 1e-2, 1e-4, 1e-6, 1e-8])
    assert "type" not in plain["layer"][0]["encoding"]["y"]["scale"]


@pytest.mark.parametrize(
    ("rates", "floor"),
    [
        ([0.5, 3e-6], 1e-6),
        ([], 1e-3),
        ([0.2, 0.9], 1e-3),
        ([0.0, 0.1], 1e-9),
        ([1e-5], 1e-5),
        ([1e-14], 1e-9),
    ],
)
def test_the_axis_of_rates_begins_below_all_of_them(rates, floor):
    assert floor_of(rates) == pytest.approx(floor)


def test_numbers_are_said_as_everywhere():
    assert format_value(0.0123, True) == "1.23 %"
    assert format_value(0.957, False) == "0.96"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_number_can_be_read_on_its_cell(mode):
    spec = heat_spec(SIDES, "rate", 300, mode)
    ink = spec["layer"][1]["encoding"]["color"]
    turn = float(ink["condition"]["test"].split(">")[1])
    shades = spec["layer"][0]["encoding"]["color"]["condition"]["scale"]["range"]
    for place, shade in enumerate(shades):
        letters = ink["condition"]["value"] if place / (len(shades) - 1) > turn else ink["value"]
        assert contrast(shade, letters) > 4, (mode, place)


def contrast(one, other):
    """WCAG's ratio, computed apart."""
    levels = []
    for colour_ in (one, other):
        parts = [int(colour_[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        levels.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
    return max(levels) / min(levels)
