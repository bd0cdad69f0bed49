"""Numbers as small whole numbers: what a picture needs of them, in a quarter of the bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

COORDINATE_STEPS = 32767  # codes per axis range; -32767 to 32767 cover twice the range
COORDINATE_NAN = -32768
LEVEL_STEPS = 254  # codes from low to high
LEVEL_NAN = 255
AMOUNT_STEPS, MOST_STEPS = 10, 255  # codes per unit, and the last code, which is for all above, too


def encode_coordinates(values: NDArray[Any], low: float, high: float, log: bool = False) -> NDArray[np.int16]:
    """Coordinates on an axis as int16 of (u - middle) / range * 32767; u is log10 of the value on a log axis.

    The error is at most range / 65534. Values more than one range from the middle are clamped there; on a log
    axis, values at or below `low` become `low`.
    """
    values = np.asarray(values, np.float64)
    if log:
        values = np.log10(np.maximum(values, low))  # NaN stays NaN
        low, high = np.log10([low, high])
    codes = np.rint((values - (low + high) / 2) / (high - low) * COORDINATE_STEPS)
    codes = np.clip(codes, -COORDINATE_STEPS, COORDINATE_STEPS)
    return np.where(np.isnan(codes), COORDINATE_NAN, codes).astype("<i2")


def encode_levels(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Values from low to high as uint8 steps: the error is at most (high - low) / 508, beyond it clamped."""
    share = (np.asarray(values, np.float64) - low) / (high - low)
    steps = np.rint(np.clip(share, 0, 1) * LEVEL_STEPS)
    return np.where(np.isnan(steps), LEVEL_NAN, steps).astype(np.uint8)


class Blocks:
    """Arrays of codes one behind the other, each padded to a multiple of 8 bytes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.length = 0

    def add(self, codes: NDArray[Any]) -> dict[str, Any]:
        """Append (frames, ...), one frame if all are equal, and say where it lies."""
        if len(codes) > 1 and bool((codes == codes[:1]).all()):
            codes = codes[:1]
        place = {"at": self.length, "shape": codes.shape, "bytes": codes.itemsize}
        self.parts.append(codes.tobytes() + bytes(-codes.nbytes % 8))
        self.length += len(self.parts[-1])
        return place

    def behind(self, header: dict[str, Any]) -> bytes:
        """One message: [u32 header length][JSON header, padded to align the blocks to 8 bytes][blocks]."""
        text = json.dumps(header, separators=(",", ":"), allow_nan=False, default=float).encode()
        text += b" " * (-(len(text) + 4) % 8)
        return b"".join([len(text).to_bytes(4, "little"), text, *self.parts])
