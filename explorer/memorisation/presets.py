"""What comes with the explorer of memorisation: a preset on the line and one in the plane."""

from __future__ import annotations

from pathlib import Path

from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.spec import SIZES, MemorisationSpec
from explorer.memorisation.store import load_memorisation
from explorer.storage.folders import SPEC, own_or_shipped

SHIPPED_MEMORISATIONS: Path = checkpoints.SHIPPED_ROOT / "memorise"
BUDGET = 3_000  # training steps of a network
OCTAVES = 6  # of features of x: without them a network bends too slowly to tell near points apart
SEEDS = 5
POINTS_A_MODE = 3  # at least: with fewer, the second nearest training point mostly lies in another mode


def default_experiment(experiment: Experiment, steps: int = BUDGET, octaves: int = OCTAVES) -> Experiment:
    """An experiment with a short training and features of x. Only the plain network has some: another keeps
    to what it has."""
    changes: dict[str, int] = {"training.steps": steps}
    if experiment.network.kind == "plain":
        changes["network.x_octaves"] = octaves
    return experiment.replace(**changes)


def default_sizes(experiment: Experiment) -> tuple[int, ...]:
    """Those of SIZES that have three points for each mode of an experiment."""
    modes = 1 if experiment.mixture is None else experiment.mixture.modes
    return tuple(size for size in SIZES if size >= POINTS_A_MODE * modes)


def _shipped(name: str) -> MemorisationSpec:
    experiment = default_experiment(preset(name).experiment)
    return MemorisationSpec(experiment, default_sizes(experiment), SEEDS)


MEMORISATIONS: dict[str, MemorisationSpec] = {name: _shipped(name) for name in ("three-modes", "ring-8")}


def own_folder(spec: MemorisationSpec) -> Path:
    """Where a user's own results of that specification are kept."""
    return checkpoints.own().root / "memorises" / spec.digest


def shipped_memorisation(spec: MemorisationSpec) -> tuple[MemorisedSize, ...] | None:
    """What ships of a specification; None if nothing does.

    Raises CheckpointError if it is damaged.
    """
    for name, other in MEMORISATIONS.items():
        if other == spec and (SHIPPED_MEMORISATIONS / name / SPEC).is_file():
            return load_memorisation(SHIPPED_MEMORISATIONS / name, spec)[1]
    return None


def stored_memorisation(spec: MemorisationSpec) -> tuple[MemorisedSize, ...]:
    """The sizes that are stored on this machine: a user's own, else the shipped ones.

    Raises CheckpointError if there are none, or their files are damaged.
    """
    return own_or_shipped(own_folder(spec), spec, load_memorisation, shipped_memorisation, "memorisation")
