"""The steps of every sampler as coefficients, in double precision: what a step adds up, and where it asks for
the noise.

With a = sqrt(alpha_bar), b = sqrt(1 - alpha_bar), sigma = b / a and y = x / a every deterministic sampler
solves dy / dsigma = noise(x) (Song et al. 2020, eq. 14; Karras et al. 2022, eq. 1). The factors 1 / a, up to
e^54, cancel before they meet a float32.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from explorer.diffusion.runge_kutta import inner_steps
from explorer.diffusion.sampler_spec import SINGLE_EVALUATION, SOLVER_NAMES, SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule

MOST_CHURN = math.sqrt(2) - 1  # of gamma, by which sigma grows at most


@dataclass(frozen=True, slots=True)
class Transition:
    """From step t to the next cleaner step s:

    x_s = x_coefficient x_t + noise_coefficient noise_hat + noise_std z, z standard normal.

    log_range   where the network says how much noise is added: the variance is noise_std^2 times
                exp(fraction log_range), see step_variance.py; else 0
    """

    t: int
    x_coefficient: float
    noise_coefficient: float
    noise_std: float
    log_range: float = 0.0


@dataclass(frozen=True, slots=True)
class Raised:
    """Noise that is added before a step asks for the noise, up to the noisier step t:

    x_t = x_coefficient x + noise_std z.
    """

    t: int
    x_coefficient: float
    noise_std: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A further evaluation in a step: the noise at step t of x_coefficient x plus the noises so far, each
    times its coefficient."""

    t: int
    x_coefficient: float
    noise_coefficients: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SolverStep:
    """From the visited step t to the next cleaner one: x_coefficient x plus the noises, each times its
    coefficient, plus x0_coefficient times the x0_hat of the visited step before, plus noise_std z.

    raised              noise that is added to x_t first; None if none is
    stages              evaluations after the one of x_t
    noise_coefficients  of that one and of theirs
    log_range           as of a Transition
    """

    t: int
    x_coefficient: float
    noise_coefficients: tuple[float, ...]
    stages: tuple[Stage, ...] = ()
    x0_coefficient: float = 0.0
    noise_std: float = 0.0
    raised: Raised | None = None
    log_range: float = 0.0

    @property
    def adds_noise(self) -> bool:
        return self.noise_std > 0 or self.raised is not None

    @property
    def evaluated(self) -> tuple[int, ...]:
        """The steps at which it asks for the noise, in this order."""
        return (self.t if self.raised is None else self.raised.t, *(stage.t for stage in self.stages))


def transitions(schedule: NoiseSchedule, spec: SamplerSpec) -> list[Transition]:
    """The coefficients of every reverse step, noisiest first, in double precision.

    They combine predicting x0 and stepping to s, so that the factor 1 / sqrt(alpha_bar_t), up to e^54,
    cancels before it meets a float32. The last step adds no noise and returns x0_hat. Raises ValueError for a
    solver whose steps need more than the noise of x_t.
    """
    if not spec.is_single_evaluation:
        raise ValueError(
            f"A step of {SOLVER_NAMES[spec.solver]} needs more than one prediction, so no density is carried "
            f"through it; take {' or '.join(SINGLE_EVALUATION)}."
        )
    visited = spec.timesteps(schedule)
    result = []
    for t, s in zip(visited, [*visited[1:], -1], strict=True):
        here, there, eta = schedule.alpha_bar(t), schedule.alpha_bar(s), spec.eta_at(t)
        alpha = here / there
        beta = 1 - alpha
        posterior = (1 - there) / (1 - here) * beta
        noise_coefficient = math.sqrt(max(1 - there - eta**2 * posterior, 0.0)) - math.sqrt(
            (1 - here) / alpha
        )
        noise_std = 0.0 if s == -1 else eta * math.sqrt(beta if spec.variance == "beta" else posterior)
        log_range = math.log(beta / posterior) if spec.variance == "learned" and noise_std else 0.0
        result.append(Transition(t, alpha**-0.5, noise_coefficient, noise_std, log_range))
    return result


def solver_steps(schedule: NoiseSchedule, spec: SamplerSpec) -> list[SolverStep]:
    """The steps of any sampler, noisiest first. The x0_hat of the last is the sample.

    Euler in flow time is DDIM: both add the same multiple of the noise (Gao et al. 2024).
    """
    if spec.is_single_evaluation:
        return [
            SolverStep(
                move.t,
                move.x_coefficient,
                (move.noise_coefficient,),
                noise_std=move.noise_std,
                log_range=move.log_range,
            )
            for move in transitions(schedule, spec)
        ]
    visited = spec.timesteps(schedule)
    raised = [_raised(schedule, t, spec.churn / len(visited)) for t in visited]
    starts = [t if more is None else more.t for t, more in zip(visited, raised, strict=True)]
    steps = []
    for place, (t, start) in enumerate(zip(visited, starts, strict=True)):
        if place == len(visited) - 1:
            steps.append(SolverStep(t, *_euler(schedule, start, -1), raised=raised[place]))
        elif spec.solver == "dpm-solver++":
            before = visited[place - 1] if place else None
            steps.append(_two_steps(schedule, before, t, visited[place + 1]))
        else:
            x_coefficient, noises, stages = RUNGE_KUTTA[spec.solver](schedule, start, visited[place + 1])
            steps.append(SolverStep(t, x_coefficient, noises, stages, raised=raised[place]))
    return steps


def evaluated_steps(schedule: NoiseSchedule, spec: SamplerSpec) -> list[int]:
    """The steps at which the denoiser is asked for the noise, each once, the noisiest first."""
    return sorted({t for step in solver_steps(schedule, spec) for t in step.evaluated}, reverse=True)


def _euler(schedule: NoiseSchedule, t: int, s: int) -> tuple[float, tuple[float]]:
    """Euler in sigma from t to s, which is DDIM: the coefficients of x_t and of its noise."""
    here, there = schedule.alpha_bar(t), schedule.alpha_bar(s)
    ratio = math.sqrt(there / here)
    return ratio, (math.sqrt(1 - there) - ratio * math.sqrt(1 - here),)


OneStep = tuple[float, tuple[float, ...], tuple[Stage, ...]]


def _heun(schedule: NoiseSchedule, t: int, s: int) -> OneStep:
    """The mean of the noise at both ends (Karras et al. 2022, algorithm 1)."""
    ratio, (pull,) = _euler(schedule, t, s)
    return ratio, (pull / 2, pull / 2), (Stage(s, ratio, (pull,)),)


def _flow_heun(schedule: NoiseSchedule, t: int, s: int) -> OneStep:
    """The mean of the velocities u = (x - (a + b) noise) / a of x / (a + b) at both ends, in flow time.

    Put into x it is Heun in sigma with other weights: tau_t / (2 tau_s) for the noise at s.
    """
    ratio, (pull,) = _euler(schedule, t, s)
    here, there = (float(schedule.flow_time[step]) for step in (t, s))
    later = here / (2 * there)
    return ratio, (pull * (1 - later), pull * later), (Stage(s, ratio, (pull,)),)


def _rk4(schedule: NoiseSchedule, t: int, s: int) -> OneStep:
    """Runge-Kutta of order four for dy / dlog sigma = sigma noise, evaluated at two trained steps between t
    and s."""
    levels = schedule.log_sigma.tolist()
    inner = inner_steps(levels, t, s)
    assert inner is not None  # timesteps leaves room
    *between, tableau = inner
    at = [t, *between, s]
    width = levels[s] - levels[t]
    a = [math.sqrt(schedule.alpha_bar(step)) for step in at]
    sigma = [math.sqrt(1 - schedule.alpha_bar(step)) / signal for step, signal in zip(at, a, strict=True)]

    def noises(place: int, weights: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(a[place] * width * w * sigma[j] for j, w in enumerate(weights))

    stages = tuple(
        Stage(at[place], a[place] / a[0], noises(place, tableau.stages[place])) for place in (1, 2, 3)
    )
    return a[3] / a[0], noises(3, tableau.weights), stages


RUNGE_KUTTA: dict[str, Callable[[NoiseSchedule, int, int], OneStep]] = {
    "heun": _heun,
    "flow-heun": _flow_heun,
    "rk4": _rk4,
}


def _two_steps(schedule: NoiseSchedule, before: int | None, t: int, s: int) -> SolverStep:
    """DPM-Solver++(2M) (Lu et al. 2022, algorithm 2): x0_hat is continued in a straight line in half the
    log-SNR through those of `before` and t; the first step has t alone.

    It is x_s = (b_s / b_t) x_t + c ((1 + w) x0_t - w x0_before) with w = (h / h_before) / 2 and
    c = a_s - b_s a_t / b_t, rearranged into what DDIM does and w times the rest.
    """
    ratio, (pull,) = _euler(schedule, t, s)
    levels = schedule.log_snr
    width = 0.0 if before is None else float(levels[t] - levels[before])
    if width <= 0:
        return SolverStep(t, ratio, (pull,))
    w = float(levels[s] - levels[t]) / (2 * width)
    a, b = math.sqrt(schedule.alpha_bar(t)), math.sqrt(1 - schedule.alpha_bar(t))
    return SolverStep(t, ratio - w * pull / b, (pull * (1 + w),), x0_coefficient=w * pull * a / b)


def _raised(schedule: NoiseSchedule, t: int, gamma: float) -> Raised | None:
    """Noise from step t up to the noisier step nearest to sigma (1 + gamma) (Karras et al. 2022, algorithm
    2); none at the noisiest step, or without churn."""
    if not gamma or t == schedule.steps - 1:
        return None
    levels = schedule.log_sigma.tolist()
    wanted = levels[t] + math.log1p(min(gamma, MOST_CHURN))
    place = min(max(bisect_left(levels, wanted), t + 1), schedule.steps - 1)
    noisier = min(
        range(max(place - 1, t + 1), place + 1),
        key=lambda step: abs(math.exp(levels[step] - wanted) - 1),
    )
    kept = schedule.alpha_bar(noisier) / schedule.alpha_bar(t)
    return Raised(noisier, math.sqrt(kept), math.sqrt(1 - kept))
