"""Drawn hands have five fingers, always; their perfect denoiser is that of a finite set."""

import math

import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data import empirical
from explorer.data.distribution import KnownDistribution
from explorer.data.hands import five_fingers
from explorer.data.hands.drawing import draw_hands
from explorer.data.hands.finger_count import count_fingers
from explorer.data.hands.five_fingers import KINDS, FiveFingers, references

HANDS = FiveFingers()


@pytest.fixture(scope="module")
def many():
    return HANDS.sample(3_000, seeded(0, "hands"))


def test_it_is_a_known_distribution_of_one_size():
    assert isinstance(HANDS, KnownDistribution)
    assert HANDS.shape == (1, 48, 48)
    with pytest.raises(ValueError, match="64"):
        FiveFingers(64)


def test_samples_are_pictures_of_black_ground_and_white_ink(many):
    assert many.shape == (3_000, 1, 48, 48)
    assert many.dtype == torch.float32
    assert many.amin((1, 2, 3)).eq(-1).all()
    assert many.amax((1, 2, 3)).eq(1).all()
    soft = ((many > -0.98) & (many < 0.98)).float().mean((1, 2, 3))
    assert soft.min() > 0.02  # edges are smooth
    assert soft.max() < 0.15


def test_nothing_but_the_wrist_reaches_an_edge(many):
    assert (many[:, 0, -1] > 0).any(1).all()
    for edge in (many[:, 0, 0], many[:, 0, :, 0], many[:, 0, :, -1]):
        assert edge.eq(-1).all()


def test_every_sample_has_five_fingers_by_count(many):
    assert count_fingers(many).count.eq(5).all()
    assert not HANDS.is_hallucination(many).any()
    assert HANDS.distance_to_support(many).eq(0).all()
    assert HANDS.kinds(many).eq(0).all()


@pytest.mark.slow
def test_ten_thousand_samples_have_five_fingers_by_count():
    drawn = draw_hands(10_000, seeded(1, "hands"))
    assert count_fingers(drawn).count.ne(5).sum() < 300  # so few are drawn again
    assert count_fingers(HANDS.sample(10_000, seeded(1, "hands"))).count.eq(5).all()


def test_a_drawing_that_does_not_count_five_is_drawn_again(monkeypatch):
    drawn = []

    def six_then_five(n, generator, fingers, *, mirrored):
        drawn.append(n)
        return draw_hands(n, generator, 6 if len(drawn) == 1 else fingers, mirrored=mirrored)

    monkeypatch.setattr(five_fingers, "draw_hands", six_then_five)
    assert count_fingers(HANDS.sample(20, seeded(0, "hands"))).count.eq(5).all()
    assert drawn == [20, 20]


def test_a_seed_gives_the_same_hands_and_another_seed_others(many):
    assert torch.equal(HANDS.sample(3_000, seeded(0, "hands")), many)
    assert not torch.equal(HANDS.sample(3_000, seeded(1, "hands")), many)
    assert many.flatten(1).unique(dim=0).shape[0] == 3_000


def right_side(x):
    """Whether the finger that points lowest, mostly the thumb, is on the right."""
    angles = count_fingers(x).angles
    lean = angles.nan_to_num().gather(1, angles.abs().nan_to_num(0).argmax(1, keepdim=True))[:, 0]
    return lean > 0


def test_half_of_the_hands_are_mirrored(many):
    assert right_side(many).float().mean().item() == pytest.approx(0.5, abs=0.05)
    sides = right_side(HANDS.sample(400, seeded(2, "hands"), balanced=True))
    assert (sides == (torch.arange(400) % 2 == 1)).float().mean() > 0.9  # a turned hand may point lower else


def test_the_kinds_follow_the_count():
    pictures = torch.cat(
        [*(draw_hands(5, seeded(3, "hands"), n) for n in (5, 4, 7)), -torch.ones(1, 1, 48, 48)]
    )
    assert [KINDS[kind] for kind in HANDS.kinds(pictures)] == (
        ["five"] * 5 + ["fewer"] * 5 + ["more"] * 5 + ["no hand"]
    )
    assert HANDS.kinds(pictures).dtype == torch.int64
    assert HANDS.distance_to_support(pictures).tolist() == [0] * 5 + [1] * 5 + [2] * 5 + [5]
    assert HANDS.is_hallucination(pictures).tolist() == [False] * 5 + [True] * 11
    assert HANDS.is_hallucination(pictures, k=1).tolist() == [False] * 10 + [True] * 6


@pytest.mark.parametrize("k", [0, -1, 5, math.nan, math.inf])
def test_a_threshold_that_says_nothing_is_refused(k):
    with pytest.raises(ValueError, match="threshold"):
        HANDS.is_hallucination(torch.zeros(1, 1, 48, 48), k)


@pytest.mark.parametrize("n", [0, -3])
def test_no_hands_are_refused(n):
    with pytest.raises(ValueError, match=str(n)):
        HANDS.sample(n, seeded(0, "hands"))
    with pytest.raises(ValueError, match=str(n)):
        draw_hands(n, seeded(0, "hands"))


@pytest.mark.parametrize("fingers", [2, 8])
def test_a_hand_of_two_or_eight_fingers_is_refused(fingers):
    with pytest.raises(ValueError, match=str(fingers)):
        draw_hands(1, seeded(0, "hands"), fingers)


@pytest.mark.parametrize("shape", [(48, 48), (1, 48, 48), (2, 3, 48, 48), (2, 1, 32, 32)])
def test_pictures_of_another_shape_are_refused_by_name(shape):
    x = torch.zeros(shape)
    for method in (HANDS.kinds, HANDS.distance_to_support, HANDS.is_hallucination):
        with pytest.raises(ValueError, match=rf"48, 48\), not .*{shape[-1]}"):
            method(x)
    for method in (HANDS.posterior_mean, HANDS.expected_noise):
        with pytest.raises(ValueError, match=rf"48, 48\), not .*{shape[-1]}"):
            method(x, 0.5)


# ---- the empirical optimum -------------------------------------------------------------------------


def noised(clean, alpha_bar, seed=0):
    noise = torch.randn(clean.shape, generator=seeded(seed, "noise"), dtype=clean.dtype)
    return alpha_bar**0.5 * clean + (1 - alpha_bar) ** 0.5 * noise


@pytest.mark.parametrize("alpha_bar", [0.999, 0.9, 0.1, 1e-3, 1e-4, 1e-8, math.exp(-108)])
def test_the_posterior_mean_is_the_weighted_mean_of_the_set(monkeypatch, alpha_bar):
    members = HANDS.sample(7, seeded(4, "hands"))
    monkeypatch.setattr(five_fingers, "references", lambda: members)
    monkeypatch.setattr(empirical, "CHUNK", 3)
    x_t = noised(members[:5].double(), alpha_bar)
    expected = torch.zeros_like(x_t)
    for i, point in enumerate(x_t):
        squares = [float((point - alpha_bar**0.5 * member.double()).square().sum()) for member in members]
        weights = [math.exp(-(s - min(squares)) / (2 * (1 - alpha_bar))) for s in squares]
        for weight, member in zip(weights, members, strict=True):
            expected[i] += weight / sum(weights) * member
    torch.testing.assert_close(HANDS.posterior_mean(x_t, alpha_bar), expected, rtol=0, atol=1e-5)
    noise = (x_t - alpha_bar**0.5 * expected) / (1 - alpha_bar) ** 0.5
    torch.testing.assert_close(HANDS.expected_noise(x_t, alpha_bar), noise, rtol=0, atol=1e-4)


def test_the_reference_set_is_drawn_once_and_has_five_fingers_each():
    assert references() is references()
    assert references().shape == (4_000, 1, 48, 48)
    assert not HANDS.is_hallucination(references()[:500]).any()


@pytest.mark.parametrize("alpha_bar", [1.0, 0.9999, 0.99])
def test_at_little_noise_the_posterior_mean_is_the_member_itself(alpha_bar):
    members = references()[100:110]
    torch.testing.assert_close(
        HANDS.posterior_mean(noised(members, alpha_bar), alpha_bar), members, rtol=0, atol=1e-5
    )


def test_at_all_noise_the_posterior_mean_is_the_mean_of_the_set():
    mean = references().double().mean(0, keepdim=True).float().expand(3, -1, -1, -1)
    x_t = noised(references()[:3], 1e-12)
    torch.testing.assert_close(HANDS.posterior_mean(x_t, 1e-12), mean, rtol=0, atol=1e-4)
    torch.testing.assert_close(HANDS.expected_noise(x_t, 1e-12), x_t, rtol=0, atol=1e-4)


def test_an_alpha_bar_for_each_picture_gives_what_each_alone_gives():
    levels = torch.tensor([0.999, 0.3, 1e-4])
    x_t = noised(references()[:3], 0.3)
    for truth in (HANDS.posterior_mean, HANDS.expected_noise):
        alone = [truth(x_t[i : i + 1], float(level)) for i, level in enumerate(levels)]
        torch.testing.assert_close(truth(x_t, levels), torch.cat(alone), rtol=1e-5, atol=1e-5)
        assert truth(x_t, levels).dtype == torch.float32
        with pytest.raises(ValueError, match="3 samples, not 2"):
            truth(x_t, levels[:2])
