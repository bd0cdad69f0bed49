"""Samples of a model of diffusers, drawn by its own scheduler as its pipeline draws them, with Hal over every
window of the steps that were visited."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.adapters.diffusers.folder import load_parts
from explorer.adapters.diffusers.model_folder import ModelFacts, read_facts, require_shown
from explorer.adapters.diffusers.recorder import RecordedPredictions, check_two, in_window, recorded_by
from explorer.compute.device import choose_device
from explorer.compute.progress import WorkClock, seconds_left, timed
from explorer.detection.trajectory_variance import VarianceTable, joined
from explorer.experiments.experiment import MAX_SEED

SAMPLES, STEPS = (12, 400), (10, 100)  # how many may be asked for
CLIP = 1.0  # pictures lie in [-1, 1]
X0 = ("clipped", "raw")  # of which predicted x0 Hal is taken
BATCH, BATCH_BYTES = 16, 64_000_000  # samples drawn at once, and what their predictions may take
LAST_STEPS = 10  # of the window that a page opens with


@dataclass(frozen=True)
class DrawSpec:
    """How many samples are drawn, in how many steps of the scheduler, and from which seed."""

    n: int = 64
    steps: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, (low, high) in (
            ("The number of samples", self.n, SAMPLES),
            ("The number of steps", self.steps, STEPS),
            ("The seed", self.seed, (0, MAX_SEED)),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name} {value:,} is outside [{low:,}, {high:,}].")


@dataclass(frozen=True, eq=False)
class ModelSamples:
    """Samples of a model, and what gives Hal over any window of log-SNR.

    pictures        (n, channels, s, s) float32, as they came: the model decides whether in [-1, 1]
    log_snr         (W,) of the visited steps, the cleanest first
    raw, clipped    Hal of every window of them, of the predicted x0 as it is and clipped to [-1, 1]
    guidance        the guidance scale; None where the model has none
    """

    facts: ModelFacts
    spec: DrawSpec
    pictures: np.ndarray
    log_snr: np.ndarray
    raw: VarianceTable
    clipped: VarianceTable
    guidance: float | None

    @property
    def n(self) -> int:
        return len(self.pictures)

    def steps_between(self, low: float, high: float) -> tuple[int, int]:
        """The numbers, from the cleanest on, of the first and the last visited step in a window of log-SNR.
        Raises ValueError if fewer than two lie in it."""
        inside = [number for number, level in enumerate(self.log_snr) if in_window(level, (low, high))]
        check_two(len(inside), len(self.log_snr), (low, high))
        return inside[0], inside[-1]

    @property
    def default_window(self) -> tuple[float, float]:
        """The last ten visited steps, from and to in log-SNR."""
        return float(self.log_snr[min(LAST_STEPS, len(self.log_snr)) - 1]), float(self.log_snr[0])

    def hal(self, low: float, high: float, x0: str) -> np.ndarray:
        """Hal of every sample over a window of log-SNR, (n,); x0 is one of X0. Raises ValueError for
        another, and as steps_between does."""
        if x0 not in X0:
            raise ValueError(f"There is no predicted x0 {x0[:20]!r}; there are {', '.join(X0)}.")
        table = self.clipped if x0 == X0[0] else self.raw
        return table.hal(self.steps_between(low, high))


@dataclass(frozen=True)
class DrawUpdate:
    """How far the drawing is: the samples that are finished (None before the first), and what is left."""

    samples: ModelSamples | None
    share: float
    seconds: float
    seconds_left: float | None

    @property
    def done(self) -> bool:
        return self.share >= 1


def draw_samples(folder: Path, spec: DrawSpec) -> Generator[DrawUpdate, None, None]:
    """Draw samples of the model in a folder: an update for every step; the last one has all of them.

    They are what its pipeline draws from a generator with the same seed, in batches of batch_size(). Raises
    ValueError, in one sentence, as read_facts, require_shown and load_parts do, for more steps than it was
    trained with, and for a model whose predictions are not finite.
    """
    facts = read_facts(folder)
    require_shown(facts)
    if spec.steps > facts.train_steps:
        raise ValueError(
            f"{facts.name} was trained with {facts.train_steps:,} steps; it cannot be drawn with "
            f"{spec.steps:,}."
        )
    yield DrawUpdate(None, 0.0, 0.0, None)
    unet, scheduler = load_parts(folder)
    clock, shown = WorkClock(), 0.0
    parts: list[ModelSamples] = []
    samples: ModelSamples | None = None
    for news in timed(_batches(facts, spec, unet, scheduler), clock):
        if isinstance(news, ModelSamples):
            parts.append(news)
            share = sum(part.n for part in parts) / spec.n
            if share - shown >= 0.1 or share >= 1 or samples is None:
                samples, shown = _joined(parts), share
                parts = [samples]
        else:
            share = news
        yield DrawUpdate(samples, share, clock.seconds, seconds_left(clock.seconds, share))


def batch_size(facts: ModelFacts, steps: int) -> int:
    """How many samples are drawn at once: 16, fewer where the predictions of so many would not fit."""
    return max(1, min(BATCH, BATCH_BYTES // (4 * steps * math.prod(facts.shape))))


class _Pipeline:
    """What a recorder looks at: a scheduler, and no guidance."""

    def __init__(self, scheduler: Any) -> None:
        self.scheduler = scheduler


def _batches(
    facts: ModelFacts, spec: DrawSpec, unet: Any, scheduler: Any
) -> Generator[float | ModelSamples, None, None]:
    """The share that is done after every step, and the samples of every finished batch."""
    device = choose_device("unet").device
    unet = unet.to(device)
    generator = torch.Generator().manual_seed(spec.seed)
    most, drawn = batch_size(facts, spec.steps), 0
    while drawn < spec.n:
        n, found = min(most, spec.n - drawn), RecordedPredictions()
        try:
            with recorded_by(found, _Pipeline(scheduler)):
                scheduler.set_timesteps(spec.steps)
                x = torch.randn(n, *facts.shape, generator=generator).to(device)
                x = x * float(getattr(scheduler, "init_noise_sigma", 1.0))
                for number, t in enumerate(scheduler.timesteps, 1):
                    x = _one_step(unet, scheduler, t, x, generator)
                    if number < len(scheduler.timesteps):
                        yield (drawn + n * number / len(scheduler.timesteps)) / spec.n
        except (RuntimeError, TypeError, IndexError, AttributeError, NotImplementedError) as error:
            told = " ".join(str(error).split())
            raise ValueError(f"{facts.name} cannot be drawn from: {told:.200}") from None
        broken = int((~torch.isfinite(torch.stack(found.x0_hats)).flatten(2).all(2).all(0)).sum())
        if broken:
            raise ValueError(f"{broken} of {n} trajectories are not finite: {facts.name} is broken.")
        drawn += n
        yield ModelSamples(
            facts,
            spec,
            x.float().cpu().numpy(),
            np.array(found.log_snr[::-1]),
            found.variances(),
            found.variances(CLIP),
            found.guidance,
        )


@torch.inference_mode()
def _one_step(unet: Any, scheduler: Any, t: Tensor, x: Tensor, generator: torch.Generator) -> Tensor:
    """The next, cleaner x_t, as a pipeline takes it."""
    given = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
    answer = unet(given, t.to(x.device)).sample
    return scheduler.step(answer, t, x, generator=generator).prev_sample


def _joined(parts: list[ModelSamples]) -> ModelSamples:
    """Several batches as one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    raw, clipped = joined([part.raw for part in parts]), joined([part.clipped for part in parts])
    pictures = np.concatenate([part.pictures for part in parts])
    return ModelSamples(first.facts, first.spec, pictures, first.log_snr, raw, clipped, first.guidance)
