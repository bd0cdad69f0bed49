"""The chart of the rivals: nothing is told by colour alone, names stand apart, and curves say what is had."""

import json

import numpy as np
import pytest

from explorer.detection.scores.table import DETECTORS
from explorer.figures.vega.detectors import (
    LINES,
    PrecisionCurve,
    RocCurve,
    first_removed,
    precision_data,
    precision_spec,
    roc_data,
    roc_spec,
    spaced,
)

STEP = RocCurve("variance", np.array([0.0, 0.0, 0.01, 1.0]), np.array([0.0, 0.4, 0.9, 1.0]))
ALL = RocCurve("oracle", np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0]))


def test_every_detector_has_a_colour_and_dashes_of_its_own():
    assert set(LINES) == {one.name for one in DETECTORS}
    assert len({line.dash for line in LINES.values()}) == len(LINES)
    for mode in ("light", "dark"):
        assert len({line.colour(mode) for line in LINES.values()}) == len(LINES)


def test_a_curve_gives_the_recall_that_is_had_without_removing_more():
    assert STEP.at(np.array([1e-4, 0.009, 0.01, 0.5, 1.0])).tolist() == [0.4, 0.4, 0.9, 0.9, 1.0]


def test_the_data_cover_the_axis():
    table = roc_data([STEP, ALL], 1e-3)
    assert table.name.unique().tolist() == ["variance", "oracle"]
    assert (table.removed.min(), table.removed.max()) == (pytest.approx(1e-3), pytest.approx(1))
    assert (table[table.name == "oracle"].recall == 1).all()


def test_names_stand_where_the_curves_begin_and_apart():
    found = spaced([0.0, 1.0, 0.02, 1.0, 0.5], 0.1)
    assert found == pytest.approx([0.0, 0.9, 0.1, 1.0, 0.5])
    assert np.diff(sorted(spaced([1.0] * 6, 0.075))) == pytest.approx(0.075)
    assert spaced([0.3], 0.1) == [0.3]


def test_the_spec_is_plain_and_names_everybody():
    spec = roc_spec([STEP, ALL], 1e-4, 0.96, 300, "dark")
    text = json.dumps(spec)
    assert '"96 % kept"' in json.dumps(spec, ensure_ascii=False)
    for name in ("variance", "oracle"):
        assert name in text
        assert LINES[name].colour("dark") in text


def test_the_axis_begins_where_so_many_can_be_told():
    assert first_removed(100_000) == 1e-4
    assert first_removed(940) == 1e-3


FEW = PrecisionCurve("variance", np.array([0.25, 0.5, 1.0]), np.array([1.0, 0.5, 0.1]))
SURE = PrecisionCurve("oracle", np.array([1.0]), np.array([1.0]))


def test_a_precision_is_that_of_the_first_threshold_that_catches_so_much():
    assert FEW.at(np.array([0, 0.25, 0.26, 0.5, 0.51, 1.0])).tolist() == [1, 1, 0.5, 0.5, 0.1, 0.1]
    table = precision_data([FEW, SURE])
    assert (table.recall.min(), table.recall.max()) == (0, 1)
    # The area under the steps is the average precision.
    mean = table[table.name == "variance"].precision.mean()
    assert mean == pytest.approx(0.25 * 1 + 0.25 * 0.5 + 0.5 * 0.1, abs=0.01)


def test_the_chart_of_the_precision_shows_the_base_rate_and_names_everybody():
    spec = precision_spec([FEW, SURE], 0.0061, 192, "light")
    text = json.dumps(spec)
    for name in ("variance", "oracle"):
        assert name in text
    line = spec["layer"][0]
    assert line["mark"]["type"] == "rule"
    assert line["data"]["values"] == [{"precision": 0.0061}]
    assert "hairline: base rate" in text
    assert list(line["encoding"]) == ["y"]  # across the whole chart


@pytest.mark.parametrize(("height", "apart"), [(272, 16.2), (192, 14.8)])  # pixels
def test_names_stay_apart_and_on_the_axis_in_a_low_chart(height, apart):
    curves = [PrecisionCurve(name, SURE.recall, SURE.precision) for name in LINES]
    spec = precision_spec(curves, 0.01, height, "light")
    places = sorted(spec["layer"][1]["encoding"]["y"]["axis"]["values"])
    assert np.diff(places) * (height - 52) / 1.05 == pytest.approx(apart, abs=0.5)
    assert places[0] >= 0
    assert places[-1] <= 1
