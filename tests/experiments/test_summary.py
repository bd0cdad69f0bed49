"""Counts, shares and widths, from a density and from samples that are known."""

import json

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line
from explorer.diffusion.exact_density.density import Density
from explorer.experiments.measurement import THRESHOLDS, Measurement
from explorer.experiments.summary import RunSummary, summarize


def exact(mixture, of):
    """The measurement of a model whose density is that of another mixture."""
    x = np.linspace(-7, 7, 20_001)[:-1] + 14 / 40_000
    density = Density(x, of.log_density(torch.from_numpy(x)[:, None]).exp().numpy())
    return Measurement(density, None, {k: density.mass_beyond(mixture, k) for k in THRESHOLDS}, None)


def test_a_density_gives_shares_widths_and_rates():
    mixture, wide = line(0, 1, 2, sigma=0.05), line(0, 1, 2, sigma=0.075)
    found = summarize(exact(mixture, wide), mixture)
    assert found.mode_shares == pytest.approx([0.3330] * 3, abs=1e-3)
    assert found.width == pytest.approx(1.5, rel=0.02)
    assert found.beyond[4] == pytest.approx(0.0077, rel=0.02)  # beyond 4 / 1.5 sigma of a normal: 0.00766
    assert found.n is None
    assert found.rate(5) is None


def test_modes_that_are_lost_do_not_count_in_the_width():
    mixture = line(-3, 0, 3)
    found = summarize(exact(mixture, line(0, sigma=0.1)), mixture)
    assert found.mode_shares == pytest.approx([0, 0.9876, 0], abs=1e-3)  # within 2.5 of its own sigma
    assert 1.5 < found.width < 2
    nothing = summarize(exact(mixture, line(6, sigma=0.1)), mixture)
    assert nothing.width is None


def test_samples_give_the_same_with_an_interval():
    mixture = grid()
    x = mixture.sample(20_000, seeded(0, "sampling"), balanced=True)
    x[:1000] += 5.0
    beyond = {k: float((mixture.distance_to_support(x) > k).double().mean()) for k in THRESHOLDS}
    found = summarize(Measurement(None, x.numpy(), beyond, len(x)), mixture)
    assert found.beyond[5] == pytest.approx(0.05, abs=1e-3)
    assert found.rate(5).count == round(20_000 * found.beyond[5])
    assert found.mode_shares == pytest.approx([0.95 / 25] * 25, abs=1e-3)
    assert sum(found.mode_counts) == found.n - found.beyond_counts[5]
    assert found.width == pytest.approx(1, abs=0.02)
    low, high = found.rate(5).interval
    assert low < 0.05 < high


@pytest.mark.parametrize("n", [1, 3, 7, 49, 1_000, 4_000, 16_384, 20_000, 65_536, 999_983])
def test_stored_shares_are_read_back_as_the_counts_they_were(n):
    counts = sorted({*range(min(n, 300) + 1), *range(max(0, n - 300), n + 1), n // 3, n // 2})
    found = RunSummary(n=n, beyond_counts=dict(enumerate(counts)), mode_counts=tuple(counts), width=1.5)
    stored = json.loads(json.dumps(found.to_json()))
    assert stored["mode_shares"] == [count / n for count in counts]
    assert RunSummary.from_json(stored) == found


def test_exact_masses_are_stored_as_they_are():
    masses = (0.1, 1 / 3, 1e-12, 0.0)
    found = RunSummary(n=None, beyond_counts={5: 1e-9, 6: 0.1 + 0.2}, mode_counts=masses, width=None)
    assert found.mode_shares == masses
    assert RunSummary.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.rate(5) is None


def test_errors_are_kept_where_there_are_any_and_missing_where_none_were_stored():
    found = RunSummary(
        n=None, beyond_counts={5: 1e-9, 6: 1e-10}, mode_counts=(), width=None, error={5: 2e-12, 6: 0.0}
    )
    stored = json.loads(json.dumps(found.to_json()))
    assert RunSummary.from_json(stored) == found
    assert (found.numerical_error(5), found.numerical_error(6)) == (2e-12, 0)
    del stored["error"]
    old = RunSummary.from_json(stored)
    assert (old.error, old.numerical_error(5), old.beyond) == (None, None, found.beyond)
    assert "error" not in old.to_json()


def test_pictures_are_rated_by_their_kinds():
    kinds = {"valid": 60, "duplicate": 3, "empty": 1}
    found = summarize(Measurement(None, None, None, 64, kinds), None)
    assert (found.rate(5).count, found.rate(5).n) == (4, 64)
    assert (found.beyond, found.mode_shares, found.width) == (None, (), None)


@pytest.mark.parametrize(
    "values", [{"n": 3}, {"beyond": None, "mode_shares": [], "n": 3, "width": 1.0, "luck": 1}]
)
def test_fields_that_are_missing_or_unknown_are_refused(values):
    with pytest.raises((KeyError, TypeError)):
        RunSummary.from_json(values)
