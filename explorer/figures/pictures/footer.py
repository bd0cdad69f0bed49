"""What stands under the plots: the caption of the frame, and its readings in columns."""

from __future__ import annotations

import math

from explorer.figures.film.film import Film, Reading
from explorer.figures.palette import Mode, colour, ink
from explorer.figures.pictures.canvas import Canvas
from explorer.figures.pictures.lettering import typeset
from explorer.figures.pictures.sizes import Sizes

LINE = 1.35  # of the size of its type


class Footer:
    """Caption and readings within `width` units, with room for the longest that a frame will need."""

    def __init__(self, film: Film, sizes: Sizes, width: float) -> None:
        self.film, self.sizes, self.width = film, sizes, width
        self._lines = [_wrapped(caption, sizes.base, width) for caption in film.captions]
        self._caption = LINE * sizes.base * max(map(len, self._lines))
        self._columns = self._fit_columns(film.readings)
        self._names = [
            _wrapped(reading.name, sizes.small, self._column - sizes.small) for reading in film.readings
        ]
        self._name_room = LINE * sizes.small * max(map(len, self._names), default=0)
        self._noted = any(reading.notes for reading in film.readings)
        self._row = self._name_room + 1.6 * sizes.base + (LINE * sizes.small if self._noted else 0.0)
        self._rows = math.ceil(len(film.readings) / self._columns)

    @property
    def height(self) -> float:
        words = self._caption + self._rows * self._row
        return words + 0.8 * self.sizes.base if words else 0.0

    @property
    def reach(self) -> float:
        """How far the words reach to the right."""
        widths = [typeset(line, self.sizes.base).width for lines in self._lines for line in lines]
        return self.width if self._rows else max(widths, default=0.0)

    @property
    def _column(self) -> float:
        return self.width / self._columns

    def draw(self, canvas: Canvas, frame: int, corner: tuple[float, float], mode: Mode) -> None:
        """Draw one frame's words below and right of a corner."""
        left, top = corner
        base, small = self.sizes.base, self.sizes.small
        for i, line in enumerate(self._lines[frame]):
            canvas.text(line, left, top + (1.6 + LINE * i) * base, base, colour("text", mode))
        top += self._caption + 0.8 * base
        for i, (reading, name) in enumerate(zip(self.film.readings, self._names, strict=True)):
            x = left + i % self._columns * self._column
            end = top + i // self._columns * self._row + self._name_room
            for j, line in enumerate(reversed(name)):
                canvas.text(line, x, end - LINE * j * small, small, colour("neutral", mode))
            canvas.text(
                reading.texts[frame], x, end + 1.15 * base, base, ink(reading.colour, mode), bold=True
            )
            if reading.notes:
                below = end + 1.15 * base + LINE * small
                canvas.text(reading.notes[frame], x, below, small, colour("neutral", mode))

    def _fit_columns(self, readings: tuple[Reading, ...]) -> int:
        """As many columns as have room for every text and every word, and rows of equal length."""
        widths = [typeset(text, self.sizes.base, True).width for r in readings for text in set(r.texts)]
        widths += [self.sizes.width(word) for r in readings for word in r.name.split()]
        widths += [self.sizes.width(note) for r in readings for note in set(r.notes)]
        most = max(1, int(self.width / (max(widths, default=0.0) + self.sizes.base)))
        rows = max(1, math.ceil(len(readings) / most))
        return max(1, math.ceil(len(readings) / rows))


def _wrapped(text: str, size: float, room: float) -> list[str]:
    """The words in lines no wider than their room, unless one word is."""
    lines: list[str] = []
    for word in text.split():
        if lines and typeset(f"{lines[-1]} {word}", size).width <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
