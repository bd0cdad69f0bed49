"""The command samplers: what it reports, and what it refuses."""

import pytest

from tests.commands.test_command_line import refusal, run  # noqa: F401
from tests.commands.test_hallucinated_shares import COUNTED, EXACT


def test_on_the_line_rates_are_exact_by_network_and_true_score(run):  # noqa: F811
    report = run("samplers", "two-modes", "--calls", "4,9", "--sampler", "ddim", "--sampler", "flow-heun")
    rows = report["samplers"]
    assert [(row["sampler"], row["calls"]) for row in rows] == [
        ("ddim", 4),
        ("flow-heun", 5),
        ("ddim", 9),
        ("flow-heun", 9),
    ]
    for row in rows:
        assert set(row["rate"]) == set(row["rate_true_score"]) == {"4", "5", "6", "8"}
        assert all(set(one) == EXACT for one in row["hallucinated_shares"])
        assert {str(one["k"]): one["hallucinated_share"] for one in row["hallucinated_shares"]} == row["rate"]
        assert len(row["mode_shares"]) == 2
        assert row["seconds"] > 0
    assert rows[2]["rate"]["5"] > rows[2]["rate_true_score"]["5"]
    assert sum(rows[2]["mode_shares"]) + rows[2]["rate"]["5"] == pytest.approx(1, abs=1e-9)


def test_in_the_plane_and_of_pictures_they_are_counted(run):  # noqa: F811
    (row,) = run("samplers", "ring-8", "--calls", 5, "--sampler", "ddpm", "--n", 300)["samplers"]
    assert all(set(one) == COUNTED and one["n"] == 300 for one in row["hallucinated_shares"])
    asked = ("--calls", 2, "--sampler", "dpm-solver++", "--n", 3)
    (row,) = run("samplers", "shapes-32", *asked)["samplers"]
    assert sum(row["kinds"].values()) == sum(row["kinds_true_score"].values()) == 3
    assert row["rate"] == row["hallucinated_shares"][0]["hallucinated_share"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--calls", "5,x"], "no whole numbers"),
        (["--calls", "0"], "calls 0 is outside [1, 100,000]"),
        (["--sampler", "euler"], "invalid choice"),
        (["--spacing", "even"], "invalid choice"),
    ],
)
def test_what_is_no_sampler_is_refused_in_a_sentence(capsys, arguments, said):
    assert said in refusal(capsys, "samplers", "two-modes", *arguments)
