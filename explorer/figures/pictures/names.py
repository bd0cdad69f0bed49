"""Direct labels: the names of lines beside them, and of other layers along the top or on their axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from explorer.figures.film.layers import Band, Layer, Lines, Points, Rule
from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.pictures.canvas import Canvas
from explorer.figures.pictures.layers import line_pixels
from explorer.figures.pictures.layout import Plot
from explorer.figures.pictures.lettering import typeset
from explorer.figures.pictures.sizes import Sizes

Array = NDArray[Any]

COLUMNS = 64  # a line is looked at in this many columns when its name is placed
SAMPLED = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # of the film, where places are compared
FAR = 240.0  # units from its line, counted thrice, at which a name is left out
AMISS = 150.0  # what it costs to lie on another name or outside the plot
NO_LINE = 200.0  # what it costs to have no line to name in a frame


@dataclass(frozen=True, slots=True)
class LineName:
    """A line's name keeps its columns and its side for the whole film, so that it follows without jumping."""

    layer: Lines
    first: int
    span: int
    above: bool
    bases: Array  # (s,) its baseline in the sampled frames


@dataclass(frozen=True, slots=True)
class FixedName:
    """A name whose baseline begins at (x, y) in every frame."""

    text: str
    role: Role
    x: float
    y: float
    width: float


class Names:
    """The names of the layers of one plot, placed once for all of its frames."""

    def __init__(self, plot: Plot, sizes: Sizes, frames: int) -> None:
        self.plot, self.sizes = plot, sizes
        self._lines = [layer for layer in plot.panel.layers if isinstance(layer, Lines)]
        self._placed: list[LineName] = []
        self._fixed: list[FixedName] = []
        for fixed in (*self._along_the_top(), *self._on_axes(), *self._beside_dots()):
            self._fixed.append(self._clear_of(self._fixed, fixed))
        named = [line for line in self._lines if line.name and line.name != plot.panel.title]
        if not named:
            return
        sampled = sorted({round(share * (frames - 1)) for share in SAMPLED})
        reached = np.stack([self._reached(frame) for frame in sampled])
        for line in named:
            if name := self._place(line, reached):
                self._placed.append(name)

    def draw(self, canvas: Canvas, frame: int, mode: Mode) -> None:
        small, box = self.sizes.small, self.plot.box
        reached = self._reached(frame) if self._placed else np.empty((0, 2, COLUMNS))
        names = list(self._fixed)
        for name in self._placed:
            window = reached[None, :, :, None, name.first : name.first + name.span + 1]
            base = self._base(window, name.above).item()
            if np.isfinite(base):
                y = min(max(base, box.top + small), box.bottom - 0.4 * small)
                x = box.left + name.first / COLUMNS * box.width
                text = name.layer.name
                followed = FixedName(text, name.layer.colour, x, y, self._width(text))
                names.append(self._clear_of(names, followed))
        for fixed in names:
            letters, ground = ink(fixed.role, mode), colour("ground", mode)
            canvas.text(fixed.text, fixed.x, fixed.y, small, letters, bold=True, halo=ground)

    # ---- beside lines ------------------------------------------------------------------------------------

    def _place(self, line: Lines, reached: Array) -> LineName | None:
        """Where a name lies nearest to its own line in the sampled frames, above or below all lines there."""
        sizes, box = self.sizes, self.plot.box
        span = int(np.ceil(self._width(line.name) / box.width * COLUMNS))
        if span >= COLUMNS - 1:
            return None
        windows = sliding_window_view(reached, span + 1, axis=-1)[
            ..., 1:, :
        ]  # (s, lines, 2, places, columns)
        own = windows[:, self._lines.index(line)]
        highest, lowest = np.fmin.reduce(own[:, 0], axis=-1), np.fmax.reduce(own[:, 1], axis=-1)
        best, found = -FAR * len(reached) * sizes.unit, None
        for above in (True, False):
            bases = self._base(windows, above)
            middle = bases - 0.35 * sizes.small
            near, far = np.abs(highest - middle), np.abs(lowest - middle)
            cost = np.maximum(near, far) + 2 * np.minimum(near, far)
            outside = (bases - 1.25 * sizes.small < box.top) | (bases > box.bottom - 0.3 * sizes.small)
            cost += AMISS * sizes.unit * outside
            for other in self._placed:
                apart = np.arange(1, windows.shape[-2] + 1) - other.first
                beside = (apart <= other.span + 1) & (-apart <= span + 1)
                close = np.abs(other.bases[:, None] - bases) < 1.25 * sizes.small
                cost += AMISS * sizes.unit * (beside & close)
            left = box.left + np.arange(1, windows.shape[-2] + 1) / COLUMNS * box.width
            for fixed in self._fixed:
                beside = (left <= fixed.x + fixed.width) & (left + self._width(line.name) >= fixed.x)
                close = np.abs(fixed.y - bases) < 1.25 * sizes.small
                cost += AMISS * sizes.unit * (beside & close)
            worth = -np.nan_to_num(cost, nan=NO_LINE * sizes.unit).sum(axis=0)
            if worth.max() > best:
                place = int(worth.argmax())
                best, found = worth[place], LineName(line, place + 1, span, above, bases[:, place])
        return found

    def _clear_of(self, others: list[FixedName], name: FixedName) -> FixedName:
        """A name moved down below those that it would lie on."""
        y = name.y
        for other in sorted(others, key=lambda other: other.y):
            beside = name.x < other.x + other.width and other.x < name.x + name.width
            if beside and abs(y - other.y) < 1.2 * self.sizes.small:
                y = other.y + 1.2 * self.sizes.small
        return replace(name, y=y)

    def _base(self, windows: Array, above: bool) -> Array:
        """The baseline (s, places) above or below every line in windows (s, lines, 2, places, columns)."""
        if above:
            return np.fmin.reduce(windows[:, :, 0], axis=(1, 3)) - 0.55 * self.sizes.small
        return np.fmax.reduce(windows[:, :, 1], axis=(1, 3)) + 1.25 * self.sizes.small

    def _reached(self, frame: int) -> Array:
        """The highest and lowest y of each layer of lines by column: (lines, 2, COLUMNS), NaN if none."""
        return np.stack([_columns(*line_pixels(line, frame, self.plot), self.plot) for line in self._lines])

    # ---- elsewhere ---------------------------------------------------------------------------------------

    def _along_the_top(self) -> Iterator[FixedName]:
        sizes, box = self.sizes, self.plot.box
        x, y = box.left + 0.6 * sizes.small, box.top + 1.3 * sizes.small
        for layer in self.plot.panel.layers:
            if not layer.name or isinstance(layer, Lines | Band | Rule) or _is_one_dot(layer):
                continue
            width = self._width(layer.name)
            if x > box.left + sizes.small and x + width > box.right:
                x, y = box.left + 0.6 * sizes.small, y + 1.3 * sizes.small
            yield FixedName(layer.name, getattr(layer, "colour", "neutral"), x, y, width)
            x += width + sizes.small

    def _beside_dots(self) -> Iterator[FixedName]:
        """The name of a layer of one still dot, at its right, or at its left where there is no room."""
        small, box = self.sizes.small, self.plot.box
        for layer in self.plot.panel.layers:
            if isinstance(layer, Points) and layer.name and _is_one_dot(layer):
                x, y = (
                    scale.pixel(at)
                    for scale, at in zip((self.plot.x, self.plot.y), layer.xy[0, 0], strict=True)
                )
                width, apart = self._width(layer.name), 0.4 * small + layer.size / 2 * self.sizes.unit
                left = x + apart if x + apart + width <= box.right else x - apart - width
                yield FixedName(layer.name, layer.colour, left, y + 0.35 * small, width)

    def _on_axes(self) -> Iterator[FixedName]:
        for layer in self.plot.panel.layers:
            if isinstance(layer, Band | Rule) and layer.name:
                yield from self._on_axis(layer)

    def _on_axis(self, layer: Band | Rule) -> Iterator[FixedName]:
        sizes, box = self.sizes, self.plot.box
        upright, width = layer.orientation == "x", self._width(layer.name)
        scale, (first, last) = (
            (self.plot.x, (box.left, box.right)) if upright else (self.plot.y, (box.top, box.bottom))
        )
        ends = (layer.low, layer.high) if isinstance(layer, Band) else (layer.at, layer.at)
        at = float(np.mean(scale.pixels(ends)))
        if not first <= at <= last:
            return
        if not upright:
            place = (
                box.right - width - 0.4 * sizes.small,
                max(at - 0.4 * sizes.small, box.top + sizes.small),
            )
        elif isinstance(layer, Band):
            place = (at - width / 2, box.top + sizes.small)
        else:
            right = at + 0.4 * sizes.small  # at the left of the rule where there is no room at its right
            place = (
                right if right + width <= box.right else at - width - 0.4 * sizes.small,
                box.top + sizes.small,
            )
        yield FixedName(layer.name, layer.colour, *place, width)

    def _width(self, name: str) -> float:
        return typeset(name, self.sizes.small, True).width


def _is_one_dot(layer: Layer) -> bool:
    return isinstance(layer, Points) and layer.xy.shape == (1, 1, 2) and bool(np.isfinite(layer.xy).all())


def _columns(x: Array, y: Array, plot: Plot) -> Array:
    """The highest and lowest y of lines (n,), (m, n) in each column of the plot: (2, COLUMNS)."""
    column = (x - plot.box.left) / plot.box.width * COLUMNS
    start, end = column[:-1], column[1:]
    first = np.maximum(np.ceil(np.fmin(start, end)), 0)
    last = np.minimum(np.floor(np.fmax(start, end)), COLUMNS - 1)
    counts = np.nan_to_num(np.maximum(last - first + 1, 0)).astype(np.intp)
    segment = np.repeat(np.arange(len(counts)), counts)
    at = (
        first[segment].astype(np.intp)
        + np.arange(len(segment))
        - np.repeat(np.cumsum(counts) - counts, counts)
    )
    step = (end - start)[segment]
    share = np.divide(at - start[segment], step, out=np.zeros(len(segment)), where=step != 0)
    height = y[:, segment] + share * (y[:, segment + 1] - y[:, segment])
    reached = np.full((2, COLUMNS), np.nan)
    np.fmin.at(reached[0], at, np.fmin.reduce(height, axis=0))
    np.fmax.at(reached[1], at, np.fmax.reduce(height, axis=0))
    return reached
