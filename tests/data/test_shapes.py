"""Simple Shapes draws the authors' pictures, and its denoiser is the exact posterior mean."""

import itertools
import math

import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.distribution import KnownDistribution
from explorer.data.shapes.posterior import expected_ink
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule

LARGE, SMALL = SimpleShapes(64), SimpleShapes(32)
LEFT = {64: (0, 21, 42), 32: (0, 10, 20)}
ALPHA_BARS = [0.9999, 0.99, 0.9, 0.5, 0.1, 1e-3, 1e-6, 1e-300]
both = pytest.mark.parametrize("shapes", [LARGE, SMALL], ids=["64", "32"])
every_level = pytest.mark.parametrize("alpha_bar", ALPHA_BARS)


def noised(shapes, alpha_bar, n=20, seed=0):
    """Clean pictures and noisy ones, float64."""
    generator = seeded(seed, "shapes")
    clean = shapes.sample(n, generator).double()
    noise = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    return clean, alpha_bar**0.5 * clean + (1 - alpha_bar) ** 0.5 * noise


def rows(template):
    """A template as text, cut to its frame."""
    inside = template[template.any(1)][:, template.any(0)]
    return ["".join(".#"[int(value)] for value in row) for row in inside]


# ---- the distribution ----------------------------------------------------------------------------


def test_it_is_a_known_distribution():
    assert isinstance(LARGE, KnownDistribution)
    assert LARGE.shape == (1, 64, 64)
    assert SimpleShapes(32) == SMALL != LARGE


@pytest.mark.parametrize("size", [0, 28, 63, 128, 64.0, "64"])
def test_there_are_only_two_sizes(size):
    with pytest.raises(ValueError, match="64 or 32"):
        SimpleShapes(size)


@pytest.mark.parametrize(
    ("shapes", "frame", "counts", "white"),
    [
        (LARGE, (63, 21), (583, 343, 648), ({64, 65}, {64}, {69, 70})),
        (SMALL, (31, 10), (130, 100, 130), ({23, 24}, {16}, {24, 25})),
    ],
    ids=["64", "32"],
)
def test_templates_are_as_many_and_as_large_as_the_authors(shapes, frame, counts, white):
    assert tuple(len(t) for t in shapes.templates) == counts
    for templates, pixels in zip(shapes.templates, white, strict=True):
        assert templates.shape[1:] == frame
        assert set(templates.unique().tolist()) == {0.0, 1.0}
        assert set(templates.sum((1, 2)).tolist()) == pixels
        assert len(templates.flatten(1).unique(dim=0)) == len(templates)


def test_the_shapes_look_like_their_names():
    triangle, square, pentagon = (rows(t[0].bool()) for t in LARGE.templates)
    assert triangle[0] == "#" * 12
    assert triangle[-1] == ".....#......"
    assert len(triangle) == 10
    assert square == ["#" * 8] * 8
    assert {len(row) for row in pentagon} == {11}
    assert max(pentagon) == "......#...."
    triangle, square, pentagon = (rows(t[0].bool()) for t in SMALL.templates)
    assert triangle == ["#######", ".#####.", ".#####.", "..###..", "..###..", "...#..."]
    assert square == ["####"] * 4
    assert pentagon == ["...#...", "#####..", "######.", "#######", "#####..", "...#..."]


@both
def test_squares_keep_the_authors_narrow_range(shapes):
    reached = shapes.templates[1].any(0)
    side, (height, width) = {64: 7, 32: 3}[shapes.size], reached.shape
    across, down = reached.any(0).nonzero()[:, 0], reached.any(1).nonzero()[:, 0]
    assert (across.min(), across.max()) == (1, width - side)
    assert (down.min(), down.max()) == (1, height - side)


@both
def test_no_shape_can_be_taken_for_another_kind(shapes):
    def lone(templates):
        """Each distinct drawing of a shape in the middle of a wide picture."""
        drawings = {tuple(rows(t.bool())): t for t in templates}
        texts = [torch.tensor([[c == "#" for c in row] for row in text]) for text in drawings]
        return [torch.nn.functional.pad(t.float(), (14, 14, 14, 14)) for t in texts]

    def apart(one, other):
        """Fewest differing pixels over all shifts."""
        total = one.sum() + other.sum()
        overlap = torch.nn.functional.conv2d(one[None, None], other[None, None, 14:-14, 14:-14])
        return float(total - 2 * overlap.max())

    drawn = [lone(templates) for templates in shapes.templates]
    nearest = min(apart(one, other) for a, b in itertools.combinations(drawn, 2) for one in a for other in b)
    assert nearest == {64: 17, 32: 8}[shapes.size]


# ---- samples -------------------------------------------------------------------------------------


@both
def test_three_sevenths_have_one_shape_three_have_two_and_one_has_three(shapes):
    n = 2000
    x = shapes.sample(n, seeded(1, "shapes"))
    assert x.shape == (n, *shapes.shape)
    assert x.dtype == torch.float32
    assert set(x.unique().tolist()) == {-1.0, 1.0}
    counts = torch.bincount(shapes.shape_counts(x, 0), minlength=4)
    assert counts[0] == 0
    for number, p in enumerate([3 / 7, 3 / 7, 1 / 7], 1):
        assert abs(counts[number] - n * p) < 4 * math.sqrt(n * p * (1 - p))
    for column in shapes.present(x, 0).sum(0):
        assert abs(column - n * 4 / 7) < 4 * math.sqrt(n * 4 / 7 * 3 / 7)


def test_every_position_is_drawn_equally_often():
    n = 20_000
    x = SMALL.sample(n, seeded(2, "shapes"))
    for left, templates in zip(LEFT[32], SMALL.templates, strict=True):
        window = x[:, 0, :31, left : left + 10].add(1).div(2).flatten(1)
        matches = (window @ templates.flatten(1).T == window.sum(1, keepdim=True)) & (window.sum(1) > 0)[
            :, None
        ]
        drawn = (matches & (templates.flatten(1).sum(1) == window.sum(1, keepdim=True))).sum(0)
        expected = n * 4 / 7 / len(templates)
        chi_square = ((drawn - expected) ** 2 / expected).sum()
        freedom = len(templates) - 1
        assert abs(chi_square - freedom) < 5 * math.sqrt(2 * freedom)


@both
def test_balanced_samples_take_the_seven_ways_in_turn(shapes):
    x = shapes.sample(14, seeded(0, "shapes"), balanced=True)
    ways = shapes.present(x, 0).int() @ torch.tensor([1, 2, 4], dtype=torch.int32)
    assert ways.tolist() == [1, 2, 3, 4, 5, 6, 7] * 2


@both
def test_equal_seeds_draw_equal_samples(shapes):
    first, again, other = (shapes.sample(5, seeded(seed, "shapes")) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_no_sample_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        SMALL.sample(0, seeded(0, "shapes"))


# ---- the perfect denoiser ------------------------------------------------------------------------


@every_level
@pytest.mark.parametrize("ink", [0.5, 0.0], ids=["shapes", "nearly blank"])
def test_the_posterior_mean_is_the_sum_over_all_valid_pictures(alpha_bar, ink):
    """A miniature of three columns with 4, 3 and 5 templates: all 5 * 4 * 6 - 1 pictures, one by one."""
    generator = seeded(5, "miniature")
    signal, variance = alpha_bar**0.5, 1 - alpha_bar
    templates = [(torch.rand(m, p, generator=generator) < 0.4).double() for m, p in ((4, 6), (3, 5), (5, 7))]
    for t in templates:
        t[:, 0] = 1  # no template is blank
    choices = [[None, *t] for t in templates]
    pictures, priors = [], []
    for chosen in itertools.product(*choices):
        if any(c is not None for c in chosen):
            parts = [
                torch.zeros(t.shape[1]) if c is None else c for c, t in zip(chosen, templates, strict=True)
            ]
            pictures.append(torch.cat(parts))
            priors.append(
                math.prod(0.5 if c is None else 0.5 / len(t) for c, t in zip(chosen, templates, strict=True))
            )
    white = torch.stack(pictures)
    assert len(white) == 119
    chosen = torch.multinomial(torch.tensor(priors), 30, replacement=True, generator=generator)
    clean = 2 * white[chosen] * (1 if ink else 0) - 1
    x_t = signal * clean + variance**0.5 * torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    square = (x_t[:, None] - signal * (2 * white - 1)).square().sum(2)
    chance = torch.softmax(torch.tensor(priors, dtype=torch.float64).log() - square / (2 * variance), 1)
    gain = torch.tensor([[2 * signal / variance]], dtype=torch.float64)
    result = torch.cat(expected_ink(x_t.split([6, 5, 7], 1), templates, gain), 1)
    torch.testing.assert_close(result, chance @ white, rtol=0, atol=1e-9)
    single = expected_ink(x_t.float().split([6, 5, 7], 1), [t.float() for t in templates], gain)
    torch.testing.assert_close(
        torch.cat(single, 1).double(), chance @ white, rtol=0, atol=1e-5 + 1e-7 * gain.item()
    )


@both
@pytest.mark.parametrize("alpha_bar", [0.1, 0.01, 1e-3, 1e-6])
def test_the_blank_picture_is_taken_out_of_the_three_columns(shapes, alpha_bar):
    """Column by column, then mean <- (mean - q blank) / (1 - q): where q < 1 both ways agree."""
    _, x_t = noised(shapes, alpha_bar)
    columns, blank_chance = [], torch.ones(len(x_t), dtype=torch.float64)
    for left, templates in zip(LEFT[shapes.size], shapes.templates, strict=True):
        _, height, width = templates.shape
        window = x_t[:, 0, :height, left : left + width].flatten(1)
        values = torch.cat([torch.zeros(1, height * width), templates.flatten(1)]).double() * 2 - 1
        priors = torch.full((len(values),), 0.5 / len(templates), dtype=torch.float64)
        priors[0] = 0.5
        square = (window[:, None] - alpha_bar**0.5 * values).square().sum(2)
        chance = torch.softmax(priors.log() - square / (2 * (1 - alpha_bar)), 1)
        columns.append((left, height, width, chance @ values))
        blank_chance *= chance[:, 0]
    expected = torch.full_like(x_t, -1)
    for left, height, width, mean in columns:
        q = blank_chance[:, None]
        conditioned = (mean + q) / (1 - q)
        expected[:, 0, :height, left : left + width] = conditioned.unflatten(1, (height, width))
    torch.testing.assert_close(shapes.posterior_mean(x_t, alpha_bar), expected, rtol=0, atol=1e-9)


@both
@pytest.mark.parametrize("alpha_bar", [0.999, 0.9999, 1 - 1e-9, 1.0])
def test_clean_pictures_are_their_own_posterior_mean(shapes, alpha_bar):
    clean, x_t = noised(shapes, alpha_bar, n=50)
    torch.testing.assert_close(
        shapes.posterior_mean(x_t.float(), alpha_bar), clean.float(), rtol=0, atol=1e-6
    )


@both
def test_pure_noise_gives_the_mean_of_the_data(shapes):
    _, x_t = noised(shapes, 0.0, n=3)
    mean = torch.full_like(x_t, -1)
    for left, templates in zip(LEFT[shapes.size], shapes.templates, strict=True):
        _, height, width = templates.shape
        mean[:, 0, :height, left : left + width] += 2 * 4 / 7 * templates.mean(0)
    torch.testing.assert_close(shapes.posterior_mean(x_t, 0.0), mean)
    torch.testing.assert_close(shapes.expected_noise(x_t, 0.0), x_t)


@both
def test_a_black_picture_holds_the_smallest_shape(shapes):
    """All 64-pixel templates of the large pictures are equally near: 343 squares, a priori 1 / 343 each, and
    the 53 cut triangles, 1 / 583 each. In the small pictures only squares have 16 pixels."""
    x_t = torch.full((1, *shapes.shape), -1.0)
    mean = shapes.posterior_mean(x_t, 0.9999)
    ink = [
        mean[..., left : left + LEFT[shapes.size][1]].add(1).sum().item() / 2 for left in LEFT[shapes.size]
    ]
    square = 1 / (1 + 53 / 583) if shapes.size == 64 else 1.0
    least = {64: 64, 32: 16}[shapes.size]
    assert ink == pytest.approx([least * (1 - square), least * square, 0], abs=1e-3)
    assert torch.isfinite(shapes.expected_noise(x_t, 0.9999)).all()


@both
@every_level
def test_signal_and_expected_noise_add_up_to_the_picture(shapes, alpha_bar):
    _, x_t = noised(shapes, alpha_bar)
    signal = alpha_bar**0.5 * shapes.posterior_mean(x_t, alpha_bar)
    whole = signal + (1 - alpha_bar) ** 0.5 * shapes.expected_noise(x_t, alpha_bar)
    torch.testing.assert_close(whole, x_t, rtol=1e-9, atol=1e-9)


@both
@every_level
@pytest.mark.parametrize("truth", ["posterior_mean", "expected_noise"])
def test_float32_is_finite_and_agrees_with_float64(shapes, alpha_bar, truth):
    _, x_t = noised(shapes, alpha_bar, n=50)
    wild = torch.cat([x_t, 30 * x_t, torch.zeros(1, *shapes.shape), torch.full((1, *shapes.shape), -50.0)])
    single = getattr(shapes, truth)(wild.float(), alpha_bar)
    assert single.dtype == torch.float32
    assert torch.isfinite(single).all()
    double = getattr(shapes, truth)(x_t, alpha_bar)
    torch.testing.assert_close(single[: len(x_t)].double(), double, rtol=1e-4, atol=1e-4)


@both
def test_the_posterior_mean_stays_within_the_pictures(shapes):
    mean = shapes.posterior_mean(torch.randn(20, *shapes.shape, generator=seeded(0, "noise")), 0.3)
    assert mean.min() >= -1
    assert mean.max() <= 1 + 1e-6
    width = 3 * LEFT[shapes.size][1]
    assert (mean[..., width:] == -1).all()
    assert (mean[..., -1, :] == -1).all()


@both
@pytest.mark.parametrize("truth", ["posterior_mean", "expected_noise"])
def test_an_alpha_bar_for_each_picture_gives_what_each_alone_gives(shapes, truth):
    _, x_t = noised(shapes, 0.5, n=len(ALPHA_BARS))
    together = getattr(shapes, truth)(x_t, torch.tensor(ALPHA_BARS, dtype=torch.float64))
    alone = [getattr(shapes, truth)(x_t[i : i + 1], ab) for i, ab in enumerate(ALPHA_BARS)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-9, atol=1e-9)


def test_the_posterior_mean_can_be_differentiated():
    """The Jacobian is the posterior covariance times sqrt(alpha_bar) / (1 - alpha_bar): it has no negative
    slope."""
    _, x_t = noised(SMALL, 0.1, n=4)
    x_t.requires_grad_()
    mean = SMALL.posterior_mean(x_t, 0.1)
    direction = torch.randn(x_t.shape, generator=seeded(1, "direction"), dtype=torch.float64)
    (slope,) = torch.autograd.grad((mean * direction).sum(), x_t)
    step = 1e-5 * direction
    with torch.no_grad():
        rise = SMALL.posterior_mean(x_t + step, 0.1) - SMALL.posterior_mean(x_t - step, 0.1)
    along = (rise * direction).sum((1, 2, 3)) / 2e-5
    torch.testing.assert_close((slope * direction).sum((1, 2, 3)), along, rtol=1e-4, atol=1e-6)
    assert (along > 0).all()


def test_bad_levels_and_bad_pictures_are_refused():
    x_t = torch.zeros(2, 1, 32, 32)
    with pytest.raises(ValueError, match="each of the 2 pictures, not 3"):
        SMALL.posterior_mean(x_t, torch.tensor([0.1, 0.2, 0.3]))
    for level in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=r"within \[0, 1\]"):
            SMALL.expected_noise(x_t, level)
    with pytest.raises(ValueError, match=r"\(2, 1, 32, 32\).*\(n, \*\(1, 64, 64\)\)"):
        LARGE.posterior_mean(x_t, 0.5)


# ---- sampled with the truth ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "n"), [(SMALL, 64), pytest.param(LARGE, 256, marks=pytest.mark.slow)], ids=["32", "64"]
)
def test_the_true_denoiser_never_hallucinates(shapes, n):
    schedule = NoiseSchedule("linear", 1000, 1e-4, 0.02)
    walk = sample(TrueDenoiser(shapes, schedule), n, SamplerSpec(steps=100), seeded(0, "sampling"))
    x = finish(walk)
    assert shapes.distance_to_support(x).tolist() == [0] * n
    ways = shapes.present(x).int() @ torch.tensor([1, 2, 4], dtype=torch.int32)
    assert set(ways.tolist()) == {1, 2, 3, 4, 5, 6, 7}
