"""What is asked: networks that differ in how many points they learn from, and in their seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.experiments.experiment import MAX_SEED, Experiment, built

SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000)
SIZES_RANGE = (10, 10_000)
SEEDS_RANGE = (1, 10)
SAMPLES_RANGE = (100, 20_000)
NOISE_RANGE = (1e-4, 0.1)
SMALLEST_NOISE = 1e-3
SAMPLER_STEPS = 60
MOST_NETWORKS = 70


@dataclass(frozen=True)
class MemorisationSpec:
    """Networks of an experiment that differ only in how many points they learn from, and in their seed.

    experiment      of a mixture; its schedule and its sampler are replaced: see `members`
    sizes           numbers of training points, rising, 10 to 10,000
    seeds           networks of each size, with the experiment's seed, the next one, and so on
    n               samples that each denoiser draws
    smallest_noise  sigma = sqrt((1 - alpha_bar) / alpha_bar) of the cleanest step, 1e-4 to 0.1

    Raises ValueError for what does not fit.
    """

    experiment: Experiment
    sizes: tuple[int, ...] = SIZES
    seeds: int = 3
    n: int = 1_000
    smallest_noise: float = SMALLEST_NOISE

    def __post_init__(self) -> None:
        if self.experiment.mixture is None:
            raise ValueError("Only of a mixture it is known what a network should have generalised to.")
        low, high = SIZES_RANGE
        if not self.sizes or any(not low <= size <= high for size in self.sizes):
            raise ValueError(f"Numbers of training points lie in [{low}, {high:,}], not all of {self.sizes}.")
        if list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"Numbers of training points are named once each and rise, unlike {self.sizes}.")
        for name, value, (low, high) in (
            ("seeds", self.seeds, SEEDS_RANGE),
            ("samples", self.n, SAMPLES_RANGE),
            ("networks", self.seeds * len(self.sizes), (1, MOST_NETWORKS)),
        ):
            if not low <= value <= high:
                raise ValueError(f"The number of {name} {value:,} is outside [{low}, {high:,}].")
        if not NOISE_RANGE[0] <= self.smallest_noise <= NOISE_RANGE[1]:
            raise ValueError(
                f"The smallest noise {self.smallest_noise:g} is outside [{NOISE_RANGE[0]:g}, "
                f"{NOISE_RANGE[1]:g}]."
            )
        if self.experiment.seed + self.seeds - 1 > MAX_SEED:
            raise ValueError(f"The last seed is above {MAX_SEED}.")
        object.__setattr__(self, "sizes", tuple(self.sizes))
        _ = self.members  # refuses schedules that cannot be

    @property
    def mixture(self) -> GaussianMixture:
        """What the points are drawn from."""
        found = self.experiment.mixture
        assert found is not None  # others were refused
        return found

    @property
    def members(self) -> tuple[Experiment, ...]:
        """The experiment of each network, seed by seed within a size."""
        return tuple(member for size in self.sizes for member in self.members_of(size))

    def members_of(self, size: int) -> tuple[Experiment, ...]:
        """Those of the networks that learn from so many points, by seed."""
        variance = self.smallest_noise**2 / (1 + self.smallest_noise**2)
        common = self.experiment.replace(
            **{"schedule.kind": "geometric", "schedule.beta_first": variance},
            sampler=SamplerSpec(eta=0.0, steps=SAMPLER_STEPS),
            points=size,
        )
        return tuple(common.replace(seed=common.seed + place) for place in range(self.seeds))

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the results."""
        parts = (
            f"experiment={self.experiment.digest}",
            f"sizes={self.sizes}",
            f"seeds={self.seeds}",
            f"n={self.n}",
            f"smallest_noise={self.smallest_noise!r}",
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_stored reads back to an equal spec."""
        return {
            "experiment": self.experiment.to_json(),
            "sizes": list(self.sizes),
            "seeds": self.seeds,
            "n": self.n,
            "smallest_noise": self.smallest_noise,
        }

    @classmethod
    def from_stored(cls, values: Any) -> MemorisationSpec:
        """The spec that to_json wrote. Raises ValueError for what is none."""
        if not isinstance(values, Mapping):
            raise ValueError(f"memorisation should be an object with named fields, not {values!r:.40}.")
        experiment = Experiment.from_stored(values["experiment"]).to_json()
        return built(cls, dict(values) | {"experiment": experiment}, "memorisation")
