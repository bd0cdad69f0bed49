"""A few samples of a trial, followed through paired reverse processes: by the model, and by the truth."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.detection.trajectory_variance import WINDOW_STEPS
from explorer.diffusion.sampling import SamplingRun, sample_chunks

FRAMES = 100
MAX_FOLLOWED = 4_000


@dataclass(frozen=True)
class Strips:
    """What was predicted of m samples at F steps of L sampling runs that share all noise.

    rows        (m,) their numbers in the trial
    steps       (F,) the steps t shown, noisiest first
    x0_hat      (L, F, m, *shape)
    """

    rows: np.ndarray
    steps: np.ndarray
    x0_hat: np.ndarray

    @property
    def samples(self) -> np.ndarray:
        """The final samples of each run, (L, m, *shape)."""
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
    index = early - np.unique(np.geomspace(1, early, count).astype(int))
    missing = sorted(set(range(early)) - set(index.tolist()), reverse=True)[: count - len(index)]
    return [visited[i] for i in sorted([*index.tolist(), *missing])] + list(visited[early:])


def follow(
    runs: Sequence[SamplingRun],
    rows: Sequence[int],
    n: int,
    generator: torch.Generator,
    *,
    shown: Sequence[int] | None = None,
    chunk: int | None = None,
) -> Generator[float, None, Followed]:
    """The given rows of a trial of n samples again, by every run, with the noise they had there.

    The generator and the chunk must be those of the trial. All noise of the trial is drawn again, which costs
    little, and the denoisers see the rows alone. Of the visited steps those of `shown` are kept, by default
    those of `shown_steps`. Yields the share done. Raises ValueError for rows that are not in the trial, or
    more than 4,000 of them.
    """
    wanted = np.unique(np.asarray(rows, np.int64))
    if not 1 <= len(wanted) <= MAX_FOLLOWED:
        raise ValueError(f"Between 1 and {MAX_FOLLOWED:,} samples can be followed, not {len(wanted):,}.")
    if wanted[0] < 0 or wanted[-1] >= n:
        raise ValueError(f"Rows {wanted[0]} to {wanted[-1]} are not all among the {n:,} of the trial.")
    visited = runs[0].spec.timesteps(runs[0].denoiser.schedule)
    kept = shown_steps(visited) if shown is None else [t for t in visited if t in set(shown)]
    x_t: dict[int, list[Tensor]] = {t: [] for t in kept}  # of every chunk, (L, m of the chunk, *shape)
    x0_hat: dict[int, list[Tensor]] = {t: [] for t in kept}
    for moment in sample_chunks(runs, n, generator, chunk=chunk, rows=wanted.tolist()):
        if moment.steps and (t := moment.steps[0].t) in x_t:
            x_t[t].append(torch.stack([step.x_t for step in moment.steps]))
            x0_hat[t].append(torch.stack([step.x0_hat for step in moment.steps]))
        if moment.due:
            yield moment.share
    yield 1.0
    x0_hats, x_ts = (
        torch.stack([torch.cat(part, 1) for part in parts.values()], 1).cpu().numpy()
        for parts in (x0_hat, x_t)
    )
    return Followed(wanted, np.array(kept), x0_hats, x_ts)
