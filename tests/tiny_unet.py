"""A U-Net of the library diffusers that is small enough for a test."""

from typing import Any

import torch


def tiny_unet(channels: int) -> Any:
    """Untrained, for pictures of 8 pixels with so many channels; the same weights every time."""
    import diffusers

    torch.manual_seed(0)
    return diffusers.UNet2DModel(
        sample_size=8,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(8, 16),
        norm_num_groups=4,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    ).eval()
