"""A detector of one's own: how far the prediction jumps at most in the last ten steps."""

from __future__ import annotations

from torch import Tensor

from explorer.leaderboard.walk import Walk


def score(walk: Walk) -> Tensor:
    """The largest jump of the predicted sample between two of the last ten steps."""
    last = walk.x0_hat[-10:].flatten(2)  # (10, n, coordinates)
    jumps = (last[1:] - last[:-1]).norm(dim=2)  # (9, n)
    return jumps.amax(0)  # (n,): high for what is suspicious
