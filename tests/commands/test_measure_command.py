"""measure: the score's error, coverage and distances in one object, with what each is uncertain by."""

import numpy as np
import pytest

from explorer.__main__ import main
from tests.commands.test_command_line import refusal, run  # noqa: F401


def test_a_run_on_a_line_is_measured(run):  # noqa: F811
    asked = ["measure", "two-modes", "--n", 2_000, "--score-steps", 20]
    report = run(*asked)
    assert (report["modes"], report["modes_covered"], report["n"]) == (2, 2, 2_000)
    low, high = report["coverage_interval"]
    assert low <= report["coverage"] <= high
    assert report["density_interval"][0] <= report["density"] <= report["density_interval"][1]
    assert report["ratio_bound"] == pytest.approx(0.01)
    for name in ("training_distance", "fresh_distance"):
        share, (low, high) = report[name]["repeated"]["share"], report[name]["repeated"]["interval"]
        assert low <= share <= high
        assert report[name]["median"] > 0
    rows = report["score_error"]
    assert len(rows) == 20
    assert rows[-1]["t"] == 0
    for row in rows:
        assert row["fisher_divergence"] == pytest.approx(row["noise_error"] / (1 - row["alpha_bar"]))
        assert 0 <= row["beyond_error"] <= row["noise_error"]
        assert 0 <= row["uncertainty"] <= 0.2 * row["noise_error"]
    # The story: where data are the error falls again towards t = 0, between the modes it grows on.
    assert np.argmax([row["noise_error"] for row in rows]) < 18
    assert rows[-1]["between_error"] > 100 * rows[-1]["noise_error"]
    assert report["bound_excess"] > 0
    again = run(*asked)
    assert [report[k] == again[k] for k in ("coverage", "score_error", "beyond")] == [True] * 3


def test_the_truth_has_no_error(run):  # noqa: F811
    report = run("measure", "two-modes", "--truth", "--n", 500, "--score-steps", 8)
    assert report["denoiser"] == "truth"
    assert max(row["noise_error"] for row in report["score_error"]) < 1e-9


def test_samples_of_the_plane_and_pictures_carry_n(run):  # noqa: F811
    plane = run("measure", "ring-8", "--n", 300, "--noisy", 200, "--score-steps", 5)
    assert plane["score_n"] == 200
    assert all(row["uncertainty"] > 0 for row in plane["score_error"])
    pictures = run("measure", "shapes-32", "--noisy", 2, "--score-steps", 2)
    assert pictures["score_n"] == 2
    assert "coverage" not in pictures
    assert pictures["score_error"][0]["between_error"] is None


def test_plain_output_names_where_the_error_is_largest(capsys):
    assert main(["measure", "two-modes", "--n", "500", "--score-steps", "9"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert int(lines["largest_between_error_at"]) < int(lines["largest_noise_error_at"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("three-modes --n 0", "take --n 6 or more"),
        ("grid-25 --n 100 --noisy 1", "outside [2, 200,000]"),
        ("three-modes --n 50 --score-steps 1", "between 2 and 344 steps, not 1"),
        ("three-modes --n 4", "no 5 neighbours"),
        ("shapes-32 --n 100", "--n is for points"),
        ("nothing", "neither a preset"),
    ],
)
def test_wrong_input_is_refused_in_one_line(arguments, message, capsys):
    assert message in refusal(capsys, "measure", *arguments.split())
