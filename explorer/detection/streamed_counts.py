"""Millions of samples counted as they pass: where they end and how much they moved, in histograms.

Samples are drawn in chunks, each with a generator of its own, over Python threads; the sums do not depend on
how many. Nothing of a single sample is kept, so that a hundred million take no more memory than one chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.compute.threads import ordered_map
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.thresholds import Confusion
from explorer.detection.trajectory_variance import window_slice
from explorer.diffusion.denoiser import Denoiser, x0_from_noise
from explorer.diffusion.sampling import SamplerSpec, initial_noise, reverse_process
from explorer.diffusion.solvers import transitions
from explorer.diffusion.step_variance import noise_std_at

MAX_STREAMED = 1_000_000_000
CHUNK_NUMBERS = 65_536  # coordinates of the samples that are drawn at once on a CPU: a third of a second
GPU_CHUNK_NUMBERS = 2**20  # on a GPU, which waits for the launch of every kernel
BINS_PER_DECADE, LOWEST_DECADE, HIGHEST_DECADE = 100, -14, 6
SIDE = {1: 2_048, 2: 256}  # cells along an axis of the map of positions, by dimensions
REACH = 8.0  # sigma beyond the outermost modes to which the map of positions reaches


@dataclass(frozen=True, eq=False)
class StreamedCounts:
    """What n samples came to: where they ended, and how much they moved.

    n               how many
    beyond          how many of them lie beyond k sigma of every mode, by k
    in_support, hallucinated
                    how many of either, as judged at `judged` sigma, have their Hal in each bin, (B,) int64;
                    bins are equal in log10 Hal, a hundred a decade, and the outermost take what lies beyond
    judged, window  sigma, and the steps (from t, to t) of Hal
    positions       how many samples lie in each cell of a map, (S,) or (S, S) int64, the second coordinate
                    first; those beyond the map are not in it
    """

    n: int
    beyond: dict[int, int]
    in_support: np.ndarray
    hallucinated: np.ndarray
    judged: int
    window: tuple[int, int]
    positions: np.ndarray

    def __add__(self, other: StreamedCounts) -> StreamedCounts:
        """The counts of both; they have to be of one question."""
        return StreamedCounts(
            self.n + other.n,
            {k: count + other.beyond[k] for k, count in self.beyond.items()},
            self.in_support + other.in_support,
            self.hallucinated + other.hallucinated,
            self.judged,
            self.window,
            self.positions + other.positions,
        )

    def rate(self, k: int) -> Rate:
        """Share beyond k sigma, with its interval."""
        return Rate(self.beyond[k], self.n)

    def confusion(self, threshold: float) -> Confusion:
        """What removing all samples above a threshold does; the threshold is moved to the nearest edge of a
        bin, by at most 1.2 %."""
        cut = int(np.argmin(np.abs(edges() - threshold)))
        kept, lost = int(self.in_support[:cut].sum()), int(self.in_support[cut:].sum())
        missed, caught = int(self.hallucinated[:cut].sum()), int(self.hallucinated[cut:].sum())
        return Confusion(caught, missed, kept, lost)

    def threshold(self, retention: float) -> float | None:
        """The lowest edge of a bin that keeps this share of the in-support; None if there are none."""
        if not 0 <= retention <= 1:
            raise ValueError(f"The retention {retention:g} is outside [0, 1].")
        kept = np.concatenate([[0], np.cumsum(self.in_support)])
        if not kept[-1]:
            return None
        return float(edges()[np.searchsorted(kept, retention * kept[-1])])

    def auroc(self) -> float | None:
        """Chance that a hallucinated sample has a higher Hal than an in-support one, those of one bin counted
        half; None if there are none of either."""
        pairs = int(self.in_support.sum()) * int(self.hallucinated.sum())
        if not pairs:
            return None
        below = np.cumsum(self.in_support) - self.in_support / 2
        return float((below * self.hallucinated).sum() / pairs)


def edges() -> np.ndarray:
    """Of the bins of Hal, (B + 1,), ascending."""
    count = (HIGHEST_DECADE - LOWEST_DECADE) * BINS_PER_DECADE
    return np.logspace(LOWEST_DECADE, HIGHEST_DECADE, count + 1)


def region(mixture: GaussianMixture) -> list[tuple[float, float]]:
    """Of the map of positions: low and high of each coordinate."""
    far = REACH * max(mixture.sigmas)
    return [(min(axis) - far, max(axis) + far) for axis in zip(*mixture.means, strict=True)]


def stream_counts(
    denoiser: Denoiser,
    mixture: GaussianMixture,
    n: int,
    spec: SamplerSpec,
    noise: Callable[[int], torch.Generator],
    *,
    window: tuple[int, int],
    thresholds: Sequence[int],
    judged: int,
    chunk: int | None = None,
    part: range | None = None,
    workers: int = 1,
) -> Generator[StreamedCounts | None, None, StreamedCounts]:
    """Draw n samples and count them: yields the counts so far after every chunk, and often meanwhile; None
    before the first. Returns the whole.

    noise       a fresh generator for each number of a chunk
    chunk       how many samples are drawn at once; that of a CPU unless another is given
    part        numbers of the chunks that are wanted, out of all that n samples make; None for all of them
    thresholds  sigma beyond which samples are counted; `judged` is one of them
    window      steps (from t, to t) of Hal; at least two visited ones

    Raises ValueError for a number of samples outside [1, 1,000,000,000], a window without two steps, and
    samples that are not finite numbers.
    """
    check_streamed(n)
    window_slice(sorted(spec.timesteps(denoiser.schedule)), window)

    most = chunk_size(mixture.dimensions) if chunk is None else chunk
    wanted = range(-(-n // most)) if part is None else part

    def piece(index: int) -> StreamedCounts:
        number = wanted[index]
        size = min(most, n - number * most)
        x_0, hal = draw_with_variance(denoiser, size, spec, noise(number), window)
        return _counted(mixture, x_0, hal, window, thresholds, judged)

    total: StreamedCounts | None = None
    for counted in ordered_map(piece, len(wanted), workers):
        if counted is not None:
            total = counted if total is None else total + counted
        yield total
    assert total is not None  # a part is never empty
    return total


def chunk_size(dimensions: int, device: torch.device | None = None) -> int:
    """How many samples of so many coordinates are drawn at once on a device, by default a CPU.

    Every chunk has a generator of its own: where the chunks are others, so are the draws.
    """
    on_gpu = device is not None and device.type != "cpu"
    return (GPU_CHUNK_NUMBERS if on_gpu else CHUNK_NUMBERS) // dimensions


def check_streamed(n: int) -> None:
    """Raise ValueError for a number of samples that is out of bounds."""
    if not 1 <= n <= MAX_STREAMED:
        raise ValueError(f"The number of samples {n:,} is outside [1, {MAX_STREAMED:,}].")


def chunk_count(n: int, dimensions: int) -> int:
    """How many chunks of a CPU n samples are drawn in."""
    return -(-n // chunk_size(dimensions))


@torch.inference_mode()
def draw_with_variance(
    denoiser: Denoiser, n: int, spec: SamplerSpec, generator: torch.Generator, window: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """n samples (n, D) and their Hal over a window, (n,), with running sums.

    The steps of reverse_process with the same generator, in place. It rounds otherwise than they do (a
    third of the samples differ in their last digits), and stored counts are to stay what they are: so this
    stands beside the generators of explorer/diffusion/sampling.py. Solvers that predict more than once a
    step are walked by those.
    """
    schedule = denoiser.schedule
    x = initial_noise(n, denoiser.shape, generator)
    variance = _RunningVariance()
    if not spec.is_single_evaluation:
        for step in reverse_process(denoiser, x, spec, generator):
            if window[0] <= step.t <= window[1]:
                variance.add(step.x0_hat)
        return step.x0_hat, variance.hal()
    for move in transitions(schedule, spec):
        noise = denoiser.predict_noise(x, move.t)
        if window[0] <= move.t <= window[1]:
            variance.add(x0_from_noise(x, noise, schedule.alpha_bar(move.t)))
        std = noise_std_at(denoiser, move, x)
        x.mul_(move.x_coefficient).add_(noise, alpha=move.noise_coefficient)
        if move.noise_std:
            fresh = torch.randn(x.shape, generator=generator, device=x.device)
            if isinstance(std, Tensor):
                x.addcmul_(fresh, std)
            else:
                x.add_(fresh, alpha=std)
    return x, variance.hal()


class _RunningVariance:
    """Sums over the steps of a window, from which Hal follows."""

    def __init__(self) -> None:
        self.steps = 0

    def add(self, x0_hat: Tensor) -> None:
        if not self.steps:
            self.first = x0_hat
            self.total, self.squares = torch.zeros_like(x0_hat), torch.zeros_like(x0_hat)
        away = x0_hat - self.first  # so that small variances keep their digits
        self.total += away
        self.squares.addcmul_(away, away)
        self.steps += 1

    def hal(self) -> Tensor:
        """(n,), of samples (n, D)."""
        mean = (self.total / self.steps).square_()
        return (self.squares / self.steps - mean).clamp_(min=0).mean(1)


def _counted(
    mixture: GaussianMixture,
    x_0: Tensor,
    hal: Tensor,
    window: tuple[int, int],
    thresholds: Sequence[int],
    judged: int,
) -> StreamedCounts:
    broken = int((~(torch.isfinite(x_0).all(1) & torch.isfinite(hal))).sum())
    if broken:
        raise ValueError(f"{broken:,} of {len(x_0):,} trajectories are not finite: the model is broken.")
    distance = mixture.distance_to_support(x_0).cpu().numpy()
    bins = (HIGHEST_DECADE - LOWEST_DECADE) * BINS_PER_DECADE
    power = np.log10(np.maximum(hal.cpu().numpy(), 10.0**LOWEST_DECADE))
    bin_of = np.clip(((power - LOWEST_DECADE) * BINS_PER_DECADE).astype(np.int64), 0, bins - 1)
    wrong = distance > judged
    points = x_0.cpu().numpy().astype(np.float64)
    side = SIDE[points.shape[1]]
    found, _ = np.histogramdd(points, side, region(mixture))
    return StreamedCounts(
        len(points),
        {k: int((distance > k).sum()) for k in thresholds},
        np.bincount(bin_of[~wrong], minlength=bins),
        np.bincount(bin_of[wrong], minlength=bins),
        judged,
        window,
        found.T.astype(np.int64),
    )
