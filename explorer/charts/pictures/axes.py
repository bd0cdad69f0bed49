"""What frames a plot: its ticks and grid, and the head above it."""

from __future__ import annotations

from explorer.charts.film_layers import HeatMap
from explorer.charts.palette import Mode, colour, ink
from explorer.charts.pictures.canvas import Box, Canvas
from explorer.charts.colourmaps import colourmap
from explorer.charts.pictures.layout import Layout, Plot, colour_bar, fitting
from explorer.charts.pictures.lettering import typeset
from explorer.charts.pictures.scale import brief
from explorer.charts.pictures.sizes import Sizes


def draw_axes(canvas: Canvas, plot: Plot, sizes: Sizes, mode: Mode) -> None:
    """Ticks, and a grid on y; around a heat map, which would hide the grid, a frame."""
    box, small = plot.box, sizes.small
    grid, grey = colour("grid", mode), colour("neutral", mode)
    covered = any(isinstance(layer, HeatMap) for layer in plot.panel.layers)
    if covered:
        for x in (box.left, box.right):
            canvas.hairline((x, box.top), (x, box.bottom), grid)
        for y in (box.top, box.bottom):
            canvas.hairline((box.left, y), (box.right, y), grid)
    for tick in plot.y_ticks:
        y = plot.y.pixel(tick.value)
        if not covered:
            canvas.hairline((box.left, y), (box.right, y), grid)
        if plot.shows_y:
            canvas.text(tick.text, box.left - 0.6 * small, y + 0.36 * small, small, grey, anchor="end")
    for tick in plot.x_ticks:
        canvas.text(
            tick.text, plot.x.pixel(tick.value), box.bottom + 1.25 * small, small, grey, anchor="middle"
        )
    if label := plot.panel.x.label:
        size = fitting(label, small, box.width + 2 * small)
        canvas.text(label, (box.left + box.right) / 2, box.bottom + 2.6 * small, size, grey, anchor="middle")


def draw_head(canvas: Canvas, plot: Plot, layout: Layout, mode: Mode) -> None:
    """The title in its colour, what y is beside it or below, and the scale of a heat map at the right."""
    panel, box, sizes = plot.panel, plot.box, layout.sizes
    base = box.top - 0.55 * sizes.base
    label = panel.y.label if plot.shows_y else ""
    title_base = base - (1.25 * sizes.base if layout.head_lines > 1 else 0)
    size = fitting(panel.title, sizes.title, box.width, bold=True)
    canvas.text(panel.title, box.left, title_base, size, ink(panel.title_colour, mode), bold=True)
    after = box.left
    if panel.title and layout.head_lines == 1:
        after += typeset(panel.title, size, True).width + 0.6 * sizes.base
    if label:
        small = fitting(label, sizes.small, box.right - after)
        canvas.text(label, after, base, small, colour("neutral", mode))
        after += typeset(label, small).width + 0.6 * sizes.base
    if heat := colour_bar(panel):
        _draw_colour_bar(canvas, heat, after, Box(box.left, base, box.width, 0), sizes, mode)


def _draw_colour_bar(
    canvas: Canvas, heat: HeatMap, after: float, line: Box, sizes: Sizes, mode: Mode
) -> None:
    """At the right end of a line of words; left out where what stands `after` leaves no room."""
    low, high = brief(heat.low), f"{brief(heat.high)} {heat.unit}".strip()
    apart = 0.4 * sizes.small
    end = line.right - sizes.width(high) - apart
    length = min(5 * sizes.base, end - after - sizes.width(low) - apart)
    if length < 1.4 * sizes.base:
        return
    grey, height = colour("neutral", mode), 0.6 * sizes.small
    bar = Box(end - length, line.top - height, length, height)
    canvas.text(low, bar.left - apart, line.top, sizes.small, grey, anchor="end")
    canvas.text(high, bar.right + apart, line.top, sizes.small, grey)
    canvas.image(colourmap(heat.colormap, mode)[None, :-1], bar, sharp=False)
    for y in (bar.top, bar.bottom):
        canvas.hairline((bar.left, y), (bar.right, y), colour("grid", mode))
    for x in (bar.left, bar.right):
        canvas.hairline((x, bar.top), (x, bar.bottom), colour("grid", mode))
