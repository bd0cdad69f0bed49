"""Fingers that are too many or missing are those that were drawn or left out."""

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.hands.drawing import draw_hands
from explorer.data.hands.finger_count import count_fingers, finger_tips
from explorer.data.hands.finger_match import match_fingers
from explorer.data.hands.five_fingers import FiveFingers, references


@pytest.mark.parametrize(
    ("fingers", "too_many", "too_few"), [(3, 0, 2), (4, 0, 1), (5, 0, 0), (6, 1, 0), (7, 2, 0)]
)
def test_as_many_tips_are_left_over_as_fingers_are_too_many_or_too_few(fingers, too_many, too_few):
    hands = draw_hands(60, seeded(3, "hands"), fingers)
    found = match_fingers(hands)
    right = count_fingers(hands).count == fingers
    assert right.float().mean() > 0.95
    for i in right.nonzero()[:, 0].tolist():
        assert found.surplus[i].shape == (too_many, 2)
        assert found.missing[i].shape == (too_few, 2)


def test_the_finger_that_was_painted_out_is_the_one_that_is_missing():
    hands = references()[:40].clone()
    counted = count_fingers(hands)
    tips = finger_tips(hands, counted)
    row, column = np.mgrid[:48, :48] + 0.5
    hits = 0
    for i, hand in enumerate(hands):
        x, y = counted.centre[i].tolist()
        turned = np.angle(np.exp(1j * (np.arctan2(column - x, y - row) - counted.angles[i, 2].item())))
        beyond = np.hypot(column - x, row - y) > 1.25 * counted.palm[i].item()
        hand[0][torch.from_numpy(beyond & (np.abs(turned) < 0.24))] = -1
    found = match_fingers(hands)
    four = (count_fingers(hands).count == 4).nonzero()[:, 0].tolist()
    assert len(four) > 20
    for i in four:
        hits += bool(np.linalg.norm(found.missing[i][0] - tips[i, 2].numpy()) < 5)
    assert hits > 0.9 * len(four)


def test_of_a_picture_without_a_hand_nothing_is_told():
    found = match_fingers(torch.full((2, 1, 48, 48), -1.0))
    assert [len(tips) for tips in (*found.surplus, *found.missing)] == [0, 0, 0, 0]
    broken = match_fingers(torch.full((1, 1, 48, 48), torch.nan))
    assert len(broken.surplus[0]) == len(broken.missing[0]) == 0
    with pytest.raises(ValueError, match="48, 48"):
        match_fingers(torch.zeros(2, 1, 32, 32))


def test_a_drawing_of_the_set_is_its_own_nearest():
    hands = references()[[5, 900, 3999]]
    assert torch.equal(match_fingers(hands).nearest, hands)
    assert FiveFingers().distance_to_support(hands).max() == 0
