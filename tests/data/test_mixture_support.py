"""What counts as a hallucination, how modes are drawn, a mixture as text, and what is refused."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture

PAIR = GaussianMixture(((0.0, 0.0), (3.0, 4.0)), (0.5, 0.1), (1.0, 3.0))


def test_distances_on_known_points():
    x = torch.tensor([[0.0, 0.0], [0.3, 0.4], [3.0, 3.8], [0.0, 3.0], [1.5, 2.0]])
    # From (1.5, 2) both centres are 2.5 away: 5 sigma of the first, 25 of the second.
    assert PAIR.distance_to_support(x).tolist() == pytest.approx([0, 1, 2, 6, 5], abs=1e-5)
    assert PAIR.nearest_mode(x).tolist() == [0, 0, 1, 0, 0]


def test_a_hallucination_is_beyond_k_sigma():
    x = torch.tensor([[0.0, 2.49], [0.0, 2.51], [3.0, 4.49], [3.0, 4.51], [math.nan, 0.0], [math.inf, 0.0]])
    assert PAIR.is_hallucination(x).tolist() == [False, True, False, True, True, True]
    assert PAIR.is_hallucination(x, k=5.3).tolist() == [False, False, False, False, True, True]


@pytest.mark.parametrize("k", [0.0, -1.0, 101.0, math.nan])
def test_thresholds_out_of_bounds_are_refused(k):
    with pytest.raises(ValueError, match=rf"{k:g} sigma is outside \(0, 100\]"):
        PAIR.is_hallucination(torch.zeros(1, 2), k)


def test_balanced_samples_take_the_modes_in_turn():
    mixture = GaussianMixture(((0.0,), (5.0,), (10.0,)), (0.01,))
    x = mixture.sample(100, seeded(0, "points"), balanced=True)
    assert mixture.nearest_mode(x).tolist() == [i % 3 for i in range(100)]


def test_modes_are_drawn_by_weight():
    mixture = GaussianMixture(((-5.0,), (0.0,), (5.0,)), (0.1,), (1.0, 3.0, 6.0))
    n = 50_000
    counts = torch.bincount(mixture.nearest_mode(mixture.sample(n, seeded(2, "points"))), minlength=3)
    for count, share in zip(counts.tolist(), (0.1, 0.3, 0.6), strict=True):
        assert abs(count - n * share) < 4 * math.sqrt(n * share * (1 - share))


def test_samples_have_the_spread_of_their_mode_and_repeat_with_the_seed():
    x = PAIR.sample(40_000, seeded(1, "points"))
    assert x.dtype == torch.float32
    for mode, sigma in enumerate(PAIR.sigmas):
        assert x[PAIR.nearest_mode(x) == mode].std(0).tolist() == pytest.approx([sigma] * 2, rel=0.03)
    assert torch.equal(x, PAIR.sample(40_000, seeded(1, "points")))
    assert not torch.equal(x, PAIR.sample(40_000, seeded(2, "points")))


# ---- as text -------------------------------------------------------------------------------------------


def random_mixture(generator):
    modes, dimensions = generator.integers(1, 65), generator.integers(1, 3)
    means = tuple(map(tuple, generator.uniform(-10, 10, (modes, dimensions))))
    sigmas = tuple(generator.uniform(0.005, 5, generator.choice([1, modes])))
    weights = tuple(generator.uniform(1e-3, 1, modes)) if generator.random() < 0.7 else ()
    return GaussianMixture(means, sigmas, weights)


@pytest.mark.parametrize(
    ("text", "mixture"),
    [
        ("1;2;3~0.05", GaussianMixture(((1.0,), (2.0,), (3.0,)), (0.05,))),
        ("-1.5", GaussianMixture(((-1.5,),), (0.05,))),
        ("0,0;1,1~0.1;0.2~0.25;0.75", GaussianMixture(((0, 0), (1, 1)), (0.1, 0.2), (1, 3))),
        ("0;1~~1;3", GaussianMixture(((0,), (1,)), (0.05,), (1, 3))),
    ],
)
def test_texts_and_the_mixtures_they_mean(text, mixture):
    assert GaussianMixture.from_text(text) == mixture
    assert GaussianMixture.from_text(mixture.to_text()) == mixture


def test_random_mixtures_survive_as_text():
    generator = np.random.default_rng(0)
    for mixture in (random_mixture(generator) for _ in range(60)):
        assert GaussianMixture.from_text(mixture.to_text()) == mixture


def test_the_longest_mixture_survives_as_text():
    generator = np.random.default_rng(1)
    means = tuple(map(tuple, generator.uniform(-10, 0, (64, 2))))
    mixture = GaussianMixture(
        means, tuple(generator.uniform(0.005, 5, 64)), tuple(generator.uniform(0, 1, 64))
    )
    assert GaussianMixture.from_text(mixture.to_text()) == mixture


@pytest.mark.parametrize(("count", "weight"), [(3, 0.3), (7, 0.9), (9, 0.1), (25, 4.1)])
def test_equal_weights_are_one_mixture_however_they_are_written(count, weight):
    means = tuple((i / 10,) for i in range(count))
    assert GaussianMixture(means, (0.05,), (weight,) * count) == GaussianMixture(means, (0.05,))


@pytest.mark.parametrize("text", ["", "a", "1;;2", "1,2;x", "1~2~3~4", "1~0.05;x", "<script>", "1;" * 9000])
def test_texts_that_are_no_mixture(text):
    with pytest.raises(ValueError, match="is not a mixture") as refusal:
        GaussianMixture.from_text(text)
    assert len(str(refusal.value)) < 150


# ---- refusals ------------------------------------------------------------------------------------------

ONE, TWO = ((0.0,),), ((0.0,), (1.0,))


@pytest.mark.parametrize(
    ("means", "sigmas", "weights", "message"),
    [
        ((), (0.1,), (), r"between 1 and 64 modes, not 0"),
        (((0.0,),) * 65, (0.1,), (), r"between 1 and 64 modes, not 65"),
        (((0.0,), (0.0, 1.0)), (0.1,), (), r"same number of coordinates"),
        (((0.0,) * 65,), (0.1,), (), r"coordinates, 1 to 64"),
        (((10.5,),), (0.1,), (), r"10\.5 is outside \[-10, 10\]"),
        (((0.0, -11.0),), (0.1,), (), r"-11 is outside \[-10, 10\]"),
        (((math.nan,),), (0.1,), (), r"nan is outside"),
        (((-math.inf,),), (0.1,), (), r"-inf is outside"),
        (ONE, (0.004,), (), r"0\.004 is outside \[0\.005, 5\]"),
        (ONE, (5.1,), (), r"5\.1 is outside \[0\.005, 5\]"),
        (ONE, (math.nan,), (), r"nan is outside \[0\.005, 5\]"),
        (ONE, (), (), r"one sigma, or one for each of the 1 modes, not 0"),
        (TWO, (0.1,) * 3, (), r"each of the 2 modes, not 3"),
        (TWO, (0.1,), (1.0,), r"one weight for each of the 2 modes, not 1"),
        (TWO, (0.1,), (0.0, 1.0), r"weight 0 is not a positive number"),
        (TWO, (0.1,), (-1.0, 1.0), r"weight -1 is not"),
        (TWO, (0.1,), (math.nan, 1.0), r"weight nan is not"),
        (TWO, (0.1,), (math.inf, 1.0), r"weight inf is not"),
        (TWO, (0.1,), (1e308, 1e308), r"weight"),
        (TWO, (0.1,), (5e-324, 1e308), r"weight"),
    ],
)
def test_refusals_name_the_value_and_the_bound(means, sigmas, weights, message):
    with pytest.raises(ValueError, match=message):
        GaussianMixture(means, sigmas, weights)


def test_no_samples_are_refused():
    with pytest.raises(ValueError, match="at least one sample, not 0"):
        PAIR.sample(0, seeded(0, "points"))
