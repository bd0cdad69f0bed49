"""What a treatment does, and costs: exact rates against samples, calls as they are made, refusals."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import norm

from explorer.compute.progress import finish
from explorer.data.mixtures import line
from explorer.diffusion.exact_density.density import Density
from explorer.diffusion.sampling import sample
from explorer.experiments import checkpoints
from explorer.experiments.measurement import Measurement
from explorer.experiments.presets import preset
from explorer.remedies.catalogue import REMEDIES
from explorer.remedies.evaluation import distance_to_truth, evaluate_remedy, remedy_result
from explorer.remedies.treatment import (
    RemedySpec,
    default_treatments,
    read_treatment,
    treated,
    treatment_text,
)


@pytest.fixture(scope="module")
def rough():
    """The shipped run of three modes, stopped so early that 3 % of its samples lie between them, in 60
    steps."""
    result = checkpoints.shipped().load("three-modes").result
    early = tuple(snapshot for snapshot in result.snapshots if snapshot.step < 500)
    experiment = result.experiment.replace(**{"sampler.steps": 60})
    return dataclasses.replace(result, experiment=experiment, snapshots=early)


@pytest.fixture(scope="module")
def plane():
    return checkpoints.shipped().load("grid-25").result


TREATMENTS = (
    *("", "guidance=0.5", "found-guidance=1", "sharpening=0.1", "late=20", "step=0.1", "smoothing=0.5"),
    *("late-guidance=1", "cas=0.3", "sas=0.3", "quenching=0.2"),
    *("truth+smoothing=2", "guidance=0.5+late=20", "sharpening=0.05+guidance=0.25"),
)


@pytest.mark.parametrize("text", TREATMENTS)
def test_exact_rates_are_those_of_samples(rough, text):
    n = 2_000 if text.startswith("truth") else 20_000  # a blurred truth is slow, and its rate is high
    mixture = rough.experiment.mixture
    found = finish(evaluate_remedy(rough, read_treatment(text), reported=False))
    run = treated(rough, read_treatment(text), denoiser=rough.sampled)
    x = finish(sample(run.denoiser, n, run.spec, torch.Generator().manual_seed(7), chunk=n))
    for k in (4, 5, 6):
        exact = found.result.beyond[k]
        counted = float(mixture.is_hallucination(x, k).double().mean())
        assert abs(counted - exact) < 3 * (exact * (1 - exact) / n) ** 0.5 + 0.02 * exact, k
    assert found.result.beyond[4] > 1e-3  # enough to be counted
    shares = np.array([float(((x - mean).abs() <= 0.25).double().mean()) for (mean,) in mixture.means])
    assert found.result.mode_shares == pytest.approx(shares, abs=2 / n**0.5)
    assert found.result.n is None
    assert found.result.rate(5) is None


def test_a_live_price_is_close_to_the_reported_one(rough):
    for text in ("guidance=1", "sharpening=0.1", "step=0.1"):
        live, reported = (
            finish(evaluate_remedy(rough, read_treatment(text), reported=accurate)).result
            for accurate in (False, True)
        )
        assert live.beyond[5] == pytest.approx(reported.beyond[5], rel=0.1)
        assert live.width == pytest.approx(reported.width, abs=0.02)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        *(("", 1), ("guidance=1", 1), ("late=20", 1), ("step=0.1", 2), ("sharpening=0.1", 3), ("truth", 0)),
        *(("step=0.1+sharpening=0.1", 6), ("truth+smoothing=0.5", 0)),
    ],
)
def test_calls_are_counted_on_the_way(rough, text, calls):
    steps = len(rough.experiment.sampler.timesteps(rough.experiment.schedule))
    assert (
        finish(evaluate_remedy(rough, read_treatment(text), reported=False)).result.network_calls
        == calls * steps
    )


def test_points_of_the_plane_are_counted(plane):
    shares = []
    work = evaluate_remedy(plane, read_treatment("sharpening=0.05"), n=500)
    while True:
        try:
            shares.append(next(work))
        except StopIteration as stop:
            found = stop.value
            break
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1
    cost, x = found.result, found.measurement.samples
    assert x.shape == (500, 2)
    assert cost.n == 500
    assert cost.network_calls == 5 * 344
    away = np.linalg.norm(x[:, None] - np.array(plane.experiment.mixture.means), axis=2).min(1)
    sigma = plane.experiment.mixture.sigmas[0]
    assert cost.rate(5).count == (away > 5 * sigma).sum()
    assert sum(cost.mode_shares) + cost.beyond[5] == pytest.approx(1)
    assert cost.distance is None
    assert 0 < cost.share_distance < 0.2


def test_a_price_is_what_its_words_say():
    mixture = line(1, 2, 3)
    x = np.linspace(-6.999, 7, 7000, dtype=np.float64)
    p = 0.5 * norm.pdf(x, 1, 0.05) + 0.25 * norm.pdf(x, 2, 0.1) + 0.25 * norm.pdf(x, 3, 0.05)
    density = Density(x, p)
    found = remedy_result(Measurement(density, None, {5: 0.0}, None), mixture, 7, 0.5)
    near = 2 * norm.cdf(2.5) - 1  # of the mode that is twice as wide, what lies within 5 sigma
    assert found.mode_shares == pytest.approx((0.5, 0.25 * near, 0.25), abs=1e-4)
    total = 0.75 + 0.25 * near
    assert found.share_distance == pytest.approx(0.5 / total - 1 / 3, abs=1e-4)
    truth = sum(norm.pdf(x, mean, 0.05) for mean in (1, 2, 3)) / 3
    assert distance_to_truth(density, mixture) == pytest.approx(np.abs(p - truth).sum() * 0.002 / 2, rel=1e-3)
    kinds = {"valid": 90, "duplicate": 7, "empty": 3}
    pictures = remedy_result(Measurement(None, np.zeros((100, 1, 8, 8)), None, 100, kinds), None, 300, 2.0)
    assert (pictures.rate(5).count, pictures.rate(5).n) == (10, 100)


# ---- texts ---------------------------------------------------------------------------------------------


def test_a_treatment_reads_back():
    for text in ("", "guidance=0.5", "truth=1+smoothing=0.3", "guidance=0.5+sharpening=0.1+late=10"):
        assert treatment_text(read_treatment(text)) == text
    assert read_treatment("truth") == (RemedySpec("truth", 1),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("luck=1", "There is no remedy 'luck'; there are guidance"),
        ("luck", "There is no remedy 'luck'"),
        ("guidance=x", "'guidance=x' is no remedy with a dial; write it like guidance=0.25"),
        ("guidance", "'guidance' is no remedy with a dial"),
        ("guidance=nan", "is no remedy with a dial"),
        ("guidance=21", r"The dial of guidance lies in \[0, 20\]; 21 does not"),
        ("late=2.5", "The dial of late is a whole number, not 2.5"),
        ("guidance=1+", "There is no remedy ''"),
    ],
)
def test_texts_that_do_not_fit_are_refused(text, words):
    with pytest.raises(ValueError, match=words):
        read_treatment(text)


def test_remedies_that_do_not_fit_the_data_are_refused(rough, plane):
    with pytest.raises(
        ValueError, match="The remedy patch does not fit these data; it treats shapes, hands, digits"
    ):
        treated(rough, read_treatment("patch=3"))
    with pytest.raises(ValueError, match="at most 4 remedies, not 5"):
        treated(plane, read_treatment("+".join(["guidance=1"] * 5)))
    with pytest.raises(ValueError, match=r"The switch t = 1000 is outside \[0, 999\]"):
        treated(rough, read_treatment("late=1000"))


@pytest.mark.parametrize("name", ["three-modes", "grid-25", "shapes-32", "hands-48", "digits-28"])
def test_default_treatments_fit_their_data_and_none_comes_twice(name):
    treatments = default_treatments(preset(name).experiment)
    assert len(set(treatments)) == len(treatments)
    used = {spec.name for treatment in treatments for spec in treatment}
    expected = {"three-modes": set(REMEDIES) - {"patch"}, "grid-25": set(REMEDIES) - {"patch"}}
    pictures = {"sharpening", "late", "step", "truth", "patch"}
    expected |= {"shapes-32": pictures | {"guidance"}, "hands-48": pictures, "digits-28": pictures}
    assert used == expected[name]
