"""The default recursive loop of an experiment, and those that ship with the explorer, by preset."""

from __future__ import annotations

from pathlib import Path

from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.recursion.spec import ARMS, RecursionSpec

SHIPPED_LOOPS: Path = checkpoints.SHIPPED_ROOT / "recursive"


def default_loop(experiment: Experiment) -> RecursionSpec:
    """All arms for eight generations of 20,000 samples; of pictures, which take longer, the two that matter
    for four generations of 1,000."""
    if experiment.pictures:
        return RecursionSpec(experiment, ("none", "variance"), generations=4, samples=1_000)
    return RecursionSpec(experiment, ARMS, generations=8, samples=20_000)


LOOPS: dict[str, RecursionSpec] = {
    name: default_loop(preset(name).experiment) for name in ("three-modes", "grid-25", "shapes-32")
}
