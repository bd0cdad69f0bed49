"""Samples followed through model and truth: which are shown, what became of them, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.detection.paired_trajectories import Followed
from explorer.detection.statistics.rates import Rate
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.detection.trial import TrialUpdate
from explorer.detection.verdict import Verdict, decision_steps, verdict
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.run import Result
from explorer.experiments.trials import default_count, trial, twins
from explorer.figures.words import format_rate, ordinal
from explorer.ui.shell import server

SHOWN = {1: 300, 2: 1000}  # samples drawn at their natural frequency, by dimension
ENOUGH = 5  # hallucinated ones among them; if there are fewer, more are looked for
EXTRA = 30
TRAILING = AUTHORS_WINDOW[1] - AUTHORS_WINDOW[0] + 1
WHEN = ("before t = 200", "t = 200 to 100", "last 100 steps")


@dataclass(frozen=True)
class Story:
    """Samples followed through the model (lane 0) and the truth (lane 1) of a run.

    natural     how many of the rows are there at their natural frequency; the rest were picked as
                hallucinated
    rate        of the model's hallucinations among all samples that were walked
    """

    result: Result
    spec: SamplerSpec
    followed: Followed
    k: float
    natural: int
    rate: Rate

    @property
    def mixture(self) -> GaussianMixture:
        assert self.result.experiment.mixture is not None
        return self.result.experiment.mixture

    @cached_property
    def hallucinated(self) -> np.ndarray:
        """(2, m) bool."""
        return np.stack([_hallucinated(self.result, lane, self.k) for lane in self.followed.samples])

    @cached_property
    def decided(self) -> float:
        """The step t at which half of the model's samples have chosen their mode."""
        steps = decision_steps(self.mixture, self.followed.steps, self.followed.x0_hat[0][:, : self.natural])
        return float(np.median(steps))

    @property
    def spoken_rate(self) -> str:
        """How many samples hallucinate, how many of them are shown, and what the truth makes of these."""
        wrong, right = self.hallucinated[0].sum(), (~self.hallucinated[0]).sum()
        share = format_rate(self.rate.value, *self.rate.interval)
        return (
            f"{self.rate.count} of {self.rate.n:,} hallucinated, {share} · "
            f"{wrong} of them and {right} others shown; of these the truth hallucinates "
            f"{int(self.hallucinated[1].sum())}"
        )

    def place(self, row: int) -> int:
        """Where a sample stands among the rows; the first hallucinated one, or the first, if it is not
        there."""
        found = np.flatnonzero(self.followed.rows == row)
        wrong = np.flatnonzero(self.hallucinated[0])
        return int(found[0]) if len(found) else int(wrong[0]) if len(wrong) else 0

    def verdict(self, place: int, lane: int = 0) -> Verdict:
        return verdict(self.mixture, self.followed.steps, self.followed.x0_hat[lane][:, place], self.k)

    @cached_property
    def running(self) -> np.ndarray:
        """Variance of x0_hat over the last TRAILING steps, (2, F, m); NaN where they were not all
        followed."""
        x0_hat, steps = self.followed.x0_hat, self.followed.steps
        found = np.full(x0_hat.shape[:3], np.nan)
        first = max(len(steps) - WINDOW_STEPS, 0)
        for last in range(first + TRAILING - 1, len(steps)):
            window = x0_hat[:, last - TRAILING + 1 : last + 1].astype(np.float64)
            found[:, last] = window.var(1).mean(-1)
        return found

    @cached_property
    def usual(self) -> np.ndarray:
        """The median of the running variance over the model's honest samples, over all if there are none,
        (F,)."""
        honest = ~self.hallucinated[0, : self.natural]
        return np.median(self.running[0][:, : self.natural][:, honest | ~honest.any()], axis=1)


def story(
    result: Result, identity: str, spec: SamplerSpec, k: float
) -> tuple[Story | None, server.Work | None]:
    """The samples to show, and the work that goes on to find them or more of them."""
    natural, n = SHOWN[result.dimensions], default_count(result.experiment)
    key = f"{identity} {spec} {n}"
    first = server.computed(
        "twins",
        f"twins {key}",
        lambda: twins(result, range(natural), n, spec),
        patience=1.5,
    )
    if first.value is None:
        return None, first
    count = int(_hallucinated(result, first.value.samples[0], k).sum())
    tale = Story(result, spec, first.value, k, natural, Rate(count, natural))
    if count >= ENOUGH:
        return tale, None
    search = server.computed("trial", f"trial {key}", lambda: trial(result, n, spec), patience=0.5)
    if search.value is None:
        return tale, search
    flags = search.value.hallucinated(k)
    rate, rows = Rate(int(flags.sum()), n), [*range(natural), *np.flatnonzero(flags)[:EXTRA].tolist()]
    if len(rows) == natural:
        return Story(result, spec, first.value, k, natural, rate), None
    more = server.computed(
        "twins",
        f"twins {key} {k:g}",
        lambda: twins(result, rows, n, spec),
        patience=1.5,
    )
    if more.value is None:
        return tale, more
    return Story(result, spec, more.value, k, natural, rate), None


def _hallucinated(result: Result, samples: np.ndarray, k: float) -> np.ndarray:
    mixture = result.experiment.mixture
    assert mixture is not None
    return mixture.is_hallucination(torch.from_numpy(samples), k).numpy()


def when(decided: float) -> str:
    """The answer to when half of the samples have chosen."""
    return WHEN[0] if decided > 200 else WHEN[1] if decided > 100 else WHEN[2]


def progress(work: server.Work | None) -> str:
    """How far the search for samples is, in words."""
    if work is None:
        return ""
    if work.error is not None:
        return f"{work.error} "
    share = work.update.share if isinstance(work.update, TrialUpdate) else work.update or 0.0
    what = "looking for hallucinations" if isinstance(work.update, TrialUpdate) else "following samples"
    return f"{what}: {share:.0%} · "


def spoken(tale: Story, place: int) -> str:
    """The verdict on a sample in a sentence or two, with its twin's."""
    mine, twin = tale.verdict(place), tale.verdict(place, lane=1)
    mode = name_of(tale.mixture, mine.mode)
    when = "from the first step on" if mine.decided_at is None else f"at t = {mine.decided_at}"
    if not mine.hallucinated:
        said = f"Decided {when} for {mode}, and {mine.distance:.1f} σ from its centre at the end."
    elif mine.neighbour is None:
        said = f"Comes to rest {mine.distance:.1f} σ from {mode}."
    else:
        where = between(tale.mixture, mine.mode, mine.neighbour)
        said = f"Comes to rest {where}, {mine.distance:.1f} σ from the nearer; it last changed sides {when}."
    other = "hallucinates, too" if twin.hallucinated else f"goes to {name_of(tale.mixture, twin.mode)}"
    return f"{said} {ratio(tale, place)} From the same noise the {{truth}} {other}."


def ratio(tale: Story, place: int) -> str:
    """How a sample's variance at the end compares with the median."""
    times = float(tale.running[0][-1, place] / tale.usual[-1])
    return (
        f"Variance {times:,.0f} times the median."
        if times >= 9.5
        else f"Variance {times:.1f} times the median."
    )


def between(mixture: GaussianMixture, mode: int, other: int) -> str:
    """Two modes in words, in their order on a line."""
    if mixture.dimensions == 1:
        left, right = sorted((mode, other), key=lambda i: mixture.means[i])
        return f"between {name_of(mixture, left)} and {name_of(mixture, right)}".replace(
            " mode and the ", " and "
        )
    first, second = (name_of(mixture, i).removeprefix("the mode at ") for i in (mode, other))
    return f"between the modes at {first} and {second}"


def name_of(mixture: GaussianMixture, mode: int) -> str:
    """A mode in words: by its order on a line, by its centre in the plane."""
    if mixture.dimensions == 1:
        order = sorted(range(mixture.modes), key=lambda i: mixture.means[i])
        return f"the {ordinal(order.index(mode) + 1)} mode"
    x, y = (f"{c:.2g}".replace("-", "−") for c in mixture.means[mode])
    return f"the mode at ({x}, {y})"
