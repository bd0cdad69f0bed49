"""Reverse processes: from noise to samples with any denoiser (Ho et al. 2020; Song et al. 2020)."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor

from explorer.diffusion.denoiser import Denoiser, x0_from_noise
from explorer.diffusion.schedule import NoiseSchedule

Variance = Literal["beta", "posterior"]

MAX_SAMPLES = 2_000_000
CHUNK = 1024  # points drawn at once on a CPU, so that a network's layers stay in its cache
TABLE_CHUNK, PICTURE_CHUNK = 16_384, 64  # the same of numbers read off a table, and of pictures
GPU_CHUNK, GPU_CHUNK_NUMBERS = 131_072, 2**20  # samples on a GPU at most, and coordinates or pixels of them
STEPS_BETWEEN_YIELDS = 20
NUMBERS_BETWEEN_YIELDS = 60_000  # coordinates or pixels, times steps


@dataclass(frozen=True, slots=True)
class Step:
    """One reverse step: at step t, from x_t, the clean sample x0_hat was predicted (unclipped)."""

    t: int
    x_t: Tensor
    x0_hat: Tensor


@dataclass(frozen=True)
class SamplerSpec:
    """Which reverse process to run.

    eta                 1 is ancestral DDPM, 0 is DDIM (Song et al. 2020, eq. 12 and 16), anything between
                        mixes them
    variance            of the noise added at eta = 1: beta_t, the authors' "fixed-large", or the posterior's
    steps               how many of the schedule's steps to visit, evenly in log-SNR; None visits every one
    skip_noise          start at the first informative step instead of at T: the steps before hold pure noise
    stochastic_below    DDIM with late noise: eta is 0 above this step, and `eta` from it down
    """

    eta: float = 1.0
    variance: Variance = "beta"
    steps: int | None = None
    skip_noise: bool = True
    stochastic_below: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.eta <= 1:
            raise ValueError(f"eta = {self.eta:g} is outside [0, 1].")
        if self.variance not in ("beta", "posterior"):
            raise ValueError(f"The variance is beta or posterior, not {self.variance!r}.")
        if self.steps is not None and not (isinstance(self.steps, int) and self.steps >= 2):
            raise ValueError(f"A sampler takes at least 2 steps, not {self.steps}.")

    @property
    def name(self) -> str:
        """Short name for people: DDPM, DDIM, or what lies between."""
        kind = {1.0: "DDPM", 0.0: "DDIM"}.get(self.eta, f"eta {self.eta:g}")
        if self.stochastic_below is not None:
            kind = f"DDIM, {kind} from t = {self.stochastic_below}"
        variance = ", posterior variance" if self.variance == "posterior" and self.eta > 0 else ""
        return f"{kind}{variance}, {'every step' if self.steps is None else f'{self.steps} steps'}"

    def timesteps(self, schedule: NoiseSchedule) -> list[int]:
        """The steps visited, noisiest first."""
        start = schedule.first_informative_step() if self.skip_noise else schedule.steps - 1
        return schedule.timesteps(self.steps, start)

    def eta_at(self, t: int) -> float:
        return 0.0 if self.stochastic_below is not None and t > self.stochastic_below else self.eta


def skipped_steps(schedule: NoiseSchedule, spec: SamplerSpec) -> int:
    """How many steps of pure noise a sampler leaves out: those before sqrt(alpha_bar) reaches 2e-3."""
    return schedule.steps - 1 - schedule.first_informative_step() if spec.skip_noise else 0


@dataclass(frozen=True, slots=True)
class Transition:
    """From step t to the next cleaner step s:

    x_s = x_coefficient x_t + noise_coefficient noise_hat + noise_std z, z standard normal.
    """

    t: int
    x_coefficient: float
    noise_coefficient: float
    noise_std: float


def transitions(schedule: NoiseSchedule, spec: SamplerSpec) -> list[Transition]:
    """The coefficients of every reverse step, noisiest first, in double precision.

    They combine predicting x0 and stepping to s, so that the factor 1 / sqrt(alpha_bar_t), up to e^54,
    cancels before it meets a float32. The last step adds no noise and returns x0_hat.
    """
    visited = spec.timesteps(schedule)
    result = []
    for t, s in zip(visited, [*visited[1:], -1], strict=True):
        here, there, eta = schedule.alpha_bar(t), schedule.alpha_bar(s), spec.eta_at(t)
        alpha = here / there
        beta = 1 - alpha
        posterior = (1 - there) / (1 - here) * beta
        noise_coefficient = math.sqrt(max(1 - there - eta**2 * posterior, 0.0)) - math.sqrt(
            (1 - here) / alpha
        )
        noise_std = 0.0 if s == -1 else eta * math.sqrt(beta if spec.variance == "beta" else posterior)
        result.append(Transition(t, alpha**-0.5, noise_coefficient, noise_std))
    return result


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
        if draw is None and run.spec.eta > 0:
            raise ValueError("A stochastic sampler needs a generator for its noise.")
    plans = [transitions(run.denoiser.schedule, run.spec) for run in runs]
    if any([move.t for move in plan] != [move.t for move in plans[0]] for plan in plans):
        raise ValueError("Paired sampling runs need to visit the same steps.")
    positions = [x_T] * len(runs)
    for moves in zip(*plans, strict=True):
        t, steps, noises = moves[0].t, [], []
        for run, x_t in zip(runs, positions, strict=True):
            noise = run.denoiser.predict_noise(x_t, t)
            noises.append(noise)
            steps.append(Step(t, x_t, x0_from_noise(x_t, noise, run.denoiser.schedule.alpha_bar(t))))
        yield tuple(steps)
        positions = [
            m.x_coefficient * x_t + m.noise_coefficient * e
            for m, x_t, e in zip(moves, positions, noises, strict=True)
        ]
        if draw is not None and any(move.noise_std for move in moves):
            z = draw()
            positions = [
                x_s + move.noise_std * z if move.noise_std else x_s
                for move, x_s in zip(moves, positions, strict=True)
            ]


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
    plans = [transitions(run.denoiser.schedule, run.spec) for run in runs]
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
                    if any(move.noise_std for move in moves):
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
