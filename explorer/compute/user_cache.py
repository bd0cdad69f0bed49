"""Where what a user computes or brings is kept."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def user_cache() -> Path:
    """EXPLORER_CACHE if that is set, else the folder of the explorer in the system's cache folder."""
    named = os.environ.get("EXPLORER_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("diffusion-explorer")
