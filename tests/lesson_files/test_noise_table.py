"""The table from which a page draws samples: what it is worth, and that JavaScript draws as Python does."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.detection.paired_trajectories import shown_steps
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.sampling import SamplingRun, paired_reverse_process
from explorer.experiments import checkpoints
from explorer.experiments.measurement import density_span
from explorer.experiments.trials import sampler
from explorer.lesson_files.noise_table import noise_table, packed_table

SCRIPT = Path(__file__).parents[1] / "javascript" / "drawn_samples.js"
WAYS = {"DDPM": ("DDPM", 10), "DDIM": ("DDIM", 10), "late noise": ("late noise", 10)}
COUNT, SEED, DRAWN = 64, 5, 200_000


@pytest.fixture(scope="module")
def result():
    return checkpoints.shipped().load_preset("three-modes").result


@pytest.fixture(scope="module")
def table(result):
    spec = sampler(result.experiment, "DDPM")
    return noise_table(
        result.denoiser(), result.experiment.mixture, spec.timesteps(result.experiment.schedule)
    )


@pytest.fixture(scope="module")
def packed(result):
    return packed_table(result, "DDIM", 10, 5)


def test_the_table_hallucinates_as_often_as_the_network(packed, result):
    header = json.loads(packed.header)
    assert header["of_table"] == pytest.approx(header["exact"], rel=0.005)
    assert (header["preset"], header["sampler"], header["k"]) == ("three-modes", "DDIM", 5)
    assert header["shown"] == shown_steps([step["t"] for step in header["steps"]])


def test_the_table_predicts_what_the_network_predicts(result, table):
    generator = torch.Generator().manual_seed(0)
    mixture, schedule = result.experiment.mixture, result.experiment.schedule
    for t in (0, 2, 9, 50, 150, 343):
        alpha_bar = schedule.alpha_bar(t)
        x0 = mixture.sample(4_000, generator)
        x_t = alpha_bar**0.5 * x0 + (1 - alpha_bar) ** 0.5 * torch.randn(x0.shape, generator=generator)
        with torch.inference_mode():
            due = result.denoiser().predict_noise(x_t.float(), t)
        found = table.predict_noise(x_t.float(), t)
        assert float((found - due).abs().max()) < 0.02 * float(due.abs().max())
        assert abs(float((found - due).mean())) < 1e-3 * float(due.std())


def test_a_table_is_of_numbers_and_of_cells_that_are_neither_too_narrow_nor_too_wide(result):
    with pytest.raises(ValueError, match="outside"):
        noise_table(result.denoiser(), result.experiment.mixture, [0], cell=2.0)
    flat = checkpoints.shipped().load_preset("grid-25").result
    with pytest.raises(ValueError, match="one number"):
        noise_table(flat.denoiser(), flat.experiment.mixture, [0])
    with pytest.raises(ValueError, match="on the line"):
        packed_table(flat, "DDPM", 10, 5)


# ---- by JavaScript -----------------------------------------------------------------------------------------


def walks(result) -> list[dict]:
    """The noise of a few samples for each way down, by the network and, for one of them, by the truth."""
    generator, steps = (
        torch.Generator().manual_seed(3),
        len(sampler(result.experiment, "DDPM").timesteps(result.experiment.schedule)),
    )
    found = []
    for (name, switch), truth in (
        (WAYS["DDPM"], False),
        (WAYS["DDIM"], False),
        (WAYS["late noise"], False),
        (WAYS["DDPM"], True),
    ):
        x, *fresh = torch.randn((steps + 1, COUNT), generator=generator, dtype=torch.float64)
        found.append(
            {
                "x": x.tolist(),
                "fresh": [z.tolist() for z in fresh],
                "way": {"sampler": name, "switch": switch},
                "truth": truth,
            }
        )
    return found


@pytest.fixture(scope="module")
def asked(result):
    return {
        "steps": [0, 7, 343],
        "walks": walks(result),
        "counts": [
            {"count": DRAWN, "seed": SEED, "way": {"sampler": name, "switch": switch}}
            for name, switch in WAYS.values()
        ],
        "follow": [{"count": 40, "seed": 9, "low": 0.3, "high": 3.7}],
    }


@pytest.fixture(scope="module")
def by_javascript(packed, asked, tmp_path_factory):
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "header.json").write_text(packed.header, "utf-8")
    (folder / "values").write_bytes(packed.values)
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")
    said = subprocess.run(["node", SCRIPT, folder], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)


def test_javascript_reads_the_same_table(by_javascript, asked, table):
    for t, values in zip(asked["steps"], by_javascript["values"], strict=True):
        np.testing.assert_allclose(values, table.steps[t].values, rtol=0, atol=1e-12)


@pytest.mark.parametrize("number", range(4))
def test_javascript_walks_as_python_does_with_the_same_noise(by_javascript, asked, result, table, number):
    walk, found = asked["walks"][number], by_javascript["walked"][number]
    experiment = result.experiment
    denoiser = TrueDenoiser(experiment.mixture, experiment.schedule) if walk["truth"] else table
    spec = sampler(experiment, walk["way"]["sampler"], walk["way"]["switch"])
    x_T = torch.tensor(walk["x"], dtype=torch.float64)[:, None]
    fresh = iter(torch.tensor(walk["fresh"], dtype=torch.float64)[:, :, None])
    steps = [
        step for (step,) in paired_reverse_process([SamplingRun(denoiser, spec)], x_T, lambda: next(fresh))
    ]
    assert [seen["t"] for seen in found["visited"]] == [step.t for step in steps]
    for seen, step in zip(found["visited"], steps, strict=True):
        np.testing.assert_allclose(seen["x0"], step.x0_hat[:, 0].numpy(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found["x"], steps[-1].x0_hat[:, 0].numpy(), rtol=0, atol=1e-6)
    assert found["drawn"] == sum(spec.eta_at(step.t) > 0 for step in steps[:-1])


def test_javascript_draws_at_the_exact_rate(by_javascript, packed, result):
    """The exact share lies in the 95 % interval of 200,000 draws by each sampler."""
    experiment = result.experiment
    late, span = sampler(experiment, *WAYS["late noise"]), density_span(experiment)
    found = finish(exact_rates(result.denoiser(), late, experiment.mixture, [5], span=span, reported=False))
    due = {
        "DDPM": result.final.measurement.beyond[5],
        "DDIM": json.loads(packed.header)["exact"],
        "late noise": found.beyond[5],
    }
    for (name, exact), counted in zip(due.items(), by_javascript["counted"], strict=True):
        rate = Rate(counted["astray"], DRAWN)
        assert (counted["share"]["low"], counted["share"]["high"]) == pytest.approx(rate.interval)
        assert rate.interval[0] <= exact <= rate.interval[1], (name, rate, exact)


def test_followed_samples_are_hallucinated_where_they_end(by_javascript, result):
    (found,) = by_javascript["followed"]
    for x0, flags in zip(found["x0"], found["hallucinated"], strict=True):
        ends = torch.tensor(x0, dtype=torch.float64).reshape(len(found["steps"]), -1)[-1]
        due = result.experiment.mixture.is_hallucination(ends[:, None], 5)
        assert due.tolist() == [bool(flag) for flag in flags]
    model, truth = (np.array(x0).reshape(len(found["steps"]), -1) for x0 in found["x0"])
    assert np.mean(np.rint(model[-1]) == np.rint(truth[-1])) > 0.9  # from the same noise to the same mode
    assert not any(found["hallucinated"][1])
    for codes, x0 in zip(found["codes"], (model, truth), strict=True):
        lines = np.array(codes["y"]).reshape(40, -1)
        due = np.rint((np.clip(x0.T, 0.3, 3.7) - 2.0) / 3.4 * 32767)
        assert np.abs(lines - due).max() <= 1
