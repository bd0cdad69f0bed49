"""Reverse processes: from noise to samples with any denoiser (Ho et al. 2020; Song et al. 2020)."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from explorer.diffusion.denoiser import Denoiser, x0_from_noise
from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.solvers import SolverStep, solver_steps
from explorer.diffusion.step_variance import noise_std_at

MAX_SAMPLES = 2_000_000
CHUNK = 1024  # points drawn at once on a CPU, so that a network's layers stay in its cache
TABLE_CHUNK, PICTURE_CHUNK = 16_384, 64  # the same of numbers read off a table, and of pictures
GPU_CHUNK, GPU_CHUNK_NUMBERS = 131_072, 2**20  # samples on a GPU at most, and coordinates or pixels of them
STEPS_BETWEEN_YIELDS = 20
NUMBERS_BETWEEN_YIELDS = 60_000  # coordinates or pixels, times steps


@dataclass(frozen=True, slots=True)
class Step:
    """One reverse step: at step t, from x_t, the clean sample x0_hat was predicted (unclipped); with churn
    after noise was added to x_t."""

    t: int
    x_t: Tensor
    x0_hat: Tensor


def initial_noise(n: int, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Standard normal starting points (n, *shape) on the generator's device."""
    return torch.randn(n, *shape, generator=generator, device=generator.device)


@dataclass(frozen=True)
class SamplingRun:
    """A denoiser, and the sampler that uses it."""

    denoiser: Denoiser
    spec: SamplerSpec


def reverse_process(
    denoiser: Denoiser, x_T: Tensor, spec: SamplerSpec, generator: torch.Generator | None = None
) -> Iterator[Step]:
    """Walk x_T back to x_0, yielding each Step(t, x_t, x0_hat); the x0_hat of the last step is the sample.

    The generator draws the noise of the stochastic steps; two walks with equal generators share it. Raises
    ValueError if x_T does not have the denoiser's shape, or if noise is needed and there is no generator.
    """

    def draw() -> Tensor:
        return torch.randn(x_T.shape, generator=generator, device=x_T.device, dtype=x_T.dtype)

    for (step,) in paired_reverse_process(
        [SamplingRun(denoiser, spec)], x_T, None if generator is None else draw
    ):
        yield step


def paired_reverse_process(
    runs: Sequence[SamplingRun], x_T: Tensor, draw: Callable[[], Tensor] | None
) -> Iterator[tuple[Step, ...]]:
    """Several reverse processes from the same x_T (n, *shape), with the same noise at every step.

    draw    the next step's standard normal noise, in the shape of x_T; it is called once at each step at
            which any run adds noise

    Yields one Step a run. Raises ValueError if there is no run, if they visit different steps, if x_T does
    not have their shape, or if noise is needed and there is no draw.
    """
    if not runs:
        raise ValueError("There is no sampling run.")
    for run in runs:
        if x_T.ndim < 2 or tuple(x_T.shape[1:]) != tuple(run.denoiser.shape):
            shapes = f"x_T has the shape {tuple(x_T.shape)}; the denoiser takes (n, *{run.denoiser.shape})."
            raise ValueError(shapes)
        if draw is None and run.spec.is_stochastic:
            raise ValueError("A stochastic sampler needs a generator for its noise.")
    plans = [solver_steps(run.denoiser.schedule, run.spec) for run in runs]
    if any([move.t for move in plan] != [move.t for move in plans[0]] for plan in plans):
        raise ValueError("Paired sampling runs need to visit the same steps.")
    walkers = [_Walker(run.denoiser, x_T) for run in runs]
    for moves in zip(*plans, strict=True):
        z = draw() if draw is not None and any(move.raised for move in moves) else None
        steps = tuple(walker.predict(move, z) for walker, move in zip(walkers, moves, strict=True))
        yield steps
        for walker, move, step in zip(walkers, moves, steps, strict=True):
            walker.advance(move, step.x0_hat)
        if draw is not None and any(move.noise_std for move in moves):
            z = draw() if z is None else z
            for walker, move in zip(walkers, moves, strict=True):
                if move.noise_std:
                    walker.x = walker.x + walker.noise_std * z


class _Walker:
    """Where a reverse process is, and what its next step needs of the last ones.

    x       (n, *shape); with churn after its noise was added
    noise   that was predicted there
    x0_hat  of the visited step before, None at the first
    noise_std   of the noise that the last step adds: a number, or (n, *shape)
    """

    def __init__(self, denoiser: Denoiser, x_T: Tensor) -> None:
        self.denoiser = denoiser
        self.x = self.noise = x_T
        self.x0_hat: Tensor | None = None
        self.noise_std: float | Tensor = 0.0

    def predict(self, move: SolverStep, z: Tensor | None) -> Step:
        """The step at which it is; z is the noise that churn adds first, the step's x_t is what it was."""
        x_t, t = self.x, move.t
        if move.raised is not None:
            assert z is not None
            t = move.raised.t
            self.x = move.raised.x_coefficient * x_t + move.raised.noise_std * z
        self.noise = self.denoiser.predict_noise(self.x, t)
        return Step(move.t, x_t, x0_from_noise(self.x, self.noise, self.denoiser.schedule.alpha_bar(t)))

    def advance(self, move: SolverStep, x0_hat: Tensor) -> None:
        """Go to the next visited step from the one of this x0_hat, without the noise that is added there."""
        x, noises = self.x, [self.noise]
        self.noise_std = noise_std_at(self.denoiser, move, x)
        for stage in move.stages:
            inner = _summed(stage.x_coefficient * x, stage.noise_coefficients, noises)
            noises.append(self.denoiser.predict_noise(inner, stage.t))
        self.x = _summed(move.x_coefficient * x, move.noise_coefficients, noises)
        if move.x0_coefficient:
            assert self.x0_hat is not None
            self.x = self.x + move.x0_coefficient * self.x0_hat
        self.x0_hat = x0_hat


def _summed(x: Tensor, coefficients: Sequence[float], noises: Sequence[Tensor]) -> Tensor:
    for coefficient, noise in zip(coefficients, noises, strict=True):
        x = x + coefficient * noise
    return x


def chunk_size(device: torch.device, shape: tuple[int, ...], *, tabulated: bool = False) -> int:
    """How many samples of a shape are drawn at once on a device.

    On a CPU as many as stay in its cache; `tabulated` if their noise is read off a table. On a GPU, which
    waits for the launch of every kernel, as many as its memory takes easily. Where the chunks are others, the
    same generator gives other draws.
    """
    if device.type != "cpu":
        return max(1, min(GPU_CHUNK, GPU_CHUNK_NUMBERS // math.prod(shape)))
    if len(shape) == 3:
        return PICTURE_CHUNK
    return TABLE_CHUNK if tabulated else CHUNK


@dataclass(frozen=True, slots=True)
class ChunkStep:
    """A step of the reverse processes of one chunk of samples.

    steps       one a run; none if no sample of the chunk is wanted
    share       of the steps of all chunks that are done with it, in (0, 1]
    due         whether some 50 ms have passed since the last one that was due, so that others may have a turn
    last        whether it is the last of its chunk: its x0_hat are the samples
    """

    steps: tuple[Step, ...]
    share: float
    due: bool
    last: bool


def sample_chunks(
    runs: Sequence[SamplingRun],
    n: int,
    generator: torch.Generator,
    *,
    chunk: int | None = None,
    rows: Sequence[int] | None = None,
) -> Iterator[ChunkStep]:
    """The paired reverse processes of n samples, chunk after chunk: yields every step.

    chunk   how many are drawn at once; as many as `chunk_size` says for the generator's device, by default
    rows    ascending, which of the n samples are wanted, all of them by default: the noise of the others is
            drawn, but not used, so that every row has the noise that it has among all of them

    The noise depends on the generator and the chunk size alone. Raises ValueError for a number of samples
    outside [1, 2,000,000], and as paired_reverse_process does.
    """
    check_count(n)
    shape = runs[0].denoiser.shape
    chunk = chunk_size(generator.device, shape) if chunk is None else chunk
    plans = [solver_steps(run.denoiser.schedule, run.spec) for run in runs]
    stop, most = (n, n) if rows is None else (rows[-1] + 1, len(rows))
    often = steps_between_yields(min(chunk, most) * len(runs), shape)
    for start in range(0, stop, chunk):
        size = min(chunk, n - start)
        x_T = initial_noise(size, shape, generator)
        draw: Callable[[], Tensor] = partial(initial_noise, size, shape, generator)
        if rows is not None:
            wanted = [row - start for row in rows if start <= row < start + size]
            if not wanted:
                for moves in zip(*plans, strict=True):
                    if any(move.adds_noise for move in moves):
                        draw()
                yield ChunkStep((), (start + size) / n, True, True)
                continue
            inside = torch.tensor(wanted, device=x_T.device)
            x_T, draw = x_T[inside], partial(_rows_of, draw, inside)
        for number, steps in enumerate(paired_reverse_process(runs, x_T, draw), 1):
            share = (start + size * number / len(plans[0])) / n
            yield ChunkStep(steps, share, number % often == 0, number == len(plans[0]))


def _rows_of(draw: Callable[[], Tensor], rows: Tensor) -> Tensor:
    return draw()[rows]


def sample(
    denoiser: Denoiser, n: int, spec: SamplerSpec, generator: torch.Generator, *, chunk: int | None = None
) -> Generator[float, None, Tensor]:
    """n samples (n, *shape): a generator that yields the share done, in (0, 1], and returns the samples.

    The samples depend on the generator and the chunk size alone. Run it in one go with `finish(sample(...))`.
    """
    chunks = []
    for moment in sample_chunks([SamplingRun(denoiser, spec)], n, generator, chunk=chunk):
        if moment.due:
            yield moment.share
        if moment.last:
            chunks.append(moment.steps[0].x0_hat)
    yield 1.0
    return torch.cat(chunks)


def steps_between_yields(n: int, shape: tuple[int, ...]) -> int:
    """How many steps n samples of a shape may take together between two yields: some 50 ms."""
    return max(1, min(STEPS_BETWEEN_YIELDS, NUMBERS_BETWEEN_YIELDS // (n * math.prod(shape))))


def check_count(n: int) -> None:
    """Raise ValueError for a number of samples that is out of bounds."""
    if not 1 <= n <= MAX_SAMPLES:
        raise ValueError(f"The number of samples {n:,} is outside [1, {MAX_SAMPLES:,}].")
