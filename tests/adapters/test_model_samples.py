"""Samples of a model of diffusers with Hal over every window, against its own pipeline."""

import dataclasses

import numpy as np
import pytest
import torch

diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed")

from explorer.adapters.diffusers import record  # noqa: E402
from explorer.adapters.diffusers.samples import (  # noqa: E402
    DrawSpec,
    ModelSamples,
    batch_size,
    draw_samples,
)
from explorer.compute.progress import finish, returning_last  # noqa: E402
from tests.tiny_unet import tiny_unet  # noqa: E402

STEPS, N = 20, 20  # of which 16 and 4 are drawn at once


def saved(folder, scheduler, channels=1):
    diffusers.DDPMPipeline(tiny_unet(channels), scheduler).save_pretrained(folder)
    return folder


SPEC = DrawSpec(N, STEPS, 3)


def drawn(folder, spec=SPEC) -> ModelSamples:
    return finish(returning_last(draw_samples(folder, spec))).samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("models") / "ant", diffusers.DDPMScheduler(), channels=3)


@pytest.fixture(scope="module")
def samples(folder):
    return drawn(folder)


def by_the_pipeline(folder, window):
    """The pictures and what the recorder says of them, in batches from one generator."""
    pipe = diffusers.DDPMPipeline.from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    generator, pictures, raw, clipped = torch.Generator().manual_seed(3), [], [], []
    for n in (16, N - 16):
        with record(pipe, window) as hal:
            found = pipe(n, generator=generator, num_inference_steps=STEPS, output_type="np").images
        pictures.append(found)
        raw.append(hal.raw)
        clipped.append(hal.clipped)
    return (np.concatenate(each) for each in (pictures, raw, clipped))


@pytest.mark.parametrize("window", [None, (-3.0, 3.0), (-8.0, 10.0)])
def test_samples_and_hal_are_those_of_the_pipeline_and_the_recorder(folder, samples, window):
    window = window or samples.default_window
    pictures, raw, clipped = by_the_pipeline(folder, window)
    shown = (samples.pictures.transpose(0, 2, 3, 1) / 2 + 0.5).clip(0, 1)
    np.testing.assert_allclose(shown, pictures, atol=1e-5)
    np.testing.assert_allclose(samples.hal(*window, "raw"), raw, rtol=1e-4)
    np.testing.assert_allclose(samples.hal(*window, "clipped"), clipped, rtol=1e-4)
    assert (clipped < raw).all()
    assert samples.guidance is None


def test_the_default_window_is_the_last_ten_visited_steps(samples):
    low, high = samples.default_window
    assert samples.steps_between(low, high) == (0, 9)
    assert (np.diff(samples.log_snr) < 0).all()
    with pytest.raises(ValueError, match=f"1 of the {STEPS} visited steps lie in the window"):
        samples.steps_between(high, 50.0)


def test_the_same_seed_draws_the_same_and_another_one_does_not(folder, samples):
    assert (drawn(folder).pictures == samples.pictures).all()
    assert (drawn(folder, DrawSpec(N, STEPS, 4)).pictures != samples.pictures).any()


def test_updates_grow_and_the_last_has_all(folder):
    updates = list(draw_samples(folder, DrawSpec(40, 10, 0)))
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    counts = [update.samples.n for update in updates if update.samples is not None]
    assert counts == sorted(counts)
    assert {16, 32, 40} <= set(counts)
    assert updates[-1].done
    assert updates[-1].samples.n == 40
    assert len(updates) > 25  # between two of them there is one step


@pytest.mark.parametrize(
    "name",
    [
        "DDIMScheduler",
        "DPMSolverMultistepScheduler",
        "EulerDiscreteScheduler",
        "EulerAncestralDiscreteScheduler",
        "FlowMatchEulerDiscreteScheduler",
    ],
)
def test_every_known_scheduler_draws(tmp_path, name):
    found = drawn(saved(tmp_path / "ant", getattr(diffusers, name)()), DrawSpec(12, 10, 0))
    assert found.pictures.shape == (12, 1, 8, 8)
    assert (found.hal(*found.default_window, "raw") > 0).all()
    assert len(found.log_snr) == 10


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"n": 11}, r"The number of samples 11 is outside \[12, 400\]"),
        ({"n": 401}, r"401 is outside \[12, 400\]"),
        ({"steps": 9}, r"The number of steps 9 is outside \[10, 100\]"),
        ({"steps": 101}, r"101 is outside \[10, 100\]"),
        ({"seed": -1}, r"The seed -1 is outside"),
    ],
)
def test_what_is_asked_for_is_bounded(spec, told):
    with pytest.raises(ValueError, match=told):
        DrawSpec(**spec)


def test_a_scheduler_with_fewer_steps_is_told(tmp_path):
    folder = saved(tmp_path / "ant", diffusers.DDPMScheduler(num_train_timesteps=20))
    with pytest.raises(ValueError, match="was trained with 20 steps; it cannot be drawn with 50"):
        drawn(folder, DrawSpec())


def test_a_model_whose_predictions_are_not_finite_is_told(tmp_path):
    folder = saved(tmp_path / "ant", diffusers.DDPMScheduler())
    unet = diffusers.UNet2DModel.from_pretrained(folder / "unet")
    with torch.no_grad():
        unet.conv_out.bias.fill_(float("nan"))
    unet.save_pretrained(folder / "unet")
    with pytest.raises(ValueError, match="12 of 12 trajectories are not finite: ant is broken"):
        drawn(folder, DrawSpec(12, 10, 0))


def test_a_configuration_that_does_not_fit_the_weights_takes_no_memory(tmp_path):
    folder = saved(tmp_path / "ant", diffusers.DDPMScheduler())
    path = folder / "unet" / "config.json"
    path.write_text(path.read_text().replace("8,\n    16", "80000,\n    160000"))
    assert "160000" in path.read_text()
    with pytest.raises(ValueError, match="cannot be read: its configuration has"):
        drawn(folder, DrawSpec(12, 10, 0))


def test_fewer_large_pictures_are_drawn_at_once(samples):
    assert batch_size(samples.facts, 50) == 16
    large = dataclasses.replace(samples.facts, shape=(3, 128, 128))
    assert batch_size(large, 100) == 3  # of 100 x 3 x 128 x 128 x 4 = 19.7 million bytes each
