"""The U-Net learns pictures with the training, samplers and denoisers of the points."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.diffusion import unet as unet_room
from explorer.diffusion.denoiser import LearnedDenoiser
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import load_weights
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec, train
from explorer.experiments import checkpoints

SCHEDULE = NoiseSchedule(beta_first=1e-4, beta_last=0.02)
SMALL = NetworkSpec(kind="unet", width=8, depth=1)


def network(seed: int = 0, side: int = 16, spec: NetworkSpec = SMALL):
    return build_network(spec, SCHEDULE, (1, side, side), [seed])


def test_its_noise_has_the_shape_of_its_pictures():
    for side in (8, 16, 18, 28, 32, 48, 64):
        found = network(side=side)(torch.randn(1, 3, 1, side, side), 7)
        assert found.shape == (1, 3, 1, side, side)
        assert found.dtype == torch.float32


def test_each_colour_of_its_noise_depends_on_all_three():
    unet = build_network(SMALL, SCHEDULE, (3, 16, 16), [0])
    for parameter in unet.parameters():
        torch.nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(0))
    x = torch.randn(1, 1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        before = unet(x, 7)
        assert before.shape == (1, 1, 3, 16, 16)
        for channel in range(3):
            other = x.clone()
            other[:, :, channel] += 1
            assert ((unet(other, 7) - before).abs().amax((0, 1, 3, 4)) > 1e-3).all()


def test_it_starts_by_predicting_nothing_and_a_seed_decides_its_weights():
    x = torch.randn(1, 2, 1, 16, 16)
    assert not network()(x, 5).any()
    first, again, other = (torch.cat([p.flatten() for p in network(seed).parameters()]) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_each_picture_has_its_own_step():
    unet = network()
    for parameter in unet.parameters():
        torch.nn.init.normal_(parameter, std=0.1, generator=torch.Generator().manual_seed(0))
    x = torch.randn(1, 2, 1, 16, 16)
    with torch.inference_mode():
        both = unet(x, torch.tensor([[3, 900]]))
        assert both[0, 0] == pytest.approx(unet(x[:, :1], 3)[0, 0], abs=1e-5)
        assert both[0, 1] == pytest.approx(unet(x[:, 1:], 900)[0, 0], abs=1e-5)
        assert not torch.allclose(unet(x[:, :1], 3), unet(x[:, :1], 900))


@pytest.mark.parametrize("name", ["shapes-32", "shapes-64", "hands-48"])
def test_where_the_side_is_a_multiple_of_8_growing_to_a_skip_is_doubling(name, monkeypatch):
    denoiser = checkpoints.shipped().load(name).result.denoiser()
    x = torch.randn(2, *denoiser.shape, generator=seeded(0, "noise"))
    found = denoiser.predict_noise(x, 400)
    assert found.abs().mean() > 0.1
    asked = []

    def doubled(h, size, mode):
        asked.append(tuple(size))
        return functional.interpolate(h, scale_factor=2.0, mode=mode)

    monkeypatch.setattr(
        unet_room, "functional", SimpleNamespace(**vars(functional) | {"interpolate": doubled})
    )
    assert torch.equal(denoiser.predict_noise(x, 400), found)
    side = denoiser.shape[-1]
    assert asked == [(side // 4,) * 2, (side // 2,) * 2]


def two_pictures() -> torch.Tensor:
    pictures = -torch.ones(2, 1, 16, 16)
    pictures[0, :, :, :8] = 1
    pictures[1, :, :8] = 1
    return pictures


def test_its_loss_falls():
    spec = TrainingSpec(60, 16, 4e-3, "uniform", "cosine")
    updates = list(train(network(), two_pictures(), SCHEDULE, spec, seeded(0, "training")))
    losses = np.concatenate([update.losses[:, 0] for update in updates])
    assert losses[:5].mean() > 0.9
    assert losses[-10:].mean() < 0.5


@pytest.mark.slow
def test_it_learns_two_pictures_by_heart_and_samples_them():
    wide = NetworkSpec(kind="unet", width=16, depth=1)
    unet, spec = network(spec=wide), TrainingSpec(1000, 16, 3e-3, "uniform", "cosine", ema=0.98)
    *_, last = train(unet, two_pictures(), SCHEDULE, spec, seeded(0, "training"))
    load_weights(unet, last.weights)
    denoiser = LearnedDenoiser(unet, SCHEDULE)
    found = finish(sample(denoiser, 12, SamplerSpec(variance="posterior", steps=50), seeded(0, "sampling")))
    away = (found[:, None] - two_pictures()[None]).abs().mean((2, 3, 4)).numpy()
    assert np.median(away.min(1)) < 0.1
    assert set(away.argmin(1)) == {0, 1}


@pytest.mark.parametrize(
    ("spec", "shape", "seeds", "words"),
    [
        (SMALL, 2, [0], "s even"),
        (SMALL, (1, 21, 21), [0], "21"),
        (SMALL, (1, 6, 6), [0], "at least 8"),
        (SMALL, (2, 16, 16), [0], r"\(2, 16, 16\)"),
        (NetworkSpec(kind="unet", width=12), (1, 16, 16), [0], "12"),
        (SMALL, (1, 16, 16), [0, 1], "2"),
        (NetworkSpec(), (1, 16, 16), [0], "takes points"),
    ],
)
def test_what_does_not_fit_is_refused(spec, shape, seeds, words):
    with pytest.raises(ValueError, match=words):
        build_network(spec, SCHEDULE, shape, seeds)
