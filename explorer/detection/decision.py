"""The decision of a sample: when its prediction chose a mode, and where it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture


@dataclass(frozen=True)
class Decision:
    """Where one sample ended, and when that was decided.

    hallucinated    whether it lies beyond k sigma of every mode
    distance        to the nearest mode, in its sigma
    mode            the mode nearest to its end, in units of that mode's sigma
    neighbour       the mode on the other side, seen from the nearest: where a bridge would lead. None if the
                    mixture has one mode only
    decided_at      the step t from which on x0_hat was nearest to that mode; None if it always was
    """

    hallucinated: bool
    distance: float
    mode: int
    neighbour: int | None
    decided_at: int | None


def decision(mixture: GaussianMixture, steps: np.ndarray, x0_hat: np.ndarray, k: float) -> Decision:
    """The decision of a sample whose predictions x0_hat (F, D) at steps (F,), noisiest first, are known."""
    end = torch.from_numpy(x0_hat[-1:])
    mode = int(mixture.nearest_mode(end)[0])
    decided = decision_steps(mixture, steps, x0_hat[:, None])[0]
    return Decision(
        bool(mixture.is_hallucination(end, k)[0]),
        float(mixture.distance_to_support(end)[0]),
        mode,
        _neighbour(mixture, mode, x0_hat[-1]),
        None if decided < 0 else int(decided),
    )


def decision_steps(mixture: GaussianMixture, steps: np.ndarray, x0_hat: np.ndarray) -> np.ndarray:
    """The step t from which on each sample's x0_hat (F, m, D) stays nearest to its final mode, (m,).

    -1 where it was so from the first of the steps (F,), noisiest first. Exact to the spacing of the steps.
    """
    count, m, dimensions = x0_hat.shape
    flat = torch.from_numpy(np.ascontiguousarray(x0_hat)).reshape(-1, dimensions)
    nearest = mixture.nearest_mode(flat).numpy().reshape(count, m)
    elsewhere = nearest != nearest[-1]
    last = count - 1 - elsewhere[::-1].argmax(0)  # the last frame elsewhere, if there is one
    return np.where(elsewhere.any(0), steps[np.minimum(last + 1, count - 1)], -1)


def _neighbour(mixture: GaussianMixture, mode: int, end: np.ndarray) -> int | None:
    """The mode towards which a sample lies from its nearest one: the nearest other in that direction."""
    means = np.array(mixture.means)
    away = end - means[mode]
    towards = (means - means[mode]) @ away
    distances = np.linalg.norm(means - end, axis=1)
    distances[mode] = np.inf
    candidates = np.where(towards > 0, distances, np.inf)
    chosen = candidates if np.isfinite(candidates).any() else distances
    return int(chosen.argmin()) if mixture.modes > 1 else None
