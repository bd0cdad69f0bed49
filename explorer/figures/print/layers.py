"""How each kind of layer is drawn: one frame of it on the axes of its panel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray

from explorer.figures.colourmaps import colourmap, rgb
from explorer.figures.film.codes import encode_levels
from explorer.figures.film.film import Panel
from explorer.figures.film.layers import (
    OPEN,
    Arrows,
    Axis,
    Band,
    HeatMap,
    Judged,
    Layer,
    Lines,
    Points,
    Regions,
    Rule,
)
from explorer.figures.palette import Mode, Role, colour
from explorer.figures.print.style import MARK, SMALL, STROKE, THICKEST, THINNEST, clean

Array = NDArray[Any]

FILL = 0.25  # the opacity of the area under a line, against the line's own
LARGER, FEW = 2.0, 2000  # a hallucinated dot against an honest one, and how many are drawn at full strength
TURNS = 8
ARM, PEN = 0.9, 0.35  # the side of a cross and its strokes, against the dot's size
LINE_DASH, RULE_DASH = (6 * STROKE, 5 * STROKE), (4 * STROKE, 4 * STROKE)
LABEL_OUTLINE = 3.5  # on the screen, around words that stand in a picture
MOST_ARTISTS = 5000  # above which a layer is pixels in a file of lines
_CROSS = MarkerStyle("x", capstyle="round")


def draw_layer(axes: Axes, panel: Panel, layer: Layer, frame: int, mode: Mode, zorder: float) -> list[Artist]:
    """Draw one frame of a layer; what was added to the axes."""
    match layer:
        case Lines():
            found = list(_lines(axes, panel, layer, frame, mode))
        case Points():
            found = list(_points(axes, panel, layer, frame, mode))
        case Judged():
            found = list(_judged(axes, panel, layer, frame, mode))
        case Arrows():
            found = list(_arrows(axes, layer, frame, mode))
        case HeatMap():
            found = [_heat_map(axes, panel, layer, frame, mode)]
        case Regions():
            found = list(_regions(axes, panel, layer, frame, mode))
        case Band():
            found = [_band(axes, panel, layer, mode)]
        case Rule():
            opacity = 0.55 if layer.colour == "neutral" else 0.9
            found = [rule(axes, layer.orientation, layer.at, colour(layer.colour, mode), opacity, layer.dash)]
    for artist in found:
        artist.set_zorder(zorder)
    return found


def at_frame(values: Array, frame: int) -> Array:
    """One frame of an array that has one for each or one for all."""
    return values[frame if len(values) > 1 else 0]


def on_axis(values: Any, axis: Axis) -> Array:
    """Values as they are drawn: on a log axis at its floor where they lie below, and far ones cut one range
    from the middle of the axis. NaN stays NaN."""
    low, high = np.log10([axis.low, axis.high]) if axis.log else (axis.low, axis.high)
    units = np.asarray(values, np.float64)
    units = np.log10(np.maximum(units, axis.low)) if axis.log else units
    middle, reach = (low + high) / 2, high - low
    units = np.clip(units, middle - reach, middle + reach)
    return 10**units if axis.log else units


def line_places(layer: Lines, frame: int, panel: Panel) -> tuple[Array, Array]:
    """x (n,) and y (m, n) of the lines as they are drawn."""
    x = at_frame(layer.x, frame) if layer.x.ndim == 2 else layer.x
    return on_axis(x, panel.x), on_axis(at_frame(layer.y, frame), panel.y)


def dot_places(layer: Points | Judged, frame: int, panel: Panel) -> Array:
    """Where dots are drawn, (n, 2)."""
    xy = at_frame(layer.xy, frame) if layer.xy.ndim == 3 else layer.xy
    return np.stack([on_axis(xy[:, 0], panel.x), on_axis(xy[:, 1], panel.y)], axis=1)


def rule(axes: Axes, orientation: str, at: float, ink: str, opacity: float, dash: bool) -> Artist:
    """A hairline across the axes at one value."""
    look: dict[str, Any] = {"color": ink, "alpha": opacity, "linewidth": THINNEST}
    look["linestyle"] = (0, RULE_DASH) if dash else "solid"
    return axes.axvline(at, **look) if orientation == "x" else axes.axhline(at, **look)


def _lines(axes: Axes, panel: Panel, layer: Lines, frame: int, mode: Mode) -> Iterator[Artist]:
    x, y = line_places(layer, frame, panel)
    look: dict[str, Any] = {
        "linewidth": float(np.clip(layer.width * STROKE, THINNEST, THICKEST)),
        "linestyle": (0, LINE_DASH) if layer.dash else "solid",
        "alpha": layer.opacity,
        "rasterized": y.shape[0] > MOST_ARTISTS,
        "solid_joinstyle": "round",
    }
    for role, chosen in _by_colour(layer, layer.category, len(y)):
        ink = colour(role, mode)
        if layer.fill is not None:
            level = float(on_axis(layer.fill, panel.y))
            for line in y[chosen]:
                yield axes.fill_between(x, line, level, color=ink, alpha=FILL * layer.opacity, linewidth=0)
        yield from axes.plot(x, y[chosen].T, color=ink, **look)


def _points(axes: Axes, panel: Panel, layer: Points, frame: int, mode: Mode) -> Iterator[Artist]:
    places, category = dot_places(layer, frame, panel), layer.category
    if category is not None and category.ndim == 2:
        category = at_frame(category, frame)
    look: dict[str, Any] = {"marker": "o", "linestyle": "none", "markeredgewidth": 0, "alpha": layer.opacity}
    look |= {"markersize": layer.size * MARK, "rasterized": len(places) > MOST_ARTISTS}
    ends = np.sort(np.array([axes.get_xlim(), axes.get_ylim()]), axis=1).T
    inside = bool(((ends[0] <= places) & (places <= ends[1])).all())
    look["clip_on"] = len(places) != 1 or not inside  # a single dot at the end of its way is whole
    for role, chosen in _by_colour(layer, category, len(places)):
        yield from axes.plot(*places[chosen].T, color=colour(role, mode), **look)


def _judged(axes: Axes, panel: Panel, layer: Judged, frame: int, mode: Mode) -> Iterator[Artist]:
    """Hallucinated ones on top, over an outline of the ground. The others are laid on in turns, so that
    neither kept nor removed ones hide the rest where they are dense."""
    places, size = dot_places(layer, frame, panel), layer.size * MARK
    kept, wrong = layer.level <= frame, layer.hallucinated.astype(bool)
    turn, thin = np.arange(len(places)) % TURNS, _crowded(int(wrong.sum()))
    look: dict[str, Any] = {"linestyle": "none", "rasterized": len(places) > MOST_ARTISTS}

    def marks(shown: Array, dot: bool, role: Role, size: float, edge: float = 0, **more: Any) -> list[Line2D]:
        if dot:
            more |= {"marker": "o", "markersize": size + edge, "markeredgewidth": 0}
        else:
            more |= {"marker": _CROSS, "markersize": ARM * size, "markeredgewidth": PEN * size + edge}
        return axes.plot(*places[shown].T, color=colour(role, mode), **look, **more)

    for which in range(TURNS):
        in_support, strength = ~wrong & (turn == which), 0.85 * _crowded(int((~wrong).sum()))
        yield from marks(in_support & ~kept, False, "neutral", size, alpha=strength)
        yield from marks(in_support & kept, True, "kept", size, alpha=strength)
    for shown, dot in ((wrong & ~kept, False), (wrong & kept, True)):
        yield from marks(shown, dot, "ground", LARGER * thin * size, 2 * STROKE * thin)
        yield from marks(shown, dot, "hallucinated", LARGER * thin * size)


def _arrows(axes: Axes, layer: Arrows, frame: int, mode: Mode) -> Iterator[Artist]:
    uv = at_frame(layer.uv, frame)
    seen = np.hypot(*uv.T) > 1e-3 * np.ptp(axes.get_xlim())
    if seen.any():
        yield axes.quiver(
            *layer.xy[seen].T,
            *uv[seen].T,
            angles="xy",
            scale_units="xy",
            scale=1,
            minlength=0,
            units="inches",
            width=1.4 * STROKE / 72,
            headwidth=4,
            headlength=4,
            headaxislength=3.5,
            color=colour(layer.colour, mode),
        )


def _heat_map(axes: Axes, panel: Panel, layer: HeatMap, frame: int, mode: Mode) -> Artist:
    """A picture between places in the axes' own square, so that it is even on log axes, too."""
    levels = encode_levels(at_frame(layer.values, frame), layer.low, layer.high)
    pixels = colourmap(layer.colormap, mode)[levels]
    if levels.ndim == 3:  # in colour: each of the three from its own level
        pixels = np.concatenate([np.diagonal(pixels, axis1=-2, axis2=-1)[..., :3], pixels[..., 0, 3:]], -1)
    return _picture(axes, panel, layer, pixels, "nearest" if layer.sharp else "bilinear")


def _regions(axes: Axes, panel: Panel, layer: Regions, frame: int, mode: Mode) -> Iterator[Artist]:
    colours = np.zeros((OPEN + 1, 4), np.uint8)
    for kind, hexadecimal in enumerate(layer.light if mode == "light" else layer.dark):
        colours[kind] = *rgb(hexadecimal), 255
    codes = at_frame(layer.values, frame).astype(np.uint8)
    yield _picture(axes, panel, layer, colours[codes], "antialiased")  # what is a cell wide is not lost
    outline = Stroke(linewidth=LABEL_OUTLINE * STROKE, foreground=colour("ground", mode))
    look: dict[str, Any] = {"fontsize": SMALL, "ha": "center", "va": "center", "clip_on": True}
    look["color"] = colour("text", mode)
    for x, y, text in layer.labels:
        place = float(on_axis(x, panel.x)), float(on_axis(y, panel.y)), clean(text)
        yield axes.text(*place, path_effects=[outline], **look)
        yield axes.text(*place, **look)  # letters with an effect are no text in a file of lines


def _picture(axes: Axes, panel: Panel, layer: HeatMap | Regions, pixels: Array, interpolation: str) -> Artist:
    """Pixels (rows, columns, 4), from the low ends of the axes."""
    (left, bottom), (right, top) = heat_map_corners(axes, panel, layer)
    return axes.imshow(
        pixels[:: 1 if bottom < top else -1, :: 1 if left < right else -1],
        extent=(*sorted((left, right)), *sorted((bottom, top))),
        transform=axes.transAxes,
        origin="lower",
        aspect=axes.get_aspect(),
        interpolation=interpolation,
    )


def heat_map_corners(axes: Axes, panel: Panel, layer: HeatMap | Regions) -> Array:
    """Where the low and the high ends of a heat map, or of regions, lie in the axes' own square, (2, 2)."""
    x, y = layer.x or (panel.x.low, panel.x.high), layer.y or (panel.y.low, panel.y.high)
    corners = axes.transData.transform(np.stack([on_axis(x, panel.x), on_axis(y, panel.y)], axis=1))
    return axes.transAxes.inverted().transform(corners)


def _band(axes: Axes, panel: Panel, layer: Band, mode: Mode) -> Artist:
    across = layer.orientation == "x"
    low, high = on_axis([layer.low, layer.high], panel.x if across else panel.y).tolist()
    span = axes.axvspan if across else axes.axhspan
    return span(low, high, color=colour(layer.colour, mode), alpha=layer.opacity, linewidth=0)


def _by_colour(layer: Lines | Points, category: Array | None, count: int) -> Iterator[tuple[Role, Array]]:
    """Each colour and the numbers that have it, the later of the colours last, so that it lies on top."""
    if category is None:
        yield layer.colour, np.arange(count)
        return
    for kind, role in enumerate(layer.colours):
        yield role, np.flatnonzero(category == kind)


def _crowded(count: int) -> float:
    """How much fainter and smaller marks are, the more there are."""
    return min(1.0, (FEW / max(1, count)) ** 0.2)
