"""Training as a generator: the caller shows, pauses, stops and records; nothing here shows anything.

One code trains one network or a stack of M at once; every member of a stack sees the batches that it would
see alone. Data are tensors in memory, randomness is drawn for a block of steps at a time, the parameters lie
in one flat tensor, and nothing waits for a loss to be read before the block ends.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

import numpy as np
import torch
from torch import Tensor, nn

from explorer.diffusion.batches import Batches, StepDraw
from explorer.diffusion.noise_network import FlatParameters, NoiseNetwork
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.step_variance import VarianceTables

STEPS_RANGE = (1, 200_000)
BATCH_RANGE = (1, 20_000)
BLOCK_SAMPLES = 15_000  # samples whose randomness is drawn together: a block of 30 steps at batch 500
FLAT_STEP = 0.01  # of x, over which a slope is taken
LARGEST_PART = 2_500  # samples of a batch whose gradient is computed at once
BLOCK_NUMBERS = 30_000  # coordinates or pixels of them
GPU_BLOCK_NUMBERS, LONGEST_BLOCK = 2**20, 50  # on a GPU, which waits whenever a block's losses are read


@dataclass(frozen=True)
class TrainingSpec:
    """How a network is trained to predict the noise (mean squared error, Ho et al. 2020, eq. 14), weighed at
    each step as the network says. One that learns the variance of the steps, too, has the variational bound
    added, which does not reach its prediction of the noise (Nichol and Dhariwal 2021, eq. 16).

    step_draw       log-snr draws t evenly in log-SNR; uniform evenly, as the authors do. Either is stratified
                    over the batch, where the authors draw independently
    decay           cosine lets the learning rate fall to zero over the budget; constant keeps it
    ema             decay of the averaged weights that are used for sampling; 0 uses the weights as they are
    steepness       rho of a penalty rho / (1 + slope^2) on how the predicted noise changes along x: it is
                    smallest where the score is steep (in the spirit of the variance-shaping loss, arXiv
                    2606.00377); 0 leaves it out
    variance_penalty    rho of the variance-shaping loss itself (arXiv 2606.00377), a mean of
                    rho / (1 + variance^-2) over the steps' variances: of networks that learn these
    """

    steps: int = 8_000
    batch: int = 500
    learning_rate: float = 1e-2
    step_draw: StepDraw = "log-snr"
    decay: Literal["cosine", "constant"] = "cosine"
    ema: float = 0.999
    steepness: float = 0.0
    variance_penalty: float = 0.0

    def __post_init__(self) -> None:
        for name, value, (low, high) in (
            ("steps", self.steps, STEPS_RANGE),
            ("batch", self.batch, BATCH_RANGE),
        ):
            if not (isinstance(value, int) and low <= value <= high):
                raise ValueError(f"The training's {name} {value} is outside [{low:,}, {high:,}].")
        if not 1e-6 <= self.learning_rate <= 0.1:
            raise ValueError(f"The learning rate {self.learning_rate:g} is outside [1e-06, 0.1].")
        if self.step_draw not in ("log-snr", "uniform"):
            raise ValueError(f"Steps are drawn log-snr or uniform, not {self.step_draw!r}.")
        if self.decay not in ("cosine", "constant"):
            raise ValueError(f"The learning rate's decay is cosine or constant, not {self.decay!r}.")
        if not 0 <= self.ema < 1:
            raise ValueError(f"The averaging decay {self.ema:g} is outside [0, 1).")
        if not 0 <= self.steepness <= 10:
            raise ValueError(f"The weight of steepness {self.steepness:g} is outside [0, 10].")
        if not 0 <= self.variance_penalty <= 10:
            raise ValueError(
                f"The weight of the variance's penalty {self.variance_penalty:g} is outside [0, 10]."
            )

    @property
    def block(self) -> int:
        """Steps between two updates: small enough to stop at once, large enough to cost nothing."""
        return max(1, min(50, BLOCK_SAMPLES // self.batch))


# What is recorded of every training step.
#
# NOISE_ERROR     the mean squared error of the predicted noise over steps t drawn evenly, L_simple of Ho et
#                 al. (2020, eq. 14), estimated on the batch: each sample counts by the ratio of the even
#                 probability of its t to that of its own draw. So it can be compared between draws; a penalty
#                 is not in it. Even in t and not in log-SNR, because there the ratio reaches 40 for evenly
#                 drawn steps, and a sample's relative standard deviation 10 in place of 6 (three modes).
# TRAINING_LOSS   what was minimised, at the steps that the training's own draw prefers, with its penalty:
#                 what was recorded before
Recorded = Literal["noise error", "training loss"]
NOISE_ERROR: Recorded = "noise error"
TRAINING_LOSS: Recorded = "training loss"


@dataclass(frozen=True, slots=True)
class TrainingUpdate:
    """What happened since the update before.

    step        steps done so far
    losses      the noise error of every step since the last update, (steps, M) float32, see NOISE_ERROR
    weights     at the steps asked for: a copy of the averaged flat parameters, (P,); else None
    """

    step: int
    losses: np.ndarray
    weights: Tensor | None


class Diverged(FloatingPointError):
    """A training whose loss stopped being a number: at which step, and of which member of the stack."""

    def __init__(self, step: int, member: int, members: int) -> None:
        whose = f" of member {member} of {members}" if members > 1 else ""
        super().__init__(f"The loss{whose} stopped being a number at step {step:,}; lower the learning rate.")
        self.step, self.member = step, member


def snapshot_steps(steps: int, count: int = 12, first: int = 100) -> list[int]:
    """About `count` steps along a training of `steps`, evenly spaced in their logarithm, the last one
    included."""
    first = min(first, steps)
    return sorted({round(s) for s in np.geomspace(first, steps, count)} | {steps})


def train(
    network: NoiseNetwork,
    points: Tensor | Sequence[Tensor],
    schedule: NoiseSchedule,
    spec: TrainingSpec,
    generator: torch.Generator | Sequence[torch.Generator],
    *,
    snapshots: list[int] | None = None,
) -> Generator[TrainingUpdate, None, None]:
    """Train a stack of M networks, yielding after every block of steps; a stack's block in several updates.

    points      training data, (N, *shape) for all members or M of (N_m, *shape), on the generators' device
    generator   of a network alone, or M of them: each member draws from its own
    snapshots   steps at which the update carries the averaged weights; the last step always does

    Raises ValueError for points that are not finite, for other than M generators or sets of points and for a
    penalty on a variance that the network does not learn, Diverged when a loss stops being a number.
    """
    data, generators = _of_each_member(network, points, generator)
    if spec.variance_penalty and not network.learns_variance:
        raise ValueError(
            f"The penalty {spec.variance_penalty:g} on the variance needs a network that learns it."
        )
    flat = FlatParameters(network)
    average = flat.vector.detach().clone()
    optimizer = torch.optim.Adam([flat.vector], lr=spec.learning_rate, fused=True)
    source = Batches(data, generators, schedule, spec.batch, spec.step_draw)
    wanted = sorted({s for s in snapshots or [] if 0 < s < spec.steps} | {spec.steps})
    longest, part = _block_and_part(spec, network, source.device)
    parts = -(-spec.batch // LARGEST_PART)
    variances = VarianceTables(schedule, source.device) if network.learns_variance else None
    penalties = Penalties(spec.steepness, spec.variance_penalty, variances)
    done = 0
    while done < spec.steps:
        size = min(longest, wanted[0] - done)
        x_t, t, noise = source.draw(size)
        counts = source.weights[t]
        for start in range(0, size, part):
            places = slice(start, min(start + part, size))
            errors = torch.empty_like(noise[places])  # (steps, M, B, *shape)
            with torch.enable_grad():
                for row, i in enumerate(range(start, start + len(errors))):
                    optimizer.param_groups[0]["lr"] = _learning_rate(spec, done)
                    cast(Tensor, flat.vector.grad).zero_()
                    _gradient(network, x_t[i], t[i], noise[i], errors[row], parts, penalties)
                    optimizer.step()
                    decay = min(spec.ema, (1 + done) / (10 + done)) if spec.ema else 0.0
                    average.lerp_(flat.vector.detach(), 1 - decay)
                    done += 1
            read = (errors.flatten(3).mean(3) * counts[places]).mean(2).cpu().numpy()
            if not np.isfinite(read).all():
                raise Diverged(done, int(np.argmin(np.isfinite(read).all(0))), network.members)
            weights = None
            if done == wanted[0]:
                weights = average.clone()
                wanted.pop(0)
            yield TrainingUpdate(done, read, weights)


def _of_each_member(
    network: NoiseNetwork,
    points: Tensor | Sequence[Tensor],
    generator: torch.Generator | Sequence[torch.Generator],
) -> tuple[list[Tensor], list[torch.Generator]]:
    """The training data and the generator of each member of a stack. Raises ValueError for other than as many
    as there are members, and for points that are not finite."""
    members = network.members
    alike = isinstance(points, Tensor) and points.ndim == 1 + len(network.shape)
    data = [cast(Tensor, points)] * members if alike else list(points)
    generators = list(generator) if isinstance(generator, Sequence) else [generator]
    for what, count in (("generators", len(generators)), ("sets of points", len(data))):
        if count != members:
            raise ValueError(f"A stack of {members} networks needs {members} {what}, not {count}.")
    if not all(bool(torch.isfinite(one).all()) for one in data):
        raise ValueError("The training points hold values that are not finite numbers.")
    return data, generators


def _block_and_part(spec: TrainingSpec, network: NoiseNetwork, device: torch.device) -> tuple[int, int]:
    """Steps whose randomness is drawn together, at most, and steps between two updates; with other blocks the
    same generator gives other draws."""
    numbers = spec.batch * math.prod(network.shape)
    if device.type != "cpu":
        block = max(1, min(LONGEST_BLOCK, GPU_BLOCK_NUMBERS // (numbers * network.members)))
        return block, block
    return min(spec.block, max(1, BLOCK_NUMBERS // numbers)), max(1, spec.block // network.members)


@dataclass(frozen=True, eq=False)
class Penalties:
    """What a loss has besides the squared error: weights as of a TrainingSpec, and the tables of a variance
    that is learned."""

    steepness: float = 0.0
    variance_penalty: float = 0.0
    variances: VarianceTables | None = None


NO_PENALTIES = Penalties()


def _gradient(
    network: NoiseNetwork,
    x_t: Tensor,
    t: Tensor,
    noise: Tensor,
    errors: Tensor,
    parts: int,
    penalties: Penalties = NO_PENALTIES,
) -> None:
    """Add the gradient of a batch's loss to the parameters' and write the squared errors of the predicted
    noise to `errors` (M, n, *shape).

    Several parts stay in the processor's cache where the whole batch would not; what depends on t alone is
    computed once for all of them.
    """
    if parts == 1:
        predicted, fraction = network.noise_and_fraction(x_t, t)
        squares = (predicted - noise).square()
        losses = _weighed(network, squares, t).flatten(1).mean(1)
        if penalties.steepness:
            losses = losses + penalties.steepness * flatness(network, x_t, t, noise, predicted)
        if penalties.variances is not None and fraction is not None:
            of_variance = penalties.variances.loss(squares, fraction, t, penalties.variance_penalty)
            losses = losses + of_variance.flatten(1).mean(1)
        losses.sum().backward()
        errors.copy_(squares.detach())
        return
    whole = noise[0].numel()
    shared = network.step_rows()
    rows = [row.detach().requires_grad_() for row in shared]
    pieces = (batch.chunk(parts, 1) for batch in (x_t, t, noise, errors))
    for x, step, wanted, out in zip(*pieces, strict=True):
        predicted, fraction = network.noise_and_fraction(x, step, rows)
        squares = (predicted - wanted).square()
        losses = _weighed(network, squares, step).flatten(1).sum(1) / whole
        if penalties.steepness:
            share = x.shape[1] / x_t.shape[1]
            losses = losses + penalties.steepness * share * flatness(network, x, step, wanted, predicted)
        if penalties.variances is not None and fraction is not None:
            of_variance = penalties.variances.loss(squares, fraction, step, penalties.variance_penalty)
            losses = losses + of_variance.flatten(1).sum(1) / whole
        losses.sum().backward()
        out.copy_(squares.detach())
    if shared:
        torch.autograd.backward(shared, [cast(Tensor, row.grad) for row in rows])


def _weighed(network: NoiseNetwork, squares: Tensor, t: Tensor) -> Tensor:
    """Squared errors (M, n, *shape), each as it counts at its step t (M, n)."""
    weights = network.loss_weights()
    return squares if weights is None else squares * weights[t].view(*t.shape, *[1] * (squares.ndim - 2))


def flatness(network: NoiseNetwork, x_t: Tensor, t: Tensor, noise: Tensor, predicted: Tensor) -> Tensor:
    """The mean over a batch of 1 / (1 + slope^2), of each member, (M,): 1 where the prediction is flat.

    The slope is that of the predicted noise along one direction for each sample, which the signs of its noise
    (M, n, *shape) draw, as a difference over FLAT_STEP.
    """
    along = noise.sign() / math.prod(network.shape) ** 0.5
    change = (network(x_t + FLAT_STEP * along, t) - predicted) * along
    slope = change.flatten(2).sum(2) / FLAT_STEP
    return (1 / (1 + slope.square())).mean(1)


@cache
def warm_up() -> None:
    """Have PyTorch import what its optimisers need, once a process: two seconds that are not training."""
    parameter = nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    torch.optim.Adam([parameter], fused=True).step()


def _learning_rate(spec: TrainingSpec, step: int) -> float:
    if spec.decay == "constant":
        return spec.learning_rate
    return spec.learning_rate * 0.5 * (1 + math.cos(math.pi * step / spec.steps))
