"""A user's own pictures as a loop compares samples with them: no rule says which are possible, so what a
generation drew is told by its distances from real ones, and as many real ones have theirs beside it.

Three numbers, each of which as many real pictures have as well:

    frechet     Fréchet distance in the first principal components of the real pictures' levels, over their
                variance there: 0 for equal means and covariances, 1 for a single picture, the mean of the
                real ones, again and again. This is not FID, whose features are a network's
    nearest     the median distance to the nearest picture that the network learned from: 0 for copies
    diversity   the median distance between two samples in these components over that of two real pictures:
                how much is left of what the real ones differ in, to which pixel noise adds little

Levels are those of all pixels, in colour of their red, green and blue. The distance to the nearest is the
root of the mean square over them, 0 to 1: 1 is black against white.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch

from explorer.compute.seeds import seeded
from explorer.data.own.world import OwnPictures, nearest_rows
from explorer.data.own.world_file import own_pictures
from explorer.detection.statistics.frechet import frechet_distance
from explorer.detection.statistics.principal_components import PrincipalComponents, principal_components
from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.experiment import Experiment

COMPONENTS, PICTURES_A_COMPONENT = 16, 4  # at most, and at least so many pictures on either side for each
HELD_OUT = 50  # pictures not learned from, from which on samples are compared with these
COMPARED, FITTED, PAIRED = 2_000, 1_000, 1_000  # at most: on a side, for the components, among each other
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

    learned     rows of the world's pictures that the network learns from
    compared    rows of those that samples are compared with
    held_out    whether these are held out; else they are a half of those learned from
    n           how many samples are compared, at most
    """

    world: OwnPictures
    learned: np.ndarray
    compared: np.ndarray
    held_out: bool
    n: int

    @property
    def m(self) -> int:
        """How many real pictures samples are compared with."""
        return len(self.compared)

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
        """Of samples (n, c, s, s), cut to what can be shown."""
        x = np.clip(samples, -1, 1).reshape(len(samples), -1).astype(np.float32)
        nearest = nearest_rows(torch.from_numpy(x), self._learned)[1]
        drawn = self.components.features(x[: self.n])
        compared = self.components.features(self.pixels[self.compared])
        return PictureDistances(
            self._frechet(drawn, compared), float(np.median(nearest)), self._diversity(drawn)
        )

    @cached_property
    def levels(self) -> RealLevels:
        """What as many real pictures have."""
        random = np.random.default_rng(0)
        chosen = random.permutation(self.world.n)[: self.n + self.m]
        features = self.components.features(self.pixels[chosen])
        shuffled = [features[random.permutation(len(features))] for _ in range(SPLITS)]
        frechet = [self._frechet(real[: self.n], real[self.n :]) for real in shuffled]
        diversity = [self._diversity(real[: self.n]) for real in shuffled]
        return RealLevels(_range(frechet), self._real_nearest(), _range(diversity))

    def _real_nearest(self) -> float:
        if not self.held_out:
            return float(np.median(self.world.spacing))
        others = self.world.members[self.compared[:PAIRED]].flatten(1)
        return float(np.median(nearest_rows(others, self._learned)[1]))

    def _frechet(self, x: np.ndarray, real: np.ndarray) -> float | None:
        """Of features."""
        variance = self.components.variance
        return frechet_distance(x, real) / variance if variance > ALIKE else None

    def _diversity(self, x: np.ndarray) -> float | None:
        """Of features."""
        usual = self._real_pair
        return _median_pair(x) / usual if usual > ALIKE else None

    @cached_property
    def _learned(self) -> torch.Tensor:
        """The pictures learned from, (N, P)."""
        members = self.world.members
        return (members if len(self.learned) == self.world.n else members[self.learned]).flatten(1)

    @cached_property
    def _fitted(self) -> np.ndarray:
        """The rows of a thousand real pictures at most, by chance, the same for all seeds."""
        return np.random.default_rng(0).permutation(self.world.n)[:FITTED]

    @cached_property
    def _real_pair(self) -> float:
        """The median distance between two real pictures."""
        return _median_pair(self.components.features(self.pixels[self._fitted]))


def real_pictures(experiment: Experiment, drawn: int) -> RealPictures:
    """The user's own pictures that an experiment names, compared with `drawn` samples. Raises ValueError if
    they are not on this machine, or the experiment has others."""
    return _real_pictures(experiment.pictures, experiment.points, experiment.seed, drawn)


@lru_cache(maxsize=4)
def _real_pictures(pictures: str, points: int, seed: int, drawn: int) -> RealPictures:
    world = own_pictures(pictures)
    rows = world.order(seeded(seed, "points")).numpy()  # as the training points are drawn
    learned, others = rows[:points], rows[points:]
    held_out = len(others) >= HELD_OUT
    compared = (others if held_out else learned[len(learned) // 2 :])[:COMPARED]
    return RealPictures(world, learned, compared, held_out, min(drawn, world.n - len(compared), COMPARED))


def _median_pair(x: np.ndarray) -> float:
    """The median distance over all pairs of the first thousand features (n, F)."""
    from scipy.spatial.distance import pdist

    return float(np.median(pdist(x[:PAIRED])))


def _range(values: list[float | None]) -> SeedRange | None:
    known = tuple(value for value in values if value is not None)
    return SeedRange(known) if known else None
