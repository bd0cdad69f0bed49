"""The patch denoiser: a patch that covers the picture is the posterior mean of the pictures."""

import pytest
import torch

from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.diffusion.denoiser import predict_x0
from explorer.diffusion.schedule import NoiseSchedule
from explorer.remedies.patches import PatchDenoiser

SCHEDULE = NoiseSchedule(beta_first=1e-4, beta_last=0.02)
PICTURES = SimpleShapes(32).sample(60, torch.Generator().manual_seed(0)).double()


def noisy(t, n=5):
    z = torch.randn(n, 1, 32, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(t))
    alpha_bar = SCHEDULE.alpha_bar(t)
    return alpha_bar**0.5 * PICTURES[:n] + (1 - alpha_bar) ** 0.5 * z


@pytest.mark.parametrize("t", [20, 600, 900])
def test_a_patch_that_covers_the_picture_gives_the_posterior_mean(t):
    x_t, alpha_bar = noisy(t), SCHEDULE.alpha_bar(t)
    away = (x_t.flatten(1)[:, None] - alpha_bar**0.5 * PICTURES.flatten(1)).square().sum(2)
    weights = torch.softmax(-away / (2 * (1 - alpha_bar)), 1)
    mean = (weights @ PICTURES.flatten(1)).view_as(x_t)
    found = predict_x0(PatchDenoiser(PICTURES, 63, SCHEDULE), x_t, t)
    assert found == pytest.approx(mean, abs=1e-8)
    if t == 900:
        assert 0.01 < float(weights.amax()) < 0.99  # not yet one picture


@pytest.mark.parametrize("patch", [1, 3, 4, 9])
def test_a_pixel_sees_its_own_patch_only(patch):
    t, x_t = 700, noisy(700, 2)
    alpha_bar = SCHEDULE.alpha_bar(t)
    found = predict_x0(PatchDenoiser(PICTURES, patch, SCHEDULE), x_t, t)
    before = (patch - 1) // 2
    for row, column in ((0, 0), (10, 4), (31, 17)):
        rows = slice(max(row - before, 0), row - before + patch)
        columns = slice(max(column - before, 0), column - before + patch)
        window = x_t[:, 0, rows, columns].flatten(1)
        seen = PICTURES[:, 0, rows, columns].flatten(1)
        weights = torch.softmax(
            -(window[:, None] - alpha_bar**0.5 * seen).square().sum(2) / (2 * (1 - alpha_bar)), 1
        )
        assert found[:, 0, row, column] == pytest.approx(weights @ PICTURES[:, 0, row, column], abs=1e-8)


def test_a_patch_out_of_bounds_is_refused():
    with pytest.raises(ValueError, match=r"patch of 0 pixels is outside \[1, 127\]"):
        PatchDenoiser(PICTURES, 0, SCHEDULE)
