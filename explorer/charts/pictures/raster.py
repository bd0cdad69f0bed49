"""A canvas of pixels. Lines and dots are antialiased by their distance from each pixel, not by drawing large
and shrinking: exact, and thousands of dots are one sum over small masks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from explorer.charts.pictures.canvas import SOLID, Anchor, Box, Dash, parts
from explorer.charts.colourmaps import rgb
from explorer.charts.pictures.lettering import typeset

Array = NDArray[Any]

OPAQUE = 1 - 1e-6  # the most that one dot hides, so that what shines through can be summed as logarithms
HALO = 2  # units around letters
EDGE_SAMPLES = 2  # of a polygon, per pixel and direction
CHUNK = 4096  # shapes stamped at a time
BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}  # the share of words left of their anchor

Shape = Callable[[Array, Array], Array]  # ink at a distance (dx, dy) from a centre, in pixels
Pixels = tuple[int, int, int, int]  # left, top, right, bottom


class Raster:
    """A canvas whose picture of `width` by `height` units has `scale` pixels a unit: pixels (h, w, 3)."""

    def __init__(self, width: int, height: int, ground: str, scale: float = 1) -> None:
        self.scale = scale
        self.pixels = np.empty((round(height * scale), round(width * scale), 3), np.uint8)
        self.pixels[:] = rgb(ground)
        self._clip = self._picture = (0, 0, self.pixels.shape[1], self.pixels.shape[0])
        self._ink = np.zeros(self.pixels.shape[0] * self.pixels.shape[1], np.float32)
        self._last = np.empty(self._ink.shape, np.int32)

    @contextmanager
    def clipped(self, box: Box) -> Iterator[None]:
        before, self._clip = self._clip, self._whole(box)
        yield
        self._clip = before

    def lines(self, places: Array, colour: str, width: float, opacity: float = 1, dash: Dash = SOLID) -> None:
        radius = width * self.scale / 2
        spacing = math.sqrt(0.4 * max(radius, 0.5))  # the edge sags between discs by a twentieth of a pixel
        dash = (dash[0] * self.scale, dash[1] * self.scale)
        if opacity == 1:  # crossings do not show: all lines are one, with gaps
            gaps = np.full((len(places), 1, 2), np.nan)
            places = np.concatenate([places, gaps], axis=1).reshape(1, -1, 2)
        for line in places:
            samples = _along(line * self.scale, spacing, dash)
            touched, ink = self._stamp(samples, radius, lambda dx, dy: _round(dx, dy, radius), np.maximum)
            self._cover(touched, opacity * ink, colour)

    def polygon(self, places: Array, colour: str, opacity: float) -> None:
        left, top, right, bottom = self._clip
        fine = EDGE_SAMPLES
        mask = Image.new("L", ((right - left) * fine, (bottom - top) * fine))
        draw = ImageDraw.Draw(mask)
        for part in parts(places):
            outline = (part * self.scale - [left, top]) * fine
            if len(part) > 1:
                draw.polygon([(x, y) for x, y in outline.tolist()], 255)
        cover = np.asarray(mask.reduce(fine), np.float32) / 255
        self._blend(cover * opacity, left, top, np.array(rgb(colour)), self._clip)

    def dots(self, places: Array, size: float, colour: str, opacity: float) -> None:
        radius = size * self.scale / 2
        self._spread(places, radius, lambda dx, dy: _round(dx, dy, radius), colour, opacity)

    def crosses(self, places: Array, size: float, width: float, colour: str, opacity: float) -> None:
        arm, pen = size * self.scale / math.sqrt(2), width * self.scale / 2

        def cross(dx: Array, dy: Array) -> Array:
            a, b = np.abs(dx + dy) / math.sqrt(2), np.abs(dx - dy) / math.sqrt(2)
            beyond = np.maximum(np.maximum(a, b) - arm, 0)
            return _round(beyond, np.minimum(a, b), pen)

        self._spread(places, arm + pen, cross, colour, opacity)

    def hairline(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        opacity: float = 1,
        dash: Dash = SOLID,
    ) -> None:
        thick = max(1, round(self.scale))
        upright = start[0] == end[0]
        (left, top), (right, bottom) = (
            [math.floor(v * self.scale) for v in place] for place in sorted((start, end))
        )
        along = np.arange(bottom - top if upright else right - left)
        drawn = along % (sum(dash) * self.scale) < dash[0] * self.scale
        mask = np.repeat(opacity * drawn[None], thick, axis=0)
        self._blend(mask.T if upright else mask, left, top, np.array(rgb(colour)), self._clip)

    def rectangle(self, box: Box, colour: str, opacity: float = 1) -> None:
        left, top, right, bottom = self._whole(box)
        mask = np.full((bottom - top, right - left), opacity)
        self._blend(mask, left, top, np.array(rgb(colour)), self._clip)

    def image(self, pixels: Array, box: Box, sharp: bool) -> None:
        left, top, right, bottom = self._whole(box)
        size = (max(right - left, 1), max(bottom - top, 1))
        blending = Image.Resampling.NEAREST if sharp else Image.Resampling.BILINEAR
        spread = np.asarray(Image.fromarray(pixels).resize(size, blending))
        self._blend(spread[..., 3] / np.float32(255), left, top, spread[..., :3], self._clip)

    def text(
        self,
        words: str,
        x: float,
        baseline: float,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: Anchor = "start",
        halo: str | None = None,
    ) -> None:
        size = round(size * self.scale, 2)
        set_words = typeset(words, size, bold)
        left = x * self.scale - set_words.width * BEFORE[anchor]
        column, row = math.floor(left), round(baseline * self.scale)
        for ink, widened in ((halo, round(HALO * self.scale)), (colour, 0)):
            if ink is None:
                continue
            mask, begin = set_words.mask(size, left - column, widened)
            cover = np.asarray(mask, np.float32) / 255
            self._blend(cover, column - begin[0], row - begin[1], np.array(rgb(ink)), self._picture)

    # ---- ink ---------------------------------------------------------------------------------------------

    def _spread(self, places: Array, reach: float, shape: Shape, colour: str, opacity: float) -> None:
        """One shape around each place, each over those before: what shines through them is multiplied."""

        def hidden(dx: Array, dy: Array) -> Array:
            return -np.log1p(-np.minimum(opacity * shape(dx, dy), OPAQUE))

        centres = places[np.isfinite(places).all(axis=1)] * self.scale
        touched, ink = self._stamp(centres, reach, hidden, np.add)
        self._cover(touched, -np.expm1(-ink), colour)

    def _stamp(self, centres: Array, reach: float, shape: Shape, join: np.ufunc) -> tuple[Array, Array]:
        """The pixels that shapes around the centres (k, 2) touch, by number, and their ink, joined."""
        left, top, right, bottom = self._clip
        window = math.ceil(reach)  # a pixel whose middle is farther than reach + 0.5 is not touched
        offsets = np.arange(-window, window + 1)
        lowest, highest = np.array([left, top]) - window, np.array([right, bottom]) + window
        centres = centres[((centres >= lowest) & (centres <= highest)).all(axis=1)]
        found = [np.empty(0, np.intp)]
        for some in np.split(centres, range(CHUNK, len(centres), CHUNK)):
            x, y = np.floor(some).astype(np.intp).T[:, :, None] + offsets
            ink = shape(
                (x + 0.5 - some[:, :1]).astype(np.float32)[:, None, :],
                (y + 0.5 - some[:, 1:]).astype(np.float32)[:, :, None],
            )
            inside = ((x >= left) & (x < right))[:, None, :] & ((y >= top) & (y < bottom))[:, :, None]
            drawn = inside & (ink > 0)
            found.append(((y * self.pixels.shape[1])[:, :, None] + x[:, None, :])[drawn])
            join.at(self._ink, found[-1], ink[drawn])
        touched = np.concatenate(found)
        order = np.arange(len(touched), dtype=np.int32)
        self._last[touched] = order  # each pixel keeps the last of its places: once is enough
        touched = touched[self._last[touched] == order]
        inks = self._ink[touched]
        self._ink[touched] = 0
        return touched, inks

    def _cover(self, touched: Array, cover: Array, colour: str) -> None:
        """Lay a colour over pixels, given by number, as far as it covers each."""
        flat = self.pixels.reshape(-1, 3)
        below = flat[touched].astype(np.float32)
        flat[touched] = np.rint(below + (np.array(rgb(colour), np.float32) - below) * cover[:, None])

    def _blend(self, mask: Array, left: int, top: int, ink: Array, clip: Pixels) -> None:
        """Lay a colour (3,), or one a pixel, over the picture as far as a mask (h, w) covers it, 0 to 1."""
        x0, y0 = max(left, clip[0]), max(top, clip[1])
        x1, y1 = min(left + mask.shape[1], clip[2]), min(top + mask.shape[0], clip[3])
        if x0 >= x1 or y0 >= y1:
            return
        part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        below = self.pixels[y0:y1, x0:x1]
        above = ink if ink.ndim == 1 else ink[part]
        below[:] = np.rint(below + (above.astype(np.float32) - below) * mask[part][..., None])

    def _whole(self, box: Box) -> Pixels:
        """The whole pixels nearest to a box: left, top, right, bottom."""
        left, top, right, bottom = (
            round(side * self.scale) for side in (box.left, box.top, box.right, box.bottom)
        )
        return left, top, right, bottom


def _round(dx: Array, dy: Array, radius: float) -> Array:
    """How far a disc covers the pixel at a distance from its centre; a thin one never does so fully."""
    return np.clip(radius + 0.5 - np.hypot(dx, dy), 0, min(1, 2 * radius))


def _along(line: Array, spacing: float, dash: Dash) -> Array:
    """Places (k, 2) at most `spacing` apart on a line (n, 2), between its gaps and those of its dash."""
    start, step = line[:-1], np.diff(line, axis=0)
    there = np.isfinite(step).all(axis=1)
    start, step = start[there], step[there]
    length = np.hypot(*step.T)
    counts = np.ceil(length / spacing).astype(np.intp) + 1
    segment = np.repeat(np.arange(len(counts)), counts)
    order = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = order / np.maximum(counts - 1, 1)[segment]
    places = start[segment] + share[:, None] * step[segment]
    if dash[1]:
        travelled = (np.cumsum(length) - length)[segment] + share * length[segment]
        places = places[travelled % sum(dash) < dash[0]]
    return places
