"""What a sampler visits and what it costs, what it is called, and what is refused."""

import itertools
import math

import numpy as np
import pytest

from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()
SIGMA = ((1 - SCHEDULE.alpha_bars) / SCHEDULE.alpha_bars).sqrt().numpy()


def of(solver, steps=20, **changes):
    return SamplerSpec(0.0, steps=steps, solver=solver, **changes)


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (of("heun"), "Heun, 20 steps"),
        (of("heun", churn=40.0), "Heun, churn 40, 20 steps"),
        (of("dpm-solver++", spacing="karras"), "DPM-Solver++(2M), 20 steps, Karras spacing"),
        (of("rk4"), "Runge-Kutta 4, 20 steps"),
        (of("flow-euler", spacing="uniform"), "flow Euler, 20 steps, uniform spacing"),
        (of("flow-heun", None), "flow Heun, every step"),
    ],
)
def test_names_for_people(spec, name):
    assert spec.name == name


@pytest.mark.parametrize(
    ("solver", "calls"),
    [
        ("first-order", 20),
        ("heun", 39),
        ("dpm-solver++", 20),
        ("rk4", 77),
        ("flow-euler", 20),
        ("flow-heun", 39),
    ],
)
def test_calls(solver, calls):
    assert of(solver).calls(SCHEDULE) == calls


@pytest.mark.parametrize("solver", ["first-order", "heun", "dpm-solver++", "rk4", "flow-heun"])
@pytest.mark.parametrize("budget", [1, 5, 10, 23, 50, 100, 9_999])
def test_no_other_number_of_steps_comes_nearer_to_a_budget(solver, budget):
    found = of(solver).with_calls(budget, SCHEDULE)
    away = abs(found.calls(SCHEDULE) - budget)
    for steps in (found.steps - 1, found.steps + 1):
        if 2 <= steps <= found.most_steps(SCHEDULE):
            assert away <= abs(of(solver, steps).calls(SCHEDULE) - budget)


def test_karras_levels_are_even_in_the_seventh_root_of_sigma():
    """Karras et al. (2022), eq. 5: (smax^(1/7) + i / (N - 1) (smin^(1/7) - smax^(1/7)))^7."""
    visited = of("heun", 15, spacing="karras").timesteps(SCHEDULE)
    high, low = SIGMA[343] ** (1 / 7), SIGMA[0] ** (1 / 7)
    for place, t in enumerate(visited[:9]):  # farther down a level may be taken already
        wanted = high + place / 14 * (low - high)
        assert t == int(np.abs(SIGMA ** (1 / 7) - wanted).argmin())


def test_uniform_steps_are_even_in_the_solvers_time():
    assert of("heun", 8, spacing="uniform").timesteps(SCHEDULE) == [343, 294, 245, 196, 147, 98, 49, 0]
    tau = 1 / (1 + SIGMA)
    visited = of("flow-heun", 8, spacing="uniform").timesteps(SCHEDULE)
    for t, wanted in zip(visited, np.linspace(tau[343], tau[0], 8), strict=True):
        assert t == int(np.abs(tau - wanted).argmin())


@pytest.mark.parametrize("solver", ["first-order", "rk4", "flow-euler"])
@pytest.mark.parametrize("spacing", ["log-snr", "uniform", "karras"])
@pytest.mark.parametrize("count", [2, 17, 100])
def test_every_spacing_gives_as_many_distinct_falling_steps(solver, spacing, count):
    visited = of(solver, count, spacing=spacing).timesteps(SCHEDULE)
    assert len(visited) == count
    assert (visited[0], visited[-1]) == (343, 0)
    assert all(a > b for a, b in itertools.pairwise(visited))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"solver": "euler"}, "no solver 'euler'; take first-order, heun"),
        ({"spacing": "even"}, "no spacing 'even'; take log-snr, uniform, karras"),
        ({"solver": "heun"}, "Heun solves the equation without noise: it needs eta = 0 .* not 1 and None"),
        ({"solver": "rk4", "eta": 0.0, "stochastic_below": 9}, "no stochastic_below, not 0 and 9"),
        ({"churn": 5.0}, "Only heun takes churn; the solver is first-order"),
        ({"solver": "heun", "eta": 0.0, "churn": -1.0}, r"churn -1 is outside \[0, 200\]"),
        ({"solver": "heun", "eta": 0.0, "churn": math.nan}, "churn nan"),
    ],
)
def test_refusals_name_the_value_and_the_bound(changes, message):
    with pytest.raises(ValueError, match=message):
        SamplerSpec(**changes)


def test_budgets_and_numbers_of_steps_out_of_bounds_are_refused():
    with pytest.raises(ValueError, match="at least one call, not 0"):
        of("heun").with_calls(0, SCHEDULE)
    with pytest.raises(ValueError, match="cannot visit every one: take between 2 and 115 steps"):
        of("rk4", None).timesteps(SCHEDULE)
    with pytest.raises(ValueError, match="at most 115 steps, not 116"):
        of("rk4", 116).timesteps(SCHEDULE)
