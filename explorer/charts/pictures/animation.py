"""Frames of pixels as one moving file that repeats for ever."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.charts.palette import INK, PALETTE, Mode
from explorer.charts.colourmaps import rgb

Array = NDArray[Any]

GIF_COLOURS = 120  # besides those of the palette; more make a larger file and hardly a better one
BITS = 5  # of red, green and blue, by which a pixel's colour is looked up
GIF_TICK = 0.01  # seconds; browsers slow down what shows a frame for less than two
# Lossless, and each frame as its difference from the one before: a third smaller, and twice as fast.
WEBP = {"lossless": True, "method": 1, "quality": 30, "kmin": 0, "kmax": 0}


class Colours:
    """The colours of a GIF, the same in all frames, so that nothing that stands still flickers."""

    def __init__(self, samples: Sequence[Array], mode: Mode) -> None:
        """From a few frames (h, w, 3); the ground, the roles and the inks of the mode are kept exactly."""
        picture = Image.fromarray(np.concatenate(samples))
        adaptive = picture.quantize(GIF_COLOURS, Image.Quantize.MEDIANCUT).getpalette("RGB") or []
        exact = np.array([rgb(colour) for colour in {*PALETTE[mode].values(), *INK[mode].values()}])
        table = np.unique(np.concatenate([exact, np.reshape(adaptive, (-1, 3))[:GIF_COLOURS]]), axis=0)
        middle = (np.arange(2**BITS) + 0.5) * 2 ** (8 - BITS)
        cells = np.stack(np.meshgrid(middle, middle, middle, indexing="ij"), axis=-1).reshape(-1, 3)
        distance = (table**2).sum(axis=1) - 2 * cells @ table.T
        self._nearest = distance.argmin(axis=1).astype(np.uint8)
        for role in exact:
            self._nearest[_cells(role)] = np.flatnonzero((table == role).all(axis=1))[0]
        taken = {tuple(colour) for colour in table.tolist()}
        unused = next((0, 0, blue) for blue in range(256) if (0, 0, blue) not in taken)
        self.unchanged = len(table)  # the number of the colour that lets the frame before shine through
        self.table = np.concatenate([table, [unused]]).astype(np.uint8).tobytes()

    def index(self, frame: Array) -> Image.Image:
        """A frame (h, w, 3) in these colours, without dithering."""
        numbers = self._nearest[_cells(frame)]
        image = Image.frombytes("P", (frame.shape[1], frame.shape[0]), numbers.tobytes())
        image.putpalette(self.table)
        return image


def encode_gif(frames: Iterable[Array], colours: Colours, seconds: Sequence[float]) -> bytes:
    """Frames (h, w, 3), each shown for some seconds, rounded to hundredths. Equal ones become one."""
    first, *others = [colours.index(frame) for frame in frames]
    durations = [1000 * GIF_TICK * max(2, round(each / GIF_TICK)) for each in seconds]
    file = io.BytesIO()
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[round(each) for each in durations],
        loop=0,
        palette=colours.table,
        transparency=colours.unchanged,
        optimize=True,
    )
    return file.getvalue()


def encode_webp(frames: Iterable[Array], seconds: Sequence[float]) -> bytes:
    """Frames (h, w, 3) without loss, each shown for some seconds, rounded to thousandths."""
    first, *others = [Image.fromarray(frame) for frame in frames]
    file = io.BytesIO()
    durations = [max(1, round(1000 * each)) for each in seconds]
    first.save(file, "WEBP", save_all=True, append_images=others, duration=durations, loop=0, **WEBP)
    return file.getvalue()


def _cells(colours: Array) -> Array:
    red, green, blue = np.moveaxis(colours.astype(np.intp) >> (8 - BITS), -1, 0)
    return (red << 2 * BITS) | (green << BITS) | blue
