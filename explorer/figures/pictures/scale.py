"""Where numbers lie on a drawn axis, and how its ticks are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.film.layers import Axis
from explorer.figures.words import SUPERSCRIPTS

Array = NDArray[Any]

MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Scale:
    """Carries an axis onto the pixels from `first` (the left, or the bottom) to `last`."""

    axis: Axis
    first: float
    last: float

    def pixels(self, values: Any) -> Array:
        """The pixel of each value; NaN stays NaN. Values are clamped one range from the axis's middle, and on
        a log axis those at or below its low end sit on the floor."""
        low, high = self.ends
        middle, reach = (low + high) / 2, high - low
        units = np.clip(self._units(values), middle - reach, middle + reach)
        share = (units - low) / reach
        if self.axis.reverse:
            share = 1 - share
        return self.first + share * (self.last - self.first)

    def pixel(self, value: float) -> float:
        return float(self.pixels(value))

    @property
    def ends(self) -> tuple[float, float]:
        """The axis's ends in its own units: log10 of the value on a log axis."""
        low, high = self._units([self.axis.low, self.axis.high])
        return float(low), float(high)

    def _units(self, values: Any) -> Array:
        values = np.asarray(values, np.float64)
        return np.log10(np.maximum(values, self.axis.low)) if self.axis.log else values


@dataclass(frozen=True, slots=True)
class Tick:
    value: float
    text: str


def ticks(scale: Scale, count: int) -> list[Tick]:
    """The axis's own ticks, or about `count` of them at round numbers; decades on a log axis, as 10⁻⁴."""
    axis = scale.axis
    if axis.ticks is not None:
        return [Tick(v, _tick_text(v, axis)) for v in axis.ticks if axis.low <= v <= axis.high]
    if axis.names is not None:
        return _named(axis, axis.names, count)
    if not axis.log:
        return _round_numbers(axis.low, axis.high, count)
    start, end = scale.ends
    lowest, highest = math.ceil(start - 1e-9), math.floor(end + 1e-9)
    if highest - lowest < 1:
        return _round_numbers(axis.low, axis.high, count)
    stride = math.ceil((highest - lowest + 1) / count)
    return [Tick(10.0**power, power_of_ten(power)) for power in range(highest, lowest - 1, -stride)]


def _named(axis: Axis, names: tuple[str, ...], count: int) -> list[Tick]:
    """Every so many of a few names; of many, the two ends and those at even distances between them."""
    first, last = max(math.ceil(axis.low), 0), min(math.floor(axis.high), len(names) - 1)
    gaps = max(count - 1, 1)
    if last - first > 5 * gaps:
        places = [first + round(i / gaps * (last - first)) for i in range(gaps + 1)]
    else:
        stride = math.ceil((last - first + 1) / max(count, 1)) or 1
        places = list(range(-(-first // stride) * stride, last + 1, stride))
    return [Tick(place, names[place]) for place in places]


def power_of_ten(power: int) -> str:
    return f"10{str(power).translate(SUPERSCRIPTS)}"


def brief(value: float) -> str:
    """Three significant digits without the zeros that say nothing: 0.52, 1,200, 3.2 × 10⁻⁷."""
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(float(f"{value:.2e}"))) + 1e-12)
    if power < -4 or power > 6:
        return f"{_trimmed(value / 10.0**power, 2)} × {power_of_ten(power)}"
    return _trimmed(float(f"{value:.2e}"), max(0, 2 - power))


def _tick_text(value: float, axis: Axis) -> str:
    if axis.names is not None and value == int(value) and 0 <= value < len(axis.names):
        return axis.names[int(value)]
    power = math.log10(value) if axis.log else 0.5
    return power_of_ten(round(power)) if abs(power - round(power)) < 1e-9 else brief(value)


def _round_numbers(low: float, high: float, count: int) -> list[Tick]:
    step = _round_step(high - low, count)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    places = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [Tick(i * step, brief(i * step) if decimals > 4 else _fixed(i * step, decimals)) for i in places]


def _round_step(span: float, count: int) -> float:
    rough = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(size for size in (power, 2 * power, 5 * power, 10 * power) if size >= rough * 0.999)


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)


def _trimmed(value: float, decimals: int) -> str:
    text = _fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text
