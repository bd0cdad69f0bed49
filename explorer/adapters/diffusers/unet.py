"""The explorer's own U-Net as a model of diffusers, so that its pipelines run it."""

from __future__ import annotations

from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d import UNet2DOutput
from torch import Tensor

from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.unet import UNet


class ExplorerUNet(ModelMixin, ConfigMixin):
    """A U-Net of diffusion/unet.py with the interface of diffusers' UNet2DModel: pictures
    (n, channels, size, size), one step t for all, or one a picture."""

    @register_to_config
    def __init__(
        self,
        sample_size: int = 32,
        in_channels: int = 1,
        width: int = 32,
        depth: int = 1,
        train_steps: int = 1000,
        beta_first: float = 1e-4,
        beta_last: float = 0.02,
    ) -> None:
        super().__init__()
        schedule = NoiseSchedule("linear", train_steps, beta_first, beta_last)
        shape = (in_channels, sample_size, sample_size)
        self.network = UNet(NetworkSpec("unet", width, depth), schedule, shape, 1)

    def forward(self, sample: Tensor, timestep: Any, return_dict: bool = True) -> Any:
        steps = torch.as_tensor(timestep, device=sample.device).long()
        t: int | Tensor = int(steps) if steps.ndim == 0 else steps.expand(len(sample))[None]
        noise = self.network(sample[None], t)[0]
        return UNet2DOutput(sample=noise) if return_dict else (noise,)
