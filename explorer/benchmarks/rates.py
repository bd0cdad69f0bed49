"""Rows of quality: seconds of training until a model hallucinates as rarely as is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator

from explorer.benchmarks.peers import ReferenceDenoiser, reference
from explorer.benchmarks.rounds import Rounds, Row, Terms, interleaved, joined
from explorer.compute.progress import WorkClock, finish, timed
from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import Denoiser, LearnedDenoiser
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import load_weights
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.training import STEPS_RANGE, TrainingSpec, train, warm_up
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import density_span
from explorer.experiments.presets import preset, recipe
from explorer.experiments.run import data_mean_std, training_points

SIGMAS = 6
RATE_LINE, RATE_GRID = 0.001, 0.01
TRIES = 3  # rounds at most: every try is a training with a seed of its own
SKETCHED, COUNTED = 250, 4_000  # samples of a first look at a model, and of a rate in the plane
FIRST_LOOK = 0.2  # seconds of training
LONGER = 1.1  # by how much it has grown at each further look
STEPS_BETWEEN = 50  # of ours, between two looks at the clock

Training = Generator[Denoiser | None, None, None]


def on_the_line(terms: Terms) -> Row:
    """1-D, to 0.1 % beyond 6 sigma by the exact density."""
    return _row("time-to-rate-1d", preset("three-modes").experiment, RATE_LINE, terms)


def on_the_grid(terms: Terms) -> Row:
    """The grid of 25 modes, to 1 % beyond 6 sigma."""
    return _row("time-to-rate-grid", preset("grid-25").experiment, RATE_GRID, terms)


def _row(name: str, experiment: Experiment, rate: float, terms: Terms) -> Row:
    tries = min(terms.rounds, TRIES)
    missed: dict[str, int] = {"ours": 0, "reference": 0}

    def side(who: str, start: Callable[[Experiment], Training]) -> Callable[[], float]:
        seeds = iter(range(tries))

        def measure() -> float:
            tried = experiment.replace(seed=next(seeds))
            seconds = seconds_to(rate, start(tried), tried, terms.budget)
            missed[who] += seconds is None
            return terms.budget if seconds is None else seconds

        return measure

    warm_up()
    rounds = interleaved(side("ours", our_training), side("reference", authors_training), tries)
    return _time_to_rate_row(name, rounds, missed, rate, terms.budget)


def _time_to_rate_row(name: str, rounds: Rounds, missed: dict[str, int], rate: float, budget: float) -> Row:
    tries = len(rounds.ours)
    reached = (
        f"until {rate * 100:g} % lies beyond {SIGMAS} sigma, ours with the fast recipe at a constant "
        "learning rate, the reference with the authors' recipe; measuring is not timed"
    )
    late = ""
    if missed["reference"]:
        late = (
            f"LOWER BOUND: the reference was given up after {budget:g} s in {missed['reference']} of {tries} "
            "tries"
        )
    row = rounds.row(name, "s", joined(reached, late))
    if not missed["ours"]:
        return row
    gone = f"NO RATIO: ours was given up after {budget:g} s in {missed['ours']} of {tries} tries"
    return dataclasses.replace(row, ours=None, ratio=None, range=None, note=joined(row.note, gone))


def seconds_to(rate: float, training: Training, experiment: Experiment, budget: float) -> float | None:
    """Seconds of training until the model's rate is at most `rate`; None if it is not by the budget's end.

    The training yields its model, or None while there is none to look at. It is looked at when it has grown
    a tenth longer, and the seconds of looking do not count.
    """
    clock, look = WorkClock(), min(FIRST_LOOK, budget)
    for model in timed(training, clock):
        if model is None or clock.seconds < look:
            continue
        if _rate(model, experiment, rate) <= rate:
            return clock.seconds
        if clock.seconds >= budget:
            return None
        look = min(clock.seconds * LONGER, budget)
    raise ValueError(f"The training ended within its budget of {budget:g} seconds.")


def our_training(experiment: Experiment) -> Training:
    """The fast recipe, to be stopped at any time: its learning rate stays, its weights are averaged."""
    assert experiment.mixture is not None  # rates are those of mixtures
    dimensions = experiment.mixture.dimensions
    data = training_points(experiment)
    mean, std = data_mean_std(experiment, data)
    network, probe = (
        build_network(
            experiment.network,
            experiment.schedule,
            dimensions,
            [experiment.seed],
            data_mean=mean,
            data_std=std,
        )
        for _ in range(2)
    )
    training = TrainingSpec(STEPS_RANGE[1], decay="constant")
    looks = list(range(STEPS_BETWEEN, training.steps, STEPS_BETWEEN))
    generator = seeded(experiment.seed, "training")
    for update in train(network, data, experiment.schedule, training, generator, snapshots=looks):
        if update.weights is not None:
            load_weights(probe, update.weights)
        yield None if update.weights is None else LearnedDenoiser(probe, experiment.schedule)


def authors_training(experiment: Experiment) -> Training:
    """The plain loop with the authors' network, batch and learning rate."""
    assert experiment.mixture is not None  # rates are those of mixtures
    dimensions = experiment.mixture.dimensions
    _, training = recipe("paper", dimensions)
    network = reference().AuthorsNetwork(dimensions, seeded(experiment.seed, "weights"))
    loop = reference().train(
        network,
        training_points(experiment),
        experiment.schedule.betas,
        batch=training.batch,
        learning_rate=training.learning_rate,
        generator=seeded(experiment.seed, "training"),
    )
    model = ReferenceDenoiser(network, experiment.schedule, (dimensions,))
    for _ in loop:
        yield model


def _rate(model: Denoiser, experiment: Experiment, wanted: float) -> float:
    """Share beyond 6 sigma, exact in 1-D; a rough one of a few samples where a model is far off."""
    mixture, generator = experiment.mixture, seeded(experiment.seed, "sampling")
    assert mixture is not None  # rates are those of mixtures

    def counted(n: int) -> float:
        samples = finish(sample(model, n, SamplerSpec(), generator))
        return float(mixture.is_hallucination(samples, SIGMAS).double().mean())

    rough = counted(SKETCHED)
    if rough > max(4 * wanted, 3 / SKETCHED):
        return rough
    if mixture.dimensions == 1:
        span = density_span(experiment)
        work = exact_rates(model, SamplerSpec(), mixture, [SIGMAS], span=span, reported=False)
        return finish(work).beyond[SIGMAS]
    return counted(COUNTED)
