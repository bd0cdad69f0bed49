"""Trajectory variance of any diffusers pipeline while it runs, without a second run.

    with record(pipeline, window=window_of_steps(pipeline.scheduler, 0, 9)) as hal:
        images = pipeline(batch_size=16, num_inference_steps=100).images
    print(hal.raw, hal.clipped)

The window is a range of log-SNR, log(alpha_bar / (1 - alpha_bar)), so that it means the same at 1,000 steps
and at 30. What is scored is what the scheduler is given: of a guided pipeline the guided prediction, of a
latent one the latents.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from explorer.adapters.diffusers.denoiser import schedule_of
from explorer.adapters.diffusers.noise_level import family, level_at, prediction, x0_of
from explorer.detection.trajectory_variance import VarianceTable

Window = tuple[float, float]
ROUNDING = 1e-4  # of a log-SNR at the end of a window


def in_window(log_snr: float, window: Window) -> bool:
    """Whether a step's log-SNR lies in a window, its ends included."""
    return window[0] - ROUNDING <= log_snr <= window[1] + ROUNDING


def check_two(inside: int, visited: int, window: Window) -> None:
    """Raise ValueError if fewer than two of the visited steps lie in a window."""
    if inside < 2:
        raise ValueError(
            f"{inside} of the {visited} visited steps lie in the window, log-SNR {window[0]:.3g} to "
            f"{window[1]:.3g}; a variance takes two: widen it, or take more steps."
        )


@dataclass
class _Running:
    """Mean and sum of squared deviations of what it is shown, one number a coordinate (Welford 1962)."""

    count: int = 0
    mean: Tensor | None = None
    squares: Tensor | None = None

    def add(self, values: Tensor) -> None:
        values = values.detach().double() if values.device.type != "mps" else values.detach().float()
        if self.mean is None or self.squares is None:
            self.mean, self.squares = torch.zeros_like(values), torch.zeros_like(values)
        self.count += 1
        away = values - self.mean
        self.mean += away / self.count
        self.squares += away * (values - self.mean)

    def variance(self) -> np.ndarray:
        """The population variance, averaged over the coordinates, (n,)."""
        assert self.squares is not None
        return (self.squares / self.count).flatten(1).mean(1).cpu().numpy()


@dataclass
class _Batch:
    """What was seen of one run of the pipeline."""

    raw: _Running = field(default_factory=_Running)
    clipped: _Running = field(default_factory=_Running)
    levels: list[float] = field(default_factory=list)


class RecordedVariance:
    """Hal of the samples of a pipeline, filled while it runs.

    window      from and to, in log-SNR
    guidance    the pipeline's guidance scale, None where it has none: Hal is then of the guided prediction
    """

    def __init__(self, window: Window, clip: float) -> None:
        low, high = window
        if not low < high:
            raise ValueError(f"A window goes from a lower to a higher log-SNR, not from {low:g} to {high:g}.")
        if not 0 < clip < math.inf:
            raise ValueError(f"Predictions are clipped to [-c, c] with c above 0, not {clip:g}.")
        self.window, self.clip = (float(low), float(high)), clip
        self.guidance: float | None = None
        self._batches: list[_Batch] = []

    @property
    def raw(self) -> np.ndarray:
        """Hal of the unclipped predicted x0, (n,), in the order in which samples were drawn. Raises
        ValueError if fewer than two of the steps of a run lie in the window."""
        return np.concatenate([batch.raw.variance() for batch in self._whole()])

    @property
    def clipped(self) -> np.ndarray:
        """The same of the x0 clipped to [-clip, clip]. Schedulers clip by default; at noisy steps that
        changes Hal by orders of magnitude."""
        return np.concatenate([batch.clipped.variance() for batch in self._whole()])

    @property
    def steps(self) -> int:
        """How many steps of the last run lay in the window."""
        return self._batches[-1].raw.count if self._batches else 0

    def _whole(self) -> list[_Batch]:
        if not self._batches:
            raise ValueError("The pipeline has not run yet.")
        for batch in self._batches:
            check_two(batch.raw.count, len(batch.levels), self.window)
        return self._batches

    def add(self, log_snr: float, x0_hat: Tensor) -> None:
        """Take the next step's prediction; a step that is noisier than the last begins another run."""
        if not self._batches or (self._batches[-1].levels and log_snr < self._batches[-1].levels[-1]):
            self._batches.append(_Batch())
        batch = self._batches[-1]
        batch.levels.append(log_snr)
        if in_window(log_snr, self.window):
            batch.raw.add(x0_hat)
            batch.clipped.add(x0_hat.clamp(-self.clip, self.clip))


class RecordedPredictions:
    """The predicted x0 of every step of one run of a pipeline, from which Hal over any window follows.

    log_snr     of the steps, the noisiest first
    x0_hats     (n, *shape) of each
    """

    def __init__(self) -> None:
        self.guidance: float | None = None
        self.log_snr: list[float] = []
        self.x0_hats: list[Tensor] = []

    def add(self, log_snr: float, x0_hat: Tensor) -> None:
        """Take the next step's prediction."""
        self.log_snr.append(log_snr)
        self.x0_hats.append(x0_hat.detach().float())

    def variances(self, clip: float | None = None) -> VarianceTable:
        """Hal of every window, whose steps are counted from the cleanest, 0, on; of the x0 clipped to
        [-clip, clip], or as it is."""
        x0_hats = torch.stack(self.x0_hats[::-1]).flatten(2).cpu()
        x0_hats = x0_hats if clip is None else x0_hats.clamp(-clip, clip)
        return VarianceTable.of(tuple(range(len(x0_hats))), x0_hats.numpy())


class Recorder(Protocol):
    """What takes the predictions of a pipeline while it runs."""

    guidance: float | None

    def add(self, log_snr: float, x0_hat: Tensor) -> None: ...


@contextmanager
def record(pipeline: Any, window: Window, *, clip: float = 1.0) -> Iterator[RecordedVariance]:
    """Hal of whatever the pipeline draws in the block.

    window  from and to, in log-SNR; `window_of_steps` turns steps of a training into one
    clip    of the clipped variant

    The scheduler's own method is back when the block ends. Raises ValueError for a scheduler that is not
    known, and for a window or a clip that is none.
    """
    found = RecordedVariance(window, clip)
    with recorded_by(found, pipeline):
        yield found


@contextmanager
def recorded_by(found: Recorder, pipeline: Any) -> Iterator[None]:
    """Let a recorder take every prediction that the pipeline makes in the block. Raises ValueError for a
    scheduler that is not known."""
    scheduler = pipeline.scheduler
    family(scheduler)
    kind, step = prediction(scheduler), scheduler.step
    scheduler.step = _recording(scheduler, kind, step, found, pipeline)
    try:
        yield
    finally:
        del scheduler.step


def _recording(
    scheduler: Any, kind: str, step: Callable[..., Any], found: Recorder, pipeline: Any
) -> Callable[..., Any]:
    def recorded(model_output: Tensor, timestep: Any, sample: Tensor, *rest: Any, **options: Any) -> Any:
        level = level_at(scheduler, timestep)
        answer = model_output[:, : sample.shape[1]]  # without a learned variance
        log_snr = math.inf if level.noise == 0 else 2 * math.log(max(level.signal, 1e-12) / level.noise)
        found.add(log_snr, x0_of(kind, answer, sample, level))
        found.guidance = getattr(pipeline, "guidance_scale", None)
        return step(model_output, timestep, sample, *rest, **options)

    return recorded


def window_of_steps(scheduler: Any, first: int, last: int) -> Window:
    """The window in log-SNR from step t = last to step t = first, the cleaner, of a scheduler's training.

    Raises ValueError for steps that it does not have.
    """
    schedule = schedule_of(scheduler)
    if not 0 <= first <= last < schedule.steps:
        raise ValueError(f"The window {first}:{last} is not within the steps 0 to {schedule.steps - 1}.")
    return float(schedule.log_snr[last]), float(schedule.log_snr[first])
