"""The start page's two samples: one is honest, one is not, and they are those of the Trajectories page."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.experiments.start_page_example import K, start_example
from explorer.experiments.trials import trial


def test_one_settles_and_one_hallucinates():
    told = start_example()
    mixture = told.result.experiment.mixture
    ends = told.x0_hat[-1]
    away = [
        min(abs(end - m) / s for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)) for end in ends
    ]
    assert away[0] <= K < away[1]
    assert told.steps[-1] == 0
    assert len(told.steps) == len(told.x0_hat) == 60


def test_they_are_samples_of_the_default_trial():
    told = start_example()
    drawn = finish(trial(told.result, 100_000, told.result.experiment.sampler))
    assert told.x0_hat[-1] == pytest.approx(drawn.samples[list(told.rows), 0], abs=1e-6)
    assert list(drawn.hallucinated(K)[list(told.rows)]) == [False, True]
    assert np.isfinite(told.x0_hat).all()
