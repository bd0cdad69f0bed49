"""Recursive training: each generation learns only from what the one before drew (arXiv 2406.09358, section
6)."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from explorer.compute.device import choose_device
from explorer.compute.progress import WorkClock, map_progress, seconds_left, timed
from explorer.experiments.run import computed_by, train_on, training_points
from explorer.recursion import store
from explorer.recursion.filters import add_to_pool, apply_filter
from explorer.recursion.generation import generation_metrics, sample_generation
from explorer.recursion.spec import Generation, RecursionSpec, missing, samples_digest, sorted_generations

Stage = Literal["training", "sampling", "measuring"]

STAGES: dict[Stage, tuple[float, float]] = {  # where in a generation's work each begins and ends
    "training": (0.0, 0.7),
    "sampling": (0.7, 0.9),
    "measuring": (0.9, 1.0),
}


@dataclass(frozen=True, slots=True)
class RecursionUpdate:
    """How far a recursion is.

    seed            with which it is now run
    arm             whose generation is being made; "" for generation 0, which all arms share
    share           of the whole that is done, 0 to 1; a part of it may have been done before this start
    seconds         of work since this start
    seconds_left    None until this start has finished a generation, then estimated from the pace since
    generations     all finished ones, by seed, number and arm
    """

    seed: int
    arm: str
    generation: int
    stage: Stage
    share: float
    seconds: float
    seconds_left: float | None
    generations: tuple[Generation, ...]
    done: bool = False


def recursive_training(
    spec: RecursionSpec, *, folder: Path | None = None, device: torch.device | None = None
) -> Iterator[RecursionUpdate]:
    """Run a recursion in slices of some 50 ms, seed after seed; the last update is `done` and carries every
    generation.

    Generation 0 is trained once, for all arms. Every generation is trained from scratch with the same seed
    (see RecursionSpec.fresh_seeds), and draws its samples with the noise that its siblings in the other arms
    have. An arm that keeps fewer than ten samples ends there.

    folder      where every finished generation is stored, and from where a run that was stopped goes on

    Raises CheckpointError for a folder that holds anything but this run, ValueError for a model that is
    broken.
    """
    device = device or choose_device(spec.experiment.network.kind).device
    if spec.seeds == 1:
        yield from _one_seed(spec, folder, device)
        return
    finished = () if folder is None else store.begin(folder, spec)
    begun = sum(share_done(member, finished) for member in spec.members) / spec.seeds
    seconds, made = 0.0, len(finished)
    for place, member in enumerate(spec.members):
        others = tuple(one for one in finished if one.seed != member.experiment.seed)
        later = sum(share_done(one, finished) for one in spec.members[place + 1 :])
        work_before = seconds
        inner = None if folder is None else store.seed_folder(folder, spec, member)
        for update in _one_seed(member, inner, device):
            share = (place + update.share + later) / spec.seeds
            seconds = work_before + update.seconds
            finished = sorted_generations([*others, *update.generations])
            yield dataclasses.replace(
                update,
                share=share,
                seconds=seconds,
                seconds_left=seconds_left(seconds, share, begun) if len(finished) > made else None,
                generations=finished,
                done=update.done and place == spec.seeds - 1,
            )


def share_done(spec: RecursionSpec, generations: tuple[Generation, ...]) -> float:
    """The share of one seed's recursion that its finished generations are."""
    left = missing(spec, generations)
    return _networks(spec, *left[0]) / _networks(spec, spec.generations) if left else 1.0


def _networks(spec: RecursionSpec, number: int, arm: str | None = None) -> int:
    """How many networks are trained before this generation of this arm, the first one if none is named."""
    before = 0 if arm is None else spec.arms.index(arm)
    return 1 + (number - 1) * len(spec.arms) + before if number else 0


def _one_seed(spec: RecursionSpec, folder: Path | None, device: torch.device) -> Iterator[RecursionUpdate]:
    """As recursive_training, of a spec with one seed."""
    clock = WorkClock()
    seed, finished = spec.experiment.seed, () if folder is None else store.begin(folder, spec)
    run = _Run(spec, device, folder, clock, finished)
    begun, already = share_done(spec, finished), len(finished)
    for moment in timed(run.work(), clock):
        share, seconds = run.share(moment), clock.seconds
        left = seconds_left(seconds, share, begun) if len(run.finished) > already else None
        yield RecursionUpdate(
            seed, moment.arm, moment.number, moment.stage, share, seconds, left, run.finished
        )
    last = run.finished[-1]
    yield RecursionUpdate(
        seed, last.arm, last.number, "measuring", 1.0, clock.seconds, 0.0, run.finished, done=True
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where the work is, and the share of its stage that is done."""

    arm: str
    number: int
    stage: Stage
    share: float


class _Run:
    """The state of one seed's recursion: what is finished, and what each arm kept last."""

    def __init__(
        self,
        spec: RecursionSpec,
        device: torch.device,
        folder: Path | None,
        clock: WorkClock,
        finished: tuple[Generation, ...],
    ) -> None:
        self.spec, self.device, self.folder, self.clock = spec, device, folder, clock
        self.finished = finished
        self.kept: dict[str, tuple[int, np.ndarray]] = {}  # by arm: of which generation, and what

    def work(self) -> Generator[_Moment, None, None]:
        """Make what is missing, generation by generation and in each arm by arm."""
        while left := missing(self.spec, self.finished):
            number, first = left[0]
            if number == 0:
                data = training_points(self.spec.experiment)
                yield from self._generation(0, [arm for n, arm in left if n == 0], data)
            else:
                yield from self._generation(number, [first], torch.from_numpy(self._last_kept(first, number)))

    def share(self, moment: _Moment) -> float:
        """The share of the whole that is done at a moment."""
        start, end = STAGES[moment.stage]
        place = _networks(self.spec, moment.number, moment.arm or self.spec.arms[0])
        return (place + start + (end - start) * moment.share) / _networks(self.spec, self.spec.generations)

    def _last_kept(self, arm: str, number: int) -> np.ndarray:
        """What the arm kept of the generation before this one."""
        of, kept = self.kept.get(arm, (-1, None))
        if kept is not None and of == number - 1:
            return kept
        assert self.folder is not None  # only a stored run begins in the middle
        before = next(one for one in self.finished if (one.arm, one.number) == (arm, number - 1))
        return store.load_kept(self.folder, self.spec, before)

    def _generation(self, number: int, arms: list[str], data: torch.Tensor) -> Iterator[_Moment]:
        """Train on data (N, *shape), draw, measure, and let each of the arms keep its part."""
        spec, name = self.spec, arms[0] if number else ""
        started, digest = self.clock.seconds, samples_digest(data.numpy())

        def at(stage: Stage, share: float) -> _Moment:
            return _Moment(name, number, stage, share)

        training = train_on(spec.trained_as(number), data, device=self.device)
        denoiser = yield from map_progress(training, lambda share: at("training", share))
        drawing = sample_generation(spec, number, denoiser, self.device)
        drawn = yield from map_progress(drawing, lambda share: at("sampling", share))
        measuring = generation_metrics(spec, drawn, denoiser, self.device)
        measured = yield from map_progress(measuring, lambda share: at("measuring", 0.9 * share))
        shared = self.clock.seconds - started
        for place, arm in enumerate(arms):
            started, share = self.clock.seconds, 0.9 + 0.1 * place / len(arms)
            if arm == "accumulate":
                filtering = add_to_pool(spec, drawn, data.numpy())
            else:
                filtering = apply_filter(spec, arm, number, drawn, self._first_threshold())
            kept = yield from map_progress(filtering, lambda _, share=share: at("measuring", share))  # type: ignore[misc]
            made = Generation(
                arm=arm,
                number=number,
                training_digest=digest,
                kept_digest=samples_digest(kept.samples),
                drawn=len(drawn.samples),
                kept=len(kept.samples),
                rate=drawn.rate,
                rate_after=kept.rate,
                threshold=kept.threshold,
                seconds=shared + self.clock.seconds - started,
                seed=spec.experiment.seed,
                computed=computed_by(spec.experiment, self.device)[1],
                **measured,
            )
            if self.folder is not None:
                new = kept.samples[len(data) :] if arm == "accumulate" else kept.samples
                store.save_generation(self.folder, made, new)
            self.kept[arm] = number, kept.samples
            self.finished = sorted_generations([*self.finished, made])
            yield at("measuring", share + 0.1 / len(arms))

    def _first_threshold(self) -> float | None:
        """The threshold that the variance arm learned in generation 0; None before, and if it has none."""
        first = (one for one in self.finished if (one.arm, one.number) == ("variance", 0))
        return next((one.threshold for one in first), None)
