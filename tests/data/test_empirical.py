"""The perfect denoiser of a finite set, against sums over its members."""

import math

import numpy as np
import pytest
import torch

from explorer.data import empirical
from explorer.data.empirical import empirical_mean, empirical_noise

DRAW = np.random.default_rng(3)
MEMBERS = DRAW.normal(size=(40, 2))
POINTS = 2 * DRAW.normal(size=(25, 2))


def brute_force(x: np.ndarray, alpha_bar: float) -> np.ndarray:
    """E[x_0 | x_t] of one point in the plane: Bayes, member by member."""
    density = [
        math.exp(-((x - alpha_bar**0.5 * member) ** 2).sum() / (2 * (1 - alpha_bar))) for member in MEMBERS
    ]
    return sum(p * member for p, member in zip(density, MEMBERS, strict=True)) / sum(density)


@pytest.mark.parametrize("alpha_bar", [0.05, 0.5, 0.9])
def test_the_mean_is_that_of_bayes_in_the_plane(alpha_bar, monkeypatch):
    monkeypatch.setattr(empirical, "CHUNK", 7)  # members are compared in parts
    x_t = torch.from_numpy(POINTS)
    due = torch.from_numpy(np.stack([brute_force(x, alpha_bar) for x in POINTS]))
    mean = empirical_mean(torch.from_numpy(MEMBERS), x_t, alpha_bar)
    assert mean == pytest.approx(due, abs=1e-10)
    noise = empirical_noise(torch.from_numpy(MEMBERS), x_t, alpha_bar)
    assert noise == pytest.approx((x_t - alpha_bar**0.5 * due) / (1 - alpha_bar) ** 0.5, abs=1e-10)


def test_each_point_may_have_a_level_of_its_own():
    levels = torch.linspace(0.1, 0.95, len(POINTS))
    members, x_t = torch.from_numpy(MEMBERS), torch.from_numpy(POINTS)
    together = empirical_mean(members, x_t, levels)
    for i, level in enumerate(levels.tolist()):
        assert together[i] == pytest.approx(torch.from_numpy(brute_force(POINTS[i], level)), abs=1e-6)


def test_without_noise_it_is_the_nearest_member_and_in_nothing_but_noise_the_mean_of_all():
    members, x_t = torch.from_numpy(MEMBERS), torch.from_numpy(POINTS)
    nearest = members[torch.cdist(x_t, members).argmin(1)]
    assert empirical_mean(members, x_t, 1.0) == pytest.approx(nearest, abs=1e-9)
    assert empirical_mean(members, x_t, 0.0) == pytest.approx(members.mean(0).expand_as(x_t), abs=1e-12)


def test_what_does_not_fit_is_refused():
    members = torch.from_numpy(MEMBERS)
    with pytest.raises(ValueError, match=r"\(2,\), not \(3,\)"):
        empirical_mean(members, torch.zeros(4, 3), 0.5)
    with pytest.raises(ValueError, match="each of the 4 samples, not 3"):
        empirical_mean(members, torch.zeros(4, 2), torch.full((3,), 0.5))
