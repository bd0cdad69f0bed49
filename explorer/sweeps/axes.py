"""What a sweep can vary: every axis in one table, with its bounds and what it does to an experiment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from explorer.data.mixture import MAX_MODES, SIGMA_RANGE, GaussianMixture
from explorer.diffusion.network_spec import MAX_OCTAVES, WIDTH_RANGE
from explorer.diffusion.training import STEPS_RANGE
from explorer.experiments.experiment import POINTS_RANGE, Experiment

SPACING_RANGE = (1.0, 2_000.0)  # sigma
MAX_VALUES = 100  # of an axis that is written as text
DECIMALS = 9  # of a coordinate, so that a mixture reads well in a file and in a link


class Pattern(NamedTuple):
    """The means, sigmas and weights of a mixture that is still being changed: only the last has to fit."""

    means: tuple[tuple[float, ...], ...]
    sigmas: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def gap(self) -> float:
        """Smallest distance between two modes. Raises ValueError if there are no two at different places."""
        gap = min((math.dist(a, b) for a, b in combinations(self.means, 2)), default=0.0)
        if not gap > 0:
            raise ValueError("The modes can be spaced only where there are two at different places.")
        return gap

    @property
    def centre(self) -> list[float]:
        return [math.fsum(coordinates) / len(self.means) for coordinates in zip(*self.means, strict=True)]

    @property
    def sigma(self) -> float:
        """Of all modes. Raises ValueError if they differ."""
        if len(set(self.sigmas)) != 1:
            raise ValueError("The modes can be spaced only where all of them have the same sigma.")
        return self.sigmas[0]


@dataclass(frozen=True)
class AxisKind:
    """One line of the table: what the axis is called for people, its bounds, whether its values are whole
    numbers, how a value changes the mixture, or the path of the field that it is, and values worth a look."""

    title: str
    bounds: tuple[float, float]
    whole: bool
    change: Callable[[Pattern, Any], Pattern] | str
    defaults: tuple[float, ...]


def _modes(pattern: Pattern, count: int) -> Pattern:
    """So many equal modes on a line, as far apart as the nearest two, about the same centre."""
    if len(pattern.means[0]) != 1:
        raise ValueError("The number of modes can be varied on a line only, not in the plane.")
    gap, (centre,) = pattern.gap, pattern.centre
    places = (centre + (place - (count - 1) / 2) * gap for place in range(count))
    return Pattern(tuple((place,) for place in places), (pattern.sigma,), ())


def _sigmas(pattern: Pattern, sigma: float) -> Pattern:
    """The same means, each mode of that sigma."""
    return pattern._replace(sigmas=(sigma,))


def _spacing(pattern: Pattern, spacing: float) -> Pattern:
    """Stretched about the centre until the nearest modes are so many sigma apart."""
    factor, centre = spacing * pattern.sigma / pattern.gap, pattern.centre
    means = (tuple(c + (x - c) * factor for x, c in zip(mean, centre, strict=True)) for mean in pattern.means)
    return pattern._replace(means=tuple(means))


# Where both axes change the mixture they do it in this order: the spacing comes last and holds exactly.
AXES: dict[str, AxisKind] = {
    "modes": AxisKind("number of modes", (2, MAX_MODES), True, _modes, (2, 3, 4, 5, 6, 7, 8)),
    "sigma": AxisKind("σ of a mode", SIGMA_RANGE, False, _sigmas, (0.01, 0.02, 0.05, 0.1)),
    "spacing": AxisKind(
        "spacing / σ",
        SPACING_RANGE,
        False,
        _spacing,
        (8, 12, 16, 20, 24, 28, 32, 36, 40),
    ),
    "width": AxisKind("units in a layer", WIDTH_RANGE, True, "network.width", (16, 32, 64, 128)),
    "steps": AxisKind(
        "training steps", STEPS_RANGE, True, "training.steps", (1000, 2000, 4000, 8000, 16_000)
    ),
    "octaves": AxisKind(
        "octaves of x in the input", (0, MAX_OCTAVES), True, "network.x_octaves", (0, 1, 2, 3, 4)
    ),
    "points": AxisKind("training points", POINTS_RANGE, True, "points", (100, 300, 1000, 3000, 10_000)),
}


def read_values(text: str) -> tuple[float, ...]:
    """The numbers of a text such as "2 3 4", "2:8" or "8:40:4", which count up by 1 or by the third number.

    Raises ValueError for what is no number, and for more than 100 of them.
    """
    found: list[float] = []
    for part in text.replace(",", " ").split():
        try:
            ends = [float(number) for number in part.split(":")]
        except ValueError:
            raise ValueError(f"{part[:20]!r} is no number; write values like 2 3 4, or 8:40:4.") from None
        if not all(map(math.isfinite, ends)) or len(ends) > 3 or (len(ends) == 3 and ends[2] <= 0):
            raise ValueError(f"{part[:20]!r} is no range; write values like 2 3 4, or 8:40:4.")
        low, high, step = ends[0], ends[-1] if len(ends) == 1 else ends[1], [*ends, 1.0, 1.0][2]
        count = math.floor((high - low) / step + 1e-9) + 1
        if not 1 <= count <= MAX_VALUES - len(found):
            raise ValueError(f"{part[:20]!r} gives no values, or more than {MAX_VALUES} of them.")
        found += [round(low + place * step, DECIMALS) for place in range(count)]
    return tuple(found)


@dataclass(frozen=True)
class Axis:
    """One of AXES, and the values it takes, in their order.

    Raises ValueError, with the value and its bound, for an unknown axis, no values, a value that is out of
    bounds or given twice, and a fraction where whole numbers are needed.
    """

    axis: str
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.axis not in AXES:
            raise ValueError(f"There is no axis {self.axis[:40]!r}; there are {', '.join(AXES)}.")
        kind = AXES[self.axis]
        values: dict[float, float] = {}
        if not self.values:
            raise ValueError(f"The axis {self.axis} needs at least one value.")
        low, high = kind.bounds
        for value in self.values:
            if not low <= value <= high:
                raise ValueError(f"The axis {self.axis} takes values in [{low:g}, {high:,g}], not {value:g}.")
            if kind.whole and value != int(value):
                raise ValueError(f"The axis {self.axis} takes whole numbers, not {value:g}.")
            if value in values:
                raise ValueError(f"The axis {self.axis} has the value {value:g} twice.")
            values[value] = int(value) if kind.whole else float(value)
        object.__setattr__(self, "values", tuple(values.values()))


def changed(experiment: Experiment, values: Mapping[str, float]) -> Experiment:
    """The experiment with a value for each of some axes.

    Raises ValueError for an experiment that is not of a mixture, and for what it cannot be changed to.
    """
    mixture = experiment.mixture
    if mixture is None:
        raise ValueError("Only an experiment of a mixture can be varied, not pictures or uploaded points.")
    before = pattern = Pattern(mixture.means, mixture.sigmas, mixture.weights)
    fields: dict[str, Any] = {}
    for axis, kind in AXES.items():
        if axis not in values:
            continue
        if isinstance(kind.change, str):
            fields[kind.change] = values[axis]
        else:
            pattern = kind.change(pattern, values[axis])
    if pattern != before:
        means = tuple(tuple(round(x, DECIMALS) for x in mean) for mean in pattern.means)
        fields["mixture"] = GaussianMixture(means, pattern.sigmas, pattern.weights)
    return experiment.replace(**fields)
