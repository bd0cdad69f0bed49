"""Where the plots of a film lie on a sheet, and what stands at their ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, HeatMap
from explorer.figures.pictures.canvas import Box
from explorer.figures.pictures.footer import Footer
from explorer.figures.pictures.lettering import typeset
from explorer.figures.pictures.scale import Scale, Tick, ticks
from explorer.figures.pictures.sizes import Sizes

SMALLEST_PLOT = 24  # units
# A sheet whose height follows from the film has at least so many units, is no taller than this share of its
# width, unless its plots would be lower than so many times the size of its type.
SMALLEST, TALLEST, LOWEST = 200, 0.8, 6


@dataclass(frozen=True, slots=True)
class Plot:
    """One panel in its place. `shows_y`: its y axis has labels, and is not that of the panel at its left."""

    panel: Panel
    box: Box
    x: Scale
    y: Scale
    shows_y: bool
    x_ticks: list[Tick]
    y_ticks: list[Tick]


@dataclass(frozen=True, slots=True)
class Layout:
    """The plots on a sheet of `height`; the lines above each: its title, and what y is where one line is too
    short for both; and the words below, whose upper left corner is `below`."""

    sizes: Sizes
    height: int
    plots: list[Plot]
    head_lines: int
    footer: Footer
    below: tuple[float, float]


def lay_out(film: Film, width: int, height: int | None) -> Layout:
    """Plots of equal size side by side, above caption and readings. Without a height, the sheet is as high
    as the panels' proportions ask for."""
    sizes = Sizes.of(width)
    shows_y = [i == 0 or panel.y != film.panels[i - 1].y for i, panel in enumerate(film.panels)]
    lefts, plot_width = _columns(film.panels, shows_y, sizes, width, height or 0.6 * width)
    footer = Footer(film, sizes, width - lefts[0] - sizes.margin)
    shown = list(zip(film.panels, shows_y, strict=True))
    head_lines = max(_head_lines(panel, labelled, sizes, plot_width) for panel, labelled in shown)
    head = (0.4 + (1.35 if head_lines else 0) + (1.05 if head_lines > 1 else 0)) * sizes.base
    foot = (3.0 if any(panel.x.label for panel in film.panels) else 1.7) * sizes.small
    taken = 2 * sizes.margin + head + foot + footer.height
    if height is None:
        wanted = taken + plot_width * max(_proportion(panel, len(film.panels)) for panel in film.panels)
        highest = max(TALLEST * width, taken + LOWEST * sizes.base)
        height = max(SMALLEST, round(min(wanted, highest)))
    top, plot_height = sizes.margin + head, max(height - taken, SMALLEST_PLOT)
    plots = []
    for (panel, labelled), left in zip(shown, lefts, strict=True):
        box = Box(left, top, plot_width, plot_height)
        plots.append(_plot(panel, _equal_aspect(box, panel) if panel.equal else box, labelled, sizes))
    left = max(lefts[0], min(plots[0].box.left, width - sizes.margin - footer.reach))
    return Layout(sizes, height, plots, head_lines, footer, (left, top + plot_height + foot))


def fitting(text: str, size: float, room: float, bold: bool = False) -> float:
    """The size at which a text takes no more than its room, down to 0.6 of the one asked for."""
    return size * min(1.0, max(0.6, room / max(typeset(text, size, bold).width, 1e-9)))


def colour_bar(panel: Panel) -> HeatMap | None:
    """The heat map whose colours the head explains; a faint one is only a backdrop."""
    maps = (
        layer
        for layer in panel.layers
        if isinstance(layer, HeatMap) and layer.colormap not in ("faint", "ink", "wrong")
    )
    return next(maps, None)


def _columns(
    panels: Sequence[Panel], shows_y: Sequence[bool], sizes: Sizes, width: float, height: float
) -> tuple[list[float], float]:
    """The left edge of each plot, and the width of all."""
    across = [tick for panel in panels for tick in _x_ticks(panel.x, width / len(panels), sizes)]
    widest = max((sizes.width(tick.text) for tick in across), default=0.0)  # it stands under the plot's end
    gap, end = max(1.6 * sizes.base, widest + 0.6 * sizes.small), max(sizes.margin, widest / 2 + 4)
    gutters = []
    for panel, labelled in zip(panels, shows_y, strict=True):
        texts = [tick.text for tick in _y_ticks(panel.y, height, sizes)] if labelled else []
        gutters.append(max(map(sizes.width, texts), default=0.0) + (0.7 * sizes.small if texts else 0.0))
    first = max(sizes.margin + gutters[0], end)
    taken = first + sum(gutters[1:]) + gap * (len(panels) - 1) + end
    plot_width = max((width - taken) / len(panels), SMALLEST_PLOT)
    lefts = [first]
    for gutter in gutters[1:]:
        lefts.append(lefts[-1] + plot_width + gap + gutter)
    return lefts, plot_width


def _head_lines(panel: Panel, labelled: bool, sizes: Sizes, room: float) -> int:
    """0 to 2: whether there is a head, and whether what y is stands under the title for want of room."""
    label = sizes.width(panel.y.label) if labelled and panel.y.label else 0.0
    title = typeset(panel.title, sizes.title, True).width
    if colour_bar(panel) is None and not label and not title:
        return 0
    return 2 if title and label and title + 0.6 * sizes.base + label > room else 1


def _proportion(panel: Panel, panels: int) -> float:
    """The height of a plot against its width where nothing else decides it."""
    if panel.equal:
        return (panel.y.high - panel.y.low) / (panel.x.high - panel.x.low)
    return min(0.3 + 0.2 * panels, 1.0)


def _plot(panel: Panel, box: Box, labelled: bool, sizes: Sizes) -> Plot:
    x, y = Scale(panel.x, box.left, box.right), Scale(panel.y, box.bottom, box.top)
    across = _apart(x, _x_ticks(panel.x, box.width, sizes), lambda tick: sizes.width(tick.text) + sizes.small)
    up = _apart(y, _y_ticks(panel.y, box.height, sizes), lambda tick: 1.15 * sizes.small)
    return Plot(panel, box, x, y, labelled, across, up)


def _equal_aspect(box: Box, panel: Panel) -> Box:
    """The largest box around the same middle in which a unit of x is as long as one of y."""
    (low, high), (bottom, top) = Scale(panel.x, 0, 1).ends, Scale(panel.y, 0, 1).ends
    scale = min(box.width / (high - low), box.height / (top - bottom))
    width, height = scale * (high - low), scale * (top - bottom)
    return Box(box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height)


def _x_ticks(axis: Axis, width: float, sizes: Sizes) -> list[Tick]:
    names = max(map(sizes.width, axis.names), default=0.0) + sizes.small if axis.names else 4.8 * sizes.base
    return _at_least_two(Scale(axis, 0, width), max(2, math.floor(width / names)))


def _y_ticks(axis: Axis, height: float, sizes: Sizes) -> list[Tick]:
    apart = 1.8 * sizes.small if axis.names else 3.6 * sizes.base
    return _at_least_two(Scale(axis, height, 0), max(2, math.floor(height / apart)))


def _at_least_two(scale: Scale, count: int) -> list[Tick]:
    """About `count` ticks, more where fewer than two would be at round numbers: one alone says no scale."""
    tries = (ticks(scale, more) for more in range(count, count + 4))
    return next((found for found in tries if len(found) > 1), ticks(scale, count))


def _apart(scale: Scale, found: list[Tick], room: Callable[[Tick], float]) -> list[Tick]:
    """The ticks whose words do not touch: the two ends, and what has room between them."""
    ordered = sorted(found, key=lambda tick: scale.pixel(tick.value))
    kept: list[Tick] = []
    for tick in [*ordered[:1], *ordered[:0:-1][:1], *ordered[1:-1]]:
        at, half = scale.pixel(tick.value), room(tick) / 2
        if all(abs(at - scale.pixel(other.value)) >= half + room(other) / 2 for other in kept):
            kept.append(tick)
    return kept
