"""The samples that the Trajectories page shows of a run, each followed through model and truth from the same
noise: which ones, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from explorer.compute.progress import finish
from explorer.compute.progress_bar import with_bar
from explorer.data.mixture import GaussianMixture
from explorer.detection.decision import Decision, decision, decision_steps
from explorer.detection.paired_trajectories import Followed
from explorer.detection.statistics.rates import Rate
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.run import Result
from explorer.experiments.shipped_trials import shipped_trial
from explorer.experiments.trials import default_count, follow_pairs, trial
from explorer.figures.words import format_rate

SHOWN = {1: 300, 2: 1000}  # samples drawn at their natural frequency, by dimension
ENOUGH = 5  # hallucinated ones among them; if there are fewer, more are looked for
EXTRA = 30
TRAILING = AUTHORS_WINDOW[1] - AUTHORS_WINDOW[0] + 1


@dataclass(frozen=True, eq=False)
class PairedTrajectories:
    """Samples followed through the model (process 0) and the truth (process 1) of a run.

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
        return np.stack([hallucinated(self.result, samples, self.k) for samples in self.followed.samples])

    @cached_property
    def decided(self) -> float:
        """The step t at which half of the model's samples have chosen their mode."""
        steps = decision_steps(self.mixture, self.followed.steps, self.followed.x0_hat[0][:, : self.natural])
        return float(np.median(steps))

    @property
    def summary(self) -> str:
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

    def decision(self, place: int, process: int = 0) -> Decision:
        return decision(self.mixture, self.followed.steps, self.followed.x0_hat[process][:, place], self.k)

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
    def median_variance(self) -> np.ndarray:
        """The median of the running variance over the model's honest samples, over all if there are none,
        (F,)."""
        in_support = ~self.hallucinated[0, : self.natural]
        return np.median(self.running[0][:, : self.natural][:, in_support | ~in_support.any()], axis=1)


def paired_trajectories(
    result: Result, spec: SamplerSpec, k: float, *, bars: bool = False
) -> PairedTrajectories:
    """The samples that the page shows of a run: the first, and hallucinated ones, which are looked for.

    bars    show how far the work is

    Raises ValueError if the run has no mixture as its truth.
    """
    if result.experiment.mixture is None:
        raise ValueError("Only samples of a mixture can be followed: its truth is known.")
    n = default_count(result.experiment)

    def followed(rows: Sequence[int]) -> Followed:
        work = follow_pairs(result, rows, n, spec)
        return with_bar(work, "following samples", always=True) if bars else finish(work)

    pairs = first_trajectories(result, spec, k, followed(range(SHOWN[result.dimensions])))
    if pairs.rate.count >= ENOUGH:
        return pairs
    shipped = shipped_trial(result, n, spec)
    drawing = trial(result, n, spec)
    if shipped is not None:
        drawn = shipped.trial
    elif bars:
        drawn = with_bar(drawing, f"drawing {n:,} samples", lambda update: update.share, always=True)
    else:
        drawn = finish(drawing)
    flags = drawn.hallucinated(k)
    rows = rows_to_follow(pairs.natural, flags)
    found = followed(rows) if len(rows) > pairs.natural else pairs.followed
    return PairedTrajectories(result, spec, found, k, pairs.natural, Rate(int(flags.sum()), n))


def first_trajectories(result: Result, spec: SamplerSpec, k: float, followed: Followed) -> PairedTrajectories:
    """The first samples alone, at their natural frequency."""
    natural = len(followed.rows)
    wrong = int(hallucinated(result, followed.samples[0], k).sum())
    return PairedTrajectories(result, spec, followed, k, natural, Rate(wrong, natural))


def rows_to_follow(natural: int, flags: np.ndarray) -> list[int]:
    """The first `natural` rows, and then the first hallucinated ones, as flags (n,) say."""
    return [*range(natural), *np.flatnonzero(flags)[:EXTRA].tolist()]


def rows_of_trial(natural: int, flags: np.ndarray) -> list[int]:
    """The rows that are shown of a trial whose hallucinations are known, flags (n,): the first ones, and more
    hallucinated ones if these have too few."""
    return list(range(natural)) if _enough(natural, flags) else rows_to_follow(natural, flags)


def rows_for_all(natural: int, flags: Iterable[np.ndarray]) -> list[int]:
    """The rows that are shown at any of several bounds, flags (n,) of each."""
    return sorted({row for each in flags for row in rows_of_trial(natural, each)})


def trajectories_of_trial(
    result: Result, spec: SamplerSpec, k: float, followed: Followed, flags: np.ndarray
) -> PairedTrajectories:
    """What is shown at k of the rows that rows_for_all names: as paired_trajectories does it.

    flags    which of all n samples of the trial are hallucinated at k, (n,)
    """
    natural = SHOWN[result.dimensions]
    counted = flags[:natural] if _enough(natural, flags) else flags
    kept = np.isin(followed.rows, rows_of_trial(natural, flags))
    chosen = Followed(
        followed.rows[kept], followed.steps, followed.x0_hat[:, :, kept], followed.x_t[:, :, kept]
    )
    rate = Rate(int(counted.sum()), len(counted))
    return PairedTrajectories(result, spec, chosen, k, natural, rate)


def _enough(natural: int, flags: np.ndarray) -> bool:
    return int(flags[:natural].sum()) >= ENOUGH


def hallucinated(result: Result, samples: np.ndarray, k: float) -> np.ndarray:
    """Which samples (n, D) lie beyond k sigma of every mode of the run's mixture, (n,) bool."""
    mixture = result.experiment.mixture
    assert mixture is not None
    return mixture.is_hallucination(torch.from_numpy(samples), k).numpy()
