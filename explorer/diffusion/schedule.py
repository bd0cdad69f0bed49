"""Noise schedules: betas, and all that follows from them. Step t = 0 is the cleanest, t = T - 1 pure
noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args, overload

import torch
from torch import Tensor

from explorer.compute.device import moved

ScheduleKind = Literal["linear", "cosine", "sigmoid", "flow", "geometric"]
Coordinate = Literal["log-snr", "uniform", "karras", "flow time"]

MAX_STEPS = 4000
MAX_TERMINAL_SIGNAL = 0.01
INFORMATIVE_SIGNAL = 2e-3
GEOMETRIC_END = 5e-3  # sqrt(alpha_bar) of a geometric schedule's last step
RHO = 7  # of the levels of Karras et al. (2022)


@dataclass(frozen=True)
class NoiseSchedule:
    """A variance-preserving forward process with T steps.

    linear    beta from beta_first to beta_last (Ho et al. 2020); the authors of the paper use 1e-3 to 0.2
    cosine    alpha_bar = cos^2 of the step's phase, betas clipped at 0.999 (Nichol and Dhariwal 2021, eq. 17)
    sigmoid   alpha_bar a sigmoid of the step from -3 to 3 (Jabri et al. 2022), betas clipped at 0.999
    flow      flow time even in the step, tau = 1 - (t + 1) / (T + 1) (Lipman et al. 2023, linear path)
    geometric sigma = sqrt((1 - alpha_bar) / alpha_bar) grows by the same factor in each step (Song and Ermon
              2019), from sqrt(beta_first / (1 - beta_first)) to 200: the one whose cleanest step can be as
              clean as one likes, without a gap after it

    Everything is kept in float64: alpha_bar falls to e^-108. Raises ValueError for values out of bounds, and
    for a schedule whose last step is not yet noise, i.e. one with sqrt(alpha_bar_T) > 0.01: sampling from
    N(0, 1) would start from the wrong place.
    """

    kind: ScheduleKind = "linear"
    steps: int = 1000
    beta_first: float = 1e-3
    beta_last: float = 0.2

    def __post_init__(self) -> None:
        if self.kind not in get_args(ScheduleKind):
            kinds = ", ".join(get_args(ScheduleKind))
            raise ValueError(f"There is no schedule named {self.kind!r}; take {kinds}.")
        if not (isinstance(self.steps, int) and 10 <= self.steps <= MAX_STEPS):
            raise ValueError(f"A schedule has between 10 and {MAX_STEPS} steps, not {self.steps}.")
        if not 0 < self.beta_first <= self.beta_last < 1:
            raise ValueError(
                f"The betas need 0 < first <= last < 1, not {self.beta_first:g} and {self.beta_last:g}."
            )
        if self.kind == "geometric" and self.beta_first > 0.5:
            raise ValueError(
                f"A geometric schedule begins with a beta of 0.5 at most, not {self.beta_first:g}."
            )
        if not self.terminal_signal <= MAX_TERMINAL_SIGNAL:
            raise ValueError(
                f"After {self.steps} steps a share sqrt(alpha_bar) = {self.terminal_signal:.3g} of the data "
                f"is left (bound {MAX_TERMINAL_SIGNAL:g}): take more steps or larger betas."
            )

    # ---- tables (T,), float64 --------------------------------------------------------------------

    @cached_property
    def betas(self) -> Tensor:
        if self.kind == "linear":
            return torch.linspace(self.beta_first, self.beta_last, self.steps, dtype=torch.float64)
        if self.kind == "flow":
            tau = 1 - torch.arange(self.steps + 1, dtype=torch.float64) / (self.steps + 1)
            signal = tau**2 / (tau**2 + (1 - tau) ** 2)
            return 1 - signal[1:] / signal[:-1]
        if self.kind == "geometric":
            first, last = (math.log(level / (1 - level)) for level in (1 - self.beta_first, GEOMETRIC_END**2))
            signal = torch.sigmoid(torch.linspace(first, last, self.steps, dtype=torch.float64))
            return 1 - signal / torch.cat([torch.ones(1, dtype=torch.float64), signal[:-1]])
        phase = torch.linspace(0, 1, self.steps + 1, dtype=torch.float64)
        if self.kind == "cosine":
            signal = torch.cos((phase + 0.008) / 1.008 * math.pi / 2) ** 2
        else:
            ends = torch.sigmoid(torch.tensor([-3.0, 3.0], dtype=torch.float64))
            signal = (ends[1] - torch.sigmoid(6 * phase - 3)) / (ends[1] - ends[0])
        return (1 - signal[1:] / signal[:-1]).clamp(1e-6, 0.999)

    @cached_property
    def alpha_bars(self) -> Tensor:
        """The cumulative product, never below 1e-300: beyond it further steps would change nothing."""
        return torch.cumprod(1 - self.betas, 0).clamp(min=1e-300)

    @cached_property
    def log_snr(self) -> Tensor:
        """log(alpha_bar / (1 - alpha_bar)), large where clean."""
        return torch.log(self.alpha_bars) - torch.log1p(-self.alpha_bars)

    @cached_property
    def sigmas(self) -> Tensor:
        """sqrt((1 - alpha_bar) / alpha_bar), the noise over the signal, rising with t."""
        return self.log_sigma.exp()

    @cached_property
    def log_sigma(self) -> Tensor:
        """log of `sigmas`."""
        return -self.log_snr / 2

    @cached_property
    def flow_time(self) -> Tensor:
        """tau = sqrt(alpha_bar) / (sqrt(alpha_bar) + sqrt(1 - alpha_bar)): x_t over that sum lies tau of the
        way from the noise to the data (Lipman et al. 2023, with the linear path)."""
        signal = self.alpha_bars.sqrt()
        return signal / (signal + (1 - self.alpha_bars).sqrt())

    def _coordinate(self, along: Coordinate) -> Tensor:
        """What steps are spaced evenly in, (T,), falling with t."""
        if along == "log-snr":
            return self.log_snr
        if along == "uniform":
            return -torch.arange(self.steps, dtype=torch.float64)
        return self.flow_time if along == "flow time" else -torch.exp(-self.log_snr / (2 * RHO))

    # ---- values ----------------------------------------------------------------------------------

    @overload
    def alpha_bar(self, t: int) -> float: ...
    @overload
    def alpha_bar(self, t: Tensor) -> Tensor: ...
    def alpha_bar(self, t: int | Tensor) -> float | Tensor:
        """alpha_bar at step t; t = -1 is the data itself, where it is 1. That of a tensor of steps is on its
        device, in float64 where it has that."""
        if isinstance(t, Tensor):
            return moved(self.alpha_bars, t.device)[t]
        if not -1 <= t < self.steps:
            raise ValueError(f"Step t = {t} is outside [-1, {self.steps - 1}].")
        return 1.0 if t == -1 else self._alpha_bar_list[t]

    @cached_property
    def _alpha_bar_list(self) -> list[float]:
        return self.alpha_bars.tolist()

    @property
    def terminal_signal(self) -> float:
        """sqrt(alpha_bar_T), the share of the data that is left in the noisiest step."""
        return math.sqrt(self._alpha_bar_list[-1])

    def first_informative_step(self, signal: float = INFORMATIVE_SIGNAL) -> int:
        """The largest t with sqrt(alpha_bar_t) >= signal: steps beyond it hold pure noise and may be
        skipped."""
        informative = torch.nonzero(self.alpha_bars.sqrt() >= signal)
        return int(informative[-1]) if len(informative) else 0

    def timesteps(
        self, count: int | None = None, start: int | None = None, along: Coordinate = "log-snr"
    ) -> list[int]:
        """The steps a sampler visits, noisiest first, ending with t = 0.

        start   the first step visited, default T - 1
        count   how many steps, spaced evenly (few where little happens); default every step
        along   what they are spaced evenly in: log-SNR, t itself (uniform), sigma^(1/7) with
                sigma^2 = (1 - alpha_bar) / alpha_bar (Karras et al. 2022, eq. 5), or `flow_time`
        """
        start = self.steps - 1 if start is None else start
        if not 0 <= start < self.steps:
            raise ValueError(f"The start step {start} is outside [0, {self.steps - 1}].")
        if count is None:
            return list(range(start, -1, -1))
        if not 2 <= count <= start + 1:
            raise ValueError(
                f"From step {start} a sampler takes between 2 and {start + 1} steps, not {count}."
            )
        level = self._coordinate(along)[: start + 1].flip(0)  # rising towards t = 0
        wanted = torch.linspace(float(level[0]), float(level[-1]), count, dtype=torch.float64)
        # In log-SNR the next cleaner step is taken, elsewhere the nearest one.
        ends = level if along == "log-snr" else (level[1:] + level[:-1]) / 2
        index = torch.searchsorted(ends.contiguous(), wanted).clamp(max=start)
        return _distinct([start - int(i) for i in index], count, start)


@dataclass(frozen=True)
class GivenSchedule(NoiseSchedule):
    """The noise levels of somebody else's model, whatever formula they came from.

    given   alpha_bar of each step, falling, in (0, 1); the last may well leave some of the data, as the
            schedules of many models do

    Raises ValueError for fewer than 10 or more than 4,000 levels, and for others than these.
    """

    given: tuple[float, ...] = ()

    @classmethod
    def of(cls, alpha_bars: Tensor) -> GivenSchedule:
        """From alpha_bar of each step (T,)."""
        levels = tuple(alpha_bars.double().tolist())
        return cls(steps=len(levels), given=levels)

    def __post_init__(self) -> None:
        if not 10 <= len(self.given) <= MAX_STEPS or self.steps != len(self.given):
            raise ValueError(f"A schedule has between 10 and {MAX_STEPS} steps, not {len(self.given)}.")
        pairs = zip(self.given, self.given[1:], strict=False)
        if not all(0 < level < 1 for level in self.given) or any(later >= level for level, later in pairs):
            raise ValueError("The levels alpha_bar of a schedule fall from step to step, between 1 and 0.")

    @cached_property
    def betas(self) -> Tensor:
        levels = torch.tensor((1.0, *self.given), dtype=torch.float64)
        return 1 - levels[1:] / levels[:-1]


def _distinct(steps: list[int], count: int, start: int) -> list[int]:
    """Exactly count steps from start down to 0: duplicates give way to the noisiest steps left out."""
    chosen = {start, 0, *steps}
    for t in range(start, -1, -1):
        if len(chosen) >= count:
            break
        chosen.add(t)
    return sorted(chosen, reverse=True)[: count - 1] + [0]
