"""What comes of networks that learned from so many points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.detection.statistics.seed_range import SeedRange
from explorer.diffusion.denoiser import LearnedDenoiser
from explorer.diffusion.noise_network import load_weights
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import data_mean_std, network_of, training_points
from explorer.memorisation.sample_kinds import Shares
from explorer.memorisation.score_position import ScorePosition

WHO = ("network", "empirical", "fresh")


@dataclass(frozen=True, eq=False)
class MemorisationRow:
    """One network: what it draws, what the empirical denoiser of its training points draws from the same
    noise, and fresh draws of the truth, as many."""

    size: int
    seed: int
    network: Shares
    empirical: Shares
    fresh: Shares
    position: ScorePosition

    def shares(self, who: str) -> Shares:
        """Of one of WHO. Raises ValueError for another."""
        if who not in WHO:
            raise ValueError(f"There is no {who[:20]!r} who draws; there are {', '.join(WHO)}.")
        found: Shares = getattr(self, who)
        return found

    def to_json(self) -> dict[str, Any]:
        """Plain values that from_json reads back: of shares the counts."""
        counts = {who: self.shares(who).to_counts() for who in WHO}
        return {"size": self.size, "seed": self.seed, **counts, "position": self.position.to_json()}

    def report(self) -> dict[str, Any]:
        """As reports and files have it: shares with their intervals, and where the score lies."""
        shares = {who: self.shares(who).to_json() for who in WHO}
        return {"size": self.size, "seed": self.seed, **shares, "score": self.position.to_json()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> MemorisationRow:
        """What to_json wrote. Raises ValueError, KeyError or TypeError for what is none."""
        shares = {who: Shares.from_counts(values[who]) for who in WHO}
        position = ScorePosition.from_json(values["position"])
        return cls(size=int(values["size"]), seed=int(values["seed"]), **shares, position=position)


@dataclass(frozen=True, eq=False)
class MemorisedSize:
    """The networks that learned from so many points, and of the first one what is drawn.

    rows        by seed
    samples     (2, n, D) float32, of the network and of the empirical denoiser, from the same noise
    kinds       (2, n) uint8, places in KINDS
    weights     (P,) float32, of the network
    """

    size: int
    rows: tuple[MemorisationRow, ...]
    samples: np.ndarray
    kinds: np.ndarray
    weights: np.ndarray

    def over_seeds(self, who: str, kind: str) -> SeedRange:
        """The shares of a kind among what each seed's denoiser draws."""
        return SeedRange(tuple(row.shares(who).rate(kind).value for row in self.rows))

    def network(self, experiment: Experiment) -> LearnedDenoiser:
        """The first seed's network, of its experiment. Raises ValueError for one with other weights."""
        mean, std = data_mean_std(experiment, training_points(experiment))
        network = network_of(experiment, mean.numpy(), std, "cpu")
        load_weights(network, torch.from_numpy(self.weights))
        return LearnedDenoiser(network, experiment.schedule)
