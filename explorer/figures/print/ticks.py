"""Ticks at round numbers, decades or names, as many as have room, and how they are written."""

from __future__ import annotations

import math
import textwrap

import numpy as np
from matplotlib.axis import Axis as DrawnAxis
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from explorer.figures.film.layers import Axis
from explorer.figures.print.style import LINE, SMALL, text_width
from explorer.figures.words import SUPERSCRIPTS

ROUND = [1, 2, 5, 10]
ACROSS, UP = 34.0, 22.0  # points that a tick's number takes along x and along y
NAME_LINE = 14  # letters of a name in one line at the left of a panel
MOST_SLANTED, SLANT = 8, 35.0  # names under a panel that are slanted where they would touch, and by how much


def set_ticks(drawn: DrawnAxis, axis: Axis, room: float, apart: float, *, upright: bool) -> None:
    """Put the ticks of an axis that is `room` points long, numbers about `apart` points from each other.

    A few names that would touch along x are slanted.
    """
    count = max(2, int(room / apart))
    slanted = False
    if axis.names is not None:
        widest = max(text_width(name, SMALL) for name in axis.names) + 0.8 * SMALL
        count = max(2, int(room / (LINE * SMALL if upright else widest)))
        slanted = not upright and axis.ticks is None and count < len(axis.names) <= MOST_SLANTED
    ticks = [
        (value, _tick_label(value, axis, upright))
        for value in _values(axis, count if not slanted else MOST_SLANTED)
    ]
    if not (upright or slanted):
        ticks = _apart(ticks, axis, room)
    drawn.set_major_locator(FixedLocator([value for value, _ in ticks]))
    drawn.set_major_formatter(FixedFormatter([text for _, text in ticks]))
    drawn.set_minor_locator(NullLocator())
    if slanted:
        drawn.set_tick_params(rotation=SLANT, rotation_mode="xtick")


def _values(axis: Axis, count: int) -> list[float]:
    """Where the axis's own ticks stand, or about `count` at round numbers, decades or names."""
    if axis.ticks is not None:
        return [value for value in axis.ticks if axis.low <= value <= axis.high]
    if axis.names is not None:
        return _of_names(axis, axis.names, count)
    if axis.log and len(decades := _decades(axis, count)) > 1:
        return decades
    found = MaxNLocator(count, steps=ROUND, min_n_ticks=2).tick_values(axis.low, axis.high)
    slack = 1e-9 * (axis.high - axis.low)
    return [float(value) for value in found if axis.low - slack <= value <= axis.high + slack]


def number(value: float) -> str:
    """A round number as it stands at a tick: 0.25, −1,000, 3 · 10⁻⁷."""
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g} · {_power(int(exponent))}".replace("-", "−", value < 0)
    return f"{value:,.7g}".replace("-", "−") if value else "0"


def _tick_label(value: float, axis: Axis, upright: bool) -> str:
    if axis.names is not None:
        name = axis.names[round(value)] if 0 <= round(value) < len(axis.names) else ""
        return textwrap.fill(name, NAME_LINE) if upright else name
    exponent = math.log10(value) if axis.log else 0.5
    if abs(exponent - round(exponent)) < 1e-9:
        return _power(round(exponent))
    return number(value)


def _power(exponent: int) -> str:
    return f"10{str(exponent).translate(SUPERSCRIPTS)}"


def _of_names(axis: Axis, names: tuple[str, ...], count: int) -> list[float]:
    """Every so many of a few names; of many, the two ends and those at even distances between them."""
    first, last = max(math.ceil(axis.low), 0), min(math.floor(axis.high), len(names) - 1)
    if last - first > 5 * (count - 1):
        return np.unique(np.linspace(first, last, count).round()).tolist()
    stride = math.ceil((last - first + 1) / count)
    return [float(place) for place in range(-(-first // stride) * stride, last + 1, stride)]


def _decades(axis: Axis, count: int) -> list[float]:
    """Every so many powers of ten; 1, 2 and 5 times those where there are fewer than two."""
    lowest, highest = math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)
    if highest - lowest < 1:
        powers = [10.0**exponent for exponent in range(lowest - 1, highest + 1)]
        return [n * power for power in powers for n in (1, 2, 5) if axis.low <= n * power <= axis.high]
    stride = math.ceil((highest - lowest + 1) / count)
    return [10.0**exponent for exponent in range(highest, lowest - 1, -stride)]


def _apart(ticks: list[tuple[float, str]], axis: Axis, room: float) -> list[tuple[float, str]]:
    """From the right, where a reverse process ends, those whose words do not touch."""
    low, high = (math.log10(axis.low), math.log10(axis.high)) if axis.log else (axis.low, axis.high)

    def place(value: float) -> float:
        share = ((math.log10(value) if axis.log else value) - low) / (high - low)
        return room * (1 - share if axis.reverse else share)

    kept, free = [], math.inf
    for value, text in sorted(ticks, key=lambda tick: -place(tick[0])):
        half = text_width(text, SMALL) / 2
        if place(value) + half <= free:
            kept.append((value, text))
            free = place(value) - half - 0.8 * SMALL
    return kept
