"""A film as a figure for print, a frame at a time: panels in rows, caption and readings under them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray

from explorer.figures.film.film import Film, Panel, Reading, Zoom, zoomed
from explorer.figures.film.layers import Judged, Layer, frames_of
from explorer.figures.palette import Mode, Role, colour, ink
from explorer.figures.print.layers import draw_layer, rule
from explorer.figures.print.names import Name, place_names
from explorer.figures.print.panel_axes import fit_words, proportion, set_axes
from explorer.figures.print.picked import draw_picked
from explorer.figures.print.style import LABEL, LINE, POINTS_PER_MM, SMALL, clean, style, text_width, wrapped

Array = NDArray[Any]

SQUARE_ROOM, WIDE_ROOM, ROOM = 36.0, 60.0, 46.0  # mm that a panel needs: with equal axes, wide ones, others
HIGHEST, TALLEST = 100.0, 235.0  # mm of a panel and of a figure
LOWEST = 30.0  # points of a panel's height
PASSES = 2
BESIDE = 3.0  # points between caption and readings
PAD = 2.5  # points around the figure and between what stands in it
SAMPLED = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # of the frames, where names are placed
PICKED, CURSOR, NAMES = 800, 900, 1000  # above all layers, which lie at their numbers from 10 on


@dataclass(slots=True)
class _Slot:
    """A panel in its place; `still`: the number of its first layer that moves; `seen`: with the axes that are
    seen, where it is zoomed."""

    axes: Axes
    panel: Panel
    seen: Panel
    names: list[Name] = field(default_factory=list)

    @property
    def still(self) -> int:
        return next((i for i, layer in enumerate(self.panel.layers) if _moves(layer)), len(self.panel.layers))


class FilmFigure:
    """A film laid out `width_mm` wide; `figure` shows the frame that was asked for last.

    frames      the frames that will be shown: names and the room for captions are chosen for them
    picked      the number of what is singled out in every layer that may be picked
    zoom        the part of each panel that is seen; all of those that have none
    Use it within `style(mode)`, except for `pictures`.
    """

    def __init__(
        self,
        film: Film,
        mode: Mode,
        width_mm: float,
        frames: Sequence[int],
        dpi: float,
        *,
        picked: int | None = None,
        zoom: Sequence[Zoom | None] = (),
    ) -> None:
        self.film, self.mode, self._picked = film, mode, picked
        views = [*zoom, *[None] * (len(film.panels) - len(zoom))]
        seen = [
            panel if view is None else zoomed(panel, view)
            for panel, view in zip(film.panels, views, strict=True)
        ]
        self.figure = Figure(dpi=dpi, layout="constrained")
        self._canvas = FigureCanvasAgg(self.figure)
        self._width = width_mm * POINTS_PER_MM
        columns = _columns(seen, width_mm)
        rows = math.ceil(len(film.panels) / columns)
        grid = self.figure.subplots(rows, columns, squeeze=False).ravel().tolist()
        for spare in grid[len(film.panels) :]:
            spare.remove()
        places = zip(grid, film.panels, seen, strict=False)
        self._slots = [_Slot(axes, panel, part) for axes, panel, part in places]
        for i, slot in enumerate(self._slots):
            shows_y = i % columns == 0 or slot.seen.y != seen[i - 1].y
            set_axes(slot.axes, slot.seen, mode, shows_y)
        self._readings = _Readings(film.readings, self._width - 2 * PAD)
        captions = [self._caption(frame) for frame in frames]
        self._caption_room = LINE * LABEL * max(bool(each) * (each.count("\n") + 1) for each in captions)
        self._lay_out(rows)
        self._moving: list[Artist] = []
        sampled = sorted({frames[round(share * (len(frames) - 1))] for share in SAMPLED})
        for slot in self._slots:
            self._draw(slot, range(slot.still), 0)
            slot.names = place_names(slot.axes, slot.panel, sampled)

    def show(self, frame: int) -> None:
        """Show one frame: what moves, the names, caption and readings are drawn anew."""
        self._clear()
        for slot in self._slots:
            panel = slot.panel
            self._moving += self._draw(slot, range(slot.still, len(panel.layers)), frame)
            if self._picked is not None:
                marks = draw_picked(slot.axes, panel, self._picked, frame, self.mode)
                for artist in marks:
                    artist.set_zorder(PICKED)
                self._moving += marks
            if panel.cursor is not None and slot.seen.x.low <= panel.cursor[frame] <= slot.seen.x.high:
                line = rule(slot.axes, "x", panel.cursor[frame], colour("text", self.mode), 0.7, dash=False)
                line.set_zorder(CURSOR)
                self._moving.append(line)
            self._moving += [self._write_name(slot.axes, name) for name in slot.names]
        self._write_below(frame)

    def pictures(self, frames: Sequence[int]) -> Iterator[Array]:
        """Frames as pixels (h, w, 3); what stands still is drawn once."""
        with style(self.mode):
            self._clear()
            self._canvas.draw()
            still = self._canvas.copy_from_bbox(self.figure.bbox)
        for frame in frames:
            with style(self.mode):
                self.show(frame)
                self._canvas.restore_region(still)
                for artist in sorted(self._moving, key=lambda artist: artist.get_zorder()):
                    artist.draw(self._canvas.get_renderer())
                pixels = np.asarray(self._canvas.buffer_rgba())[..., :3].copy()
            yield pixels

    def _draw(self, slot: _Slot, numbers: range, frame: int) -> list[Artist]:
        layers = ((number, slot.panel.layers[number]) for number in numbers)
        drawn = (draw_layer(slot.axes, slot.panel, each, frame, self.mode, 10 + n) for n, each in layers)
        return [artist for artists in drawn for artist in artists]

    def _clear(self) -> None:
        for artist in self._moving:
            artist.remove()
        self._moving = []

    # ---- layout ------------------------------------------------------------------------------------------

    def _lay_out(self, rows: int) -> None:
        """Sizes that follow from the width: what stands around the panels is measured, then given room."""
        below, pad = self._below, PAD / 72
        self._height = below + 0.6 * rows * self._width

        def arrange() -> None:
            self.figure.set_size_inches(self._width / 72, self._height / 72)
            rect = (0, below / self._height, 1, 1 - below / self._height)
            self.figure.set_layout_engine(
                ConstrainedLayoutEngine(w_pad=pad, h_pad=pad, wspace=0.02, hspace=0.02, rect=rect)
            )
            self.figure.draw_without_rendering()

        for _ in range(PASSES):
            arrange()
            place = self._slots[0].axes.get_position(original=True)
            width = place.width * self._width
            around = (1 - rows * place.height) * self._height
            wanted = max(proportion(slot.seen, width) * width for slot in self._slots)
            most = min(HIGHEST * POINTS_PER_MM, (TALLEST * POINTS_PER_MM - around) / rows)
            plot_height = max(min(wanted, most), LOWEST)
            self._height = around + rows * plot_height
            for slot in self._slots:
                fit_words(slot.axes, slot.seen, self.mode, width, plot_height)
        arrange()
        self.figure.set_layout_engine("none")

    # ---- words -------------------------------------------------------------------------------------------

    def _write_name(self, axes: Axes, name: Name) -> Artist:
        ground = {"facecolor": colour("ground", self.mode), "alpha": 0.7, "linewidth": 0, "pad": 0.6}
        return axes.text(
            name.x,
            name.y,
            name.text,
            transform=axes.transAxes,
            fontsize=SMALL,
            fontweight="bold",
            color=ink(name.role, self.mode),
            bbox=ground,
            verticalalignment="bottom",
            linespacing=1.1,
            zorder=NAMES,
        )

    def _caption(self, frame: int) -> str:
        return wrapped(self.film.captions[frame], LABEL, self._width - 2 * PAD)

    @property
    def _below(self) -> float:
        """Points of height that caption and readings take."""
        taken = self._caption_room + self._readings.height
        return taken + 2 * PAD if taken else 0.0

    def _write_below(self, frame: int) -> None:
        top = self._below - PAD
        if caption := self._caption(frame):
            self._write(caption, PAD, top, LABEL, "text")
        for one in self._readings.words(frame):
            y = top - self._caption_room - one.y
            self._write(one.text, PAD + one.x, y, one.size, one.role, one.bold)

    def _write(self, text: str, x: float, y: float, size: float, role: Role, bold: bool = False) -> None:
        """Words whose upper left corner is so many points from the lower left corner of the figure."""
        look: dict[str, Any] = {"fontsize": size, "fontweight": "bold" if bold else "normal"}
        for number, line in enumerate(text.split("\n")):
            base = y - (0.95 + LINE * number) * size
            written = self.figure.text(x / self._width, base / self._height, line, **look)
            written.set(color=ink(role, self.mode), verticalalignment="baseline")
            self._moving.append(written)


@dataclass(frozen=True, slots=True)
class _PlacedText:
    """A text of so many points of size, so many points from the left and from the top of the readings."""

    x: float
    y: float
    text: str
    size: float = SMALL
    role: Role = "neutral"
    bold: bool = False


class _Readings:
    """The readings of a film in columns as wide as the widest text that will stand in one."""

    def __init__(self, readings: tuple[Reading, ...], width: float) -> None:
        self._readings = readings
        widths = [text_width(clean(text), LABEL, True) for each in readings for text in set(each.texts)]
        widths += [text_width(clean(note), SMALL) for each in readings for note in set(each.notes)]
        widths += [text_width(clean(word), SMALL) for each in readings for word in each.name.split()]
        most = max(1, int(width / (max(widths, default=0.0) + LABEL)))
        rows = max(1, math.ceil(len(readings) / most))
        self._columns = max(1, math.ceil(len(readings) / rows))
        self._column = width / self._columns
        self._names = [wrapped(each.name, SMALL, self._column - SMALL) for each in readings]
        self._name = LINE * SMALL * max((name.count("\n") + 1 for name in self._names), default=0)
        noted = any(each.notes for each in readings)
        self._row = self._name + LINE * LABEL + (LINE * SMALL if noted else 0.0) + 0.5 * LABEL
        self.height = math.ceil(len(readings) / self._columns) * self._row + (BESIDE if readings else 0.0)

    def words(self, frame: int) -> Iterator[_PlacedText]:
        """Each text of a frame."""
        for i, (reading, name) in enumerate(zip(self._readings, self._names, strict=True)):
            x, top = i % self._columns * self._column, i // self._columns * self._row + BESIDE
            lines = name.count("\n") + 1
            yield _PlacedText(x, top + self._name - LINE * SMALL * lines, name)
            yield _PlacedText(x, top + self._name, clean(reading.texts[frame]), LABEL, reading.colour, True)
            if reading.notes:
                yield _PlacedText(x, top + self._name + LINE * LABEL, clean(reading.notes[frame]))


def _columns(panels: Sequence[Panel], width_mm: float) -> int:
    """How many panels stand side by side; the rows are as equal as they can be."""
    needed = max(
        ROOM if not panel.equal else WIDE_ROOM if proportion(panel, 0) < 0.7 else SQUARE_ROOM
        for panel in panels
    )
    most = min(len(panels), max(1, int(width_mm / needed)))
    return math.ceil(len(panels) / math.ceil(len(panels) / most))


def _moves(layer: Layer) -> bool:
    return isinstance(layer, Judged) or any(frames > 1 for frames in frames_of(layer).values())
