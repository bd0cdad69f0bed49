"""Where a GPU is at hand: every kind of network trains and samples there, and agrees with the CPU."""

import dataclasses

import numpy as np
import pytest
import torch

from explorer.compute.device import choose_device
from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser
from explorer.diffusion.networks import build_network
from explorer.diffusion.sampling import SamplerSpec, SamplingRun, reverse_process, sample
from explorer.diffusion.training import train
from explorer.experiments.presets import preset
from explorer.experiments.run import training_points
from explorer.remedies.catalogue import REMEDIES, data_kind

pytestmark = pytest.mark.gpu
NAMES = ("three-modes", "grid-25", "three-modes-paper", "shapes-32", "hands-48")
every_kind = pytest.mark.parametrize("name", NAMES)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def gpu():
    """The GPU of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EXPLORER_DEVICE", raising=False)
        return choose_device("unet").device


def pair(experiment, gpu):
    """The same network, not trained, on either side."""
    shape = experiment.distribution.shape
    whole = shape if experiment.pictures else shape[0]
    return [
        LearnedDenoiser(
            build_network(experiment.network, experiment.schedule, whole, [0], device=device),
            experiment.schedule,
        )
        for device in (CPU, gpu)
    ]


@every_kind
def test_it_trains(name, gpu):
    experiment = preset(name).experiment.replace(points=400)
    network = pair(experiment, gpu)[1].network
    spec = dataclasses.replace(experiment.training, steps=100, batch=64)
    points = training_points(experiment).to(gpu)
    updates = list(train(network, points, experiment.schedule, spec, seeded(0, "training", gpu)))
    losses = np.concatenate([update.losses[:, 0] for update in updates])
    assert losses[-20:].mean() < 0.8 * losses[:5].mean()
    assert updates[-1].weights.device.type == gpu.type
    assert updates[-1].weights.isfinite().all()


@every_kind
def test_it_samples(name, gpu):
    experiment = preset(name).experiment
    spec = dataclasses.replace(experiment.sampler, steps=20)
    drawn = finish(sample(pair(experiment, gpu)[1], 100, spec, seeded(0, "sampling", gpu)))
    assert drawn.device.type == gpu.type
    assert drawn.isfinite().all()


@every_kind
def test_a_deterministic_walk_ends_where_the_cpus_does(name, gpu):
    experiment = preset(name).experiment
    spec = SamplerSpec(eta=0.0, steps=20)
    noise = torch.randn(50, *experiment.distribution.shape, generator=seeded(0, "noise"))
    ends = []
    for denoiser, device in zip(pair(experiment, gpu), (CPU, gpu), strict=True):
        *_, last = reverse_process(denoiser, noise.to(device), spec)
        ends.append(last.x0_hat.cpu())
    torch.testing.assert_close(*ends, rtol=1e-3, atol=1e-3)


@every_kind
@pytest.mark.parametrize("t", [2, 100, 400])
def test_the_truth_is_the_cpus(name, t, gpu):
    experiment = preset(name).experiment
    known = experiment.distribution
    x, alpha_bar = known.sample(20, seeded(0, "points")), experiment.schedule.alpha_bar(t)
    x_t = alpha_bar**0.5 * x + (1 - alpha_bar) ** 0.5 * torch.randn(x.shape, generator=seeded(1, "noise"))
    truth = TrueDenoiser(known, experiment.schedule)
    there, here = truth.predict_noise(x_t.to(gpu), t).cpu(), truth.predict_noise(x_t, t)
    torch.testing.assert_close(there, here, rtol=1e-2, atol=1e-2)
    assert torch.equal(known.distance_to_support(x.to(gpu)).cpu() <= 5, known.distance_to_support(x) <= 5)


@pytest.mark.parametrize("remedy", REMEDIES)
@pytest.mark.parametrize("name", ["three-modes", "grid-25", "shapes-32"])
def test_a_remedy_is_the_cpus(name, remedy, gpu):
    experiment = preset(name).experiment.replace(points=400)
    kind = data_kind(experiment)
    if kind not in REMEDIES[remedy].fits:
        pytest.skip(f"{remedy} does not treat {kind}")
    x_t = torch.randn(8, *experiment.distribution.shape, generator=seeded(0, "noise"))
    answers = []
    for denoiser, device in zip(pair(experiment, gpu), (CPU, gpu), strict=True):
        run = SamplingRun(denoiser, experiment.sampler)
        run = REMEDIES[remedy].applied(run, REMEDIES[remedy].dials(kind)[0], experiment)
        answers.append(run.denoiser.predict_noise(x_t.to(device), 300).cpu())
    torch.testing.assert_close(*answers, rtol=1e-3, atol=1e-3)
