"""The sweeps that come with the explorer, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.storage.folders import own_or_shipped
from explorer.sweeps.axes import AXES, Axis
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import Row

SHIPPED_SWEEPS: Path = checkpoints.SHIPPED_ROOT / "sweeps"
BUDGET = 4_000  # training steps of a network, unless they are what is varied


@dataclass(frozen=True)
class NamedSweep:
    """A sweep with a title and one sentence for people."""

    title: str
    sentence: str
    spec: SweepSpec


def own_folder(spec: SweepSpec) -> Path:
    """Where a user's own sweep of that specification is kept."""
    return checkpoints.own().root / "sweeps" / spec.digest


def stored_sweep(spec: SweepSpec) -> tuple[Row, ...]:
    """The rows of a sweep that are stored on this machine: a user's own, else the shipped ones.

    Raises CheckpointError if there are none, or their files are damaged.
    """
    return own_or_shipped(own_folder(spec), spec, load_sweep, _shipped, "sweep")


def _shipped(spec: SweepSpec) -> tuple[Row, ...] | None:
    name = next((name for name, sweep in SWEEPS.items() if sweep.spec == spec), None)
    return None if name is None else load_sweep(SHIPPED_SWEEPS / name, spec)[1]


def default_axis(name: str) -> Axis:
    """An axis with the values worth a look."""
    return Axis(name, AXES[name].defaults)


def _on_the_line(x: str, y: str) -> SweepSpec:
    experiment = preset("three-modes").experiment.replace(**{"training.steps": BUDGET})
    return SweepSpec(default_axis(x), default_axis(y), experiment, seeds=5)


SWEEPS: dict[str, NamedSweep] = {
    "modes-spacing": NamedSweep(
        "modes × spacing",
        "Equal modes in a row, at equal distances: how many, and how far apart?",
        _on_the_line("modes", "spacing"),
    ),
    "modes-steps": NamedSweep(
        "modes × training",
        "Equal modes in a row, 20 σ apart: how many, and how long is it trained?",
        _on_the_line("modes", "steps"),
    ),
}
