"""The chart of the score's error: its rows, its axes, the step on view, and a file of it."""

import numpy as np
import pytest

from explorer.figures.print.vega import chart_file
from explorer.figures.vega.score_error import ErrorCurve, error_data, error_spec

STEPS = np.array([200, 40, 8, 0])


def curve(name, values, role="model", above=False):
    values = np.array(values)
    return ErrorCurve(name, role, values, values - 0.01, 1.5 * values, above)


CURVES = [curve("data", [0.005, 0.02, 0.2, 0.03]), curve("between", [0.02, 0.1, 0.5, 2.0], above=True)]


def test_rows_hold_every_curve_and_mark_the_step_on_view():
    data = error_data(CURVES, STEPS, 8)
    assert data["t"].tolist() == [200, 40, 8, 0] * 2
    assert data["value"].tolist() == [0.005, 0.02, 0.2, 0.03, 0.02, 0.1, 0.5, 2.0]
    assert data["t"][data["here"]].tolist() == [8, 8]
    assert data["t"][data["end"]].tolist() == [0, 0]
    assert (data["low"] > 0).all()  # a log axis has no room for the end at -0.005
    assert not error_data(CURVES, STEPS, None)["here"].any()


def test_time_runs_to_the_clean_end_and_both_curves_fit_the_log_axis():
    spec = error_spec(CURVES, STEPS, "error", 200, "light")
    x = spec["layer"][2]["encoding"]["x"]
    y = spec["layer"][2]["encoding"]["y"]
    assert (x["scale"]["domain"], x["scale"]["reverse"]) == ([0, 200], True)
    assert max(x["axis"]["values"]) == 200
    low, high = y["scale"]["domain"]
    assert low < 0.005 < 2 < high
    assert y["axis"]["values"] == pytest.approx([0.01, 0.1, 1])


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_it_is_written_as_a_file_with_the_names_at_its_curves(kind):
    spec = error_spec(CURVES, STEPS, "error of the score", 200, "light")
    file = chart_file(error_data(CURVES, STEPS, 8), spec, kind, alt="errors")
    if kind == "svg":
        text = file.decode()
        assert all(word in text for word in ("between", "error of the score", "step t"))
    assert len(file) > 3_000
