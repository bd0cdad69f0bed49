"""Rows of sampling: points a second at T = 1000, and an exact rate against counting samples."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import nn

from explorer.benchmarks.paces import endless, small_network
from explorer.benchmarks.peers import copied, reference
from explorer.benchmarks.rounds import Pace, Row, Terms, interleaved
from explorer.compute.device import prepare, processors
from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.experiments import checkpoints
from explorer.experiments.large_counts import CountSpec, count_samples, evaluation_method
from explorer.experiments.measurement import density_span
from explorer.experiments.run import Result

REFERENCE_POINTS = 10_000  # walked at once, as the authors do
WARM_UP_POINTS = 1_000
SIGMAS = 6
RELATIVE_ERROR = 0.01
LINE, PLANE = "three-modes-paper", "grid-25"


def on_the_line(terms: Terms) -> Row:
    """1-D: our table from the first informative step, with the variance of x0_hat, against every step."""
    run = checkpoints.shipped().load(LINE).result
    note = f"the authors' network, {terms.points:,} points and their variance"
    return _row("sample-1d", run, _authors_network(), terms, note)


def in_the_plane(terms: Terms) -> Row:
    """2-D: our tables of the plane, making them included, against every step of the chain."""
    run = checkpoints.shipped().load(PLANE).result
    peer = small_network(run.experiment, torch.from_numpy(run.data_mean), run.data_std)
    note = f"grid-25's MLP on both sides, {terms.points:,} points and their variance"
    return _row("sample-2d", run, peer, terms, note)


def _row(name: str, run: Result, peer: nn.Module, terms: Terms, note: str) -> Row:
    spec = run.experiment.sampler

    def pace_of(n: int) -> float:
        start = time.perf_counter()
        finish(count_samples(run, CountSpec(n, spec), workers=processors()))
        return n / (time.perf_counter() - start)

    def ours() -> float:
        return pace_of(terms.points)

    pace = Pace(_reference_points(run, peer), terms.window)

    def theirs() -> float:
        before = torch.get_num_threads()
        prepare(processors())  # one call at a time: it gains by threads of PyTorch
        try:
            return pace()
        finally:
            prepare(before)

    pace_of(WARM_UP_POINTS)
    theirs()
    note_of_row = (
        f"{note}; {evaluation_method(run, spec)}, making the tables included, on {processors()} threads; "
        "the reference, "
        f"on as many, walks {REFERENCE_POINTS:,} at once and is timed on as many of its 1,000 steps as fit"
    )
    return interleaved(ours, theirs, terms.rounds).row(name, "points/s", note_of_row)


def exact_rate(terms: Terms) -> Row:
    """The rate beyond 6 sigma by the exact density, against as many samples as give it to 1 %."""
    run = checkpoints.shipped().load(LINE).result
    mixture, model, spec = _mixture(run), run.denoiser(), run.experiment.sampler
    rate = 0.0

    def ours() -> float:
        nonlocal rate
        start = time.perf_counter()
        span = density_span(run.experiment)
        rate = finish(exact_rates(model, spec, mixture, [SIGMAS], span=span)).beyond[SIGMAS]
        return time.perf_counter() - start

    pace = Pace(_reference_points(run, _authors_network()), terms.window)

    def theirs() -> float:
        return needed(rate) / pace()

    ours()
    pace()
    rounds = interleaved(ours, theirs, terms.rounds)
    note = (
        f"the authors' network, {rate:.3g} beyond {SIGMAS} sigma to {RELATIVE_ERROR * 100:g} %; the "
        f"reference by EXTRAPOLATION of its pace to {needed(rate):,.0f} points, whose count errs by as much"
    )
    return rounds.row("exact-rate-1d", "s", note)


def needed(rate: float) -> float:
    """How many samples give a rate to a relative standard error of 1 %. Raises ValueError for a rate of 0."""
    if not 0 < rate < 1:
        raise ValueError(f"The rate {rate:g} is outside (0, 1): no number of samples gives it to 1 %.")
    return (1 - rate) / (rate * RELATIVE_ERROR**2)


def _reference_points(run: Result, network: nn.Module) -> Iterator[float]:
    """The plain chain with a run's weights: at every step the points that this is worth of a whole chain."""
    copied(run.denoiser().network, network)
    betas, generator = run.experiment.schedule.betas, seeded(0, "sampling")
    shape = (run.dimensions,)

    def chain() -> Iterator[float]:
        for _ in reference().sample(network, REFERENCE_POINTS, shape, betas, generator):
            yield REFERENCE_POINTS / len(betas)

    return endless(chain)


def _authors_network() -> nn.Module:
    return reference().AuthorsNetwork(1, seeded(0, "weights"))


def _mixture(run: Result) -> GaussianMixture:
    mixture = run.experiment.mixture
    assert mixture is not None  # these runs are of mixtures
    return mixture
