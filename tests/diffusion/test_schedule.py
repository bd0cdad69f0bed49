"""Schedules against their formulas, what they refuse, and which steps a sampler visits."""

import itertools
import math

import numpy as np
import pytest
import torch

from explorer.diffusion.schedule import NoiseSchedule

PAPER = NoiseSchedule()
KINDS = [PAPER, *map(NoiseSchedule, ("cosine", "sigmoid", "flow")), NoiseSchedule(steps=200)]


def test_alpha_bar_is_the_cumulative_product_of_the_authors_betas():
    product, expected = 1.0, []
    for t in range(1000):
        product *= 1 - (1e-3 + (0.2 - 1e-3) * t / 999)
        expected.append(product)
    assert [PAPER.alpha_bar(t) for t in range(1000)] == pytest.approx(expected, rel=1e-11)
    assert math.log(expected[-1]) == pytest.approx(-107.967, abs=1e-3)
    assert PAPER.terminal_signal == pytest.approx(math.exp(-53.9836), rel=1e-4)


@pytest.mark.parametrize("schedule", KINDS, ids=lambda one: f"{one.kind}-{one.steps}")
def test_sigma_is_the_noise_over_the_signal(schedule):
    levels = [schedule.alpha_bar(t) for t in range(schedule.steps)]
    assert schedule.sigmas.tolist() == pytest.approx([math.sqrt((1 - a) / a) for a in levels], rel=1e-9)
    assert schedule.log_sigma.tolist() == pytest.approx([math.log((1 - a) / a) / 2 for a in levels])


def test_step_minus_one_is_the_data_and_tensors_of_steps_are_looked_up():
    assert PAPER.alpha_bar(-1) == 1
    t = torch.tensor([[0, 999], [500, 3]])
    assert PAPER.alpha_bar(t).dtype == torch.float64
    assert PAPER.alpha_bar(t).tolist() == [[PAPER.alpha_bar(int(s)) for s in row] for row in t]
    for outside in (-2, 1000):
        with pytest.raises(ValueError, match=rf"t = {outside} is outside \[-1, 999\]"):
            PAPER.alpha_bar(outside)


def test_cosine_follows_its_formula_until_the_clip():
    def phase(t):
        return math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2

    cosine = NoiseSchedule("cosine")
    expected = [phase(t + 1) / phase(0) for t in range(1000)]
    assert [cosine.alpha_bar(t) for t in range(998)] == pytest.approx(expected[:998], rel=1e-6)
    assert float(cosine.betas.max()) == 0.999


def test_sigmoid_follows_its_formula_until_the_clip():
    def logistic(x):
        return 1 / (1 + math.exp(-x))

    low, high = logistic(-3), logistic(3)
    expected = [(high - logistic(6 * (t + 1) / 1000 - 3)) / (high - low) for t in range(998)]
    sigmoid = NoiseSchedule("sigmoid")
    assert [sigmoid.alpha_bar(t) for t in range(998)] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("steps", [100, 1000, 4000])
def test_the_flow_schedule_is_even_in_flow_time(steps):
    """alpha_bar = tau^2 / (tau^2 + (1 - tau)^2) tau from 1, the data, to 0 in T + 1 parts."""
    flow = NoiseSchedule("flow", steps)
    tau = 1 - np.arange(1, steps + 1) / (steps + 1)
    assert flow.alpha_bars.numpy() == pytest.approx(tau**2 / (tau**2 + (1 - tau) ** 2), rel=1e-9)
    assert flow.flow_time.numpy() == pytest.approx(tau, rel=1e-7)
    assert flow.terminal_signal <= 0.01


def test_too_few_steps_of_flow_time_leave_data_in_the_noise():
    with pytest.raises(ValueError, match=r"After 99 steps a share .* = 0\.0101 of the data is left"):
        NoiseSchedule("flow", 99)


@pytest.mark.parametrize("schedule", KINDS, ids=str)
def test_log_snr_is_the_ratio_of_signal_to_noise_and_falls(schedule):
    expected = [math.log(schedule.alpha_bar(t) / (1 - schedule.alpha_bar(t))) for t in range(schedule.steps)]
    assert schedule.log_snr.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert (schedule.log_snr.diff() < 0).all()


def test_the_first_informative_step_of_the_authors_schedule():
    first = PAPER.first_informative_step()
    assert first == 343
    assert math.sqrt(PAPER.alpha_bar(first)) >= 2e-3 > math.sqrt(PAPER.alpha_bar(first + 1))
    tenth = PAPER.first_informative_step(0.1)
    assert math.sqrt(PAPER.alpha_bar(tenth)) >= 0.1 > math.sqrt(PAPER.alpha_bar(tenth + 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "square"}, "no schedule named 'square'"),
        ({"steps": 9}, "between 10 and 4000 steps, not 9"),
        ({"steps": 4001}, "not 4001"),
        ({"steps": 99.5}, "not 99.5"),
        ({"beta_first": 0.0}, r"0 < first <= last < 1, not 0 and 0\.2"),
        ({"beta_first": 0.3}, r"not 0\.3 and 0\.2"),
        ({"beta_last": 1.0}, r"not 0\.001 and 1"),
        ({"beta_first": math.nan}, "not nan"),
        ({"beta_last": math.nan}, "and nan"),
    ],
)
def test_refusals_name_the_value_and_the_bound(changes, message):
    with pytest.raises(ValueError, match=message):
        NoiseSchedule(**changes)


def test_a_schedule_that_does_not_end_in_noise_is_refused_with_its_share():
    # Ho et al.'s betas want 1,000 steps; at 100 a third of the data is left.
    share = math.sqrt(np.prod(1 - np.linspace(1e-4, 0.02, 100)))
    assert 0.5 < share < 0.7
    with pytest.raises(ValueError, match=rf"After 100 steps a share .* = {share:.3g} of the data"):
        NoiseSchedule(steps=100, beta_first=1e-4, beta_last=0.02)
    assert NoiseSchedule(steps=1000, beta_first=1e-4, beta_last=0.02).terminal_signal < 0.01


@pytest.mark.parametrize("schedule", KINDS, ids=str)
def test_exactly_as_many_distinct_falling_steps_as_asked_for(schedule):
    last = schedule.steps - 1
    starts = {last, schedule.first_informative_step(), last // 3, 40, 1}
    for start, count in itertools.product(starts, (2, 3, 5, 10, 17, 41, 50, 100, 199, 300, 344, 999)):
        if count <= start + 1:
            steps = schedule.timesteps(count, start)
            assert len(steps) == count
            assert (steps[0], steps[-1]) == (start, 0)
            assert all(a > b for a, b in itertools.pairwise(steps))


def test_every_step_by_default():
    assert PAPER.timesteps() == list(range(999, -1, -1))
    assert PAPER.timesteps(start=3) == [3, 2, 1, 0]
    assert PAPER.timesteps(4, 3) == [3, 2, 1, 0]


def test_respaced_steps_are_even_in_log_snr():
    steps = PAPER.timesteps(12, 343)
    levels = [float(PAPER.log_snr[t]) for t in steps]
    ideal = np.linspace(levels[0], levels[-1], 12)
    for t, level, wanted in zip(steps, levels, ideal, strict=True):
        # No step of the schedule lies between the one taken and the one wanted.
        neighbours = [float(PAPER.log_snr[s]) for s in (max(t - 1, 0), min(t + 1, 343))]
        assert min(level, *neighbours) - 1e-9 <= wanted <= max(level, *neighbours) + 1e-9


@pytest.mark.parametrize(
    ("count", "start", "message"),
    [
        (1, None, "between 2 and 1000 steps, not 1"),
        (1001, None, "not 1001"),
        (346, 344, "From step 344 a sampler takes between 2 and 345 steps, not 346"),
        (None, 1000, r"start step 1000 is outside \[0, 999\]"),
        (None, -1, r"start step -1 is outside"),
    ],
)
def test_walks_that_are_refused(count, start, message):
    with pytest.raises(ValueError, match=message):
        PAPER.timesteps(count, start)


def test_a_schedule_so_noisy_that_alpha_bar_vanishes_is_still_finite_or_is_refused():
    # The product of 1 - beta over 4,000 steps up to 0.9 is e^-2400, which is 0 in float64.
    try:
        schedule = NoiseSchedule(steps=4000, beta_last=0.9)
    except ValueError:
        return
    assert torch.isfinite(schedule.log_snr).all()
    assert schedule.timesteps(20)[1] < 3990
