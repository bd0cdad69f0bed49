"""Colour maps between the roles of the palette, for light and for dark ground."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.film.codes import LEVEL_STEPS
from explorer.figures.palette import Mode, colour

Array = NDArray[Any]

_SEQUENTIAL: dict[Mode, tuple[str, ...]] = {
    "light": ("#c3dfc9", "#5cb0aa", "#39709f", "#2b2767"),
    "dark": ("#343a7c", "#2f7595", "#63b89a", "#f3f3c8"),
}
PAPER = 0.08  # of the ink in the ground of a picture, so that it stands out from the page
# Oklab (Ottosson 2020): light that three kinds of cones see, and lightness, green-red and blue-yellow.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
    ]
)


@lru_cache
def colourmap(name: str, mode: Mode) -> Array:
    """(256, 4) uint8 RGBA: 255 equal steps from low to high, and a last, transparent one for NaN."""
    ground = colour("ground", mode)
    roles = {
        "sequential": (ground, *_SEQUENTIAL[mode]),
        "diverging": (colour("truth", mode), ground, colour("hallucinated", mode)),
        "faint": (ground, colour("neutral", mode)),
        "ink": (ground, colour("text", mode)),
        "wrong": (ground, colour("hallucinated", mode)),
        "photo": ("#000000", "#ffffff"),
    }[name]
    anchors = np.array([to_oklab(rgb(role)) for role in roles])
    if name == "faint":
        anchors[1] = anchors[0] + 0.3 * (anchors[1] - anchors[0])
    if name == "ink":
        anchors[0] = anchors[0] + PAPER * (anchors[1] - anchors[0])
    share = np.linspace(0, 1, LEVEL_STEPS + 1)
    places = np.linspace(0, 1, len(anchors))
    lab = np.stack([np.interp(share, places, anchors[:, i]) for i in range(3)], axis=1)
    if name == "sequential":  # equal steps of lightness are what makes equal steps of value look equal
        lab[:, 0] = np.interp(share, [0, 1], anchors[[0, -1], 0])
    colours = np.zeros((LEVEL_STEPS + 2, 4), np.uint8)
    colours[:-1, :3] = np.rint(np.clip(_from_oklab(lab), 0, 255))
    if name == "photo":  # grey values as a file holds them, on any ground
        colours[:-1, :3] = np.rint(255 * share)[:, None]
    colours[:-1, 3] = 255
    return colours


def rgb(hexadecimal: str) -> tuple[int, int, int]:
    """#E69F00 as its three bytes."""
    red, green, blue = bytes.fromhex(hexadecimal.lstrip("#"))
    return red, green, blue


def to_oklab(colours: Any) -> Array:
    """Colours (..., 3) from 0 to 255 as places in Oklab."""
    v = np.asarray(colours, np.float64) / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _CONES.T) @ _LAB.T


def _from_oklab(lab: Array) -> Array:
    linear = (lab @ np.linalg.inv(_LAB).T) ** 3 @ np.linalg.inv(_CONES).T
    return 255 * np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    )
