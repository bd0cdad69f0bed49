"""A detector of one's own among the others."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from explorer.compute.progress import rescaled
from explorer.detection.origin import Origin
from explorer.detection.scores.detector import Evidence
from explorer.diffusion.denoiser import Denoiser
from explorer.leaderboard.own_method import OwnMethod
from explorer.leaderboard.own_process import SECONDS, in_own_process
from explorer.leaderboard.walk import Walk, walked_again
from explorer.remedies.evaluation import CountedDenoiser

MAX_SEED = 2**31


class OwnDetector:
    """A function `score` as a Detector: it scores in a process of its own, within `seconds`.

    Raises MethodError, with its line, if it raises, takes too long, or returns anything but n numbers.
    """

    needs_ensemble, points_only = False, False
    origin = Origin("your own")

    def __init__(self, method: OwnMethod, seconds: float = SECONDS) -> None:
        self.method, self.seconds = method, seconds
        self.name, self.title, self.sentence = method.name, method.title, method.sentence
        self.source = method.file_name
        self._calls = 0

    def calls(self, evidence: Evidence) -> int:
        """How often it asked for a sample when it scored last, rounded up; 0 before it has."""
        return self._calls

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        steps, x0_hat = yield from rescaled(walked_again(evidence), 0.0, 0.5)
        seed = int(torch.randint(MAX_SEED, (), generator=generator, device=generator.device))
        work = in_own_process(
            self.method,
            score_walk,
            evidence.trial.samples,
            steps,
            x0_hat.numpy(),
            evidence.denoiser,
            seed,
            seconds=self.seconds,
        )
        values, asked = yield from rescaled(work, 0.5, 1.0)
        self._calls = -(-asked // evidence.trial.n)
        scores: np.ndarray = values
        return scores


def score_walk(
    method: OwnMethod,
    samples: np.ndarray,
    steps: tuple[int, ...],
    x0_hat: np.ndarray,
    denoiser: Denoiser,
    seed: int,
) -> tuple[np.ndarray, int]:
    """The scores (n,) float64 that a method makes of a walk, and of how many samples it asked the noise."""
    counted = CountedDenoiser(denoiser)
    generator = torch.Generator().manual_seed(seed)
    walk = Walk(torch.from_numpy(samples), steps, torch.from_numpy(x0_hat), counted, generator)
    found = method.load()(walk)
    if isinstance(found, Tensor):
        found = found.detach().cpu().numpy()
    try:
        scores = np.asarray(() if found is None else found, dtype=np.float64)
    except (TypeError, ValueError):
        scores = None
    if scores is None or found is None:
        raise method.complaint(f"{method.function} returned {_named(found)}, not {len(samples):,} numbers.")
    if scores.shape != (len(samples),):
        raise method.complaint(
            f"{method.function} returned the shape {scores.shape}, not ({len(samples)},), a number a sample."
        )
    strange = int(np.count_nonzero(~(scores > -np.inf)))
    if strange:
        raise method.complaint(f"{strange:,} of the {len(samples):,} scores are not numbers.")
    return scores, counted.asked


def _named(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
