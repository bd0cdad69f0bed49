"""Samplers of a run at budgets of network calls, each by the network and by the true score: what hallucinates
with the true score is the solver's part, what the network adds is its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Self, get_args

import numpy as np
import torch

from explorer.compute.progress import WorkClock, map_progress, rescaled, timed
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import picture_distribution
from explorer.detection.statistics.drift import modes_alive
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.quantiles import QUANTILES, CarriedQuantiles, carried_quantiles
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.sampler_spec import SOLVER_NAMES, Solver, Spacing
from explorer.diffusion.sampling import (
    SamplerSpec,
    SamplingRun,
    check_count,
    initial_noise,
    paired_reverse_process,
    steps_between_yields,
)
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_of
from explorer.experiments.measurement import THRESHOLDS, Measurement, count_kinds, density_span
from explorer.experiments.run import Result
from explorer.experiments.summary import INSIDE, RunSummary, share_distance, summarize
from explorer.experiments.trials import known_truth, trial_chunk

SamplerName = Literal["ddpm", "ddim", "dpm-solver++", "heun", "rk4", "flow-heun"]
TITLES: dict[str, str] = {"ddpm": "DDPM", "ddim": "DDIM"} | SOLVER_NAMES
NAMES: tuple[SamplerName, ...] = get_args(SamplerName)
SPACINGS: tuple[Spacing, ...] = get_args(Spacing)
DEFAULT_SPACING: Spacing = "log-snr"
BUDGETS = (5, 7, 10, 14, 20, 35, 50, 100, 200, 344)
FEW_BUDGETS = (5, 10, 20, 50, 100)  # of the spacings that are not the usual one
LIVE_BUDGETS = (10, 20, 50, 100)
PICTURE_BUDGETS = (12, 20, 35, 60, 100)
PICTURE_NAMES: tuple[SamplerName, ...] = ("ddpm", "ddim", "dpm-solver++", "heun")
CALLS_RANGE = (1, 100_000)
POINTS_COUNTED, PICTURES_COUNTED = 10_000, 384
LIVE_POINTS, LIVE_PICTURES = 2_000, 64
DEFAULT_SAMPLER, DEFAULT_CALLS = "ddim", 10  # that are looked at first
COARSER = 2  # an exact share is compared with that of so many times fewer quantiles


@dataclass(frozen=True)
class AskedRates:
    """A sampler with a number of calls: its name, and what it visits."""

    sampler: SamplerName
    spec: SamplerSpec


@dataclass(frozen=True)
class SamplerRow:
    """What a sampler makes of the same noise by the network and by the true score.

    spec        what it visits
    calls       of the denoiser, for a sample
    model       shares, shares of the modes, width and kinds by the network; exact in 1-D, elsewhere counted
    truth       the same by the true score
    seconds     of computing what is said of the network, for all samples
    """

    sampler: SamplerName
    spec: SamplerSpec
    calls: int
    model: RunSummary
    truth: RunSummary
    seconds: float

    @property
    def spacing(self) -> Spacing:
        return self.spec.spacing

    @property
    def title(self) -> str:
        return TITLES[self.sampler]

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads back."""
        return {
            "sampler": self.sampler,
            "spec": dataclasses.asdict(self.spec),
            "calls": self.calls,
            "model": self.model.to_json(),
            "truth": self.truth.to_json(),
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for what `to_json` did not write."""
        if values["sampler"] not in NAMES:
            raise ValueError(f"there is no sampler {str(values['sampler'])[:40]!r}")
        return cls(
            values["sampler"],
            SamplerSpec(**values["spec"]),
            int(values["calls"]),
            RunSummary.from_json(values["model"]),
            RunSummary.from_json(values["truth"]),
            float(values["seconds"]),
        )


@dataclass(frozen=True)
class RatesUpdate:
    """The rows that are known, and the share of the work that is done."""

    rows: tuple[SamplerRow, ...]
    share: float


# ---- which samplers --------------------------------------------------------------------------------------


def sampler_at(
    experiment: Experiment, name: str, calls: int, spacing: Spacing = DEFAULT_SPACING
) -> SamplerSpec:
    """The sampler of that name with as many steps as bring its calls nearest to a budget; variance and first
    step are those of the run's own.

    Raises ValueError for another name or spacing, and for calls outside [1, 100,000].
    """
    if name not in NAMES:
        raise ValueError(f"There is no sampler {name[:40]!r}; there are {', '.join(NAMES)}.")
    low, high = CALLS_RANGE
    if not low <= calls <= high:
        raise ValueError(f"The number of calls {calls:,} is outside [{low}, {high:,}].")
    solver: Solver = "first-order" if name in ("ddpm", "ddim") else name  # type: ignore[assignment]
    spec = SamplerSpec(
        eta=float(name == "ddpm"),
        variance=experiment.sampler.variance,
        skip_noise=experiment.sampler.skip_noise,
        solver=solver,
        spacing=spacing,
    )
    return spec.with_calls(calls, experiment.schedule)


def asked_rates(
    experiment: Experiment,
    names: Sequence[str],
    budgets: Sequence[int],
    spacings: Sequence[Spacing] = (DEFAULT_SPACING,),
) -> list[AskedRates]:
    """The samplers of these names at these budgets of calls, the fewest calls first, each once.

    Two budgets may come to the same steps. Raises ValueError as sampler_at does.
    """
    found = [
        AskedRates(name, sampler_at(experiment, name, calls, spacing))  # type: ignore[arg-type]
        for spacing in spacings
        for calls in sorted(budgets)
        for name in names
    ]
    return list(dict.fromkeys(found))


def default_rates(experiment: Experiment) -> list[AskedRates]:
    """What is measured of a run that ships: of points every sampler with every spacing."""
    if experiment.pictures:
        return asked_rates(experiment, PICTURE_NAMES, PICTURE_BUDGETS)
    others = [spacing for spacing in SPACINGS if spacing != DEFAULT_SPACING]
    return asked_rates(experiment, NAMES, BUDGETS) + asked_rates(experiment, NAMES, FEW_BUDGETS, others)


def live_rates(experiment: Experiment, spacing: Spacing) -> list[AskedRates]:
    """The samplers and calls that are measured live, of a run that ships no table."""
    if experiment.pictures:
        return asked_rates(experiment, PICTURE_NAMES, PICTURE_BUDGETS[:2])
    return asked_rates(experiment, NAMES, LIVE_BUDGETS, [spacing])


def samples_counted(experiment: Experiment, *, reported: bool = True) -> int | None:
    """How many samples a row is counted on unless another number is asked for; None in 1-D, where none
    are."""
    if experiment.pictures:
        return PICTURES_COUNTED if reported else LIVE_PICTURES
    if experiment.mixture is not None and experiment.mixture.dimensions == 1:
        return None
    return POINTS_COUNTED if reported else LIVE_POINTS


# ---- measured --------------------------------------------------------------------------------------------


def sampler_rates(
    result: Result,
    asked: Sequence[AskedRates],
    *,
    n: int | None = None,
    reported: bool = True,
    seed: int | None = None,
) -> Generator[RatesUpdate, None, tuple[SamplerRow, ...]]:
    """Each sampler by the network and by the true score: exactly in 1-D, else counted on n samples.

    All that is counted starts from the same noise: row i is the same seed for every sampler, for network and
    true score. Exact shares are those of the network itself if they are reported, else of its table.

    seed    of the noise, by default the run's own
    Yields the rows so far. Raises ValueError for a run whose truth is unknown, for no sampler, and for a
    number of samples out of bounds.
    """
    truth, experiment = known_truth(result), result.experiment
    if not asked:
        raise ValueError("There is no sampler to measure.")
    n = samples_counted(experiment, reported=reported) if n is None else n
    if n is not None:
        check_count(n)
    seed = experiment.seed if seed is None else seed
    model = result.sampled
    if reported and isinstance(model, TabulatedDenoiser):
        model = model.denoiser
    calls = [one.spec.calls(experiment.schedule) for one in asked]
    rows: list[SamplerRow] = []
    for place, one in enumerate(asked):
        begun, end = (sum(calls[:upto]) / sum(calls) for upto in (place, place + 1))
        so_far, half, clock = partial(RatesUpdate, tuple(rows)), (begun + end) / 2, WorkClock()
        work = timed(_measured(result, model, one.spec, n, reported, seed), clock)
        by_model = yield from map_progress(rescaled(work, begun, half), so_far)
        work = _measured(result, truth, one.spec, n, reported, seed)
        by_truth = yield from map_progress(rescaled(work, half, end), so_far)
        rows.append(SamplerRow(one.sampler, one.spec, calls[place], by_model, by_truth, clock.seconds))
        yield RatesUpdate(tuple(rows), end)
    return tuple(rows)


def _measured(
    result: Result, denoiser: Denoiser, spec: SamplerSpec, n: int | None, reported: bool, seed: int
) -> Generator[float, None, RunSummary]:
    mixture = result.experiment.mixture
    if result.dimensions != 1:
        assert n is not None  # what is not 1-D is counted
        return (yield from _counted(result, denoiser, spec, n, seed))
    assert mixture is not None  # its truth is known
    device = result.device
    if spec.is_stochastic:
        span = density_span(result.experiment)
        exact = yield from exact_rates(
            denoiser, spec, mixture, THRESHOLDS, span=span, reported=reported, device=device
        )
        return summarize(Measurement(exact.density, None, exact.beyond, None, error=exact.error), mixture)
    quantiles = QUANTILES if reported else QUANTILES // COARSER + 1
    found = []
    for count, (start, end) in ((quantiles // COARSER + 1, (0.0, 0.3)), (quantiles, (0.3, 1.0))):
        work = carried_quantiles(denoiser, spec, mixture, THRESHOLDS, quantiles=count, device=device)
        found.append((yield from rescaled(work, start, end)))
    return _summary_of_quantiles(found[1], found[0], mixture)


def _summary_of_quantiles(
    fine: CarriedQuantiles, coarse: CarriedQuantiles, mixture: GaussianMixture
) -> RunSummary:
    """Exact shares; their error is how far they lie from those of fewer quantiles, and what is undecided."""
    beyond, fewer = ({k: one.mass_beyond(mixture, k) for k in THRESHOLDS} for one in (fine, coarse))
    error = {k: abs(beyond[k] - fewer[k]) + fine.error_beyond(mixture, k) for k in THRESHOLDS}
    masses = fine.mode_shares(mixture, INSIDE)
    widths = fine.mode_widths(mixture, INSIDE)[modes_alive(masses, mixture)]
    return RunSummary(
        n=None,
        beyond_counts=beyond,
        mode_counts=tuple(masses.tolist()),
        width=float(widths.mean()) if len(widths) else None,
        error=error,
    )


def _counted(
    result: Result, denoiser: Denoiser, spec: SamplerSpec, n: int, seed: int
) -> Generator[float, None, RunSummary]:
    """n samples, counted: points by their distances, pictures by their kinds."""
    experiment, shape, device = result.experiment, tuple(denoiser.shape), result.device
    start = seeded(seed, "sampling", device)
    added = seeded(seed, "noise of the steps", device)  # its own, so that all start alike
    chunk, steps = trial_chunk(result), len(spec.timesteps(experiment.schedule))
    parts: list[np.ndarray] = []
    for done in range(0, n, chunk):
        size = min(chunk, n - done)
        x_T, samples = initial_noise(size, shape, start), torch.empty(0)
        often, draw = steps_between_yields(size, shape), partial(initial_noise, size, shape, added)
        for number, (step,) in enumerate(paired_reverse_process([SamplingRun(denoiser, spec)], x_T, draw), 1):
            samples = step.x0_hat
            if number % often == 0:
                yield (done + size * number / steps) / n
        made = picture_distribution(experiment.pictures).kinds(samples) if experiment.pictures else samples
        parts.append(made.cpu().numpy())
    drawn, mixture = np.concatenate(parts), experiment.mixture
    if mixture is None:
        kinds = count_kinds(experiment.pictures, torch.from_numpy(drawn))
        return summarize(Measurement(None, None, None, n, kinds), None)
    distance = mixture.distance_to_support(torch.from_numpy(drawn))
    beyond = {k: float((~(distance <= k)).double().mean()) for k in THRESHOLDS}
    return summarize(Measurement(None, drawn, beyond, n), mixture)


# ---- what is read off it ---------------------------------------------------------------------------------


def price_of(summary: RunSummary, price: str, k: int, mixture: GaussianMixture | None) -> float | None:
    """What a sampler costs: `rate`; `shares`, by how much the shares of the modes are off; or `width` of the
    modes over sigma. None where there is none."""
    if price == "rate":
        return rate_of(summary, k)
    if mixture is None:
        return None
    return share_distance(summary, mixture) if price == "shares" else summary.width
