"""What the recipes promise: a few seconds of training leave few hallucinations, and never none at all."""

import pytest

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import LearnedDenoiser
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import load_weights
from explorer.diffusion.sampling import sample
from explorer.diffusion.training import train
from explorer.experiments.presets import preset, recipe
from explorer.experiments.run import training_points

pytestmark = pytest.mark.slow


def learned(experiment):
    """The network of an experiment after its training, with its averaged weights."""
    points = training_points(experiment)
    spread = float((points - points.mean(0)).square().mean().sqrt())
    network = build_network(
        experiment.network,
        experiment.schedule,
        points.shape[1],
        [experiment.seed],
        data_mean=points.mean(0),
        data_std=spread,
    )
    generator = seeded(experiment.seed, "training")
    *_, last = train(network, points, experiment.schedule, experiment.training, generator)
    load_weights(network, last.weights)
    return LearnedDenoiser(network, experiment.schedule)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_fast_recipe_on_three_modes(seed):
    network, training = recipe("fast", 1)
    assert training.steps == 8_000
    experiment = preset("three-modes").experiment.replace(network=network, training=training, seed=seed)
    density = finish(exact_density(learned(experiment), experiment.sampler, sigma=0.05))
    assert 1e-6 < density.mass_beyond(experiment.mixture, 6) <= 0.003
    assert density.mode_shares(experiment.mixture) == pytest.approx([1 / 3] * 3, abs=0.06)


def test_the_preset_of_the_grid():
    experiment = preset("grid-25").experiment
    x = finish(sample(learned(experiment), 20_000, experiment.sampler, seeded(0, "sampling"), chunk=1024))
    beyond = experiment.mixture.is_hallucination(x, 6.0).double().mean().item()
    assert 0 < beyond <= 0.03
    counts = experiment.mixture.nearest_mode(x).bincount(minlength=25)
    assert counts.min() > 0.5 * 20_000 / 25
