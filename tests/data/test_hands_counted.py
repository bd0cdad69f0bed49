"""The counter of fingers is right on figures of known geometry, on drawn hands, and calm on anything else."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from explorer.compute.seeds import seeded
from explorer.data.hands.drawing import draw_hands
from explorer.data.hands.finger_count import count_fingers, finger_tips

every_number = pytest.mark.parametrize("fingers", [3, 4, 5, 6, 7])


def star(angles, *, centre=(23.0, 27.0), palm=8.0, reach=18.0, half_width=1.5, wrist=True):
    """A disc with straight rays at the given angles, clockwise from straight up: (1, 1, 48, 48)."""
    row, column = np.mgrid[:48, :48] + 0.5
    right, up = column - centre[0], centre[1] - row
    ink = right**2 + up**2 < palm**2
    for angle in angles:
        along = right * math.sin(angle) + up * math.cos(angle)
        across = right * math.cos(angle) - up * math.sin(angle)
        ink |= (along > 0) & (along < reach) & (abs(across) < half_width)
    if wrist:
        ink |= (up < 0) & (abs(right) < 5)
    return torch.from_numpy(np.where(ink, 1.0, -1.0)).float()[None, None]


def turned(x, angle):
    """The pictures turned about their middle; what comes in from outside is the edge that was there."""
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0]]).expand(len(x), -1, -1)
    grid = functional.affine_grid(matrix, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


def accuracy(x, fingers):
    return count_fingers(x).count.eq(fingers).float().mean().item()


@pytest.mark.parametrize("wrist", [True, False])
@pytest.mark.parametrize("rays", range(9))
def test_the_rays_of_a_star_are_found_where_they_are(rays, wrist):
    angles = np.linspace(-1.9, 1.9, rays) if rays > 1 else np.full(rays, 0.4)
    x = star(angles, wrist=wrist)
    found = count_fingers(x)
    assert found.hand.tolist() == [True]
    assert found.count.tolist() == [rays]
    assert found.centre[0].tolist() == pytest.approx([23, 27], abs=1)
    assert found.palm.item() == pytest.approx(8, abs=1)
    assert found.angles[0, :rays].tolist() == pytest.approx(angles.tolist(), abs=0.08)
    assert found.angles[0, rays:].isnan().all()
    tips = finger_tips(x, found)
    expected = [[23 + 18 * math.sin(angle), 27 - 18 * math.cos(angle)] for angle in angles]
    for tip, end in zip(tips[0, :rays].tolist(), expected, strict=True):
        assert math.dist(tip, end) < 1.5
    assert tips.shape == (1, 8, 2)
    assert tips[0, rays:].isnan().all()


@pytest.mark.parametrize("angle", [-2.5, -2.8, 2.8, 2.5])
def test_a_slanting_wrist_is_no_finger(angle):
    fingers, arm = star([-0.8, 0.0, 0.8], wrist=False), star([angle], half_width=4, reach=40, wrist=False)
    assert count_fingers(fingers.maximum(arm)).count.tolist() == [3]


def test_more_fingers_than_can_be_marked_are_counted():
    found = count_fingers(star(np.linspace(-2.2, 2.2, 10), half_width=1.0))
    assert found.count.tolist() == [10]
    assert found.angles.isfinite().all()


@pytest.mark.parametrize("radius", [7, 8, 10])
def test_a_bare_disc_is_a_hand_without_fingers(radius):
    found = count_fingers(star([], palm=radius, wrist=False))
    assert found.hand.tolist() == [True]
    assert found.count.tolist() == [0]


# ---- drawn hands -----------------------------------------------------------------------------------


@every_number
def test_drawn_fingers_are_counted(fingers):
    assert accuracy(draw_hands(300, seeded(0, "counter"), fingers), fingers) >= 0.99


@every_number
@pytest.mark.parametrize("angle", [-0.3, 0.3])
def test_turned_hands_have_as_many_fingers(fingers, angle):
    upright = count_fingers(draw_hands(300, seeded(1, "counter"), fingers)).angles.nanmean(1)
    x = draw_hands(300, seeded(1, "counter"), fingers)
    assert accuracy(turned(x, angle), fingers) >= 0.99
    turn = count_fingers(turned(x, angle)).angles.nanmean(1) - upright
    assert turn.median().item() == pytest.approx(-angle, abs=0.1)


@every_number
def test_noisy_soft_and_grey_hands_have_as_many_fingers(fingers):
    x = draw_hands(300, seeded(2, "counter"), fingers)
    noise = torch.randn(x.shape, generator=seeded(0, "noise"))
    assert accuracy(x + 0.3 * noise, fingers) >= 0.99
    assert accuracy(functional.avg_pool2d(x, 3, 1, 1), fingers) >= 0.97
    assert accuracy(0.6 * x, fingers) >= 0.99


@every_number
def test_a_hand_and_its_mirror_image_have_as_many_fingers(fingers):
    x = draw_hands(300, seeded(3, "counter"), fingers)
    left, right = count_fingers(x), count_fingers(x.flip(3))
    same = left.count == right.count
    assert same.float().mean() >= 0.99
    mirrored = torch.sort(-right.angles, 1).values[same]
    torch.testing.assert_close(
        mirrored, torch.sort(left.angles, 1).values[same], rtol=0, atol=0.15, equal_nan=True
    )


def gaps(image, centre, radius):
    """Pixels of ground between neighbouring runs of ink on one arc, without those beside the wrist."""
    angles = np.linspace(-2.3, 2.3, 2_000)
    columns = (centre[0] + radius * np.sin(angles) - 0.5).clip(0, 46.999)
    rows = (centre[1] - radius * np.cos(angles) - 0.5).clip(0, 46.999)
    c, r = columns.astype(int), rows.astype(int)
    s, t = columns - c, rows - r
    values = (1 - t) * ((1 - s) * image[r, c] + s * image[r, c + 1])
    values += t * ((1 - s) * image[r + 1, c] + s * image[r + 1, c + 1])
    edges = np.flatnonzero(np.diff(values > 0))
    lengths = np.diff(edges)[1::2] if values[0] <= 0 else np.diff(edges)[::2]
    return lengths * radius * (angles[1] - angles[0])


def test_neighbouring_fingers_are_clearly_apart_at_half_their_length():
    x = draw_hands(500, seeded(4, "counter"))
    found = count_fingers(x)
    tips = finger_tips(x, found)
    for image, count, centre, tip in zip(x[:, 0].numpy(), found.count, found.centre, tips, strict=True):
        if count == 5:
            reach = float((tip[:5] - centre).norm(dim=1).median())
            knuckles = 0.4 * reach
            between = gaps(image, centre.tolist(), (knuckles + reach) / 2)
            assert len(between) >= 3
            assert between.min() >= 1.5


def test_tips_lie_on_the_ends_of_the_fingers():
    x = draw_hands(200, seeded(5, "counter"), 6)
    found = count_fingers(x)
    tips = finger_tips(x, found)
    for image, tip, centre in zip(x[:, 0], tips, found.centre, strict=True):
        for place in tip[tip.isfinite().all(1)]:
            outwards = (place - centre) / (place - centre).norm()
            column, row = (place - outwards).int().tolist()
            assert image[row - 1 : row + 2, column - 1 : column + 2].max() > 0.9
            column, row = (place + 2 * outwards).int().clamp(0, 47).tolist()
            assert image[row, column] < 0


# ---- anything else ---------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0, 1e30, math.nan, math.inf, -math.inf])
def test_a_plain_picture_holds_no_hand(value):
    x = torch.full((2, 1, 48, 48), value)
    found = count_fingers(x)
    assert not found.hand.any()
    assert found.count.tolist() == [0, 0]
    for nothing in (found.angles, found.centre, found.palm, found.arc, finger_tips(x, found)):
        assert nothing.isnan().all()


def test_one_value_that_is_not_finite_spoils_the_hand():
    x = draw_hands(2, seeded(6, "counter"))
    x[0, 0, 3, 3] = math.nan
    assert count_fingers(x).hand.tolist() == [False, True]


@pytest.mark.parametrize("scale", [1, 2, 3, 6, 12])
def test_noise_coarse_or_fine_hardly_ever_counts_five(scale):
    noise = torch.randn(500, 1, 48 // scale, 48 // scale, generator=seeded(0, "noise"))
    x = functional.interpolate(noise, size=(48, 48), mode="bilinear", align_corners=False)
    found = count_fingers(x)
    assert (found.hand & (found.count == 5)).float().mean() <= 0.01
    assert finger_tips(x, found).shape == (500, 8, 2)


def test_a_picture_is_counted_the_same_alone_and_among_others():
    x = torch.cat([draw_hands(400, seeded(7, "counter"), n) for n in (4, 6)])
    together = count_fingers(x)
    alone = count_fingers(x[600:601])
    assert together.count[600] == alone.count[0]
    assert torch.equal(together.angles[600].nan_to_num(9), alone.angles[0].nan_to_num(9))


def test_no_pictures_give_no_counts():
    found = count_fingers(torch.zeros(0, 1, 48, 48))
    assert found.count.shape == (0,)
    assert found.angles.shape == (0, 8)


def test_other_shapes_are_refused_by_name():
    with pytest.raises(ValueError, match=r"\(n, 1, 48, 48\), not \(3, 48, 48\)"):
        count_fingers(torch.zeros(3, 48, 48))
    with pytest.raises(ValueError, match="2 pictures need as many counts, not 1"):
        finger_tips(torch.zeros(2, 1, 48, 48), count_fingers(torch.zeros(1, 1, 48, 48)))
