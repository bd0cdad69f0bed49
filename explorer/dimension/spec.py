"""What is compared over the dimension: a layout of modes, the dimensions, and the networks that learn."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.data.layouts import DIMENSIONS_RANGE, LAYOUTS, layout
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec
from explorer.experiments.experiment import POINTS_RANGE, built

DIMENSIONS = (2, 4, 8, 16, 32, 64)
SEEDS_RANGE = (1, 10)
SAMPLES_RANGE = (500, 20_000)
STEPS_RANGE = (100, 100_000)  # of the training
WIDTH_RANGE = (16, 512)
SAMPLER_STEPS = 50
# The schedule of the code of arXiv 2605.06831: its cleanest step, sigma = 0.01, is half as wide as the modes.
SCHEDULE = NoiseSchedule(beta_first=1e-4, beta_last=0.02)


@dataclass(frozen=True)
class DimensionSpec:
    """Networks that differ only in how many coordinates their data have, and in their seed.

    layout      one of LAYOUTS
    dimensions  rising, 2 to 64
    sigma       of every mode, over the gap between nearest modes, 0.01 to 0.03
    seeds       networks in each dimension: seeds 0, 1, ...
    n           samples of each network and sampler
    points      training points of each network
    width, depth, prediction        of a plain network. A small one that predicts x0 learns 64 coordinates
                                    too; one that predicts the noise makes modes there many times too wide
    steps, batch, learning_rate     of its training

    Raises ValueError for what does not fit.
    """

    layout: str = "plane"
    dimensions: tuple[int, ...] = DIMENSIONS
    sigma: float = 0.02
    seeds: int = 3
    n: int = 4_000
    points: int = 20_000
    width: int = 128
    depth: int = 3
    prediction: str = "x0"
    steps: int = 6_000
    batch: int = 500
    learning_rate: float = 2e-3
    network: NetworkSpec = field(init=False, repr=False, compare=False)
    training: TrainingSpec = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise ValueError(f"There is no layout {self.layout[:40]!r}; there are {', '.join(LAYOUTS)}.")
        low, high = DIMENSIONS_RANGE
        for one in self.dimensions:
            if not low <= one <= high:
                raise ValueError(f"The dimension {one} is outside [{low}, {high}].")
        if not self.dimensions or list(self.dimensions) != sorted(set(self.dimensions)):
            raise ValueError(f"Dimensions are named once each and rise, unlike {self.dimensions[:10]}.")
        for name, value, (least, most) in (
            ("seeds", self.seeds, SEEDS_RANGE),
            ("samples", self.n, SAMPLES_RANGE),
            ("points", self.points, POINTS_RANGE),
            ("training steps", self.steps, STEPS_RANGE),
            ("units in a layer", self.width, WIDTH_RANGE),
        ):
            if not least <= value <= most:
                raise ValueError(f"The number of {name} {value:,} is outside [{least:,}, {most:,}].")
        network = NetworkSpec(width=self.width, depth=self.depth, prediction=self.prediction)  # type: ignore[arg-type]
        object.__setattr__(self, "network", network)
        training = TrainingSpec(steps=self.steps, batch=self.batch, learning_rate=self.learning_rate)
        object.__setattr__(self, "training", training)
        for one in self.dimensions:
            self.mixture(one)  # refuses a sigma out of bounds

    def mixture(self, dimensions: int) -> GaussianMixture:
        """The data in so many dimensions."""
        return layout(self.layout, dimensions, self.sigma)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the results."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_json reads back to an equal spec."""
        fields = (one for one in dataclasses.fields(self) if one.init)
        return {one.name: getattr(self, one.name) for one in fields} | {"dimensions": list(self.dimensions)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DimensionSpec:
        """Raises ValueError, naming the field, for unknown names, wrong types and values out of bounds."""
        if isinstance(values, Mapping) and (extra := {"network", "training"} & set(values)):
            raise ValueError(f"dimension has no field {min(extra)!r}.")
        return built(cls, values, "dimension")
