"""How far a run is, and how long it will take: time spent training and measuring, and no other."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.experiments.measurement import Measurement

if TYPE_CHECKING:
    from explorer.experiments.run import Result, Snapshot


@dataclass(frozen=True, slots=True)
class LearningUpdate:
    """How far a run is.

    seconds         of training so far, measuring not counted
    losses          (step,), a growing prefix that is never rewritten
    seconds_left    of training and measuring, estimated from the pace so far
    result          when the run is finished
    """

    step: int
    steps: int
    seconds: float
    losses: np.ndarray
    snapshots: tuple[Snapshot, ...]
    seconds_left: float
    result: Result | None = None

    @property
    def steps_per_second(self) -> float:
        return self.step / self.seconds if self.seconds > 0 else 0.0


class Clock:
    """Seconds spent training and measuring; time between a yield and the next step is nobody's.

    final_factor    how much longer the last measurement takes than those along the way
    """

    def __init__(self, steps: int, final_factor: float) -> None:
        self.steps, self.step, self.final_factor = steps, 0, final_factor
        self.seconds = self.last_measuring = 0.0
        self._mark = time.perf_counter()

    def trained(self, step: int) -> None:
        self.step = step
        self.seconds += self._lap()

    def measuring(
        self, work: Generator[float, None, Measurement], update: LearningUpdate
    ) -> Generator[LearningUpdate, None, Measurement]:
        """Run a measurement in its slices; yields the update of its beginning with the seconds left by then,
        and returns what it returns."""
        spent = 0.0
        while True:
            try:
                share = next(work)
            except StopIteration as end:
                self.last_measuring = spent + self._lap()
                return end.value
            spent += self._lap()
            left = spent * (1 - share) / max(share, 1e-3)
            yield dataclasses.replace(update, seconds_left=self._training_left() + left)
            self.resumed()

    def resumed(self) -> None:
        self._lap()

    def update(
        self, losses: np.ndarray, snapshots: tuple[Snapshot, ...], result: Result | None = None
    ) -> LearningUpdate:
        left = 0.0 if result is not None else self._training_left() + self.final_factor * self.last_measuring
        return LearningUpdate(
            self.step, self.steps, self.seconds, losses[: self.step], snapshots, left, result
        )

    def _training_left(self) -> float:
        return (self.steps - self.step) * self.seconds / self.step

    def _lap(self) -> float:
        now = time.perf_counter()
        lap, self._mark = now - self._mark, now
        return lap
