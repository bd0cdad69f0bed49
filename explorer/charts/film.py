"""Films: frames of layers over fixed axes, and the compact binary message that carries them to the player."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.charts.codes import Blocks, encode_coordinates, encode_levels
from explorer.charts.palette import PALETTE, Role

Array = NDArray[Any]

LARGEST_MESSAGE = 4_000_000  # bytes
# Axes of every array: F frames (1 or all), m lines, n points or arrows, r rows, c columns.
SHAPES = {
    "Lines": {"y": ["Fmn"], "x": ["n", "Fn"]},
    "Points": {"xy": ["Fn2"], "category": ["n", "Fn"]},
    "Arrows": {"xy": ["n2"], "uv": ["Fn2"]},
    "HeatMap": {"values": ["Frc"]},
}


@dataclass(frozen=True, slots=True)
class Axis:
    """A fixed axis. On a log axis, drawn as log10, values at or below `low` sit on the floor."""

    low: float
    high: float
    label: str = ""
    log: bool = False
    ticks: tuple[float, ...] | None = None
    reverse: bool = False  # high at the left or bottom, as for t of the reverse process

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
    """m lines of one colour. NaN is a gap; `fill` tints the area between the lines and this y value."""

    x: Array  # (n,) or (F, n)
    y: Array  # (1 or F, m, n)
    colour: Role
    name: str = ""
    width: float = 2
    dash: bool = False
    fill: float | None = None
    opacity: float = 1

    def __post_init__(self) -> None:
        _frames(self)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """n dots. With `category`, dot i has the colour colours[category[i]]; otherwise all have `colour`."""

    xy: Array  # (1 or F, n, 2)
    colour: Role
    size: float = 3
    opacity: float = 0.8
    name: str = ""
    category: Array | None = None  # (n,) or (F, n)
    colours: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        _frames(self)
        kinds, count = self.category, len(self.colours)
        if kinds is not None and not np.isin(kinds, range(count)).all():
            raise ValueError(f"Points.category must be 0 to {count - 1}, not {kinds.min()} to {kinds.max()}.")


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """n arrows at fixed feet, in data units and already scaled to a drawable length."""

    xy: Array  # (n, 2)
    uv: Array  # (1 or F, n, 2)
    colour: Role
    name: str = ""

    def __post_init__(self) -> None:
        _frames(self)


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """A picture of values from low to high; row 0 lies at the low end of y. NaN is left open."""

    values: Array  # (1 or F, rows, cols)
    low: float
    high: float
    colormap: Literal["sequential", "diverging", "faint"]
    name: str = ""
    unit: str = ""
    x: tuple[float, float] | None = None  # extents, by default the panel's axes
    y: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        _frames(self)
        if not self.low < self.high:
            raise ValueError(f"HeatMap.low must be below high, not {self.low} against {self.high}.")


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


Layer = Lines | Points | Arrows | HeatMap | Band | Rule


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: layers over two axes, drawn in order. `cursor`: the x of a vertical line at each frame."""

    title: str
    title_colour: Role
    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    equal: bool = False
    cursor: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if (self.x.log or self.y.log) and any(isinstance(layer, Arrows) for layer in self.layers):
            raise ValueError(f"Panel {self.title!r} has arrows, which need two linear axes, and a log axis.")


@dataclass(frozen=True, slots=True)
class Film:
    """One to four panels of equal size side by side, one caption a frame, and the words of the slider."""

    panels: tuple[Panel, ...]
    captions: tuple[str, ...]
    slider: str
    ends: tuple[str, str]
    alt: str
    frame_seconds: float = 0.08
    shared_x: bool = True

    def __post_init__(self) -> None:
        due = len(self.captions)
        if not 1 <= len(self.panels) <= 4:
            raise ValueError(f"A film has 1 to 4 panels, not {len(self.panels)}.")
        if due == 0:
            raise ValueError("A film needs at least 1 frame; it has 0 captions, and each frame needs one.")
        if not self.frame_seconds > 0:
            raise ValueError(f"frame_seconds must be above 0, not {self.frame_seconds}.")
        for panel in self.panels:
            if panel.cursor is not None and len(panel.cursor) != due:
                raise ValueError(f"Panel {panel.title!r} has {len(panel.cursor)} cursors for {due} frames.")
            for layer in panel.layers:
                for name, found in _frames(layer).items():
                    if found not in (1, due):
                        raise ValueError(
                            f"{panel.title!r}: {name} has {found} frames; it must be 1 or {due}."
                        )


def pack(film: Film) -> bytes:
    """The film as one message: [u32 header length][JSON header padded to a multiple of 8][blocks].

    Coordinates are int16 (error at most the axis's range / 65534, clamped one range from its middle), heat
    maps uint8 (error at most (high - low) / 508); see explorer/charts/codes.py. Blocks lie at multiples of 8.
    Raises ValueError above LARGEST_MESSAGE bytes.
    """
    blocks = Blocks()
    words = {name: getattr(film, name) for name in film.__slots__ if name != "panels"}
    panels = [_describe_panel(panel, blocks) for panel in film.panels]
    message = blocks.behind(words | {"palette": PALETTE, "panels": panels})
    if len(message) > LARGEST_MESSAGE:
        raise ValueError(f"The film takes {len(message) / 1e6:.1f} MB of 4 MB; send fewer frames or points.")
    return message


def _describe_panel(panel: Panel, blocks: Blocks) -> dict[str, Any]:
    words = {name: getattr(panel, name) for name in ("title", "title_colour", "equal", "cursor")}
    layers = []
    for layer in panel.layers:
        fields = {name: getattr(layer, name) for name in layer.__slots__}
        places = {name: blocks.add(codes) for name, codes in _encode_layer(layer, panel.x, panel.y).items()}
        layers.append({"kind": type(layer).__name__} | fields | places)
    return words | {"x": asdict(panel.x), "y": asdict(panel.y), "layers": layers}


def _encode_layer(layer: Layer, x: Axis, y: Axis) -> dict[str, Array]:
    """The arrays of a layer as codes, each with a leading axis of frames."""

    def pairs(values: Array, x: Axis = x, y: Axis = y) -> Array:
        return np.stack([x.encode(values[..., 0]), y.encode(values[..., 1])], axis=-1)

    match layer:
        case Lines():
            return {"x": x.encode(np.atleast_2d(layer.x)), "y": y.encode(layer.y)}
        case Points():
            dots, kinds = {"xy": pairs(layer.xy)}, layer.category
            return dots if kinds is None else dots | {"category": np.array(kinds, np.uint8, ndmin=2)}
        case Arrows():
            reach = [Axis((a.low - a.high) / 2, (a.high - a.low) / 2) for a in (x, y)]  # around 0
            return {"xy": pairs(layer.xy[None]), "uv": pairs(layer.uv, *reach)}
        case HeatMap():
            return {"values": encode_levels(layer.values, layer.low, layer.high)}
    return {}


def _frames(layer: Layer) -> dict[str, int]:
    """Check the shapes of a layer's arrays against SHAPES; the length of each that has a frame axis."""
    kind, sizes, frames = type(layer).__name__, {"2": 2}, {}
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
