"""The figures of the score: which steps they show, and truth and model at the right points."""

import math

import numpy as np
import pytest
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.fields import noise_curves, noise_fields, shown_steps
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()
PLANE = GaussianMixture(((0.5, -1.0), (-0.3, 0.8)), (0.2, 0.1), (1.0, 2.0))
REGION = (-2.0, 2.0, -1.0, 3.0)


class Offset:
    """The truth of a mixture, moved by a constant: (0.3, -0.4) is 0.5 long."""

    def __init__(self, mixture, by):
        self.truth, self.by = TrueDenoiser(mixture, SCHEDULE), torch.tensor(by)
        self.schedule, self.shape = SCHEDULE, mixture.shape

    def predict_noise(self, x_t, t):
        return self.truth.predict_noise(x_t, t) + self.by


def marginal(mixture, point, t):
    """log p_t and its gradient at one point, summed mode by mode in Python floats."""
    alpha_bar = SCHEDULE.alpha_bar(t)
    total, slope = 0.0, [0.0] * len(point)
    for mean, sigma, weight in zip(mixture.means, mixture.sigmas, mixture.weights, strict=True):
        variance = alpha_bar * sigma**2 + 1 - alpha_bar
        offset = [x - math.sqrt(alpha_bar) * m for x, m in zip(point, mean, strict=True)]
        p = weight * math.exp(-sum(o * o for o in offset) / (2 * variance))
        p /= (2 * math.pi * variance) ** (len(point) / 2)
        total += p
        slope = [s - p * o / variance for s, o in zip(slope, offset, strict=True)]
    return math.log(total), [s / total for s in slope]


def test_shown_steps_fall_from_the_last_with_a_twentieth_of_the_signal_to_zero():
    steps = shown_steps(SCHEDULE, 24)
    assert len(steps) == 24
    assert all(a > b for a, b in zip(steps, steps[1:], strict=False))
    assert steps[-1] == 0
    assert math.sqrt(SCHEDULE.alpha_bar(steps[0])) >= 0.05 > math.sqrt(SCHEDULE.alpha_bar(steps[0] + 1))
    # Even in log-SNR, so that frames crowd where there is little noise: a tenth of the steps gets a third.
    assert sum(t < 24 for t in steps) >= 8
    levels = SCHEDULE.log_snr[[t for t in steps if 20 < t < 220]].diff()
    assert levels.max() < 1.25 * levels.min()


def test_more_frames_than_steps_give_every_step():
    short = NoiseSchedule(steps=10, beta_first=0.3, beta_last=0.9)
    first = max(t for t in range(10) if math.sqrt(short.alpha_bar(t)) >= 0.05)
    assert shown_steps(short, 100) == list(range(first, -1, -1))


def test_curves_hold_the_noise_at_every_step_and_point():
    mixture, steps = line(1, 2, sigma=0.3), [200, 40, 0]
    model = Offset(mixture, [0.25])
    curves = noise_curves(model, model.truth, steps, -1.0, 4.0, points=11)
    assert curves.x == pytest.approx([-1 + 0.5 * i for i in range(11)])
    assert curves.steps.tolist() == steps
    assert curves.alpha_bars == pytest.approx([SCHEDULE.alpha_bar(t) for t in steps])
    for frame, t in enumerate(steps):
        scores = [marginal(mixture, [x], t)[1][0] for x in curves.x]
        noise = -math.sqrt(1 - SCHEDULE.alpha_bar(t)) * np.array(scores)
        assert curves.truth[frame] == pytest.approx(noise, rel=1e-3, abs=1e-4)
        assert curves.model[frame] == pytest.approx(noise + 0.25, rel=1e-3, abs=1e-4)
        assert curves.score(curves.truth)[frame] == pytest.approx(np.array(scores), rel=1e-3, abs=1e-3)


def test_curves_without_a_truth():
    curves = noise_curves(Offset(line(0), [0.1]), None, [5], -1.0, 1.0)
    assert curves.truth is None
    assert curves.model.shape == (1, 512)


def test_fields_have_rows_of_constant_y_the_lowest_first():
    steps = [150, 20]
    model = Offset(PLANE, [0.3, -0.4])
    fields = noise_fields(model, model.truth, steps, REGION, arrows=4, cells=5)
    # Centres of 4 x 4 cells of [-2, 2] x [-1, 3].
    assert fields.xy.tolist() == [[-1.5 + i, -0.5 + j] for j in range(4) for i in range(4)]
    assert fields.truth.shape == fields.model.shape == (2, 16, 2)
    assert fields.log_density.shape == fields.error.shape == (2, 5, 5)
    for frame, t in enumerate(steps):
        assert fields.alpha_bars[frame] == pytest.approx(SCHEDULE.alpha_bar(t))
        for at, point in enumerate(fields.xy.tolist()):
            expected = -math.sqrt(1 - SCHEDULE.alpha_bar(t)) * np.array(marginal(PLANE, point, t)[1])
            assert fields.truth[frame, at] == pytest.approx(expected, rel=1e-3, abs=1e-3)
            assert fields.model[frame, at] == pytest.approx(expected + [0.3, -0.4], rel=1e-3, abs=1e-3)
        for row in range(5):
            for column in range(5):
                point = [-2 + 0.8 * (column + 0.5), -1 + 0.8 * (row + 0.5)]
                expected = marginal(PLANE, point, t)[0]
                assert fields.log_density[frame, row, column] == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert fields.error == pytest.approx(0.5, abs=1e-4)


def test_fields_of_a_truth_that_is_no_mixture_are_refused():
    other = TrueDenoiser(object(), SCHEDULE)
    with pytest.raises(ValueError, match="need a mixture"):
        noise_fields(Offset(PLANE, [0.0, 0.0]), other, [5], REGION)


def test_cells_near_the_modes_are_those_within_three_quarters_of_the_gap():
    mixture = GaussianMixture(((-0.5, 0.0), (0.5, 0.0)), (0.05,))
    schedule = NoiseSchedule()
    truth = TrueDenoiser(mixture, schedule)
    fields = noise_fields(truth, truth, [0], (-2.0, 2.0, -2.0, 2.0), cells=40)
    middle = -2 + 4 * (np.arange(40) + 0.5) / 40
    x, y = np.meshgrid(middle, middle)
    signal = schedule.alpha_bar(0) ** 0.5
    nearest = np.minimum(np.hypot(x - 0.5 * signal, y), np.hypot(x + 0.5 * signal, y))
    assert np.array_equal(fields.near[0], nearest <= 0.75 * signal)
    assert fields.error.max() == 0
