"""What a film is made of: axes, and the layers that are drawn over them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.figures.film.codes import COORDINATE_STEPS, encode_coordinates
from explorer.figures.palette import Role

Array = NDArray[Any]
OPEN = 255  # what a cell of regions holds that is of no kind


# Axes of every array: F frames (1 or all), m lines, n points or arrows, r rows, c columns, 3 colours.
SHAPES = {
    "Lines": {"y": ["Fmn"], "x": ["n", "Fn"], "category": ["m"]},
    "Points": {"xy": ["Fn2"], "category": ["n", "Fn"]},
    "Judged": {"xy": ["n2"], "level": ["n"], "hallucinated": ["n"]},
    "Arrows": {"xy": ["n2"], "uv": ["Fn2"]},
    "HeatMap": {"values": ["Frc", "Frc3"]},
    "Regions": {"values": ["Frc"], "amount": ["Frc"]},
}


@dataclass(frozen=True, slots=True)
class Axis:
    """A fixed axis. On a log axis, drawn as log10, values at or below `low` sit on the floor.

    names   what the whole numbers 0, 1, ... on this axis are called: ticks stand at whole numbers, and ticks
            and readings say the name, e.g. the steps t of a film whose frames are spaced unevenly in t
    """

    low: float
    high: float
    label: str = ""
    log: bool = False
    ticks: tuple[float, ...] | None = None
    reverse: bool = False  # high at the left or bottom, as for t of the reverse process
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"An axis runs from a finite low to a higher high, not {self.low} to {self.high}."
            )
        if self.log and self.low <= 0:
            raise ValueError(f"A log axis must start above 0, not at {self.low}.")

    def encode(self, values: Array) -> Array:
        return encode_coordinates(values, self.low, self.high, self.log)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """m lines of one colour. NaN is a gap; `fill` tints the area between the lines and this y value.

    With `category`, line j has the colour colours[category[j]], and later colours lie on top. `pick`: a click
    on a line singles it out, by its number j.
    """

    x: Array  # (n,) or (F, n)
    y: Array  # (1 or F, m, n)
    colour: Role
    name: str = ""
    width: float = 2
    dash: bool = False
    fill: float | None = None
    opacity: float = 1
    category: Array | None = None  # (m,)
    colours: tuple[Role, ...] = ()
    pick: bool = False

    def __post_init__(self) -> None:
        frames_of(self)
        _check_category(self)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """n dots. With `category`, dot i has the colour colours[category[i]]; otherwise all have `colour`.

    `pick`: a click on a dot singles it out, by its number i.
    """

    xy: Array  # (1 or F, n, 2)
    colour: Role
    size: float = 3
    opacity: float = 0.8
    name: str = ""
    category: Array | None = None  # (n,) or (F, n)
    colours: tuple[Role, ...] = ()
    pick: bool = False

    def __post_init__(self) -> None:
        frames_of(self)
        _check_category(self)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """n still dots judged by a bound that rises with the frame: dot i is removed before frame level[i], and
    kept from it on. A kept dot is round, a removed one is a cross.

    level           (n,) whole numbers from 0 to the number of frames
    hallucinated    (n,) bool: drawn on top and larger, in the colour of hallucinations
    `pick`: a click on a dot singles it out, by its number i.
    """

    xy: Array  # (n, 2)
    level: Array
    hallucinated: Array
    size: float = 2.5
    name: str = ""
    pick: bool = False

    def __post_init__(self) -> None:
        frames_of(self)
        if len(self.level) and not 0 <= self.level.min() <= self.level.max() <= COORDINATE_STEPS:
            raise ValueError(
                f"Judged.level must be 0 to {COORDINATE_STEPS}, not {self.level.min()} to {self.level.max()}."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """n arrows at fixed feet, in data units and already scaled to a drawable length."""

    xy: Array  # (n, 2)
    uv: Array  # (1 or F, n, 2)
    colour: Role
    name: str = ""

    def __post_init__(self) -> None:
        frames_of(self)


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """A picture of values from low to high; row 0 lies at the low end of y. NaN is left open. With a last
    axis of three, values are red, green and blue of a photograph in colour, whose colormap is `photo`.

    `pick`: a click on a cell singles it out, by its number row * columns + column. With `tile` cells a side
    making a tile, tiles are singled out and numbered so instead, as the pictures of a gallery, whose rows the
    player may make longer or shorter unless it `keeps_rows`.
    `sharp`: cells are drawn as squares and not blended into each other. `ends`: words for the lowest and the
    highest colour, in place of their numbers.
    """

    values: Array  # (1 or F, rows, cols), in colour (1 or F, rows, cols, 3)
    low: float
    high: float
    colormap: Literal["sequential", "diverging", "faint", "ink", "wrong", "photo"]
    name: str = ""
    unit: str = ""
    x: tuple[float, float] | None = None  # extents, by default the panel's axes
    y: tuple[float, float] | None = None
    pick: bool = False
    sharp: bool = False
    tile: int = 1
    keeps_rows: bool = False
    ends: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        frames_of(self)
        if not self.low < self.high:
            raise ValueError(f"HeatMap.low must be below high, not {self.low} against {self.high}.")
        if self.values.ndim == 4 and self.colormap != "photo":
            raise ValueError(f"A HeatMap in colour has the colormap photo, not {self.colormap}.")

    @property
    def reaches_below(self) -> bool:
        """Whether values lie below the lowest colour."""
        return bool(np.any(self.values < self.low))

    @property
    def reaches_above(self) -> bool:
        """Whether values lie above the highest colour."""
        return bool(np.any(self.values > self.high))


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """A picture of kinds: a cell has the colour of the kind that it holds; row 0 lies at the low end of y.

    values      whole numbers from 0 to the number of kinds - 1, or 255 where the picture is left open
    kinds       what each kind is called when it is read off
    light, dark the colour of each kind in either theme
    labels      words that stand in the picture, around (x, y): what a region is called
    amount      a number of each cell that is read off behind its kind, in `unit`; to a tenth, up to 25.5
    `pick`: a click on a cell singles it out, by its number row * columns + column. Of several regions in a
    panel the last is read off where they lie above each other.
    """

    values: Array  # (1 or F, rows, cols)
    kinds: tuple[str, ...]
    light: tuple[str, ...]
    dark: tuple[str, ...]
    name: str = ""
    labels: tuple[tuple[float, float, str], ...] = ()
    x: tuple[float, float] | None = None  # extents, by default the panel's axes
    y: tuple[float, float] | None = None
    pick: bool = False
    amount: Array | None = None  # (1 or F, rows, cols)
    unit: str = ""

    def __post_init__(self) -> None:
        frames_of(self)
        if not len(self.kinds) == len(self.light) == len(self.dark) <= OPEN:
            raise ValueError(
                f"Regions need a colour in either theme for each of at most {OPEN} kinds, not "
                f"{len(self.light)} and {len(self.dark)} for {len(self.kinds)}."
            )
        if not np.isin(self.values, [*range(len(self.kinds)), OPEN]).all():
            raise ValueError(f"Regions.values must be 0 to {len(self.kinds) - 1}, or {OPEN} for none.")


@dataclass(frozen=True, slots=True)
class Band:
    """A still strip from low to high along the named axis, e.g. a mode's k-sigma band."""

    low: float
    high: float
    orientation: Literal["x", "y"]
    colour: Role
    opacity: float = 0.12
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A still hairline at one value of the named axis."""

    at: float
    orientation: Literal["x", "y"]
    colour: Role = "neutral"
    dash: bool = True
    name: str = ""


Layer = Lines | Points | Judged | Arrows | HeatMap | Regions | Band | Rule


def frames_of(layer: Layer) -> dict[str, int]:
    """Check the shapes of a layer's arrays against SHAPES; the length of each that has a frame axis."""
    kind, sizes, frames = type(layer).__name__, {"2": 2, "3": 3}, {}
    for name, allowed in SHAPES.get(kind, {}).items():
        if (array := getattr(layer, name)) is None:
            continue
        axes = next((axes for axes in allowed if len(axes) == array.ndim), "")
        fits = [sizes.setdefault(a, n) == n for a, n in zip(axes, array.shape, strict=False) if a != "F"]
        if not (axes and all(fits)):
            due = " or ".join(str(tuple(sizes.get(a, a) for a in axes)).replace("'", "") for axes in allowed)
            raise ValueError(f"{kind}.{name} must have the shape {due}, not {array.shape}.")
        if axes[0] == "F":
            frames[f"{kind}.{name}"] = len(array)
    return frames


def _check_category(layer: Lines | Points) -> None:
    kinds, count = layer.category, len(layer.colours)
    if kinds is not None and not np.isin(kinds, range(count)).all():
        raise ValueError(
            f"{type(layer).__name__}.category must be 0 to {count - 1}, not {kinds.min()} to {kinds.max()}."
        )
