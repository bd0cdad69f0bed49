"""How each kind of layer is drawn, one frame into the box of its plot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.charts.codes import encode_levels
from explorer.charts.film_layers import Arrows, Band, HeatMap, Judged, Layer, Lines, Points, Rule
from explorer.charts.palette import Mode, Role, colour
from explorer.charts.pictures.canvas import SOLID, Box, Canvas, Dash, parts
from explorer.charts.colourmaps import colourmap
from explorer.charts.pictures.layout import Plot

Array = NDArray[Any]

FILL = 0.25  # the opacity of the area under a line, against the line's own
LARGER = 2.0  # a hallucinated dot against an honest one
CROSS, PEN = 0.9, 0.4  # the sides of a cross and the width of its strokes, against a dot's size
FEW = 2000  # judged dots that are drawn at full strength; of more, each is fainter
TURNS = 8
ARROW_WIDTH, BARB, SPREAD = 1.4, 6.0, 0.55
LINE_DASH, RULE_DASH = (6.0, 5.0), (4.0, 4.0)


def draw_layer(canvas: Canvas, layer: Layer, frame: int, plot: Plot, unit: float, mode: Mode) -> None:
    """Widths and sizes of the film are in units of which one is `unit` of the canvas."""
    match layer:
        case Lines():
            _draw_lines(canvas, layer, frame, plot, unit, mode)
        case Points():
            _draw_points(canvas, layer, frame, plot, unit, mode)
        case Judged():
            _draw_judged(canvas, layer, frame, plot, unit, mode)
        case Arrows():
            _draw_arrows(canvas, layer, frame, plot, unit, mode)
        case HeatMap():
            _draw_heat_map(canvas, layer, frame, plot, mode)
        case Band():
            _draw_band(canvas, layer, plot, mode)
        case Rule():
            opacity = 0.55 if layer.colour == "neutral" else 0.9
            draw_rule(
                canvas, layer.at, layer.orientation, plot, colour(layer.colour, mode), opacity, layer.dash
            )


def at_frame(values: Array, frame: int) -> Array:
    """One frame of an array that has one for each or one for all."""
    return values[frame if len(values) > 1 else 0]


def line_pixels(layer: Lines, frame: int, plot: Plot) -> tuple[Array, Array]:
    """x (n,) and y (m, n) of the lines."""
    x = at_frame(layer.x, frame) if layer.x.ndim == 2 else layer.x
    return plot.x.pixels(x), plot.y.pixels(at_frame(layer.y, frame))


def draw_rule(
    canvas: Canvas, at: float, orientation: str, plot: Plot, ink: str, opacity: float, dash: bool
) -> None:
    """A hairline across the plot at one value of the axis, inside the plot where that is its end."""
    box, pattern = plot.box, RULE_DASH if dash else SOLID
    if orientation == "x":
        x = plot.x.pixel(at)
        x -= x == box.right
        canvas.hairline((x, box.top), (x, box.bottom), ink, opacity, pattern)
    else:
        y = plot.y.pixel(at)
        y -= y == box.bottom
        canvas.hairline((box.left, y), (box.right, y), ink, opacity, pattern)


def _draw_lines(canvas: Canvas, layer: Lines, frame: int, plot: Plot, unit: float, mode: Mode) -> None:
    x, y = line_pixels(layer, frame, plot)
    places = np.stack([np.broadcast_to(x, y.shape), y], axis=-1)
    on, off = LINE_DASH if layer.dash else SOLID
    dash: Dash = (on * unit, off * unit)
    for role, chosen in _by_colour(layer, layer.category, len(places)):
        if layer.fill is not None:
            level = plot.y.pixel(layer.fill)
            for line in places[chosen]:
                canvas.polygon(_down_to(level, line), colour(role, mode), FILL * layer.opacity)
        canvas.lines(places[chosen], colour(role, mode), layer.width * unit, layer.opacity, dash)


def _draw_points(canvas: Canvas, layer: Points, frame: int, plot: Plot, unit: float, mode: Mode) -> None:
    places = _pixels(at_frame(layer.xy, frame), plot)
    category = layer.category
    if category is not None and category.ndim == 2:
        category = at_frame(category, frame)
    for role, chosen in _by_colour(layer, category, len(places)):
        canvas.dots(places[chosen], layer.size * unit, colour(role, mode), layer.opacity)


def _draw_judged(canvas: Canvas, layer: Judged, frame: int, plot: Plot, unit: float, mode: Mode) -> None:
    """Hallucinated ones on top. Honest ones are laid on in turns, so that neither kept nor removed ones hide
    the others where they are dense."""
    places, size = _pixels(layer.xy, plot), layer.size * unit
    kept, wrong = layer.level <= frame, layer.hallucinated.astype(bool)
    strength = 0.85 * min(1.0, (FEW / max(1, int((~wrong).sum()))) ** 0.2)
    turn = np.arange(len(places)) % TURNS
    for which in range(TURNS):
        honest = ~wrong & (turn == which)
        canvas.crosses(places[honest & ~kept], CROSS * size, PEN * size, colour("neutral", mode), strength)
        canvas.dots(places[honest & kept], size, colour("kept", mode), strength)
    size *= LARGER
    for ink, edge in ((colour("ground", mode), 2 * unit), (colour("hallucinated", mode), 0.0)):
        canvas.crosses(places[~kept & wrong], CROSS * size, PEN * size + edge, ink, 1)
    for ink, edge in ((colour("ground", mode), 2 * unit), (colour("hallucinated", mode), 0.0)):
        canvas.dots(places[kept & wrong], size + edge, ink, 1)


def _draw_arrows(canvas: Canvas, layer: Arrows, frame: int, plot: Plot, unit: float, mode: Mode) -> None:
    foot = _pixels(layer.xy, plot)
    tip = _pixels(layer.xy + at_frame(layer.uv, frame), plot)
    step = tip - foot
    length = np.hypot(*step.T)[:, None]
    length[~(length >= 0.5)] = np.nan  # too short to be drawn
    back = np.minimum(BARB * unit, 0.4 * length) / length * step
    side = SPREAD * back[:, ::-1] * [-1, 1]
    gap = np.full_like(foot, np.nan)
    strokes = np.stack([foot + 0 * length, tip, gap, tip - back + side, tip, tip - back - side, gap], axis=1)
    ink = colour(layer.colour, mode)
    canvas.lines(strokes.reshape(1, -1, 2), ink, ARROW_WIDTH * unit)


def _draw_heat_map(canvas: Canvas, layer: HeatMap, frame: int, plot: Plot, mode: Mode) -> None:
    levels = encode_levels(at_frame(layer.values, frame), layer.low, layer.high)
    left, right = plot.x.pixels(layer.x or (plot.panel.x.low, plot.panel.x.high)).tolist()
    bottom, top = plot.y.pixels(layer.y or (plot.panel.y.low, plot.panel.y.high)).tolist()
    levels = levels[:: -1 if top < bottom else 1, :: 1 if left < right else -1]  # row 0 at the low end of y
    box = Box(min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))
    canvas.image(colourmap(layer.colormap, mode)[levels], box, layer.sharp)


def _draw_band(canvas: Canvas, layer: Band, plot: Plot, mode: Mode) -> None:
    across = layer.orientation == "x"
    low, high = sorted((plot.x if across else plot.y).pixels([layer.low, layer.high]))
    box = plot.box
    strip = Box(low, box.top, high - low, box.height) if across else Box(box.left, low, box.width, high - low)
    canvas.rectangle(strip, colour(layer.colour, mode), layer.opacity)


def _by_colour(layer: Lines | Points, category: Array | None, count: int) -> Iterator[tuple[Role, Array]]:
    """Each colour and the numbers that have it, the later of the colours last, so that it lies on top."""
    if category is None:
        yield layer.colour, np.arange(count)
        return
    for kind, role in enumerate(layer.colours):
        yield role, np.flatnonzero(category == kind)


def _pixels(places: Array, plot: Plot) -> Array:
    return np.stack([plot.x.pixels(places[..., 0]), plot.y.pixels(places[..., 1])], axis=-1)


def _down_to(level: float, line: Array) -> Array:
    """The outlines between a line (n, 2) and a level: one for each stretch between its gaps."""
    outlines = [np.full((0, 2), np.nan)]
    for part in parts(line):
        ends = [[part[0, 0], level]], part, [[part[-1, 0], level]], [[np.nan, np.nan]]
        outlines.append(np.concatenate(ends))
    return np.concatenate(outlines)
