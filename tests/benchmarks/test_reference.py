"""The plain reference solves the same problem as the engine: same networks, same loss, same samples."""

import pytest
import torch

from explorer.benchmarks import peers
from explorer.benchmarks.paces import small_network
from explorer.compute.seeds import seeded
from explorer.data.mixtures import line
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments import checkpoints

SCHEDULE = NoiseSchedule()
MODES = line(1, 2, 3)
REFERENCE = peers.reference()


def peer_of(run, snapshot=-1):
    """The reference's network with the weights of a shipped run."""
    if run.experiment.network.kind == "residual":
        fresh = REFERENCE.AuthorsNetwork(run.dimensions, seeded(1, "weights"))
    else:
        fresh = small_network(run.experiment, torch.from_numpy(run.data_mean), run.data_std)
    return peers.copied(run.denoiser(snapshot).network, fresh)


def chain(network, n, shape, generator):
    """The samples of the whole chain."""
    for x in REFERENCE.sample(network, n, shape, SCHEDULE.betas, generator):  # noqa: B007
        pass
    return x


@pytest.mark.parametrize("name", ["three-modes", "three-modes-paper", "grid-25"])
def test_with_our_weights_its_networks_predict_what_ours_do(name):
    run = checkpoints.shipped().load(name).result
    peer, ours = peer_of(run), run.denoiser()
    assert isinstance(ours, LearnedDenoiser)
    x = 2 * torch.randn(300, run.dimensions, generator=seeded(2, "x"))
    for t in (0, 1, 20, 150, 340, 999):
        theirs = peer(x, torch.full((300,), t))
        assert theirs.detach() == pytest.approx(ours.predict_noise(x, t), abs=2e-3), t
    as_denoiser = peers.ReferenceDenoiser(peer, SCHEDULE, (run.dimensions,))
    assert as_denoiser.predict_noise(x, 20) == pytest.approx(ours.predict_noise(x, 20), abs=2e-3)


def test_the_authors_network_has_their_number_of_parameters():
    network = REFERENCE.AuthorsNetwork(1, seeded(0, "weights"))
    assert sum(p.numel() for p in network.parameters()) == 66_817


@pytest.mark.parametrize("kind", ["small", "authors"])
def test_its_training_lowers_the_loss_towards_that_of_the_truth(kind):
    points = MODES.sample(2_000, seeded(0, "points"), balanced=True)
    mean, std = points.mean(0), float(points.std())
    generator = seeded(0, "weights")
    network = (
        REFERENCE.AuthorsNetwork(1, generator, width=32)
        if kind == "authors"
        else REFERENCE.SmallNetwork(SCHEDULE.betas, mean, std, generator, 32, 2)
    )
    loop = REFERENCE.train(
        network, points, SCHEDULE.betas, batch=200, learning_rate=3e-3, generator=seeded(0, "training")
    )
    losses = [next(loop) for _ in range(150)]
    assert all(loss > 0 for loss in losses)
    first, last = sum(losses[:10]) / 10, sum(losses[-50:]) / 50
    assert last < first / 3
    # The truth's own loss is a lower bound, but for the chance of a finite batch.
    truth, n = TrueDenoiser(MODES, SCHEDULE), 5_000
    x_0, noise = MODES.sample(n, seeded(1, "points")), torch.randn(n, 1, generator=seeded(1, "noise"))
    t = torch.randint(1000, (n,), generator=seeded(1, "t"))
    alpha_bar = SCHEDULE.alpha_bar(t)[:, None]
    x_t = (alpha_bar.sqrt() * x_0 + (1 - alpha_bar).sqrt() * noise).float()
    floor = float((MODES.expected_noise(x_t, alpha_bar) - noise).square().mean())
    assert truth.shape == (1,)
    assert 0.9 * floor < last < 5 * floor + 0.1


def test_its_sampler_with_the_true_noise_hits_every_mode_and_nothing_else():
    truth = TrueDenoiser(MODES, SCHEDULE)
    samples = chain(lambda x, t: truth.predict_noise(x, int(t[0])), 600, (1,), seeded(3, "sampling"))
    assert not bool(MODES.is_hallucination(samples, 5.0).any())
    shares = torch.bincount(MODES.nearest_mode(samples), minlength=3) / 600
    assert shares.tolist() == pytest.approx([1 / 3] * 3, abs=0.07)


@pytest.mark.parametrize(
    ("name", "snapshot", "n"), [("three-modes", 3, 1_000), ("grid-25", 4, 600)], ids=["line", "grid"]
)
def test_both_draw_the_same_distribution_from_the_same_network(name, snapshot, n):
    run = checkpoints.shipped().load(name).result
    mixture, measured = run.experiment.mixture, run.snapshots[snapshot].measurement
    samples = chain(peer_of(run, snapshot), n, (run.dimensions,), seeded(4, "sampling"))
    assert 0.02 < measured.beyond[6] < 0.9  # there is something to tell apart
    for k in (4, 5, 6, 8):
        low, high = Rate(int(mixture.is_hallucination(samples, k).sum()), n).interval
        counted = measured.rate(k)
        our_low, our_high = counted.interval if counted else [measured.beyond[k]] * 2
        assert low < our_high, k
        assert our_low < high, k
