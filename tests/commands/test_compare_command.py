"""compare: rows of samplers with intervals, paired differences, the truth beside, and refusals."""

import pytest

from explorer.__main__ import main
from tests.commands.test_command_line import refusal, run  # noqa: F401


def test_each_sampler_is_a_row(run):  # noqa: F811
    asked = [
        "--sampler",
        "ddpm",
        "--sampler",
        "late",
        "--steps",
        "20,40",
        "--n",
        3_000,
        "--truth",
        "--seed",
        5,
    ]
    report = run("compare", "two-modes", *asked)
    rows = report["samplers"]
    names = [("DDPM", 20), ("late noise", 20), ("DDPM", 40), ("late noise", 40)]
    assert [(row["denoiser"], row["sampler"], row["steps"]) for row in rows] == [
        *(("model", *name) for name in names),
        *(("truth", *name) for name in names),
    ]
    assert (report["n"], report["seed"], report["differences"]) == (3_000, 5, {})
    for row in rows:
        assert row["network_calls"] == row["steps"]
        assert sum(row["mode_shares"]) + row["beyond"]["5"]["share"] == pytest.approx(1)
        for k in ("4", "5", "6", "8"):
            low, high = row["beyond"][k]["interval"]
            assert low <= row["beyond"][k]["share"] <= high
            assert 0 <= row["exact_error"][k] <= max(0.05 * row["exact"][k], 1e-6)
    assert rows[0]["difference"] is None
    for row in rows[1:]:
        share = row["beyond"]["5"]["share"] - rows[0]["beyond"]["5"]["share"]
        assert row["difference"] == pytest.approx(share)
        assert (row["only_this"] - row["only_first"]) / 3_000 == pytest.approx(share)
        assert row["difference_interval"][0] <= share <= row["difference_interval"][1]
    again = run("compare", "two-modes", *asked)["samplers"]
    assert [row["beyond"] for row in again] == [row["beyond"] for row in rows]


def test_plain_output_is_a_table(capsys):
    asked = ["compare", "grid-25", "--sampler", "ddim", "--sampler", "ddpm", "--steps", "10", "--n", "300"]
    assert main(asked) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("samplers:")
    assert lines[start + 1].split() == [
        *("denoiser", "sampler", "steps", "beyond_5", "width", "seconds", "difference", "p_value")
    ]
    assert [line.split()[:3] for line in lines[start + 2 : start + 4]] == [
        ["model", "DDIM", "10"],
        ["model", "DDPM", "10"],
    ]


def test_pictures_are_compared_by_kind(run):  # noqa: F811
    report = run("compare", "shapes-32", "--sampler", "ddpm", "--steps", "2", "--n", 3)
    (row,) = report["samplers"]
    assert sum(row["kinds"].values()) == 3
    assert row["hallucination_rate"] == 1 - row["kinds"]["valid"] / 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("three-modes --sampler plms", "'plms'"),
        ("three-modes --steps ten", "'ten' are no numbers of steps; write them like 50,100"),
        ("three-modes --steps 50,,60", "are no numbers of steps"),
        ("three-modes --steps 5000", "not 5000"),
        ("three-modes --steps 1", "at least 2 steps, not 1"),
        ("three-modes --n 0", "samples 0 is outside"),
        ("three-modes --k 0", "k = 0 sigma is outside"),
        ("three-modes --k nan", "k = nan sigma is outside"),
        ("three-modes --switch 1000", "switch t = 1000 is outside"),
        ("three-modes --set network.widht=3", "do you mean network.width?"),
        ("nothing", "neither a preset"),
    ],
)
def test_wrong_input_is_refused_in_one_line(arguments, message, capsys):
    assert message in refusal(capsys, "compare", *arguments.split())
