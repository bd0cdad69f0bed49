"""A U-Net of diffusers, with its scheduler's noise levels, as a Denoiser."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from explorer.adapters.diffusers.noise_level import NoiseLevel, family, prediction, x0_of
from explorer.diffusion.schedule import GivenSchedule, NoiseSchedule

CONDITIONS = ("num_class_embeds", "class_embed_type", "cross_attention_dim")  # fields of a model's config


class DiffusersDenoiser:
    """The noise that a U-Net of diffusers predicts; for every sampler, detector, remedy and figure.

    Takes an unconditional model for noise, v, x0 or flow. The steps are the training's; x_t is variance
    preserving as everywhere here, and is turned into what the model was trained on. Raises ValueError for a
    model that needs a class or a text, and for a scheduler that is not known.
    """

    def __init__(self, unet: Any, scheduler: Any) -> None:
        config = unet.config
        if any(config.get(name) for name in CONDITIONS):
            raise ValueError("The model wants a class or a text, too; take one that wants the picture alone.")
        size = config["sample_size"]
        height, width = (size, size) if isinstance(size, int) else size
        self.unet = unet
        self.shape: tuple[int, ...] = (int(config["in_channels"]), int(height), int(width))
        self.kind, self._flow = prediction(scheduler), family(scheduler) == "flow"
        self._sigmas = _flow_sigmas(scheduler) if self._flow else None
        self.schedule: NoiseSchedule = schedule_of(scheduler)

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        """(n, *shape) -> (n, *shape)."""
        level = self._level(t)
        given = x_t * level.scale  # as the model was trained on it
        timestep = t if self._sigmas is None else (len(self._sigmas) + 1) * level.noise
        answer = self.unet(given, torch.tensor(timestep, device=x_t.device)).sample[:, : self.shape[0]]
        if self.kind == "epsilon":
            return answer
        alpha_bar = self.schedule.alpha_bar(t)
        x0 = x0_of(self.kind, answer, given, level)
        return (x_t - alpha_bar**0.5 * x0) / (1 - alpha_bar) ** 0.5

    def _level(self, t: int) -> NoiseLevel:
        if self._sigmas is not None:
            return NoiseLevel(1 - self._sigmas[t], self._sigmas[t])
        alpha_bar = self.schedule.alpha_bar(t)
        return NoiseLevel(alpha_bar**0.5, (1 - alpha_bar) ** 0.5)


def schedule_of(scheduler: Any) -> GivenSchedule:
    """The noise levels that a scheduler's model was trained on, t = 0 the cleanest."""
    if family(scheduler) == "flow":
        sigmas = torch.tensor(_flow_sigmas(scheduler), dtype=torch.float64)
        alpha_bars = (1 - sigmas) ** 2 / ((1 - sigmas) ** 2 + sigmas**2)
    else:
        alpha_bars = torch.cumprod(1 - scheduler.betas.double().cpu(), 0)
    return GivenSchedule.of(alpha_bars)


def _flow_sigmas(scheduler: Any) -> list[float]:
    """Of the training's steps, the cleanest first; the noisiest, pure noise, is left out."""
    steps = int(scheduler.config["num_train_timesteps"])
    shift = float(scheduler.config.get("shift", scheduler.config.get("flow_shift", 1.0)) or 1.0)
    even = torch.arange(1, steps, dtype=torch.float64) / steps
    return (shift * even / (1 + (shift - 1) * even)).tolist()
