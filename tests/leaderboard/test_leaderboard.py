"""A leaderboard: bounded by who knows all and who knows nothing, the same twice, gone on with, the same as
tasks."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
import sys
import types

import numpy as np
import pandas as pd
import pytest

from explorer.compute.cluster import ClusterConfig
from explorer.compute.progress import finish
from explorer.detection.statistics.roc import roc
from explorer.experiments import checkpoints
from explorer.experiments.trials import trial
from explorer.leaderboard import run as run_module
from explorer.leaderboard.own_method import read_method
from explorer.leaderboard.own_remedy import affordable
from explorer.leaderboard.rows import Rows
from explorer.leaderboard.run import leaderboard, leaderboard_apart, untrained
from explorer.leaderboard.spec import LeaderboardSpec, Member
from explorer.leaderboard.store import (
    SHIPPED_LEADERBOARD,
    TABLE,
    begin,
    finished,
    load_leaderboard,
    save_network,
    table_bytes,
)
from explorer.leaderboard.tables import detectors_csv, markdown, remedies_csv
from explorer.storage.files import CheckpointError
from tests.leaderboard.examples import LAST_JUMP, LOOK_AHEAD

SPEC = LeaderboardSpec(
    ("ring-8",),
    seeds=2,
    samples=2_000,
    detectors=("variance", "perturbation", "ensemble", "oracle", "random"),
    remedies=("truth",),
)
ALONE = LeaderboardSpec(
    ("two-modes",),
    seeds=1,
    samples=4_000,
    detectors=SPEC.detectors,
    remedies=("guidance", "truth"),
    own=(read_method(str(LAST_JUMP)), read_method(str(LOOK_AHEAD))),
)


def without_seconds(rows):
    """The rows without what differs from one time to the next."""

    def timeless(row):
        if getattr(row, "result", None) is not None:
            row = dataclasses.replace(row, result=dataclasses.replace(row.result, seconds=0.0))
        return dataclasses.replace(row, seconds=0.0)

    return Rows(tuple(map(timeless, rows.detectors)), tuple(map(timeless, rows.remedies)))


def with_networks(folder, spec=SPEC):
    """A folder that has the networks already: the shipped weights under every seed; nothing trains."""
    begin(folder, spec)
    for name in spec.presets:
        shipped = checkpoints.shipped().load_preset(name).result
        for member in spec.members_of(name)[1:]:
            save_network(folder, member, dataclasses.replace(shipped, experiment=member.experiment))
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The updates of a leaderboard, and its folder."""
    folder = with_networks(tmp_path_factory.mktemp("made") / "board")
    return list(leaderboard(SPEC, folder)), folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A leaderboard of one network with both examples of one's own."""
    *_, last = leaderboard(ALONE, tmp_path_factory.mktemp("alone") / "board")
    return last.table


def row_of(table, kind, preset, seed, method):
    (row,) = [
        one
        for one in getattr(table.rows, kind)
        if (one.preset, one.seed, one.method) == (preset, seed, method)
    ]
    return row


def test_who_knows_all_and_who_knows_nothing_bound_it(made):
    rows = made[0][-1].table.rows.detectors
    assert {(row.preset, row.seed) for row in rows} == {(name, s) for name in SPEC.presets for s in (0, 1)}
    for name in SPEC.presets:
        for seed in (0, 1):
            here = {row.method: row for row in rows if (row.preset, row.seed) == (name, seed)}
            assert set(here) == set(SPEC.detectors)
            assert {row.n for row in here.values()} == {2_000}
            assert len({row.hallucinated for row in here.values()}) == 1
            if not here["oracle"].hallucinated:
                assert here["oracle"].auroc is None
                continue
            assert here["oracle"].auroc == 1
            assert here["oracle"].auroc >= max(row.auroc for row in here.values())
            assert here["random"].calls == here["oracle"].calls == 0
            assert here["perturbation"].calls == 8
            assert here["ensemble"].calls == 344  # of the one other network


def test_a_detector_is_judged_on_the_trial_that_anybody_draws(made):
    table = made[0][-1].table
    run = checkpoints.shipped().load_preset("ring-8").result
    drawn = finish(trial(run, 2_000, run.experiment.sampler))
    flags = drawn.hallucinated(5)
    row = row_of(table, "detectors", "ring-8", 0, "variance")
    assert row.hallucinated == int(flags.sum()) > 0
    assert row.auroc == roc(drawn.hal((0, 9)), flags).auroc
    assert row.network == run.network_digest


def test_remedies_are_bounded_by_the_truth_and_compared_with_the_run_as_it_is(alone):
    table = alone
    run = checkpoints.shipped().load_preset("two-modes").result
    untreated = row_of(table, "remedies", "two-modes", 0, "").result
    truth = row_of(table, "remedies", "two-modes", 0, "truth=1").result
    guided = row_of(table, "remedies", "two-modes", 0, "guidance=1").result
    assert untreated.n is None
    assert untreated.beyond[5] == pytest.approx(run.final.measurement.beyond[5], rel=0.02)
    assert truth.beyond[5] < guided.beyond[5] < untreated.beyond[5]
    assert truth.network_calls == 0
    assert untreated.network_calls == guided.network_calls == 344


def test_in_the_plane_remedies_are_counted(made):
    counted = row_of(made[0][-1].table, "remedies", "ring-8", 0, "").result
    assert counted.n == 2_000
    assert sum(counted.mode_shares) + counted.beyond[5] == pytest.approx(1)


def test_a_method_that_asks_more_often_is_given_fewer_samples():
    assert affordable(1_000, 10, 1e6) == 1_000
    assert affordable(1_000, 2_000, 1e6) == 500
    assert affordable(1_000, 1e6, 1e6) == 64
    assert affordable(30, 1e6, 1e6) == 30


def test_updates_tell_how_far_it_is(made):
    updates, _ = made
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [update.table is not None for update in updates] == [False] * (len(updates) - 1) + [True]


def test_one_that_was_stopped_goes_on_after_its_last_network(made, tmp_path):
    folder = with_networks(tmp_path / "stopped")
    work = leaderboard(SPEC, folder)
    next(update for update in work if update.doing == "ring-8-1")
    work.close()
    assert list(finished(folder, SPEC)) == [Member("ring-8", 0)]
    assert not (folder / TABLE).exists()
    kept = (folder / "rows-ring-8-0.json").read_bytes()
    updates = list(leaderboard(SPEC, folder))
    assert updates[0].doing == "ring-8-1"
    assert (folder / "rows-ring-8-0.json").read_bytes() == kept
    assert without_seconds(updates[-1].table.rows) == without_seconds(made[0][-1].table.rows)
    (only,) = leaderboard(SPEC, folder)  # nothing is left to do
    assert only.table.rows == updates[-1].table.rows


def test_networks_are_trained_once_and_all_of_a_preset_together(tmp_path, monkeypatch):
    stacks = []

    def learn_stack(experiments):
        stacks.append([one.seed for one in experiments])
        shipped = checkpoints.shipped().load_preset("ring-8").result
        results = tuple(dataclasses.replace(shipped, experiment=one) for one in experiments)
        yield types.SimpleNamespace(share=1.0, results=results)

    monkeypatch.setattr(run_module, "learn_stack", learn_stack)
    spec = LeaderboardSpec(("ring-8",), seeds=3, samples=200, detectors=("variance",), remedies=())
    work = leaderboard(spec, tmp_path / "three")
    next(update for update in work if update.doing == "ring-8-0")
    work.close()
    assert stacks == [[1, 2]]
    assert untrained(spec, tmp_path / "three", {}) == []
    shutil.rmtree(tmp_path / "three" / "networks" / "ring-8-2")
    assert untrained(spec, tmp_path / "three", {}) == ["ring-8"]
    *_, last = leaderboard(spec, tmp_path / "three")
    assert stacks == [[1, 2]] * 2
    assert [row.seed for row in last.table.rows.detectors] == [0, 1, 2]


@pytest.mark.slow
def test_other_seeds_are_other_networks(tmp_path):
    spec = LeaderboardSpec(
        ("two-modes",), seeds=2, samples=500, detectors=("variance", "ensemble"), remedies=("truth",)
    )
    *_, last = leaderboard(spec, tmp_path / "two")
    rows = [row_of(last.table, "remedies", "two-modes", seed, "") for seed in (0, 1)]
    assert rows[0].network != rows[1].network
    assert rows[0].result.beyond != rows[1].result.beyond


# ---- as tasks --------------------------------------------------------------------------------------------


def test_it_has_the_same_digits_twice_and_as_tasks_of_this_machine(made, tmp_path, tasks_here):
    *updates, last = leaderboard_apart(SPEC, with_networks(tmp_path / "apart"), ClusterConfig(workers=2))
    assert [update.share for update in updates] == sorted(update.share for update in updates)
    assert {update.doing for update in updates} == {"judging"}
    first = made[0][-1].table
    assert without_seconds(last.table.rows) == without_seconds(first.rows)
    texts = [
        table_bytes(dataclasses.replace(table, rows=without_seconds(table.rows)))
        for table in (first, last.table)
    ]
    assert texts[0] == texts[1]


def test_on_a_cluster_it_is_two_arrays_of_tasks(tmp_path, monkeypatch):
    """Slurm's executor is replaced by one that runs its arrays here."""
    arrays, asked = [], []

    class Job:
        def __init__(self, task, arguments):
            task(*json.loads(json.dumps(arguments)))

        def done(self):
            return True

        def exception(self):
            return None

        def cancel(self):
            pass

    class AutoExecutor:
        def __init__(self, folder, cluster):
            asked.append({"cluster": cluster})

        def update_parameters(self, **values):
            asked[-1] |= values

        def map_array(self, task, *columns):
            arrays.append((task.__name__, len(columns[0])))
            return [Job(task, arguments) for arguments in zip(*columns, strict=True)]

    monkeypatch.setitem(sys.modules, "submitit", types.SimpleNamespace(AutoExecutor=AutoExecutor))
    monkeypatch.setattr(run_module, "train_seeds", lambda spec, name, folder: _trained(spec, name, folder))
    spec = LeaderboardSpec(("ring-8",), seeds=3, samples=200, detectors=("variance",), remedies=())
    place = ClusterConfig("slurm", workers=4, threads=2, minutes=90, slurm={"partition": "cpu"})
    *_, last = leaderboard_apart(spec, tmp_path / "cluster", place)
    assert arrays == [("training_task", 1), ("judging_task", 3)]
    assert asked[0]["cluster"] == "slurm"
    assert asked[0]["cpus_per_task"] == 2
    assert asked[0]["timeout_min"] == 90
    assert asked[0]["slurm_array_parallelism"] == 4
    assert asked[0]["slurm_additional_parameters"] == {"partition": "cpu"}
    assert [row.seed for row in last.table.rows.detectors] == [0, 1, 2]


def _trained(spec, name, folder):
    with_networks(folder, spec)
    yield 1.0


# ---- one's own -------------------------------------------------------------------------------------------


def test_the_examples_of_ones_own_take_part(alone):
    jump = row_of(alone, "detectors", "two-modes", 0, "own.last_jump")
    ahead = row_of(alone, "remedies", "two-modes", 0, "own.look_ahead")
    untreated = row_of(alone, "remedies", "two-modes", 0, "")
    assert (jump.role, jump.problem, jump.n) == ("own", "", 4_000)
    assert ahead.result.beyond[5] < untreated.result.beyond[5]
    assert ahead.result.network_calls == 2 * untreated.result.network_calls
    assert alone.rows.problems == ()
    assert "ensemble" not in {row.method for row in alone.rows.detectors}  # it has no other network


def test_a_method_that_fails_leaves_the_others_and_says_why(tmp_path):
    text = "def score(walk):\n    return 1 / 0\n\n\ndef treat(denoiser):\n    return 3\n"
    (tmp_path / "mine.py").write_text(text)
    spec = dataclasses.replace(
        ALONE,
        detectors=("oracle",),
        remedies=(),
        own=(read_method(f"{tmp_path}/mine.py", "detector"), read_method(f"{tmp_path}/mine.py", "remedy")),
    )
    *_, last = leaderboard(spec, tmp_path / "board")
    mine = row_of(last.table, "detectors", "two-modes", 0, "own.mine")
    assert mine.auroc is None
    assert mine.problem == "mine.py, line 2: ZeroDivisionError: division by zero."
    assert row_of(last.table, "detectors", "two-modes", 0, "oracle").problem == ""
    assert len(last.table.rows.problems) == 2
    assert last.table.rows.problems[1].startswith("mine.py, line 5: treat returned a int")
    assert load_leaderboard(tmp_path / "board").rows == last.table.rows


# ---- stored ----------------------------------------------------------------------------------------------


def test_it_comes_back_from_disk_and_refuses_what_was_edited(made, tmp_path):
    table, folder = made[0][-1].table, made[1]
    assert load_leaderboard(folder) == table
    assert LeaderboardSpec.from_json(json.loads(json.dumps(ALONE.to_json()))) == ALONE
    own = ALONE.to_json()["own"][0]
    for forged in (
        None,
        3,
        [7],
        ["x"],
        [{}],
        [own | {"line": "1"}],
        [own | {"kind": "oracle"}],
        [own | {"x": 1}],
    ):
        with pytest.raises(ValueError, match=r"^leaderboard\.own = |of your own"):
            LeaderboardSpec.from_json(ALONE.to_json() | {"own": forged})
    edited = tmp_path / TABLE
    edited.write_text((folder / TABLE).read_text().replace('"seed": 1', '"seed": 2', 1))
    with pytest.raises(CheckpointError, match="was changed after it was written"):
        load_leaderboard(tmp_path)
    with pytest.raises(CheckpointError, match="another specification"):
        begin(folder, dataclasses.replace(SPEC, samples=5_000))


def test_the_shipped_one_has_what_it_says_whatever_methods_have_come_since():
    table = load_leaderboard(SHIPPED_LEADERBOARD)
    written = json.loads((SHIPPED_LEADERBOARD / TABLE).read_text())["spec"]
    assert json.loads(json.dumps(table.spec.to_json())) == written
    for rows, names in (
        (table.rows.detectors, written["detectors"]),
        (table.rows.remedies, written["remedies"]),
    ):
        measured = {row.method.partition("=")[0] for row in rows if row.role != "reference"}
        assert measured == set(names)


def test_the_csv_has_what_the_rows_say(made):
    table = made[0][-1].table
    lines = pd.read_csv(io.StringIO(detectors_csv(table)))
    assert len(lines) == len(table.rows.detectors) == 10
    np.testing.assert_allclose(
        lines["auroc"], [np.nan if row.auroc is None else row.auroc for row in table.rows.detectors]
    )
    cures = pd.read_csv(io.StringIO(remedies_csv(table)))
    assert len(cures) == len(table.rows.remedies)
    for line, row in zip(cures.to_dict("records"), table.rows.remedies, strict=True):
        assert line["beyond_5"] == row.result.beyond[5]
        assert line["calls"] == row.result.network_calls
    assert list(lines.columns)[-3:] == ["calls", "seconds", "problem"]
    assert list(cures.columns)[-3:] == ["calls", "seconds", "problem"]


def test_the_markdown_has_a_column_a_preset(made):
    table = made[0][-1].table
    lines = markdown(table).splitlines()
    assert "| | Ring | calls |" in lines
    oracle = next(line for line in lines if line.startswith("| oracle |"))
    assert oracle.split("|")[2].strip().startswith("1.000")
    assert sum(line.startswith("| True score |") for line in lines) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"presets": ()}, "at least one preset"),
        ({"presets": ("nowhere",)}, "There is no preset 'nowhere'"),
        ({"presets": ("grid-25", "grid-25")}, "takes part once"),
        ({"detectors": ("guess",)}, "There is no detector 'guess'"),
        ({"remedies": ("hope",)}, "There is no remedy 'hope'"),
        ({"seeds": 0}, r"seeds 0 is outside \[1, 20\]"),
        ({"samples": 7}, r"samples 7 is outside \[100, 200,000\]"),
        ({"seconds": 0.0}, "time of 0 s is outside"),
        ({"own": ALONE.own[:1] * 2}, "Two detector methods of your own have the name own.last_jump"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        dataclasses.replace(SPEC, **changes)
