"""From one seed to the independent random streams of a run."""

from __future__ import annotations

import hashlib

import torch


def seeded(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one purpose of a run ("points", "training", "sampling"): no two purposes share a
    stream."""
    digest = hashlib.sha256(f"{purpose}:{seed}".encode()).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(digest[:7], "big"))
