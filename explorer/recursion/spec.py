"""What a recursion is, and what is known of each generation: an arm decides what the next one learns from."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from explorer.compute.provenance import Provenance
from explorer.data.pictures import MAX_PICTURES, most_pictures, support_bound
from explorer.detection.statistics.drift import HalHistogram
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.thresholds import FINEST_SHARE
from explorer.detection.trajectory_variance import WINDOW_STEPS, window_slice
from explorer.diffusion.exact_density.density import Density
from explorer.experiments.experiment import MAX_SEED, POINTS_RANGE, Experiment, built

Rule = Literal["fraction", "threshold", "oracle rate"]

ARMS = ("none", "variance", "random", "oracle", "real", "accumulate")
RULES: tuple[str, ...] = get_args(Rule)
# What needs nobody to know which samples are possible, nor new draws of the data: for a user's own pictures.
UNJUDGED_ARMS, UNJUDGED_RULES = ("none", "variance", "random", "accumulate"), ("fraction", "threshold")
UNNAMED = {"seeds": 1, "fresh_seeds": False}  # of specs that were stored before there were these fields
GENERATIONS_RANGE = (1, 50)
SEEDS_RANGE = (1, 20)
MAX_POOL = 500_000  # points that the arm accumulate learns from in the end
LARGEST_DROP = 0.5
MIXTURE_WINDOW, MIXTURE_BOUND = (0, 4), 5.0
LEAST_KEPT = 10  # samples; an arm that keeps fewer has nothing to learn from and ends


@dataclass(frozen=True)
class RecursionSpec:
    """Generation after generation: each learns only from samples of the one before.

    experiment      how generation 0 is made; its network, training, sampler and seed are those of all others
    arms            what is kept of a generation's samples, of ARMS and in their order:
                    none        as many as are needed, as they come
                    variance    by their trajectory variance Hal, as the rule says
                    random      as many as are needed, at random
                    oracle      those in the support only
                    real        as many as are needed, a share of them replaced by new draws of the data
                    accumulate  as many as are needed, as they come, added to what the generation was
                                trained on: the next one learns from the data and the samples of every
                                generation so far together (Gerstgrasser et al. 2024, arXiv 2404.01413). The
                                pool grows; the training steps of a generation stay
    generations     1 to 50, generation 0 included
    samples         kept of each generation; by default as many as the experiment has training points
    drop            share of the drawn that is dropped, 0 to 0.5: samples / (1 - drop) are drawn, in every arm
    rule            fraction    the variance arm drops that share, of highest Hal
                    threshold   it drops above the Hal that keeps 96 % of generation 0's in-support samples,
                                of a user's own pictures of all of generation 0's
                    oracle rate it drops as many as are truly hallucinated, of highest Hal
    window          steps (from t, to t) over which Hal is taken, both included; by default 0 to 4, and for
                    pictures the last 60 visited steps
    real_share      of the arm real, in (0, 1)
    k               a sample farther from the support is hallucinated; by default 5 sigma, 5 pixels, half a
                    finger, or the judge's threshold; 0 and without a meaning for a user's own pictures
    seeds           how often all this is repeated: with the experiment's seed, the next one, and so on
    fresh_seeds     whether each generation draws its weights and batches anew, alike in all arms; otherwise
                    all generations have those of generation 0, and a bias of theirs repeats

    Of a user's own pictures that are no digits no rule says which are possible: they have the arms and rules
    of UNJUDGED_ARMS and UNJUDGED_RULES, and distances in place of a rate (own_pictures.py).
    Raises ValueError, with the value and its bound, for what does not fit, and for uploaded points.
    """

    experiment: Experiment
    arms: tuple[str, ...] = ("none", "variance")
    generations: int = 5
    samples: int = None  # type: ignore[assignment]  # None is replaced, as in window and k
    drop: float = 0.05
    rule: Rule = "fraction"
    window: tuple[int, int] = None  # type: ignore[assignment]
    real_share: float = 0.2
    k: float = None  # type: ignore[assignment]
    seeds: int = 1
    fresh_seeds: bool = False

    def __post_init__(self) -> None:
        experiment = self.experiment
        if experiment.upload:
            raise ValueError(f"{experiment.unknown_truth}, so no generation of theirs is judged.")
        for name, value in _default_fields(experiment).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        self._check_arms()
        self._check_judged()
        pictures = experiment.pictures
        most = min(MAX_PICTURES, most_pictures(pictures)) if pictures else POINTS_RANGE[1]
        for name, number, (low, high) in (
            ("generations", self.generations, GENERATIONS_RANGE),
            ("samples kept", self.samples, (POINTS_RANGE[0], most)),
            ("seeds", self.seeds, SEEDS_RANGE),
        ):
            if not low <= number <= high:
                raise ValueError(f"The number of {name} {number:,} is outside [{low}, {high:,}].")
        if experiment.seed + self.seeds - 1 > MAX_SEED:
            raise ValueError(f"The last of {self.seeds} seeds from {experiment.seed} is above {MAX_SEED}.")
        self._check_pool()
        if not 0 <= self.drop <= LARGEST_DROP:
            raise ValueError(f"The share dropped {self.drop:g} is outside [0, {LARGEST_DROP}].")
        if self.rule not in RULES:
            raise ValueError(f"There is no rule {self.rule[:40]!r}; there are {', '.join(RULES)}.")
        if len(self.window) != 2:
            raise ValueError(f"A window has two ends, not {len(self.window)}.")
        object.__setattr__(self, "window", tuple(self.window))
        window_slice(
            _last_steps(experiment), self.window
        )  # refuses a window that the sampler does not walk through
        if not 0 < self.real_share < 1:
            raise ValueError(f"The share of real samples {self.real_share:g} is outside (0, 1).")
        least = "[0" if experiment.pictures else "(0"  # within 0 sigma of a mode lies nothing
        if not 0 <= self.k <= 100 or (self.k == 0 and not experiment.pictures):
            raise ValueError(f"The threshold k = {self.k:g} is outside {least}, 100].")

    def _check_arms(self) -> None:
        if not self.arms:
            raise ValueError(f"A recursion needs at least one arm of {', '.join(ARMS)}.")
        for place, arm in enumerate(self.arms):
            if arm not in ARMS:
                raise ValueError(f"There is no arm {arm[:40]!r}; there are {', '.join(ARMS)}.")
            if arm in self.arms[:place]:
                raise ValueError(f"The arm {arm!r} is named twice.")
        object.__setattr__(self, "arms", tuple(arm for arm in ARMS if arm in self.arms))

    def _check_judged(self) -> None:
        """Raise ValueError for what data need a rule, or a judge, for that have none."""
        if self.judged:
            return
        why = self.experiment.unknown_truth
        for arm in self.arms:
            if arm not in UNJUDGED_ARMS:
                lacking = "nobody draws new ones" if arm == "real" else f"there is no arm {arm} of them"
                raise ValueError(f"{why}, so {lacking}; the arms are {', '.join(UNJUDGED_ARMS)}.")
        if self.rule not in UNJUDGED_RULES and self.rule in RULES:
            raise ValueError(
                f"{why}, so the rule {self.rule!r} cannot be followed; there are {', '.join(UNJUDGED_RULES)}."
            )
        if self.k:
            raise ValueError(f"{why}, so a threshold k = {self.k:g} has no meaning; leave it out.")

    def _check_pool(self) -> None:
        pictures = self.experiment.pictures
        most = most_pictures(pictures) if pictures else MAX_POOL
        largest = self.experiment.points + (self.generations - 1) * self.samples
        if "accumulate" in self.arms and largest > most:
            raise ValueError(
                f"The arm accumulate would learn from {largest:,} samples in the end, more than {most:,}; "
                "take fewer generations or samples, or leave it out."
            )

    @property
    def judged(self) -> bool:
        """Whether anything knows which samples are hallucinated; of a user's own pictures nothing does."""
        return self.experiment.distribution is not None

    @cached_property
    def members(self) -> tuple[RecursionSpec, ...]:
        """The same recursion for each of its seeds."""
        first = self.experiment.seed
        return tuple(
            dataclasses.replace(self, experiment=self.experiment.replace(seed=first + place), seeds=1)
            for place in range(self.seeds)
        )

    def trained_as(self, number: int) -> Experiment:
        """The experiment with the seed of a generation's training, the same in all arms."""
        if number == 0 or not self.fresh_seeds:
            return self.experiment
        digest = hashlib.sha256(f"generation {number}:{self.experiment.seed}".encode()).digest()
        return self.experiment.replace(seed=int.from_bytes(digest[:4], "big") % (MAX_SEED + 1))

    @property
    def drawn(self) -> int:
        """How many samples every generation draws: the fewest of which the rest after `drop` is enough."""
        return math.ceil(self.samples / (1 - Fraction(self.drop).limit_denominator(FINEST_SHARE)))

    @property
    def window_steps(self) -> int:
        """How many of the last visited steps the window needs."""
        visited = self.experiment.sampler.timesteps(self.experiment.schedule)
        return max(2, sum(t < self.window[1] for t in visited) + 1)

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the run's results; as in Experiment, fields at their
        defaults do not count."""
        defaults = {field.name: field.default for field in dataclasses.fields(self)} | _default_fields(
            self.experiment
        )
        lines = [f"experiment={self.experiment.digest}"]
        for name, value in defaults.items():
            if name != "experiment" and getattr(self, name) != value:
                lines.append(f"{name}={str(getattr(self, name)).removesuffix('.0')}")
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_json reads back to an equal spec."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RecursionSpec:
        """Raises ValueError, naming the field, for unknown names, wrong types and values out of bounds."""
        return built(cls, values, "recursion")

    @classmethod
    def from_stored(cls, values: Any) -> RecursionSpec:
        """The spec that to_json wrote, maybe before some of today's fields were there: see
        Experiment.from_stored."""
        if not isinstance(values, Mapping):
            return cls.from_json(values)
        experiment = Experiment.from_stored(values["experiment"]).to_json()
        return cls.from_json({**UNNAMED, **values, "experiment": experiment})


@dataclass(frozen=True, eq=False)
class Generation:
    """What a generation of an arm drew, and what the arm kept of it.

    What it kept is what the next generation learns from; in the arm accumulate that is the whole pool.

    seed                of the recursion that it belongs to
    training_digest     of the samples it was trained on: what the generation before kept; see samples_digest
    kept_digest         of the samples it kept
    drawn, kept         how many
    rate, rate_after    share hallucinated of the drawn, and of the kept (None if there are none); None of a
                        user's own pictures, of which nobody knows
    exact               in 1-D the network's own share beyond k sigma, for a few k, without sampling
    exact_error         its numerical error, by k; None for what was stored before errors were
    density             in 1-D the exact density of what the network draws
    mode_shares         of the drawn in the support, by nearest mode, (K,), of digits by digit; empty for
                        other pictures
    alive               modes, or digits, with at least a tenth of their true share; 0 for other pictures
    width               of the modes over their sigma, of the drawn in the support; None for pictures
    distance            Wasserstein-1 of the drawn from the data, sliced in the plane; of digits their Fréchet
                        distance in the judge's features (JudgedDigits), of a user's own pictures in their
                        first principal components (own_pictures.py); None for other pictures
    nearest, diversity  of a user's own pictures, see own_pictures.py; None for other data
    hal                 the drawn by their trajectory variance; those that nobody judges are in_support
    threshold           Hal above which the variance arm dropped; None in other arms and if it dropped nothing
    kinds               how many pictures of the drawn are of each kind
    samples             the first of the drawn, to be shown: at most 2,000 points (n, D), or 60 pictures
                        (n, c, s, s) in steps of 1/255
    seconds             of work; those of generation 0 are shared by all arms
    computed            how the network was measured; None for what was stored before that was recorded
    """

    arm: str
    number: int
    training_digest: str
    kept_digest: str
    drawn: int
    kept: int
    rate: Rate | None
    rate_after: Rate | None
    exact: dict[int, float] | None
    exact_error: dict[int, float] | None
    density: Density | None
    mode_shares: tuple[float, ...]
    alive: int
    width: float | None
    distance: float | None
    nearest: float | None
    diversity: float | None
    hal: HalHistogram
    threshold: float | None
    kinds: dict[str, int] | None
    samples: np.ndarray
    seconds: float
    seed: int
    computed: Provenance | None


def _default_fields(experiment: Experiment) -> dict[str, Any]:
    """What is taken for the fields that depend on the data."""
    if experiment.pictures:
        judged = experiment.distribution is not None
        window, k = (0, _last_steps(experiment)[-1]), support_bound(experiment.pictures) if judged else 0.0
    else:
        window, k = MIXTURE_WINDOW, MIXTURE_BOUND
    most = MAX_PICTURES if experiment.pictures else experiment.points
    return {"samples": min(experiment.points, most), "window": window, "k": k}


def _last_steps(experiment: Experiment) -> list[int]:
    """The last visited steps, the cleanest first: those whose predictions can be kept."""
    return experiment.sampler.timesteps(experiment.schedule)[-WINDOW_STEPS:][::-1]


def samples_digest(samples: np.ndarray) -> str:
    """SHA-256 of samples (n, *shape) as float32 bytes, in hexadecimal digits."""
    return hashlib.sha256(np.ascontiguousarray(samples, "<f4").tobytes()).hexdigest()


def sorted_generations(generations: Iterable[Generation]) -> tuple[Generation, ...]:
    """Generations by seed, within a seed by number, and within a number by arm."""
    return tuple(sorted(generations, key=lambda made: (made.seed, made.number, ARMS.index(made.arm))))


def of_seed(generations: Iterable[Generation], seed: int) -> tuple[Generation, ...]:
    """Those of one seed."""
    return tuple(one for one in generations if one.seed == seed)


def missing(spec: RecursionSpec, generations: Iterable[Generation]) -> list[tuple[int, str]]:
    """The number and the arm of every generation that is still to be made, seed after seed, in the order of
    their making.

    An arm that kept too few samples to learn from has ended: nothing more of it is missing.
    """
    made = {(one.seed, one.number, one.arm): one for one in generations}
    ended = {(seed, arm): number for (seed, number, arm), one in made.items() if one.kept < LEAST_KEPT}
    first = spec.experiment.seed
    return [
        (number, arm)
        for seed in range(first, first + spec.seeds)
        for number in range(spec.generations)
        for arm in spec.arms
        if (seed, number, arm) not in made and number < ended.get((seed, arm), spec.generations)
    ]
