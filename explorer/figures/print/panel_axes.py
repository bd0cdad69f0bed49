"""What frames a panel: its axes with grid and ticks, title, legend of clouds and colour bar."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator

from explorer.figures.colourmaps import colourmap
from explorer.figures.film.film import Panel
from explorer.figures.film.layers import HeatMap, Judged, Layer, Points, Regions
from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.print.names import is_direct
from explorer.figures.print.style import LINE, MARK, POINTS_PER_MM, SMALL, TITLE, clean, text_width, wrapped
from explorer.figures.print.ticks import ACROSS, UP, number, set_ticks

PLAIN = ("faint", "ink", "wrong", "photo")  # colour maps that say nothing in numbers
SMALLEST_SIGN = 3.0  # points of a dot in a legend
JUDGED: tuple[tuple[str, Role, str], ...] = (  # the marks of judged dots
    ("kept", "kept", "o"),
    ("removed", "neutral", "x"),
    ("hallucinated", "hallucinated", "ox"),
)


def proportion(panel: Panel, width: float) -> float:
    """The height of a panel against its width in points: what its axes ask for, or lower the wider it is."""
    if panel.equal:
        return (panel.y.high - panel.y.low) / (panel.x.high - panel.x.low)
    return 0.3 + 22 * POINTS_PER_MM / width


def set_axes(axes: Axes, panel: Panel, mode: Mode, shows_y: bool) -> None:
    """Scales, limits, grid and axis labels of a panel, and the colour bar at its right."""
    axes.autoscale(False)
    for name, axis in (("x", panel.x), ("y", panel.y)):
        ends = (axis.high, axis.low) if axis.reverse else (axis.low, axis.high)
        axes.set(**{f"{name}scale": "log" if axis.log else "linear", f"{name}lim": ends})
    if panel.equal:
        axes.set_aspect("equal", adjustable="box")
    if any(isinstance(layer, HeatMap | Regions) for layer in panel.layers):
        axes.spines[:].set(visible=True, color=colour("grid", mode))
    else:
        axes.grid(axis="y")
    axes.set_xlabel(clean(panel.x.label))
    axes.set_ylabel(clean(panel.y.label) if shows_y else "")
    axes.tick_params("y", labelleft=shows_y)
    bars = (layer for layer in panel.layers if isinstance(layer, HeatMap) and layer.colormap not in PLAIN)
    if heat := next(bars, None):
        _add_colour_bar(axes, heat, mode)


def _add_colour_bar(axes: Axes, heat: HeatMap, mode: Mode) -> None:
    bar = axes.inset_axes((1.03, 0.0, 0.04, 1.0))
    bar.imshow(
        colourmap(heat.colormap, mode)[:-1, None],
        extent=(0, 1, heat.low, heat.high),
        origin="lower",
        aspect="auto",
    )
    bar.spines[:].set(visible=True, color=colour("grid", mode))
    ends = (heat.low, (heat.low + heat.high) / 2, heat.high)
    bar.yaxis.set_major_locator(FixedLocator(ends))
    bar.yaxis.set_major_formatter(FixedFormatter([number(float(f"{end:.3g}")) for end in ends]))
    bar.yaxis.tick_right()
    bar.yaxis.set_label_position("right")
    bar.set_ylabel(clean(heat.unit))
    bar.set_xticks([])


def fit_words(axes: Axes, panel: Panel, mode: Mode, width: float, height: float) -> None:
    """Ticks, title and the legend of clouds, for the size that the panel has."""
    if panel.equal:
        scale = min(width, height / proportion(panel, width))
        width, height = scale, scale * proportion(panel, width)
    set_ticks(axes.xaxis, panel.x, width, ACROSS, upright=False)
    set_ticks(axes.yaxis, panel.y, height, ACROSS if panel.equal else UP, upright=True)
    title = wrapped(panel.title, TITLE, width, bold=True)
    named = _named(panel, mode)
    lift = 0.0
    if named:
        widths = [text_width(text, SMALL, True) + (1.2 + len(signs)) * SMALL for text, signs, _ in named]
        wide = sum(widths)
        columns = len(named) if wide <= width else max(1, min(-(-len(named) // 2), int(width / max(widths))))
        beside = bool(title) and width >= wide + text_width(title, TITLE, True)
        rows = -(-len(named) // columns)
        lift = LINE * SMALL * rows if title and not beside else 0.0
        legend = axes.legend(
            [sign for _, sign, _ in named],
            [text for text, _, _ in named],
            loc="lower right" if beside else "lower left",
            bbox_to_anchor=(1, 1) if beside else (0, 1),
            ncols=columns,
            frameon=False,
            borderpad=0,
            borderaxespad=0.3,
            handletextpad=0.3,
            handlelength=0.8,
            columnspacing=1.0,
            labelspacing=0.25,
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.4)},
            prop={"size": SMALL, "weight": "bold"},
        )
        for text, (_, _, role) in zip(legend.get_texts(), named, strict=True):
            text.set_color(ink(role, mode))
    axes.set_title(title, loc="left", color=ink(panel.title_colour, mode), pad=4 + lift)


def _named(panel: Panel, mode: Mode) -> list[tuple[str, tuple[Line2D, ...], Role]]:
    """What a panel's legend explains: the names of its clouds, and the marks of judged dots."""
    found: list[tuple[str, tuple[Line2D, ...], Role]] = []
    for layer in panel.layers:
        if isinstance(layer, Judged):
            wrong = bool(layer.hallucinated.any())
            for text, role, markers in JUDGED if wrong else JUDGED[:-1]:
                found.append((text, tuple(_mark(marker, role, mode) for marker in markers), role))
        elif layer.name and not is_direct(layer) and not isinstance(layer, Regions):
            found.append((clean(layer.name), (_sign(layer, mode),), getattr(layer, "colour", "neutral")))
    return found


def _mark(marker: str, role: Role, mode: Mode) -> Line2D:
    edge = 0.0 if marker == "o" else 0.35 * SMALLEST_SIGN
    look: dict[str, Any] = {"linestyle": "none", "color": colour(role, mode), "marker": marker}
    return Line2D([], [], markersize=SMALLEST_SIGN, markeredgewidth=edge, **look)


def _sign(layer: Layer, mode: Mode) -> Line2D:
    size = max(layer.size * MARK if isinstance(layer, Points) else 0.0, SMALLEST_SIGN)
    look: dict[str, Any] = {"marker": "o", "linestyle": "none", "markeredgewidth": 0}
    return Line2D([], [], markersize=size, color=colour(getattr(layer, "colour", "neutral"), mode), **look)
