"""Which finger is too many, and which is missing: a hand beside the nearest of the drawings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.data.hands.finger_count import count_fingers, finger_tips
from explorer.data.hands.five_fingers import references


@dataclass(frozen=True, eq=False)
class FingerMatch:
    """n pictures of hands beside the nearest of the drawings that stand for all.

    nearest     (n, 1, 48, 48), by the sum of squared differences
    surplus     of each picture the tips (m, 2) of its fingers that none of the drawing's is left for
    missing     of each picture the tips (m, 2) of the drawing's fingers that none of its own is left for

    Tips are (column, row) in pixels from the upper left corner. At most one of the two holds any.
    """

    nearest: Tensor
    surplus: tuple[np.ndarray, ...]
    missing: tuple[np.ndarray, ...]


def match_fingers(x: Tensor) -> FingerMatch:
    """Pair the finger tips of n pictures (n, 1, 48, 48) with those of the nearest drawing, at the least sum
    of distances; what is left over is too many or missing.

    A picture without a hand has nothing that could be paired, so nothing is returned for it. Raises
    ValueError for any other shape.
    """
    counted = count_fingers(x)
    members = references()
    flat = members.flatten(1)
    points = x.detach().cpu().float().nan_to_num(-1).flatten(1)
    nearest = members[(flat.square().sum(1) - 2 * points @ flat.T).argmin(1)]
    own, drawn = finger_tips(x, counted).cpu().numpy(), finger_tips(nearest, count_fingers(nearest)).numpy()
    surplus, missing = [], []
    for hand, mine, theirs in zip(counted.hand.tolist(), own, drawn, strict=True):
        left = _unpaired(mine[np.isfinite(mine[:, 0])], theirs[np.isfinite(theirs[:, 0])])
        surplus.append(left[0] if hand else np.empty((0, 2)))
        missing.append(left[1] if hand else np.empty((0, 2)))
    return FingerMatch(nearest.to(x.device, torch.float32), tuple(surplus), tuple(missing))


def _unpaired(mine: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of two sets of points (m, 2) and (k, 2) those that the best pairing leaves over."""
    # Here, because the import takes a quarter of a second and counting does without.
    from scipy.optimize import linear_sum_assignment

    apart = np.linalg.norm(mine[:, None] - theirs[None], axis=2)
    rows, columns = linear_sum_assignment(apart)
    return np.delete(mine, rows, axis=0), np.delete(theirs, columns, axis=0)
