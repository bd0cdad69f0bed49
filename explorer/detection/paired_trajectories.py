"""A few samples of a trial, followed through the reverse process: by the model, and by its twin, the
truth."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.detection.trajectory_variance import WINDOW_STEPS
from explorer.diffusion.sampling import (
    CHUNK,
    SamplingRun,
    check_count,
    initial_noise,
    paired_reverse_process,
    steps_between_yields,
    transitions,
)

FRAMES = 100
MAX_FOLLOWED = 4_000


@dataclass(frozen=True)
class Strips:
    """What was predicted of m samples at F steps of L lanes that share all noise.

    rows        (m,) their numbers in the trial
    steps       (F,) the steps t shown, noisiest first
    x0_hat      (L, F, m, *shape)
    """

    rows: np.ndarray
    steps: np.ndarray
    x0_hat: np.ndarray

    @property
    def samples(self) -> np.ndarray:
        """Where each lane ends, (L, m, *shape)."""
        return self.x0_hat[:, -1]


@dataclass(frozen=True)
class Followed(Strips):
    """Strips, unclipped, and where the samples were; every one of the last steps is shown.

    x_t         (L, F, m, *shape)
    """

    x_t: np.ndarray


def shown_steps(visited: Sequence[int], frames: int = FRAMES, last: int = WINDOW_STEPS) -> list[int]:
    """Which of the visited steps (noisiest first) a film of `frames` frames shows.

    All of the last ones, where samples are decided, but no more than three fifths of the frames; before them
    ever wider gaps up to the first.
    """
    if len(visited) <= frames:
        return list(visited)
    last = min(last, 3 * frames // 5)
    early = len(visited) - last
    count = frames - last
    place = early - np.unique(np.geomspace(1, early, count).astype(int))
    missing = sorted(set(range(early)) - set(place.tolist()), reverse=True)[: count - len(place)]
    return [visited[i] for i in sorted([*place.tolist(), *missing])] + list(visited[early:])


def follow(
    lanes: Sequence[SamplingRun],
    rows: Sequence[int],
    n: int,
    generator: torch.Generator,
    *,
    shown: Sequence[int] | None = None,
    chunk: int = CHUNK,
) -> Generator[float, None, Followed]:
    """Walk the given rows of a trial of n samples again, down every lane with the noise they had there.

    The generator and the chunk must be those of the trial. All noise of the trial is drawn again, which costs
    little, and the denoisers see the rows alone. Of the visited steps those of `shown` are kept, by default
    those of `shown_steps`. Yields the share done. Raises ValueError for rows that are not in the trial, or
    more than 4,000 of them.
    """
    check_count(n)
    wanted = np.unique(np.asarray(rows, np.int64))
    if not 1 <= len(wanted) <= MAX_FOLLOWED:
        raise ValueError(f"Between 1 and {MAX_FOLLOWED:,} samples can be followed, not {len(wanted):,}.")
    if wanted[0] < 0 or wanted[-1] >= n:
        raise ValueError(f"Rows {wanted[0]} to {wanted[-1]} are not all among the {n:,} of the trial.")
    visited = lanes[0].spec.timesteps(lanes[0].denoiser.schedule)
    kept_steps = shown_steps(visited) if shown is None else [t for t in visited if t in set(shown)]
    plans = [transitions(lane.denoiser.schedule, lane.spec) for lane in lanes]
    noisy_steps = sum(any(move.noise_std for move in moves) for moves in zip(*plans, strict=True))
    often = steps_between_yields(min(chunk, len(wanted)), lanes[0].denoiser.shape)
    x_t, x0_hat = [], []
    for start in range(0, int(wanted[-1]) + 1, chunk):
        size = min(chunk, n - start)
        inside = torch.from_numpy(wanted[(wanted >= start) & (wanted < start + size)] - start)
        inside = inside.to(generator.device)
        x_T = initial_noise(size, lanes[0].denoiser.shape, generator)
        if not len(inside):
            for _ in range(noisy_steps):
                torch.randn(x_T.shape, generator=generator, device=x_T.device)
            yield (start + size) / n
            continue

        def draw(like: Tensor = x_T, inside: Tensor = inside) -> Tensor:
            return torch.randn(like.shape, generator=generator, device=like.device)[inside]

        kept: list[tuple[list[np.ndarray], list[np.ndarray]]] = []
        for number, steps in enumerate(paired_reverse_process(lanes, x_T[inside], draw), 1):
            if steps[0].t in kept_steps:
                kept.append(([s.x_t.cpu().numpy() for s in steps], [s.x0_hat.cpu().numpy() for s in steps]))
            if number % often == 0:
                yield (start + size * number / len(visited)) / n
        x_t.append(np.array([at for at, _ in kept]))
        x0_hat.append(np.array([x0 for _, x0 in kept]))
    yield 1.0
    return Followed(
        wanted,
        np.array(kept_steps),
        np.concatenate(x0_hat, axis=2).swapaxes(0, 1),
        np.concatenate(x_t, axis=2).swapaxes(0, 1),
    )
