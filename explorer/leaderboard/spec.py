"""What a leaderboard compares: detectors and remedies, on the runs of several presets and seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.data.pictures import support_bound
from explorer.detection.scores.table import DETECTORS
from explorer.experiments.experiment import Experiment, built
from explorer.experiments.hallucinated_share import SIGMA, share_unit
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.leaderboard.own_method import OwnMethod
from explorer.leaderboard.own_process import SECONDS, SECONDS_RANGE
from explorer.remedies.catalogue import REMEDIES, data_kind
from explorer.remedies.treatment import DDIM, TRUTH, UNTREATED, RemedySpec, Treatment

SEEDS_RANGE = (1, 20)
SAMPLES_RANGE = (100, 200_000)
SIGMA_BOUND = 5.0  # beyond which a point counts as hallucinated for detectors
CAUSES = ("smoothing", "patch")  # what makes hallucinations, and cures none
DEFAULT_PRESETS = ("three-modes", "four-modes", "grid-25", "ring-8", "shapes-32")
DEFAULT_SEEDS = 3
SHIPPED_PRESETS = (
    *("three-modes", "two-modes", "four-modes", "weights-3", "widths-3", "ladder-5"),
    *("grid-25", "ring-8", "rings-18", "moons-16", "imbalanced-25", "diamond-25", "rotated-25"),
    *("shapes-32", "hands-48", "digits-28"),
)
SHIPPED_SEEDS = 5


@dataclass(frozen=True)
class Member:
    """A network of the table: a preset's run with a seed; seed 0 is the one that ships."""

    preset: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.preset}-{self.seed}"

    @property
    def experiment(self) -> Experiment:
        first = preset(self.preset).experiment
        return first.replace(seed=first.seed + self.seed)


@dataclass(frozen=True)
class LeaderboardSpec:
    """A table of detectors and remedies.

    presets     whose shipped runs are compared on
    seeds       networks of each; of pictures, whose networks take long to train, the shipped one alone
    samples     that detectors score and remedies are counted on; 0 is the default number of each kind of data
    detectors, remedies     by name; all there are by default, without the causes
    own         methods of one's own
    seconds     that one of these may take on one network

    Raises ValueError for what is unknown or out of bounds.
    """

    presets: tuple[str, ...] = DEFAULT_PRESETS
    seeds: int = DEFAULT_SEEDS
    samples: int = 0
    detectors: tuple[str, ...] = tuple(one.name for one in DETECTORS)
    remedies: tuple[str, ...] = tuple(name for name in REMEDIES if name not in CAUSES)
    own: tuple[OwnMethod, ...] = ()
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        known = PRESETS | PICTURE_PRESETS
        for what, names, there in (
            ("preset", self.presets, tuple(known)),
            ("detector", self.detectors, tuple(one.name for one in DETECTORS)),
            ("remedy", self.remedies, tuple(REMEDIES)),
        ):
            for name in names:
                if name not in there:
                    raise ValueError(f"There is no {what} {name[:40]!r}; there are {', '.join(there)}.")
            if len(set(names)) < len(names):
                raise ValueError(f"Each {what} takes part once; {', '.join(names)} names one twice.")
        if not self.presets:
            raise ValueError("A leaderboard needs at least one preset.")
        if not SEEDS_RANGE[0] <= self.seeds <= SEEDS_RANGE[1]:
            raise ValueError(f"The number of seeds {self.seeds:,} is outside {list(SEEDS_RANGE)}.")
        low, high = SAMPLES_RANGE
        if self.samples and not low <= self.samples <= high:
            raise ValueError(f"The number of samples {self.samples:,} is outside [{low}, {high:,}].")
        if not SECONDS_RANGE[0] <= self.seconds <= SECONDS_RANGE[1]:
            raise ValueError(f"The time of {self.seconds:g} s is outside {list(SECONDS_RANGE)}.")
        own = [(one.kind, one.name) for one in self.own]
        if len(set(own)) < len(own):
            kind, twice = max(own, key=own.count)
            raise ValueError(f"Two {kind} methods of your own have the name {twice}.")

    @property
    def members(self) -> tuple[Member, ...]:
        """All networks, preset by preset."""
        return tuple(one for name in self.presets for one in self.members_of(name))

    def members_of(self, name: str) -> tuple[Member, ...]:
        """The networks of a preset, the shipped one first."""
        count = self.seeds if preset(name).experiment.mixture is not None else 1
        return tuple(Member(name, seed) for seed in range(count))

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_json reads back to an equal spec."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> LeaderboardSpec:
        """Raises ValueError, naming the field, for unknown names, wrong types and values out of bounds."""
        fields = dict(values)
        listed = fields.pop("own", ())
        if not isinstance(listed, (list, tuple)):
            raise ValueError(f"leaderboard.own = {listed!r:.40} is not a list.")
        own = tuple(map(OwnMethod.from_json, listed))
        return dataclasses.replace(built(cls, fields, "leaderboard"), own=own)


def bound_of(experiment: Experiment) -> tuple[float, str]:
    """The k beyond which a sample is hallucinated for detectors, and its unit."""
    pictures = experiment.pictures
    return (support_bound(pictures), share_unit(pictures)) if pictures else (SIGMA_BOUND, SIGMA)


def treatments(experiment: Experiment, names: tuple[str, ...]) -> list[Treatment]:
    """Nothing, DDIM, and each remedy of these that fits the data, at the middle one of its usual dials, of an
    even number at the lower of two."""
    kind = data_kind(experiment)
    found = [UNTREATED, DDIM]
    for name in names:
        remedy = REMEDIES[name]
        if kind in remedy.fits:
            dials = remedy.dials(kind)
            under = TRUTH if remedy.over == "truth" else ()
            found.append((*under, RemedySpec(name, dials[(len(dials) - 1) // 2])))
    return found
