"""Which reverse process is run: one frozen value, part of every experiment."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

from explorer.diffusion.runge_kutta import SMALLEST_STEP, steps_with_room
from explorer.diffusion.schedule import Coordinate, NoiseSchedule

Variance = Literal["beta", "posterior", "learned"]
Solver = Literal["first-order", "heun", "dpm-solver++", "rk4", "flow-euler", "flow-heun"]
Spacing = Literal["log-snr", "uniform", "karras"]

SOLVER_NAMES: dict[str, str] = {
    "heun": "Heun",
    "dpm-solver++": "DPM-Solver++(2M)",
    "rk4": "Runge-Kutta 4",
    "flow-euler": "flow Euler",
    "flow-heun": "flow Heun",
}
FLOW_SOLVERS = ("flow-euler", "flow-heun")
SINGLE_EVALUATION = ("first-order", "flow-euler")  # a call a step, and no memory
EVALUATIONS = {"heun": 2, "flow-heun": 2, "rk4": 4}  # of the denoiser in a step but the last, where not one
MAX_CHURN = 200.0


@dataclass(frozen=True)
class SamplerSpec:
    """Which reverse process to run.

    eta                 1 is ancestral DDPM, 0 is DDIM (Song et al. 2020, eq. 12 and 16), anything between
                        mixes them
    variance            of the noise added at eta = 1: beta_t, the authors' "fixed-large", the posterior's, or
                        learned, between these as the network says at each x_t, and beyond; the posterior's of
                        a denoiser that says nothing
    steps               how many of the schedule's steps to visit, spaced as `spacing` says; None visits every
                        one
    skip_noise          start at the first informative step instead of at T: the steps before hold pure noise
    stochastic_below    DDIM with late noise: eta is 0 above this step, and `eta` from it down
    solver              of the probability-flow equation; all but first-order need eta = 0:
                        first-order     DDPM and DDIM
                        heun            trapezoids in sigma (Karras et al. 2022, algorithm 1)
                        dpm-solver++    two steps' x0_hat, 2M (Lu et al. 2022, algorithm 2)
                        rk4             Runge-Kutta of order four in log sigma, inner evaluations at trained
                                        steps
                        flow-euler      Euler in flow time tau = a / (a + b), with a = sqrt(alpha_bar) and
                                        b = sqrt(1 - alpha_bar): of the same steps it makes what DDIM makes
                        flow-heun       trapezoids in flow time
                        The step from t = 0 to the data is first order for all of them
    spacing             of the visited steps: evenly in log-SNR; uniform, in the solver's time, which is t, of
                        flow solvers tau; karras, in sigma^(1/7) (Karras et al. 2022, eq. 5). The trained
                        steps nearest to that are taken, each once
    churn               heun only: S_churn of Karras et al. (2022, algorithm 2), at every sigma and with
                        S_noise = 1. Each step starts by adding noise, up to the noisier trained step that is
                        nearest to sigma (1 + gamma)
    """

    eta: float = 1.0
    variance: Variance = "beta"
    steps: int | None = None
    skip_noise: bool = True
    stochastic_below: int | None = None
    solver: Solver = "first-order"
    spacing: Spacing = "log-snr"
    churn: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.eta <= 1:
            raise ValueError(f"eta = {self.eta:g} is outside [0, 1].")
        if self.variance not in get_args(Variance):
            raise ValueError(f"The variance is beta, posterior or learned, not {self.variance!r}.")
        if self.steps is not None and not (isinstance(self.steps, int) and self.steps >= 2):
            raise ValueError(f"A sampler takes at least 2 steps, not {self.steps}.")
        for field, chosen, options in (
            ("solver", self.solver, get_args(Solver)),
            ("spacing", self.spacing, get_args(Spacing)),
        ):
            if chosen not in options:
                raise ValueError(f"There is no {field} {chosen!r}; take {', '.join(options)}.")
        if self.solver != "first-order" and (self.eta != 0 or self.stochastic_below is not None):
            raise ValueError(
                f"{SOLVER_NAMES[self.solver]} solves the equation without noise: it needs eta = 0 and no "
                f"stochastic_below, not {self.eta:g} and {self.stochastic_below}."
            )
        if not 0 <= self.churn <= MAX_CHURN:
            raise ValueError(f"The churn {self.churn:g} is outside [0, {MAX_CHURN:g}].")
        if self.churn and self.solver != "heun":
            raise ValueError(f"Only heun takes churn; the solver is {self.solver}.")

    @property
    def name(self) -> str:
        """Short name for people: DDPM, DDIM, what lies between, or the solver's."""
        kind = {1.0: "DDPM", 0.0: "DDIM"}.get(self.eta, f"eta {self.eta:g}")
        if self.stochastic_below is not None:
            kind = f"DDIM, {kind} from t = {self.stochastic_below}"
        kind = SOLVER_NAMES.get(self.solver, kind)
        churn = f", churn {self.churn:g}" if self.churn else ""
        variance = f", {self.variance} variance" if self.variance != "beta" and self.eta > 0 else ""
        spacing = {"log-snr": "", "uniform": ", uniform", "karras": ", Karras"}[self.spacing]
        spacing = spacing and f"{spacing} spacing"
        steps = "every step" if self.steps is None else f"{self.steps} steps{spacing}"
        return f"{kind}{churn}{variance}, {steps}"

    @property
    def is_stochastic(self) -> bool:
        """Whether it adds noise on the way."""
        return self.eta > 0 or self.churn > 0

    @property
    def is_single_evaluation(self) -> bool:
        """Whether a step needs the noise of x_t alone: no further evaluation, no earlier step, no churn."""
        return self.solver in SINGLE_EVALUATION

    def timesteps(self, schedule: NoiseSchedule) -> list[int]:
        """The steps visited, noisiest first. Raises ValueError for more steps than there are, or than leave
        room for the inner evaluations of rk4."""
        start, most = self._start(schedule), self.most_steps(schedule)
        if self.solver == "rk4" and self.steps is None:
            raise ValueError(
                f"Runge-Kutta evaluates between its steps, so it cannot visit every one: "
                f"take between 2 and {most} steps."
            )
        along: Coordinate = self.spacing
        if along == "uniform" and self.solver in FLOW_SOLVERS:
            along = "flow time"
        visited = schedule.timesteps(self.steps, start, along)
        if self.solver != "rk4":
            return visited
        return steps_with_room((-schedule.log_snr).tolist(), visited)

    def most_steps(self, schedule: NoiseSchedule) -> int:
        """As many steps as it can visit."""
        start = self._start(schedule)
        return start // SMALLEST_STEP + 1 if self.solver == "rk4" else start + 1

    def calls(self, schedule: NoiseSchedule) -> int:
        """How often the denoiser is called for a sample."""
        return (len(self.timesteps(schedule)) - 1) * EVALUATIONS.get(self.solver, 1) + 1

    def with_calls(self, calls: int, schedule: NoiseSchedule) -> SamplerSpec:
        """The same with as many steps as bring its calls nearest to a budget: at least 2, at most as many as
        the schedule has room for. Raises ValueError for less than one call."""
        if calls < 1:
            raise ValueError(f"A budget has at least one call, not {calls}.")
        steps = int((calls - 1) / EVALUATIONS.get(self.solver, 1) + 1.5)
        return dataclasses.replace(self, steps=min(max(steps, 2), self.most_steps(schedule)))

    def eta_at(self, t: int) -> float:
        return 0.0 if self.stochastic_below is not None and t > self.stochastic_below else self.eta

    def _start(self, schedule: NoiseSchedule) -> int:
        return schedule.first_informative_step() if self.skip_noise else schedule.steps - 1


def skipped_steps(schedule: NoiseSchedule, spec: SamplerSpec) -> int:
    """How many steps of pure noise a sampler leaves out: those before sqrt(alpha_bar) reaches 2e-3."""
    return schedule.steps - 1 - schedule.first_informative_step() if spec.skip_noise else 0
