"""The recursive loops that ship with the explorer, by the name of their preset."""

from __future__ import annotations

from pathlib import Path

from explorer import checkpoints
from explorer.generations import ARMS, RecursionSpec
from explorer.presets import preset

USUAL_SAMPLES, USUAL_PICTURES = 20_000, 1_000  # kept of a generation
SHIPPED_LOOPS: Path = checkpoints.SHIPPED_ROOT / "recursive"


def _points(name: str) -> RecursionSpec:
    return RecursionSpec(preset(name).experiment, ARMS, generations=8, samples=USUAL_SAMPLES)


LOOPS: dict[str, RecursionSpec] = {name: _points(name) for name in ("three-modes", "grid-25")}
