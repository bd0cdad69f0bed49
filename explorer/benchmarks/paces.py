"""Rows of training: how many steps, models' steps or pictures a second, ours against the plain loop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from explorer.benchmarks.peers import reference
from explorer.benchmarks.rounds import Pace, Rounds, Row, Side, Terms, interleaved
from explorer.compute.seeds import seeded
from explorer.data import mixtures
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.training import STEPS_RANGE, TrainingSpec
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import data_mean_std, train_on, training_points
from explorer.experiments.stack import learn_stack

CPU = torch.device("cpu")
STACK_MODES, STACK_GAPS, STACK_SEEDS = (2, 3, 4, 5), (0.75, 1.0, 1.25), 5  # 60 models
PICTURES = 500
BUSY = "while True: pass"


def fast_network(terms: Terms) -> Row:
    """The fast recipe in 1-D: 64 wide, 3 hidden layers, batch 500."""
    experiment = preset("three-modes").experiment
    peer = small_network(experiment, *data_mean_std(experiment, training_points(experiment)))
    note = "three-modes, the same MLP of width 64 on both sides, batch 500"
    return _trained("train-fast-network", experiment, peer, terms, note)


def authors_network(terms: Terms) -> Row:
    """The paper's recipe in 1-D: the authors' network, batch 10,000."""
    experiment = preset("three-modes-paper").experiment
    note = "three-modes, the authors' network on both sides, batch 10,000, single precision"
    return _trained(
        "train-authors-network",
        experiment,
        reference().AuthorsNetwork(1, seeded(experiment.seed, "weights")),
        terms,
        note,
    )


def _trained(name: str, experiment: Experiment, peer: nn.Module, terms: Terms, note: str) -> Row:
    ours = Pace(endless(lambda: steps_of(experiment)), terms.window)
    theirs = Pace(reference_steps(experiment, peer), terms.window)
    return _rounds(ours, theirs, terms.rounds).row(
        name, "steps/s", f"{note}; the reference's loader collates its batches row by row"
    )


def stack_of_60(terms: Terms) -> Row:
    """Sixty small models as one stack, against one after the other in the plain loop."""
    experiments = [
        Experiment(
            mixtures.line(*(gap * (mode - (modes - 1) / 2) for mode in range(modes))),
            network=NetworkSpec(width=32),
            training=TrainingSpec(STEPS_RANGE[1], batch=128),
            seed=seed,
        )
        for modes in STACK_MODES
        for gap in STACK_GAPS
        for seed in range(STACK_SEEDS)
    ]

    def stacked() -> Iterator[float]:
        done = 0
        for update in learn_stack(experiments, device=CPU):
            if update.step == update.steps:
                return  # what follows is measuring
            yield (update.step - done) * len(experiments)
            done = update.step

    first = experiments[0]
    peer = small_network(first, *data_mean_std(first, training_points(first)))
    ours = Pace(endless(stacked), terms.window)
    theirs = Pace(reference_steps(first, peer), terms.window)
    note = (
        f"training of {len(experiments)} MLPs of width 32, batch 128, at once; the reference trains them one "
        "after the other, and is timed on one"
    )
    return _rounds(ours, theirs, terms.rounds).row("stack-of-60", "model-steps/s", note)


def busy_neighbour(terms: Terms) -> Row:
    """Our own training beside a program that keeps one processor busy, against its quiet pace."""
    experiment = preset("three-modes").experiment
    pace = Pace(endless(lambda: steps_of(experiment)), terms.window)

    def beside() -> float:
        with _neighbour():
            return pace()

    def quiet() -> float:
        return pace()

    note = "ours, with one busy process beside it, over ours alone (the reference here): 1 is undisturbed"
    return _rounds(beside, quiet, terms.rounds).row("busy-neighbour", "steps/s", note)


def unet(terms: Terms) -> Row:
    """Training our U-Net on pictures of 32 pixels, by our loop and by the plain one."""
    experiment = preset("shapes-32").experiment.replace(points=PICTURES)
    network = build_network(experiment.network, experiment.schedule, (1, 32, 32), [experiment.seed])
    batch = experiment.training.batch
    ours = Pace((batch * step for step in endless(lambda: steps_of(experiment))), terms.window)
    theirs = Pace((batch * step for step in reference_steps(experiment, _Alone(network))), terms.window)
    note = f"32 pixels, batch {batch}, the same U-Net of ours on both sides: the loop alone differs"
    return _rounds(ours, theirs, terms.rounds).row("unet", "images/s", note)


# ---- endless work ----------------------------------------------------------------------------------------


def endless(make: Callable[[], Iterator[float]]) -> Iterator[float]:
    """The same work again and again."""
    while True:
        yield from make()


def steps_of(experiment: Experiment) -> Iterator[float]:
    """Our training of an experiment: the steps done, as they are done."""
    total, done = experiment.training.steps, 0
    for share in train_on(experiment, training_points(experiment), device=CPU):
        step = round(share * total)
        yield step - done
        done = step


def reference_steps(experiment: Experiment, network: nn.Module) -> Iterator[float]:
    """The plain loop on an experiment's data, batch and learning rate: one at each step."""
    loop = reference().train(
        network,
        training_points(experiment),
        experiment.schedule.betas,
        batch=experiment.training.batch,
        learning_rate=experiment.training.learning_rate,
        generator=seeded(experiment.seed, "training"),
    )
    return (1.0 for _ in loop)


def small_network(experiment: Experiment, mean: Tensor, std: float) -> nn.Module:
    """The reference's MLP of an experiment's width and depth, for data of that mean and spread."""
    spec, generator = experiment.network, seeded(experiment.seed, "weights")
    return reference().SmallNetwork(experiment.schedule.betas, mean, std, generator, spec.width, spec.depth)


class _Alone(nn.Module):
    """A stack of one as a network that knows nothing of stacks."""

    def __init__(self, stack: NoiseNetwork) -> None:
        super().__init__()
        self.stack = stack

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.stack(x[None], t[None])[0]


def _rounds(ours: Side, theirs: Side, rounds: int) -> Rounds:
    for side in (ours, theirs):
        side()  # warm up
    return interleaved(ours, theirs, rounds)


@contextmanager
def _neighbour() -> Iterator[None]:
    """A process that keeps one processor busy."""
    process = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        process.kill()
        process.wait()
