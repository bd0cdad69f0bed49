"""A user's own pictures as a loop compares samples with them: no rule says which are possible, so what a
generation drew is told by its distances from real ones, and as many real ones have theirs beside it.

Three numbers, each of which as many real pictures have as well:

    frechet     Fréchet distance in the first principal components of the real pictures' pixels, over their
                variance there: 0 for equal means and covariances, 1 for a single picture, the mean of the
                real ones, again and again. This is not FID, whose features are a network's
    nearest     the median distance to the nearest picture that the network learned from: 0 for copies
    diversity   the median distance between two samples over that of two real pictures

Distances of pictures are the root of the mean square over all pixels, 0 to 1: 1 is black against white.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch

from explorer.compute.seeds import seeded
from explorer.data.own.world import OwnPictures, nearest_rows, picture_distance
from explorer.data.own.world_file import own_pictures
from explorer.detection.statistics.frechet import frechet_distance
from explorer.detection.statistics.principal_components import PrincipalComponents, principal_components
from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.experiment import Experiment

COMPONENTS, PICTURES_A_COMPONENT = 16, 4  # at most, and at least so many pictures on either side for each
HELD_OUT = 50  # pictures not learned from, from which on samples are compared with these
COMPARED, FITTED, PAIRED = 2_000, 1_000, 500  # at most: on a side, for the components, and among each other
ALIKE = 1e-9  # a variance, or a distance, that is rounding
SPLITS = 20  # of the real pictures, by which the distance of as many real ones is found


@dataclass(frozen=True)
class PictureDistances:
    """What is told of a set of pictures (see the head of this file); None where all real ones are alike."""

    frechet: float | None
    nearest: float
    diversity: float | None


@dataclass(frozen=True)
class RealLevels:
    """The same of real pictures: the Fréchet distance between two sets of them, and their diversity, over
    random splits; and the median distance of a real picture to the nearest other, of a held-out one to the
    nearest learned from."""

    frechet: SeedRange | None
    nearest: float
    diversity: SeedRange | None


@dataclass(frozen=True, eq=False)
class RealPictures:
    """The pictures of an experiment, and how samples are compared with them.

    rows        of the world's pictures: first those learned from, then those held out
    learned     how many are learned from
    held_out    whether the m pictures compared with are held out; else they are a half of all of them, which
                the network has learned from
    m, n        how many real ones are compared with, and how many samples at most
    """

    world: OwnPictures
    rows: np.ndarray
    learned: int
    held_out: bool
    m: int
    n: int

    @property
    def pixels(self) -> np.ndarray:
        """All real pictures as (N, P), -1 to 1."""
        return self.world.members.flatten(1).numpy()

    @cached_property
    def components(self) -> PrincipalComponents:
        """The first principal components of the real pictures: sixteen, fewer where there are few pictures;
        of a thousand of them if there are more. They do not depend on what is learned from."""
        count = max(min(self.n, self.m) // PICTURES_A_COMPONENT, 1)
        return principal_components(self.pixels[self._fitted], min(COMPONENTS, count))

    def distances(self, samples: np.ndarray) -> PictureDistances:
        """Of samples (n, 1, s, s), cut to what can be shown."""
        x = np.clip(samples, -1, 1).reshape(len(samples), -1)
        nearest = nearest_rows(torch.from_numpy(x), self._learned)[1]
        return PictureDistances(
            self._frechet(*map(self.components.features, (x[: self.n], self.pixels[self.rows[-self.m :]]))),
            float(nearest.median()),
            self._diversity(_between(x[: min(self.n, PAIRED)])),
        )

    @cached_property
    def levels(self) -> RealLevels:
        """What as many real pictures have."""
        random = np.random.default_rng(0)
        chosen = random.permutation(self.world.n)[: self.n + self.m]
        features = self.components.features(self.pixels[chosen])
        splits = [random.permutation(len(features)) for _ in range(SPLITS)]
        frechet = [
            self._frechet(features[rows[: self.n]], features[rows[self.n : self.n + self.m]])
            for rows in splits
        ]
        few, whole = min(self.n, PAIRED), self._between_real
        parts = [random.permutation(len(whole))[:few] for _ in range(SPLITS)]
        diversity = [self._diversity(whole[np.ix_(rows, rows)]) for rows in parts]
        return RealLevels(_range(frechet), self._real_nearest(), _range(diversity))

    def _real_nearest(self) -> float:
        if not self.held_out:
            return float(self.world.spacing.median())
        others = self.world.members[self.rows[-self.m :]].flatten(1)
        return float(nearest_rows(others, self._learned)[1].median())

    def _frechet(self, x: np.ndarray, real: np.ndarray) -> float | None:
        """Of features."""
        variance = self.components.variance
        return frechet_distance(x, real) / variance if variance > ALIKE else None

    def _diversity(self, between: np.ndarray) -> float | None:
        usual = _median_pair(self._between_real)
        return _median_pair(between) / usual if usual > ALIKE else None

    @cached_property
    def _learned(self) -> torch.Tensor:
        """The pictures learned from, (N, P)."""
        members = self.world.members
        return (members if self.learned == self.world.n else members[self.rows[: self.learned]]).flatten(1)

    @cached_property
    def _fitted(self) -> np.ndarray:
        """The rows of a thousand real pictures at most, by chance, the same for all seeds."""
        return np.random.default_rng(0).permutation(self.world.n)[:FITTED]

    @cached_property
    def _between_real(self) -> np.ndarray:
        return _between(self.pixels[self._fitted])


def real_pictures(experiment: Experiment, drawn: int) -> RealPictures:
    """The user's own pictures that an experiment names, compared with `drawn` samples. Raises ValueError if
    they are not on this machine, or the experiment has others."""
    return _real_pictures(experiment.pictures, experiment.points, experiment.seed, drawn)


@lru_cache(maxsize=4)
def _real_pictures(pictures: str, points: int, seed: int, drawn: int) -> RealPictures:
    world = own_pictures(pictures)
    rows = world.order(seeded(seed, "points")).numpy()  # as the training points are drawn
    learned = min(points, world.n)
    held_out = world.n - learned >= HELD_OUT
    m = min(world.n - learned if held_out else world.n // 2, COMPARED)
    return RealPictures(world, rows, learned, held_out, m, min(drawn, world.n - m, COMPARED))


def _between(x: np.ndarray) -> np.ndarray:
    """Distances between pictures (n, P), each with each, (n, n)."""
    flat = torch.from_numpy(np.ascontiguousarray(x))
    apart = torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist")
    return picture_distance(apart, x.shape[1]).numpy()


def _median_pair(between: np.ndarray) -> float:
    """The median over all pairs of two."""
    return float(np.median(between[np.triu_indices(len(between), 1)]))


def _range(values: list[float | None]) -> SeedRange | None:
    known = tuple(value for value in values if value is not None)
    return SeedRange(known) if known else None
