"""Models of diffusers from a local folder, and the explorer's own runs as such folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explorer.adapters.diffusers.denoiser import DiffusersDenoiser
from explorer.adapters.diffusers.noise_level import FAMILIES
from explorer.experiments.run import Result

LARGEST_WEIGHTS = 4_000_000_000  # bytes
LARGEST_CONFIG = 1_000_000  # bytes of a JSON file
WEIGHTS = "diffusion_pytorch_model.safetensors"
MODELS = ("UNet2DModel", "ExplorerUNet")


def load_model(folder: Path) -> DiffusersDenoiser:
    """The U-Net and scheduler of a pipeline's folder as a denoiser, from this disk alone.

    Weights are safetensors; nothing is unpickled, fetched, or run that came with the folder. Raises
    ValueError, in one sentence, for a folder that is missing, broken, too large, pickled, or of another kind
    of model or scheduler; and ImportError where diffusers is not installed.
    """
    index = _json(folder / "model_index.json")
    unet_class, scheduler_class = (_class_of(index, folder, part) for part in ("unet", "scheduler"))
    if unet_class not in MODELS:
        raise ValueError(f"{folder.name} has a {unet_class[:40]}; known are {', '.join(MODELS)}.")
    if scheduler_class not in FAMILIES:
        raise ValueError(f"{folder.name} has a {scheduler_class[:40]}; known are {', '.join(FAMILIES)}.")
    weights = folder / "unet" / WEIGHTS
    if not weights.is_file():
        pickled = next((folder / "unet").glob("*.bin"), None)
        told = f"{pickled.name} is pickled, which is not opened" if pickled else f"{WEIGHTS} is missing"
        raise ValueError(f"{folder.name} has no weights as safetensors: {told}.")
    if weights.stat().st_size > LARGEST_WEIGHTS:
        raise ValueError(f"The weights of {folder.name} take {weights.stat().st_size / 1e9:.1f} of 4 GB.")
    import diffusers

    from explorer.adapters.diffusers.unet import ExplorerUNet

    model: Any = ExplorerUNet if unet_class == "ExplorerUNet" else diffusers.UNet2DModel
    scheduler: Any = getattr(diffusers, scheduler_class)
    try:
        unet = model.from_pretrained(folder / "unet", local_files_only=True, use_safetensors=True)
        return DiffusersDenoiser(
            unet.eval(), scheduler.from_config(_json(folder / "scheduler" / "scheduler_config.json"))
        )
    except (OSError, RuntimeError, TypeError, KeyError, ValueError) as error:
        raise ValueError(f"The model in {folder.name} cannot be read: {error!s:.200}") from None


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


def _class_of(index: dict[str, Any], folder: Path, part: str) -> str:
    named = index.get(part)
    if not (isinstance(named, list) and len(named) == 2 and isinstance(named[1], str)):
        raise ValueError(f"{folder.name} names no {part} in model_index.json.")
    return named[1]


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ValueError(
            f"{path.parent.name} has no {path.name}: is it a folder that a pipeline was saved to?"
        )
    if path.stat().st_size > LARGEST_CONFIG:
        raise ValueError(f"{path.name} takes {path.stat().st_size:,} of {LARGEST_CONFIG:,} bytes.")
    try:
        values = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{path.name} should be an object with named fields.")
    return values
