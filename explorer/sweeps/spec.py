"""What a sweep is: two axes, seeds, and the experiment that they change."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.experiments.experiment import Experiment, built
from explorer.experiments.presets import preset
from explorer.sweeps.axes import Axis, changed

MAX_MEMBERS = 2_000
SEEDS_RANGE = (1, 100)


@dataclass(frozen=True)
class Member:
    """One network of a sweep: its number in the table, its cell, and its experiment, which has its seed."""

    number: int
    x: float
    y: float
    experiment: Experiment


@dataclass(frozen=True)
class SweepSpec:
    """A grid of experiments: a cell for each pair of values, and in each cell so many seeds.

    x, y            different axes
    experiment      what they change; of a mixture
    seeds           networks in a cell, 1 to 100: their seeds count up from the experiment's
    members         all networks, row by row, and in a row cell by cell

    Raises ValueError for axes that are the same, more than 2,000 networks, and, naming the cell, for values
    that no experiment can have together.
    """

    x: Axis
    y: Axis
    experiment: Experiment
    seeds: int = 5
    members: tuple[Member, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.x.axis == self.y.axis:
            raise ValueError(f"A sweep needs two different axes, not {self.x.axis} twice.")
        if not SEEDS_RANGE[0] <= self.seeds <= SEEDS_RANGE[1]:
            raise ValueError(f"The number of seeds {self.seeds:,} is outside {list(SEEDS_RANGE)}.")
        size = len(self.x.values), len(self.y.values), self.seeds
        count = size[0] * size[1] * size[2]
        if count > MAX_MEMBERS:
            raise ValueError(
                f"{size[0]} x {size[1]} cells of {self.seeds} seeds are {count:,} networks; "
                f"a sweep has at most {MAX_MEMBERS:,}."
            )
        object.__setattr__(self, "members", self._members())  # refuses cells that cannot be

    def _members(self) -> tuple[Member, ...]:
        found: list[Member] = []
        for y in self.y.values:
            for x in self.x.values:
                first = self._cell(x, y)
                for place in range(self.seeds):
                    found.append(Member(len(found), x, y, first.replace(seed=first.seed + place)))
        return tuple(found)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the sweep's results."""
        axes = (f"{axis.axis}={';'.join(map(repr, axis.values))}" for axis in (self.x, self.y))
        text = "\n".join([f"experiment={self.experiment.digest}", *axes, f"seeds={self.seeds}"])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def cell_in_words(self, x: float, y: float) -> str:
        """A cell in words."""
        return f"{self.x.axis} = {x:g}, {self.y.axis} = {y:g}"

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_json reads back to an equal spec."""
        return {
            "x": dataclasses.asdict(self.x),
            "y": dataclasses.asdict(self.y),
            "experiment": self.experiment.to_json(),
            "seeds": self.seeds,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SweepSpec:
        """The spec of its plain values: x, y, seeds, and either the experiment or a preset's name.

        Beside a preset, `changes` holds fields of its experiment, nested or by their path, as in
        {"training.batch": 128}; `steps` is short for "training.steps". Raises ValueError, naming the field,
        for unknown names, wrong types and values out of bounds.
        """
        values = dict(_named(values))
        if "preset" in values and "experiment" not in values:
            name, steps = values.pop("preset"), values.pop("steps", None)
            changes = _named(values.pop("changes", {}), "sweep.changes")
            values["experiment"] = _based(
                name, changes if steps is None else changes | {"training.steps": steps}
            )
        if "experiment" not in values:
            raise ValueError("sweep lacks the field 'preset', or the field 'experiment' in its place.")
        if "members" in values:
            raise ValueError("sweep has no field 'members'.")
        return built(cls, values, "sweep")

    @classmethod
    def from_stored(cls, values: Any) -> SweepSpec:
        """The spec that to_json wrote, maybe before some of today's fields of an experiment were there: see
        Experiment.from_stored."""
        values = _named(values)
        return built(
            cls, values | {"experiment": Experiment.from_stored(values["experiment"]).to_json()}, "sweep"
        )

    def _cell(self, x: float, y: float) -> Experiment:
        try:
            return changed(self.experiment, {self.x.axis: x, self.y.axis: y})
        except ValueError as error:
            raise ValueError(f"{self.cell_in_words(x, y)}: {error}") from None


def _named(values: Any, path: str = "sweep") -> dict[str, Any]:
    """A mapping as a dictionary. Raises ValueError, with the path, for anything else."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{path} should be an object with named fields, not {values!r:.40}.")
    return dict(values)


def _based(name: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a preset's experiment with some fields, by their path, changed."""
    if not isinstance(name, str):
        raise ValueError(f"sweep.preset = {name!r:.40} is not the name of a preset.")
    values = preset(name).experiment.to_json()
    _change(values, changes, "sweep.changes")
    return values


def _change(values: dict[str, Any], changes: Mapping[str, Any], path: str) -> None:
    """Change fields of plain values in place; a mixture is changed as a whole or field by field."""
    for key, value in changes.items():
        head, _, rest = key.partition(".")
        inner_path, inner = f"{path}.{head}", values.get(head)
        if rest:
            value = {rest: value}
        if not isinstance(value, Mapping) or (head == "mixture" and not rest):
            values[head] = value
        elif isinstance(inner, dict):
            _change(inner, value, inner_path)
        else:
            raise ValueError(f"{inner_path[:60]} has no fields that could be changed.")
