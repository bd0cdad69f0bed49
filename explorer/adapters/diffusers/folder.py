"""Models of diffusers from a local folder, and the explorer's own runs as such folders."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from explorer.adapters.diffusers.denoiser import DiffusersDenoiser
from explorer.adapters.diffusers.model_folder import SCHEDULER_CONFIG, ModelFacts, read_facts, read_json
from explorer.experiments.run import Result

INSTALL = "pip install diffusers"


def require_diffusers() -> None:
    """Raise ValueError, with the line that installs it, where the library diffusers is not installed."""
    if find_spec("diffusers") is None:
        raise ValueError(f"Models of diffusers need that library: {INSTALL}")


def load_model(folder: Path) -> DiffusersDenoiser:
    """The U-Net and scheduler of a pipeline's folder as a denoiser, from this disk alone.

    Weights are safetensors; nothing is unpickled, fetched, or run that came with the folder. Raises
    ValueError, in one sentence, for a folder that is missing, broken, too large, pickled, or of another kind
    of model or scheduler, and where diffusers is not installed.
    """
    unet, scheduler = load_parts(folder)
    return DiffusersDenoiser(unet, scheduler)


def load_parts(folder: Path) -> tuple[Any, Any]:
    """The U-Net and the scheduler themselves, which a DiffusersDenoiser can be made of. Errors as
    load_model's."""
    facts = read_facts(folder)
    require_diffusers()
    import diffusers

    from explorer.adapters.diffusers.unet import ExplorerUNet

    model: Any = ExplorerUNet if facts.unet == "ExplorerUNet" else diffusers.UNet2DModel
    try:
        if model is diffusers.UNet2DModel:  # the explorer's own bounds its sizes itself
            _require_as_told(model, folder, facts)
        unet = model.from_pretrained(
            folder / "unet", local_files_only=True, use_safetensors=True, low_cpu_mem_usage=False
        ).eval()
        levels = read_json(folder / "scheduler" / SCHEDULER_CONFIG)
        scheduler = getattr(diffusers, facts.scheduler).from_config(levels)
        DiffusersDenoiser(unet, scheduler)
    except (OSError, RuntimeError, TypeError, KeyError, ValueError, AttributeError, IndexError) as error:
        told = " ".join(str(error).split())
        raise ValueError(f"The model in {folder.name} cannot be read: {told:.200}") from None
    return unet, scheduler


def _require_as_told(model: Any, folder: Path, facts: ModelFacts) -> None:
    """Raise ValueError if the network that the configuration describes has another size than the weights:
    it is laid out without memory before it gets any."""
    with torch.device("meta"):
        laid_out = model.from_config(model.load_config(folder / "unet", local_files_only=True))
    count = sum(each.numel() for each in laid_out.parameters())
    count += sum(each.numel() for each in laid_out.buffers())
    if count < facts.parameters or count > 2 * facts.parameters + 1_000_000:
        raise ValueError(f"its configuration has {count:,} numbers, its weights {facts.parameters:,}")


def export_run(result: Result, folder: Path) -> None:
    """A run of pictures as a folder that DiffusionPipeline.from_pretrained opens where `explorer` can be
    imported: the same weights, DDPM with the run's betas, no clipping.

    Raises ValueError for a run that is not of pictures, or whose schedule is not linear.
    """
    from diffusers import DDPMPipeline, DDPMScheduler

    from explorer.adapters.diffusers.unet import ExplorerUNet

    experiment = result.experiment
    schedule, spec = experiment.schedule, experiment.network
    if not experiment.pictures or spec.kind != "unet":
        raise ValueError("Only runs of pictures are exported: diffusers has no model for points.")
    if schedule.kind != "linear":
        raise ValueError(f"Only linear schedules are exported, not {schedule.kind}.")
    denoiser = result.denoiser()
    unet = ExplorerUNet(
        sample_size=denoiser.shape[1],
        in_channels=denoiser.shape[0],
        width=spec.width,
        depth=spec.depth,
        train_steps=schedule.steps,
        beta_first=schedule.beta_first,
        beta_last=schedule.beta_last,
    )
    unet.network.load_state_dict(denoiser.network.state_dict())
    scheduler = DDPMScheduler(
        num_train_timesteps=schedule.steps,
        trained_betas=schedule.betas.tolist(),
        clip_sample=False,
        variance_type="fixed_small" if experiment.sampler.variance == "posterior" else "fixed_large",
    )
    DDPMPipeline(unet, scheduler).save_pretrained(folder, safe_serialization=True)
