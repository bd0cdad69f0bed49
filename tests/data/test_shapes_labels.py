"""Distances to the valid pictures are counted right, and planted mistakes get the right name."""

import itertools
import math

import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.shapes.labels import KINDS, match
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.data.shapes.templates import Column

LARGE, SMALL = SimpleShapes(64), SimpleShapes(32)
COLUMN = {64: 21, 32: 10}
both = pytest.mark.parametrize("shapes", [LARGE, SMALL], ids=["64", "32"])


def black(shapes, n=1):
    return torch.full((n, *shapes.shape), -1.0)


def draw(x, kind, row, column):
    """Paint a whole shape (0 triangle, 1 square, 2 pentagon) with its frame's corner there; x is changed."""
    templates = SimpleShapes(x.shape[-1]).templates[kind]
    whole = templates[templates.sum((1, 2)).argmax()].bool()
    stencil = whole[whole.any(1)][:, whole.any(0)]
    height, width = stencil.shape
    x[:, 0, row : row + height, column : column + width][:, stencil] = 1.0
    return x


def kinds(shapes, x, k=5.0):
    return [KINDS[number] for number in shapes.kinds(x, k).tolist()]


# ---- distances -----------------------------------------------------------------------------------


@both
def test_every_template_and_every_sample_is_valid(shapes):
    pictures = []
    for place, templates in enumerate(shapes.templates):
        x = black(shapes, len(templates))
        _, height, width = templates.shape
        x[:, 0, :height, place * width : (place + 1) * width] = 2 * templates - 1
        pictures.append(x)
    x = torch.cat([*pictures, shapes.sample(200, seeded(0, "shapes"))])
    assert (shapes.distance_to_support(x) == 0).all()
    assert torch.equal(shapes.nearest_valid(x), x)
    assert set(kinds(shapes, x, k=0)) == {"valid"}
    assert not shapes.is_hallucination(x, k=0).any()
    assert shapes.present(x).shape == (len(x), 3)
    assert shapes.shape_counts(pictures[0]).unique().tolist() == [1]


def test_the_distance_is_the_least_over_all_valid_pictures():
    """A miniature of 5 * 4 * 5 - 1 valid pictures, one by one; blank ones and ink outside included."""
    generator = seeded(1, "miniature")
    columns = []
    for place, count in enumerate([4, 3, 4]):
        templates = (torch.rand(count, 3, 2, generator=generator) < 0.6).float()
        templates[:, 0, 0] = 1
        columns.append(Column("any", 2 * place, templates))
    valid = []
    for chosen in itertools.product(*([None, *column.templates] for column in columns)):
        picture = torch.zeros(7, 7)
        for place, template in enumerate(chosen):
            if template is not None:
                picture[:3, 2 * place : 2 * place + 2] = template
        if any(template is not None for template in chosen):
            valid.append(picture)
    valid = torch.stack(valid)
    assert len(valid) == 99
    shares = torch.tensor([0.0, 0.05, 0.2, 0.5, 0.9]).repeat(40)
    ink = (torch.rand(200, 7, 7, generator=generator) < shares[:, None, None]).float()
    expected = (ink[:, None] - valid).abs().sum((2, 3)).amin(1)
    found = match(ink, columns)
    assert torch.equal(found.distance, expected)
    assert found.present.any(1).all()


@both
def test_the_distance_of_noise_is_that_to_the_nearest_valid_picture(shapes):
    x = torch.randn(30, *shapes.shape, generator=seeded(2, "noise"))
    nearest = shapes.nearest_valid(x)
    assert (shapes.distance_to_support(nearest) == 0).all()
    differing = ((x > 0) != (nearest > 0)).sum((1, 2, 3))
    assert torch.equal(shapes.distance_to_support(x), differing.float())
    others = shapes.sample(300, seeded(3, "shapes"))
    to_others = ((x[:, None] > 0) != (others > 0)).sum((2, 3, 4)).amin(1)
    assert (shapes.distance_to_support(x) <= to_others).all()


@both
def test_a_black_picture_is_as_far_as_its_smallest_shape(shapes):
    x, least = black(shapes), {64: 64, 32: 16}[shapes.size]
    assert shapes.distance_to_support(x).tolist() == [least]
    assert (shapes.nearest_valid(x) > 0).sum() == least
    assert shapes.shape_counts(x).tolist() == [0]
    assert shapes.is_hallucination(x).tolist() == [True]
    assert kinds(shapes, x) == ["empty"]


@pytest.mark.parametrize(("shapes", "share"), [(LARGE, 0.1), (SMALL, 0.02)], ids=["64", "32"])
def test_salt_does_not_hide_the_picture(shapes, share):
    generator = seeded(4, "salt")
    clean = shapes.sample(100, generator)
    salt = torch.rand(clean.shape, generator=generator) < share
    x = torch.where(salt, 1.0, clean)
    assert torch.equal(shapes.nearest_valid(x), clean)
    assert torch.equal(shapes.distance_to_support(x), (x != clean).sum((1, 2, 3)).float())


@both
def test_ink_outside_the_columns_counts(shapes):
    x = draw(black(shapes), 0, 2, 1)
    x[0, 0, -1, :5] = 0.5
    x[0, 0, 3:6, -1] = 0.5
    assert shapes.distance_to_support(x).tolist() == [8]
    assert shapes.shape_counts(x).tolist() == [1]
    assert kinds(shapes, x) == ["malformed"]
    assert kinds(shapes, x, k=8) == ["valid"]


@both
def test_pixels_up_to_k_are_forgiven(shapes):
    x = draw(black(shapes), 2, 5, 2 * COLUMN[shapes.size])
    x[0, 0, 20, 1:6] = 1
    assert shapes.distance_to_support(x).tolist() == [5]
    assert shapes.is_hallucination(x).tolist() == [False]
    assert shapes.is_hallucination(x, 4).tolist() == [True]
    assert shapes.present(x, 0).tolist() == [[False, False, True]]
    assert kinds(shapes, x) == ["valid"]
    assert kinds(shapes, x, k=4.9) == ["malformed"]


@both
def test_grey_is_cut_at_zero(shapes):
    x = shapes.sample(8, seeded(6, "shapes"))
    assert (shapes.distance_to_support(0.01 * x) == 0).all()
    assert torch.equal(shapes.nearest_valid(0.01 * x), x)


@both
def test_a_nan_is_outside(shapes):
    x = shapes.sample(3, seeded(7, "shapes"))
    x[1, 0, 4, 4] = math.nan
    assert shapes.is_hallucination(x).tolist() == [False, True, False]
    assert shapes.distance_to_support(x).tolist() == [0, math.inf, 0]
    assert kinds(shapes, x) == ["valid", "malformed", "valid"]
    assert kinds(shapes, torch.full_like(x, math.nan)) == ["malformed"] * 3
    assert not shapes.present(torch.full_like(x, math.nan)).any()


# ---- kinds ---------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_two_shapes_in_a_column_are_a_duplicate(shapes, kind, place):
    left = place * COLUMN[shapes.size] + 1
    x = draw(draw(black(shapes), kind, 2, left), place, 20, left)
    assert kinds(shapes, x) == ["duplicate"]
    assert shapes.is_hallucination(x).tolist() == [True]


@both
@pytest.mark.parametrize(("kind", "place"), [(a, b) for a in range(3) for b in range(3) if a != b])
def test_a_shape_of_another_column_is_in_the_wrong_place(shapes, kind, place):
    left = place * COLUMN[shapes.size] + 1
    assert kinds(shapes, draw(black(shapes), kind, 8, left)) == ["wrong place"]


@both
def test_a_shape_where_none_may_stand_is_in_the_wrong_place(shapes):
    width, row = COLUMN[shapes.size], {64: 54, 32: 26}[shapes.size]
    below = draw(black(shapes), 1, row, width + 2)  # the square's rows end earlier
    across = draw(black(shapes), 1, 5, width - 3)  # on the line between two columns
    assert kinds(shapes, torch.cat([below, across])) == ["wrong place"] * 2


@both
def test_one_misplaced_shape_among_good_ones_is_in_the_wrong_place(shapes):
    width = COLUMN[shapes.size]
    x = draw(draw(black(shapes), 0, 3, 1), 2, 3, width + 1)
    assert kinds(shapes, x) == ["wrong place"]
    assert shapes.present(x).tolist() == [[True, False, False]]


@both
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_half_a_shape_is_malformed(shapes, kind):
    x = draw(black(shapes), kind, 6, kind * COLUMN[shapes.size] + 1)
    rows = x[0, 0].gt(0).any(1).nonzero()[:, 0]
    x[0, 0, int(rows[len(rows) // 2]) :] = -1
    assert kinds(shapes, x) == ["malformed"]


@pytest.mark.parametrize(("tail", "kind"), [(5, "wrong place"), (6, "malformed")])
@pytest.mark.parametrize("side", ["left", "right", "above", "below"])
def test_up_to_k_pixels_more_it_is_still_a_shape(tail, side, kind):
    x = draw(black(LARGE), 1, 20, 48)
    rows, columns = {
        "left": (24, slice(48 - tail, 48)),
        "right": (24, slice(56, 56 + tail)),
        "above": (slice(20 - tail, 20), 51),
        "below": (slice(28, 28 + tail), 51),
    }[side]
    x[0, 0, rows, columns] = 1
    assert (x > 0).sum() == 64 + tail
    assert kinds(LARGE, x) == [kind]


@pytest.mark.parametrize(("holes", "kind"), [(5, "wrong place"), (6, "malformed")])
def test_up_to_k_pixels_fewer_it_is_still_a_shape(holes, kind):
    x = draw(black(LARGE), 1, 20, 48)
    x[0, 0, 22, 49 : 49 + holes] = -1
    assert kinds(LARGE, x) == [kind]


@both
def test_specks_are_no_shapes(shapes):
    """A third of the smallest shape, 22 or 6 pixels, is the least that counts as one."""
    least = {64: 22, 32: 6}[shapes.size]
    speck = black(shapes)
    speck[0, 0, 2 : 2 + least - 1, 2] = 1
    patch = black(shapes)
    patch[0, 0, 2 : 2 + least, 2] = 1
    two = patch.clone()
    two[0, 0, 2 : 2 + least, 5] = 1
    scattered = black(shapes)
    scattered[0, 0, ::3, ::3] = 1
    x = torch.cat([speck, patch, two, scattered])
    assert kinds(shapes, x) == ["empty", "malformed", "duplicate", "malformed"]


@both
def test_pixels_that_touch_at_a_corner_are_one_patch(shapes):
    """A zigzag of 24 pixels is a patch, and two of them are a duplicate; one pixel alone is a speck."""
    down = torch.arange(24)
    one = black(shapes)
    one[0, 0, down, 2 + down % 2] = 1
    two = one.clone()
    two[0, 0, down, 6 + down % 2] = 1
    assert kinds(shapes, torch.cat([one, two])) == ["malformed", "duplicate"]


@both
def test_the_rules_hold_in_their_order(shapes):
    """A malformed patch, then also a misplaced shape, then also a second shape in a column."""
    width = COLUMN[shapes.size]
    bar = black(shapes)
    bar[0, 0, :24, 1] = 1
    misplaced = draw(bar.clone(), 0, 4, 2 * width + 1)
    doubled = draw(misplaced.clone(), 2, 18, 2 * width + 1)
    assert kinds(shapes, torch.cat([bar, misplaced, doubled])) == ["malformed", "wrong place", "duplicate"]


@both
def test_a_picture_is_judged_alone_as_in_company(shapes):
    generator = seeded(8, "company")
    mixed = torch.maximum(shapes.sample(40, generator), shapes.sample(40, generator).roll((4, 3), (2, 3)))
    x = torch.cat([mixed, torch.randn(5, *shapes.shape, generator=generator), black(shapes)])
    alone = [shapes.kinds(x[i : i + 1]).item() for i in range(len(x))]
    assert shapes.kinds(x).tolist() == alone
    assert len(set(alone)) >= 4
    assert ((shapes.kinds(x) == 0) == ~shapes.is_hallucination(x)).all()


@both
def test_no_picture_has_no_kind(shapes):
    x = black(shapes, 0)
    assert shapes.kinds(x).shape == (0,)
    assert shapes.distance_to_support(x).shape == (0,)
    assert shapes.nearest_valid(x).shape == (0, *shapes.shape)


# ---- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 64, 64), (2, 1, 32, 32), (2, 3, 64, 64), (64, 64), (2, 4096)])
@pytest.mark.parametrize(
    "label",
    ["nearest_valid", "distance_to_support", "is_hallucination", "present", "kinds"],
)
def test_pictures_of_another_shape_are_refused(shape, label):
    with pytest.raises(
        ValueError, match=r"have the shape \(.*; these Simple Shapes are \(n, \*\(1, 64, 64\)\)"
    ):
        getattr(LARGE, label)(torch.zeros(shape))


@both
@pytest.mark.parametrize("k", [-1, 64, math.nan, math.inf])
@pytest.mark.parametrize("label", ["is_hallucination", "present", "shape_counts", "kinds"])
def test_thresholds_that_would_pass_a_black_picture_are_refused(shapes, k, label):
    with pytest.raises(ValueError, match=r"outside \[0, (64|16)\)"):
        getattr(shapes, label)(black(shapes), k)
