"""The chart of the rivals: nothing is told by colour alone, names stand apart, and curves say what is had."""

import json

import numpy as np
import pytest

from explorer.detection.scores.table import DETECTORS
from explorer.figures.vega.detectors import LINES, RocCurve, first_removed, roc_data, roc_spec, spread

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
    found = spread([0.0, 1.0, 0.02, 1.0, 0.5], 0.1)
    assert found == pytest.approx([0.0, 0.9, 0.1, 1.0, 0.5])
    assert np.diff(sorted(spread([1.0] * 6, 0.075))) == pytest.approx(0.075)
    assert spread([0.3], 0.1) == [0.3]


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
