"""Pipelines of diffusers: their models as denoisers, and Hal recorded while they run."""

import json
import math

import numpy as np
import pytest
import torch

diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed")

from explorer.__main__ import main  # noqa: E402
from explorer.adapters.diffusers import (  # noqa: E402
    DiffusersDenoiser,
    export_run,
    load_model,
    record,
    window_of_steps,
)
from explorer.adapters.diffusers.noise_level import FAMILIES  # noqa: E402
from explorer.detection.trajectory_variance import TrajectoryVariance  # noqa: E402
from explorer.diffusion.denoiser import predict_x0  # noqa: E402
from explorer.diffusion.sampling import SamplerSpec, reverse_process  # noqa: E402
from explorer.diffusion.schedule import GivenSchedule, NoiseSchedule  # noqa: E402
from explorer.experiments.checkpoints import shipped  # noqa: E402
from tests.experiments.test_own_picture_runs import learned_cats  # noqa: E402
from tests.tiny_unet import tiny_unet  # noqa: E402

STEPS, BETAS = 40, (1e-3, 0.4)


@pytest.fixture(scope="module")
def unet():
    return tiny_unet(2)


def scheduler(name, **options):
    kind = getattr(diffusers, name)
    if name.startswith("FlowMatch"):
        return kind(num_train_timesteps=STEPS, **options)
    given = dict(num_train_timesteps=STEPS, beta_start=BETAS[0], beta_end=BETAS[1], beta_schedule="linear")
    return kind(**given | options)


def pipeline(unet, made):
    return diffusers.DDPMPipeline(unet, made)


class Loop:
    """The reverse loop of any scheduler, as pipelines write it; keeps what the model saw."""

    def __init__(self, unet, made):
        self.unet, self.scheduler, self.seen = unet, made, []

    @torch.no_grad()
    def __call__(self, n, steps, seed=0):
        generator = torch.Generator().manual_seed(seed)
        self.scheduler.set_timesteps(steps)
        x = torch.randn(n, 2, 8, 8, generator=generator) * getattr(self.scheduler, "init_noise_sigma", 1.0)
        for t in self.scheduler.timesteps:
            given = (
                self.scheduler.scale_model_input(x, t) if hasattr(self.scheduler, "scale_model_input") else x
            )
            answer = self.unet(given, t).sample
            self.seen.append((t, given, answer))
            x = self.scheduler.step(answer, t, x, generator=generator).prev_sample
        return x


def preserving_x0(kind, answer, x_t, alpha_bar):
    """The textbook's x0, for the independent computation."""
    if kind == "epsilon":
        return (x_t - math.sqrt(1 - alpha_bar) * answer) / math.sqrt(alpha_bar)
    if kind == "v_prediction":
        return math.sqrt(alpha_bar) * x_t - math.sqrt(1 - alpha_bar) * answer
    return answer


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize(
    "name", ["DDPMScheduler", "DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler"]
)
def test_recorded_hal_is_the_variance_of_the_predicted_x0(unet, name, kind):
    made = scheduler(name, prediction_type=kind)
    loop = Loop(unet, made)
    window = window_of_steps(made, 0, 25)
    with record(loop, window) as hal:
        loop(3, STEPS // 2)
    alpha_bars = torch.cumprod(1 - torch.linspace(*BETAS, STEPS, dtype=torch.float64), 0)
    x0s = []
    for t, given, answer in loop.seen:
        below = 2 * math.log(np.interp(float(t), range(STEPS), (1 / alpha_bars - 1).sqrt().numpy()))
        if window[0] - 1e-4 <= -below <= window[1] + 1e-4:
            x0s.append(preserving_x0(kind, answer, given, 1 / (1 + math.exp(below))).double().numpy())
    assert hal.steps == len(x0s) >= 5
    expected = np.stack(x0s).var(0).reshape(3, -1).mean(1)
    np.testing.assert_allclose(hal.raw, expected, rtol=2e-3)
    clipped = np.stack(x0s).clip(-1, 1).var(0).reshape(3, -1).mean(1)
    np.testing.assert_allclose(hal.clipped, clipped, rtol=2e-3)


def test_recorded_hal_of_flow_matching_is_the_variance_of_the_predicted_x0(unet):
    loop = Loop(unet, scheduler("FlowMatchEulerDiscreteScheduler", shift=2.0))
    with record(loop, (-2.0, 10.0)) as hal:
        loop(3, 20)
    x0s = []
    for t, given, answer in loop.seen:
        sigma = float(t) / STEPS
        if 2 * math.log(max(1 - sigma, 1e-12) / sigma) >= -2:
            x0s.append((given - sigma * answer).double().numpy())
    assert hal.steps == len(x0s) >= 5
    np.testing.assert_allclose(hal.raw, np.stack(x0s).var(0).reshape(3, -1).mean(1), rtol=1e-5)


@pytest.mark.parametrize(("name", "eta"), [("DDPMScheduler", 1.0), ("DDIMScheduler", 0.0)])
@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
def test_a_model_of_diffusers_walks_as_its_own_pipeline_does(unet, name, eta, kind):
    options = {"variance_type": "fixed_large"} if name == "DDPMScheduler" else {}
    made = scheduler(name, prediction_type=kind, clip_sample=False, **options)
    loop = Loop(unet, made)
    theirs = loop(4, STEPS)
    generator = torch.Generator().manual_seed(0)
    x_T = torch.randn(4, 2, 8, 8, generator=generator)
    spec = SamplerSpec(eta=eta, variance="beta", skip_noise=False)
    variance = TrajectoryVariance(STEPS)
    for step in reverse_process(DiffusersDenoiser(unet, made), x_T, spec, generator):
        variance.add(step)
    torch.testing.assert_close(step.x0_hat, theirs, rtol=1e-4, atol=1e-4)
    again = Loop(unet, scheduler(name, prediction_type=kind, clip_sample=False, **options))
    with record(again, window_of_steps(made, 0, 25)) as hal:
        again(4, STEPS)
    np.testing.assert_allclose(hal.raw, variance.windows().hal((0, 25)), rtol=1e-3)


def test_a_flow_model_gives_the_noise_of_the_same_x0(unet):
    made = scheduler("FlowMatchEulerDiscreteScheduler", shift=3.0)
    denoiser = DiffusersDenoiser(unet, made)
    x_t, t = torch.randn(2, 2, 8, 8, generator=torch.Generator().manual_seed(1)), 12
    even = (t + 1) / STEPS
    sigma = 3 * even / (1 + 2 * even)
    scale = math.hypot(1 - sigma, sigma)
    assert denoiser.schedule.alpha_bar(t) == pytest.approx((1 - sigma) ** 2 / scale**2)
    with torch.no_grad():
        velocity = unet(x_t * scale, torch.tensor(sigma * STEPS)).sample
    torch.testing.assert_close(
        predict_x0(denoiser, x_t, t), x_t * scale - sigma * velocity, rtol=1e-4, atol=1e-4
    )


def test_the_scheduler_is_as_it_was_when_the_block_ends(unet):
    loop = Loop(unet, scheduler("DDIMScheduler"))
    with record(loop, (-3.0, 3.0)):
        assert "step" in vars(loop.scheduler)
    assert "step" not in vars(loop.scheduler)


def test_two_runs_of_a_pipeline_are_scored_one_after_the_other(unet):
    pipe = pipeline(unet, scheduler("DDPMScheduler"))
    pipe.set_progress_bar_config(disable=True)
    with record(pipe, window_of_steps(pipe.scheduler, 0, 9)) as hal:
        for seed, n in ((0, 2), (1, 3)):
            pipe(
                n, generator=torch.Generator().manual_seed(seed), num_inference_steps=STEPS, output_type="np"
            )
    with record(pipe, window_of_steps(pipe.scheduler, 0, 9)) as second:
        pipe(3, generator=torch.Generator().manual_seed(1), num_inference_steps=STEPS, output_type="np")
    assert len(hal.raw) == 5
    np.testing.assert_allclose(hal.raw[2:], second.raw, rtol=1e-9)
    assert hal.guidance is None


def test_a_window_with_one_visited_step_is_told(unet):
    loop = Loop(unet, scheduler("DDIMScheduler"))
    with record(loop, window_of_steps(loop.scheduler, 0, 9)) as hal:
        loop(2, 4)
    with pytest.raises(ValueError, match="1 of the 4 visited steps lie in the window"):
        _ = hal.raw


def test_a_shipped_run_makes_the_round_trip(tmp_path):
    result = shipped().load("shapes-32").result
    export_run(result, tmp_path / "shapes")
    loaded, own = load_model(tmp_path / "shapes"), result.denoiser()
    assert loaded.shape == own.shape
    x_T = torch.randn(2, *own.shape, generator=torch.Generator().manual_seed(0))
    spec = SamplerSpec(eta=0.0, steps=12)
    ours, theirs = (list(reverse_process(one, x_T, spec))[-1].x0_hat for one in (own, loaded))
    assert float((ours - theirs).abs().max()) <= 1e-5
    whole = diffusers.DDPMPipeline.from_pretrained(tmp_path / "shapes", local_files_only=True)
    assert type(whole.unet).__name__ == "ExplorerUNet"


def test_a_run_in_colour_is_exported_with_three_channels(tmp_path):
    run = learned_cats(colour=True)
    export_run(run, tmp_path / "cats")
    loaded = load_model(tmp_path / "cats")
    assert loaded.shape == (3, 8, 8)
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    ours, theirs = (one.predict_noise(x, 40) for one in (run.denoiser(), loaded))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_the_command_exports_a_run(tmp_path):
    assert main(["checkpoints", "export", "hands-48", "--out", str(tmp_path / "hands")]) == 0
    assert load_model(tmp_path / "hands").shape == (1, 48, 48)
    assert main(["checkpoints", "export", "three-modes", "--out", str(tmp_path / "points")]) == 2


def broken(folder, part, text):
    (folder / part).write_text(text)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: broken(f, "model_index.json", "{"), "is not JSON"),
        (lambda f: broken(f, "model_index.json", "[]"), "named fields"),
        (lambda f: (f / "model_index.json").unlink(), "is it a folder that a pipeline was saved to"),
        (lambda f: renamed(f, "unet", "Transformer"), "has a Transformer; known are"),
        (lambda f: renamed(f, "scheduler", "Mystery"), "has a Mystery; known are"),
        (lambda f: pickled(f), "is pickled, which is not opened"),
        (lambda f: weights(f).unlink(), "is missing"),
        (lambda f: weights(f).write_bytes(weights(f).read_bytes()[:500]), "cannot be read"),
    ],
)
def test_a_broken_folder_is_one_sentence(unet, tmp_path, spoil, told):
    pipeline(unet, scheduler("DDPMScheduler")).save_pretrained(tmp_path)
    assert load_model(tmp_path).shape == (2, 8, 8)
    spoil(tmp_path)
    with pytest.raises(ValueError, match=told) as raised:
        load_model(tmp_path)
    assert "\n" not in str(raised.value)


def weights(folder):
    return folder / "unet" / "diffusion_pytorch_model.safetensors"


def pickled(folder):
    weights(folder).rename(folder / "unet" / "diffusion_pytorch_model.bin")


def renamed(folder, part, name):
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: ["diffusers", name]}))


def test_what_is_not_known_is_told(unet):
    with pytest.raises(ValueError, match=f"known are {', '.join(FAMILIES)}"):
        DiffusersDenoiser(unet, diffusers.KDPM2DiscreteScheduler())
    classes = diffusers.UNet2DModel(
        sample_size=8,
        block_out_channels=(8, 8),
        norm_num_groups=4,
        num_class_embeds=3,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )
    with pytest.raises(ValueError, match="wants a class or a text, too"):
        DiffusersDenoiser(classes, scheduler("DDPMScheduler"))


def test_a_given_schedule_has_the_levels_it_was_given():
    known = NoiseSchedule()
    given = GivenSchedule.of(known.alpha_bars)
    torch.testing.assert_close(given.alpha_bars, known.alpha_bars, rtol=1e-9, atol=0)
    assert GivenSchedule.of(torch.linspace(0.99, 0.1, 12)).timesteps(5)[-1] == 0
    with pytest.raises(ValueError, match="fall from step to step"):
        GivenSchedule.of(torch.linspace(0.1, 0.99, 12))
    with pytest.raises(ValueError, match="between 10 and 4000 steps, not 9"):
        GivenSchedule.of(torch.linspace(0.9, 0.1, 9))
