"""In all JSON the share of hallucinations has one name, unit and record; the names before it say the same."""

import json
import math

import pytest

from explorer.__main__ import main
from explorer.commands import shipped
from explorer.experiments import checkpoints, shipped_trials
from tests.commands.test_command_line import run, trained  # noqa: F401

EXACT = {"k", "unit", "kind", "hallucinated_share", "error"}
COUNTED = {"k", "unit", "kind", "hallucinated_share", "low", "high", "count", "n"}
THRESHOLDS = [4, 5, 6, 8]
TINY = ["--steps", "110", "--batch", "50", "--set", "sampler.steps=30"]
LOOP = ["--steps", "60", "--samples", "200", "--generations", "2", "--arm", "none"]


def checked(report, seed=False):
    """The records of a report; each has its fields, and numbers that agree with one another."""
    records = report["hallucinated_shares"]
    for record in records:
        share = record["hallucinated_share"]
        assert 0 <= share <= 1
        assert record["unit"] in ("sigma", "pixels", "fingers")
        wanted = {"exact": EXACT, "counted": COUNTED}[record["kind"]]
        assert set(record) == wanted | ({"seed"} if seed else set())
        if record["kind"] == "exact":
            assert 0 <= record["error"] <= max(0.05 * share, 1e-6)
            continue
        assert share == record["count"] / record["n"]
        for end in (record["low"], record["high"]):  # Wilson's
            assert 0 <= end <= 1
            z = 1.959964 * math.sqrt(end * (1 - end) / record["n"])
            assert abs(share - end) == pytest.approx(z, rel=1e-4, abs=1e-12)
        assert record["low"] <= share <= record["high"]
    return records


def of_kind(records, kind):
    return [record for record in records if record["kind"] == kind]


def by_k(records, name="hallucinated_share"):
    return {str(record["k"]): record[name] for record in records}


def with_intervals(records):
    return {
        str(one["k"]): {"share": one["hallucinated_share"], "interval": [one["low"], one["high"]]}
        for one in records
    }


def assert_flat(report, record):
    """The four names of a single counted share."""
    assert report["hallucination_rate"] == record["hallucinated_share"]
    assert report["hallucination_interval"] == [record["low"], record["high"]]
    assert (report["hallucination_count"], report["hallucination_n"]) == (record["count"], record["n"])


@pytest.mark.parametrize(("preset", "kind"), [("two-modes", "exact"), ("ring-8", "counted")])
def test_train(run, preset, kind):  # noqa: F811
    report = run("train", preset, *TINY)
    records = checked(report)
    assert [(record["k"], record["kind"]) for record in records] == [(k, kind) for k in THRESHOLDS]
    assert report["beyond"] == by_k(records)
    assert report["error"] == (by_k(records, "error") if kind == "exact" else None)


def test_density(run, trained):  # noqa: F811
    report = run("density", trained, "--steps", 40)
    records = checked(report)
    assert [(record["k"], record["kind"]) for record in records] == [(k, "exact") for k in THRESHOLDS]
    assert (report["mass_beyond"], report["error"]) == (by_k(records), by_k(records, "error"))


@pytest.mark.parametrize(
    ("arguments", "k", "unit"),
    [
        (["sample", "grid-25", "--n", 400, "--k", 4.5, "--steps", 20], 4.5, "sigma"),
        (["detect", "grid-25", "--n", 400], 5, "sigma"),
        (["detect", "shapes-32"], 5, "pixels"),
        (["detect", "hands-48", "--k", 0.25], 0.25, "fingers"),
    ],
)
def test_commands_that_count_beyond_one_k(run, arguments, k, unit):  # noqa: F811
    report = run(*arguments)
    (record,) = checked(report)
    assert (record["k"], record["unit"], record["kind"], record["n"]) == (k, unit, "counted", report["n"])
    assert record["count"] > 0
    assert_flat(report, record)


@pytest.mark.parametrize(
    "arguments",
    [
        ["count", "two-modes", "--n", 500, "--workers", 1],
        ["measure", "ring-8", "--n", 200, "--noisy", 2, "--score-steps", 2],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_that_count_beyond_every_k(run, arguments):  # noqa: F811
    report = run(*arguments)
    records = checked(report)
    assert [(record["k"], record["kind"]) for record in records] == [(k, "counted") for k in THRESHOLDS]
    assert {record["n"] for record in records} == {report["n"]}
    assert report["beyond"] == with_intervals(records)


def test_compare_has_both_kinds(run):  # noqa: F811
    for row in run("compare", "two-modes", "--n", 300, "--steps", 20, "--sampler", "ddim")["samplers"]:
        records = checked(row)
        counted, exact = of_kind(records, "counted"), of_kind(records, "exact")
        assert [record["k"] for record in counted] == [record["k"] for record in exact] == THRESHOLDS
        assert row["beyond"] == with_intervals(counted)
        assert (row["exact"], row["exact_error"]) == (by_k(exact), by_k(exact, "error"))
    (row,) = run("compare", "shapes-32", "--n", 3, "--steps", 2, "--sampler", "ddpm")["samplers"]
    (record,) = checked(row)
    assert record["unit"] == "pixels"
    assert_flat(row, record)


def test_remedies(run, monkeypatch):  # noqa: F811
    monkeypatch.setattr("explorer.remedies.evaluation.FINE_TABLE", 512)
    (row,) = run("remedies", "three-modes", "--remedy", "late=10")["remedies"]
    records = checked(row)
    assert len(of_kind(records, "exact")) == len(records) == 4
    assert (row["rate"], row["error"], row["rate_interval"]) == (by_k(records), by_k(records, "error"), None)
    (row,) = run("remedies", "grid-25", "--remedy", "late=10", "--n", 200)["remedies"]
    records = checked(row)
    assert len(of_kind(records, "counted")) == len(records) == 4
    assert (row["rate"], row["error"]) == (by_k(records), None)
    assert row["rate_interval"] == {str(one["k"]): [one["low"], one["high"]] for one in records}
    (row,) = run("remedies", "shapes-32", "--remedy", "patch=3", "--n", 2)["remedies"]
    (record,) = checked(row)
    assert (record["unit"], row["rate"]) == ("pixels", None)
    assert_flat(row, record)


def assert_generation(report):
    records = checked(report, seed=True)
    (counted,), exact = of_kind(records, "counted"), of_kind(records, "exact")
    assert (counted["k"], counted["n"]) == (5, report["drawn"])
    assert report["rate"] == counted["hallucinated_share"]
    assert report["rate_interval"] == [counted["low"], counted["high"]]
    assert (report["exact"], report["exact_error"]) == (by_k(exact), by_k(exact, "error"))


def test_recurse(run):  # noqa: F811
    report = run("recurse", "two-modes", *LOOP, "--seeds", 2)
    for seed, arms in report["by_seed"].items():
        for generation in arms["none"]:
            assert_generation(generation)
            assert {record["seed"] for record in generation["hallucinated_shares"]} == {int(seed)}
    for told in report["arms"]["none"]:
        together = {(row["kind"], row["k"]): row for row in told["hallucinated_shares_over_seeds"]}
        assert set(together) == {("counted", 5), *(("exact", k) for k in THRESHOLDS)}
        names = {"low": "lowest", "median": "median", "high": "highest"}
        for old, new in names.items():
            assert told["rate"][old] == together["counted", 5][new]
            for k in THRESHOLDS:
                assert told["exact"][str(k)][old] == together["exact", k][new]
        assert {row["networks"] for row in together.values()} == {2}


def test_sweep(run, tmp_path):  # noqa: F811
    axes = {"x": {"axis": "modes", "values": [2]}, "y": {"axis": "spacing", "values": [8, 24]}}
    file = tmp_path / "sweep.json"
    changes = {"points": 500, "training.batch": 50, "network.width": 8, "sampler.steps": 40}
    file.write_text(json.dumps({"preset": "three-modes", "seeds": 2, "steps": 60, "changes": changes} | axes))
    narrow, wide = run("sweep", file)["cells"]
    assert (narrow["hallucinated_shares"], narrow["hallucinated_shares_over_seeds"]) == ([], [])  # no gap
    records = checked(wide, seed=True)
    for k in THRESHOLDS:
        mine = [record for record in records if record["k"] == k]
        assert [record["seed"] for record in mine] == [0, 1]
        assert wide["rates"][str(k)] == [record["hallucinated_share"] for record in mine]
        assert wide["errors"][str(k)] == [record["error"] for record in mine]
    (row,) = [row for row in wide["hallucinated_shares_over_seeds"] if row["k"] == 5]
    assert (wide["median"], wide["low"], wide["high"]) == (row["median"], row["lowest"], row["highest"])


def test_checkpoints(run, trained, tmp_path, monkeypatch):  # noqa: F811
    result, store = checkpoints.load_folder(trained).result, checkpoints.CheckpointStore(tmp_path)
    monkeypatch.setattr(checkpoints, "shipped", lambda: store)
    monkeypatch.setattr(shipped, "learned", lambda experiment: result)
    monkeypatch.setattr(shipped_trials, "default_count", lambda experiment: 500)
    built = run("checkpoints", "build", "two-modes")["two-modes"]
    records = checked(built)
    assert (built["beyond"], built["error"]) == (by_k(records), by_k(records, "error"))
    monkeypatch.setattr(checkpoints.CheckpointStore, "load_preset", checkpoints.CheckpointStore.load)
    again = run("checkpoints", "measure", "two-modes")["two-modes"]
    assert again["beyond"] == by_k(checked(again))
    assert again["before"] == built["beyond"]


def test_text_tells_a_share_in_one_line(capsys):
    assert main(["density", "three-modes", "--steps", "20"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "hallucinated_share" in line]
    assert [line.split("  ")[0] for line in lines] == [
        f"hallucinated_share beyond {k} sigma" for k in THRESHOLDS
    ]
    assert all("(exact, error " in line for line in lines)


@pytest.mark.parametrize(("preset", "kind"), [("two-modes", "exact"), ("ring-8", "counted")])
def test_samplers(run, preset, kind):  # noqa: F811
    asked = ["--calls", 5, "--sampler", "ddim", *(["--n", 200] if kind == "counted" else [])]
    (row,) = run("samplers", preset, *asked)["samplers"]
    for end in ("", "_true_score"):
        records = checked({"hallucinated_shares": row[f"hallucinated_shares{end}"]})
        assert [(record["k"], record["kind"]) for record in records] == [(k, kind) for k in THRESHOLDS]
        assert row[f"rate{end}"] == by_k(records)
