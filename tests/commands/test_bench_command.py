"""python -m explorer bench: every row is measured and says what it stands on; no test asserts a speed."""

import math
import os
import subprocess
import sys
import time

import pytest

from explorer.__main__ import main
from explorer.benchmarks import machine as machines
from explorer.benchmarks import peers, rates, samples
from explorer.benchmarks.machine import machine, watched
from explorer.benchmarks.rounds import Pace, Rounds, Terms, interleaved
from explorer.benchmarks.rows import ROWS
from explorer.experiments import large_counts
from tests.commands.test_command_line import refusal, run  # noqa: F401

QUICK = ("--rounds", "1", "--budget", "0.05", "--points", "300")


@pytest.fixture
def small(monkeypatch):
    """Tables, densities, batches of points and rates that take no time."""
    for name, value in (
        ("REFERENCE_POINTS", 50),
        ("WARM_UP_POINTS", 20),
    ):
        monkeypatch.setattr(samples, name, value)
    for name, value in (("RATE_LINE", 0.9), ("RATE_GRID", 0.995), ("SKETCHED", 50), ("COUNTED", 100)):
        monkeypatch.setattr(rates, name, value)
    monkeypatch.setattr(large_counts, "PLANE_CELLS", 8)
    monkeypatch.setattr(large_counts, "TABLE_CELLS", 64)


# ---- the command -----------------------------------------------------------------------------------------


def test_the_rows_are_those_that_are_promised():
    assert list(ROWS) == [
        "train-fast-network",
        "train-authors-network",
        "time-to-rate-1d",
        "time-to-rate-grid",
        "sample-1d",
        "sample-2d",
        "exact-rate-1d",
        "stack-of-60",
        "busy-neighbour",
        "unet",
    ]


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_measured(name, run, small):  # noqa: F811
    report = run("bench", "--only", name, *QUICK)
    (row,) = report["rows"]
    assert list(row) == ["name", "ours", "reference", "ratio", "range", "unit", "note"]
    assert row["name"] == name
    low, high = row["range"]
    for value in (row["ours"], row["reference"], row["ratio"], low, high):
        assert math.isfinite(value)
        assert value > 0
    assert low <= row["ratio"] <= high
    assert row["unit"] == "s" or row["unit"].endswith("/s")
    assert row["note"]
    assert report["machine"] == machine()
    assert report["machine"]["threads"] == 1


def test_rows_come_in_the_order_asked_and_a_table_says_the_same(capsys, small):
    names = ("busy-neighbour", "train-fast-network")
    capsys.readouterr()
    assert main(["bench", "--only", *names, *QUICK]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert [name for name, _ in lines] == [*names, "machine"]
    assert all(" times (" in text and "steps/s" in text for _, text in lines[:2])
    assert "torch" in lines[2][1]


def test_a_rate_that_is_not_reached_is_a_bound_and_never_a_ratio(run, small, monkeypatch, capsys):  # noqa: F811
    monkeypatch.setattr(rates, "RATE_LINE", 1e-9)
    (row,) = run("bench", "--only", "time-to-rate-1d", *QUICK)["rows"]
    assert (row["ours"], row["ratio"], row["range"]) == (None, None, None)
    assert row["reference"] == 0.05
    assert "LOWER BOUND: the reference was given up after 0.05 s in 1 of 1 tries" in row["note"]
    assert "NO RATIO: ours was given up after 0.05 s in 1 of 1 tries" in row["note"]
    assert main(["bench", "--only", "time-to-rate-1d", *QUICK]) == 0
    assert "no ratio" in capsys.readouterr().out


def test_only_the_reference_may_be_late(run, small, monkeypatch):  # noqa: F811
    def stuck(experiment):
        while True:
            time.sleep(0.01)
            yield peers.ReferenceDenoiser(lambda x, t: 0 * x, experiment.schedule, (1,))

    monkeypatch.setattr(rates, "authors_training", stuck)
    (row,) = run("bench", "--only", "time-to-rate-1d", *QUICK, "--budget", "0.3")["rows"]
    assert row["reference"] == 0.3
    assert row["ratio"] > 0
    assert "LOWER BOUND" in row["note"]
    assert "NO RATIO" not in row["note"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("bench --only train-nothing", "no row 'train-nothing'; there are train-fast-network"),
        ("bench --only", "--only"),
        ("bench --rounds 0", "rounds 0 is outside [1, 50]"),
        ("bench --budget 0", "budget of 0 seconds is outside (0, 3600]"),
        ("bench --budget nan", "budget of nan seconds is outside"),
        ("bench --points 0", "points 0 is outside [1, 2,000,000]"),
        ("bench --points many", "invalid int value"),
        ("bench --threads 0", "threads 0 is outside"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(arguments, message, capsys):
    assert message in refusal(capsys, *arguments.split())


def test_without_its_reference_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(peers, "PLACE", tmp_path / "reference.py")
    peers.reference.cache_clear()
    assert "The plain reference, tests/benchmarks/reference.py, is not" in refusal(capsys, "bench")
    peers.reference.cache_clear()


# ---- the harness -----------------------------------------------------------------------------------------


def test_sides_take_turns_and_ratios_are_taken_within_a_round():
    called = []

    def side(name, values):
        values = iter(values)

        def measure():
            called.append(name)
            return next(values)

        return measure

    rounds = interleaved(side("ours", [10, 20, 90]), side("reference", [5, 5, 9]), 3)
    assert called == ["ours", "reference", "reference", "ours", "ours", "reference"]
    assert (rounds.ours, rounds.reference, len(rounds.others)) == ((10, 20, 90), (5, 5, 9), 6)
    faster = rounds.row("pace", "steps/s", "")
    assert (faster.ours, faster.reference, faster.ratio, faster.range) == (20, 5, 4, (2, 10))
    sooner = rounds.row("time", "s", "")
    assert (sooner.ratio, sooner.range) == (1 / 4, (1 / 10, 1 / 2))


def test_a_pace_counts_what_a_window_holds_and_goes_on_in_the_next():
    def work():
        for number in range(100):
            time.sleep(0.01)
            yield float(number)

    pace = Pace(work(), 0.0)
    assert 0 < pace() <= 1 / 0.01  # 0 is nothing done yet, so 1 is waited for
    assert next(pace.work) == 2.0


def test_windows_in_which_others_were_busy_are_marked():
    def note(*others):
        return Rounds((1.0,), (1.0,), others).row("a", "steps/s", "told").note

    assert note(0.02, 0.1) == "told"
    assert note(0.02, 0.31) == (
        "told; NOT QUIET: other programs took over 10 % of the processors in 1 of 2 windows, at most 31 %"
    )
    assert note(0.5, None) == "told; what other programs used is not known on this system"


def test_what_others_use_is_the_rest_of_what_the_system_counts(tmp_path, monkeypatch):
    stat, processors, ticks = tmp_path / "stat", os.cpu_count(), os.sysconf("SC_CLK_TCK")
    monkeypatch.setattr(machines, "KERNEL_TIMES", stat)

    def told(busy):
        # user nice system idle iowait irq softirq steal guest guest_nice: idle and guests do not count.
        stat.write_text(f"cpu  {round(busy * ticks)} 0 100 9999 9999 0 0 0 77 77\ncpu0 1 2 3\n")

    def work():
        time.sleep(0.4)
        told(1000 + 0.2 * processors)
        return "done"

    told(1000)
    value, share = watched(work)
    assert value == "done"
    assert share == pytest.approx(0.2 / 0.4, abs=0.2)
    stat.unlink()
    assert watched(lambda: 1) == (1, None)


def test_children_that_were_waited_for_are_no_others():
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    before = machines._own_seconds()
    subprocess.run([sys.executable, "-c", spin], check=True)
    assert machines._own_seconds() - before > 0.25


def test_terms_bound_the_window_by_the_budget():
    assert Terms(budget=0.5).window == 0.5
    assert Terms(budget=600).window == 2.0
