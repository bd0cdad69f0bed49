"""A remedy of one's own, evaluated as the others are."""

from __future__ import annotations

from collections.abc import Callable, Generator

import torch
from torch import Tensor

from explorer.compute.progress import finish
from explorer.diffusion.denoiser import Denoiser, WrappedDenoiser
from explorer.diffusion.sampling import SamplingRun
from explorer.experiments.measurement import Measurement
from explorer.experiments.run import Result
from explorer.leaderboard.own_method import OwnMethod
from explorer.leaderboard.own_process import SECONDS, in_own_process
from explorer.remedies.evaluation import RemedyResult, evaluate_change, network_calls

Treat = Callable[[Denoiser], Denoiser]
Evaluated = tuple[RemedyResult, Measurement]


class CheckedDenoiser(WrappedDenoiser):
    """A denoiser of one's own, whose predictions are checked: of the shape of x_t, and numbers.

    Raises MethodError for another one.
    """

    def __init__(self, denoiser: Denoiser, method: OwnMethod) -> None:
        super().__init__(denoiser)
        self.method = method
        code = getattr(getattr(type(denoiser), "predict_noise", None), "__code__", None)
        mine = code is not None and code.co_filename == method.file
        self._line = code.co_firstlineno if code is not None and mine else None

    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        noise = self.denoiser.predict_noise(x_t, t)
        if not isinstance(noise, Tensor) or noise.shape != x_t.shape:
            shape = tuple(noise.shape) if isinstance(noise, Tensor) else type(noise).__name__
            raise self.method.complaint(
                f"predict_noise returned {shape} at step {t}, not the shape of x_t, {tuple(x_t.shape)}.",
                self._line,
            )
        strange = int((~torch.isfinite(noise)).sum())
        if strange:
            raise self.method.complaint(
                f"{strange:,} of the {noise.numel():,} numbers that predict_noise returned at step {t} are "
                "not finite.",
                self._line,
            )
        return noise


def evaluate_own_remedy(
    result: Result,
    method: OwnMethod,
    *,
    reported: bool = True,
    most_calls: float | None = None,
    n: int | None = None,
    seconds: float = SECONDS,
) -> Generator[float, None, Evaluated]:
    """What a remedy of one's own does to a run, in a process of its own: yields the share of its time that is
    over.

    n           points or pictures that are drawn, where they are
    most_calls  of the network for all of them: with more as many fewer are drawn

    Raises MethodError, with its line, if it raises, takes too long, or predicts anything but noise.
    """
    work = in_own_process(method, treated_run, result, reported, n, most_calls, seconds=seconds)
    found: Evaluated = yield from work
    return found


def treated_run(
    method: OwnMethod, result: Result, reported: bool, n: int | None, most_calls: float | None
) -> Evaluated:
    """What the method does to the run: its result, and the density or the samples it is read from."""
    treat: Treat = method.load()

    def change(denoiser: Denoiser) -> SamplingRun:
        return SamplingRun(_checked(treat(denoiser), denoiser, method), result.experiment.sampler)

    if n is not None and most_calls is not None:
        calls = network_calls(result.denoiser(device=result.device), change, result.device)
        n = affordable(n, calls, most_calls)
    return finish(evaluate_change(result, change, reported=reported, n=n))


def affordable(n: int, calls: float, most_calls: float) -> int:
    """n samples, or as many as take no more than so many calls of the network; at least 64."""
    return max(min(n, 64), min(n, int(most_calls / max(calls, 1.0))))


def _checked(found: object, denoiser: Denoiser, method: OwnMethod) -> Denoiser:
    if not callable(getattr(found, "predict_noise", None)):
        what = "nothing" if found is None else f"a {type(found).__name__}"
        raise method.complaint(f"{method.function} returned {what}, not a denoiser with predict_noise.")
    shape, schedule = getattr(found, "shape", None), getattr(found, "schedule", None)
    if shape is None or tuple(shape) != tuple(denoiser.shape) or schedule != denoiser.schedule:
        raise method.complaint(f"the denoiser of {method.function} has another shape or schedule.")
    return CheckedDenoiser(found, method)  # type: ignore[arg-type]
