"""atlas: the share of hallucinated seeds by the network and by the true score, and the picture."""

import dataclasses
import json

import pytest
from PIL import Image

from explorer.__main__ import main
from explorer.compute.progress import finish
from explorer.diffusion.exact_density.quantiles import carried_quantiles
from explorer.experiments import checkpoints
from explorer.experiments.atlas import atlas_sampler


def report_of(capsys, *arguments):
    assert main(["atlas", *arguments, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    assert main(["atlas", *arguments]) == 2
    return capsys.readouterr().err


def test_stripes_of_the_line_hold_the_exact_rate(tmp_path, capsys):
    out = tmp_path / "atlas.png"
    report = report_of(capsys, "two-modes", "--solver", "first-order", "--steps", "5", "--out", str(out))
    result = checkpoints.shipped().load("two-modes").result
    spec = dataclasses.replace(atlas_sampler(result.experiment, 5), solver="first-order")
    mixture = result.experiment.mixture
    model, truth = (
        finish(carried_quantiles(one, spec, mixture, (5,), quantiles=2_001)).mass_beyond(mixture, 5)
        for one in (result.denoiser(), result.truth())
    )
    assert report["hallucinated_share"] == pytest.approx(model, rel=1e-3)
    assert report["hallucinated_share_true_score"] == pytest.approx(truth, rel=1e-3)
    assert [one["denoiser"] for one in report["hallucinated_shares"]] == ["model", "truth"]
    assert {one["kind"] for one in report["hallucinated_shares"]} == {"exact"}
    stripes = report["stripes"]
    assert (stripes[0]["from"], stripes[-1]["to"]) == (None, None)
    assert all(one["to"] == other["from"] for one, other in zip(stripes, stripes[1:], strict=False))
    black = sum(one["share"] for one in stripes if one["hallucinated"])
    assert black == pytest.approx(report["hallucinated_share"], abs=1e-12)
    assert {one["mode_at"] for one in stripes} == {-0.5, 0.5}
    assert report["shares_by_training_step"][str(result.final.step)] == report["hallucinated_share"]
    assert report["sampler"] == "DDIM, 5 steps"
    assert report["seconds"] > 0
    with Image.open(out) as picture:
        assert picture.format == "PNG"


def test_a_part_of_the_plane_is_drawn(tmp_path, capsys):
    out = tmp_path / "atlas.svg"
    part = ("--x", "0.4", "--y", "-0.4", "--half", "0.3", "--size", "64")
    report = report_of(capsys, "ring-8", "--steps", "5", *part, "--out", str(out), "--dark")
    assert report["square"] == pytest.approx([0.1, 0.7, -0.7, -0.1])
    inside = sum(report["mode_shares"]) + report["hallucinated_share"] + report["outside_share"]
    assert inside == pytest.approx(1, abs=1e-12)
    assert 0 <= report["misassigned_share"] <= 1 - report["outside_share"]
    assert report["size"] == 64
    assert report["sampler"] == "DPM-Solver++(2M), 5 steps"
    assert report["seeds"] < 2 * (65**2 + 2 * 64**2)
    assert b"seeds by the network" in out.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shapes-32",), "needs a mixture"),
        (("two-modes", "--x", "1"), "go with a run in the plane"),
        (("ring-8", "--half", "9"), "outside [1e-05, 8]"),
        (("two-modes", "--k", "0"), "threshold k = 0"),
        (("two-modes", "--steps", "1"), "at least 2 steps"),
        (("two-modes", "--steps", "400"), "between 2 and 344 steps"),
        (("two-modes", "--out", "atlas.gif"), "should end with .png"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_a_sentence(arguments, said, capsys):
    assert said in refused(capsys, *arguments)


def test_a_size_that_is_no_power_of_two_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["atlas", "ring-8", "--size", "100"])
    assert "--size" in capsys.readouterr().err
