"""Numbers as people read them: three digits, percent for rates, of the smallest in powers of ten."""

from __future__ import annotations

from collections.abc import Sequence

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SMALLEST_PERCENT = 1e-4
SMALLEST_TOLD = "0.0001"  # percent
GROWTHS = ("falls", "stays", "grows", "grows tenfold")
FEW_TIMES = 1.5  # a number that changes by less than this factor has stayed


def percent(share: float) -> str:
    """A share in [0, 1] as percent with three digits, below 0.01 % with a power of ten: 3.40 · 10⁻⁵ %."""
    return "0" if share == 0 else f"{_in_percent(share)} %"


def number(value: float) -> str:
    """A number above 0 with three digits, below 0.0001 as a power of ten."""
    return power(value) if value < SMALLEST_PERCENT else _three(value)


def power(value: float) -> str:
    """A positive number as 2.35 · 10⁻⁷."""
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa} · 10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def rate_and_interval(share: float, low: float, high: float) -> tuple[str, str]:
    """A share and its interval in brackets, in percent; with powers of ten where all are below 0.01 %. Beside
    a larger one, an end below 0.0001 % is only bounded."""
    if high < SMALLEST_PERCENT:
        return percent(share), f"[{_in_percent(low)}, {_in_percent(high)}]"
    value, low_end, high_end = ("0" if x == 0 else _bounded(100 * x) for x in (share, low, high))
    return f"{value} %", f"[{low_end}, {high_end}]"


def _bounded(percentage: float) -> str:
    return f"<{SMALLEST_TOLD}" if percentage < float(SMALLEST_TOLD) else _three(percentage)


def format_rate(share: float, low: float, high: float) -> str:
    """A share with its interval, as rate_and_interval() writes them."""
    return " ".join(rate_and_interval(share, low, high))


def exact_rate(share: float, error: float | None) -> str:
    """An exact share as percent() writes it; with its numerical error where that reaches the digits shown:
    0.0329 ± 0.0002 %, or (2.46 ± 0.12) · 10⁻⁶ %."""
    shown, power_ = percent(share), 0 < share < SMALLEST_PERCENT
    mantissa, unit = shown.split(" ", 1) if share else ("0", "")
    scale = share / float(mantissa) if share else 1.0
    decimals = len(mantissa.partition(".")[2])
    reach = f"{(error or 0.0) / scale:.{decimals}f}"
    if not share or not float(reach):
        return shown
    return f"({mantissa} ± {reach}) {unit}" if power_ else f"{mantissa} ± {reach} {unit}"


def seconds(value: float) -> str:
    """A duration: 0.8 s, 12 s, 3 min, 2 h."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if value >= 2 * size:
            return f"{value / size:.0f} {unit}"
    return f"{value:.0f} s" if value >= 9.5 else f"{value:.1f} s"


def about_seconds(value: float) -> str:
    """A duration that is known roughly: 8 s, 40 min, 2 h; never less than a second."""
    return seconds(value) if value >= 9.5 else f"{max(1, round(value))} s"


def ago(value: float) -> str:
    """How long ago something was."""
    return (
        "just now"
        if value < 5
        else f"{seconds(value)} ago"
        if value < 2 * 86400
        else f"{value / 86400:.0f} days ago"
    )


def growth(ratio: float) -> str:
    """What a number does that changes by a factor: one of GROWTHS."""
    return GROWTHS[0 if ratio < 1 / FEW_TIMES else 1 if ratio < FEW_TIMES else 2 if ratio < 10 else 3]


def ordinal(number: int) -> str:
    """first, second, third, ... as words up to ten, then as 11th."""
    words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
    if 1 <= number <= len(words):
        return words[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number // 10 % 10 != 1 else "th"
    return f"{number}{ending}"


def _in_percent(share: float) -> str:
    """A share in percent, without the sign."""
    if share == 0:
        return "0"
    return power(100 * share) if share < SMALLEST_PERCENT else _three(100 * share)


def _three(value: float) -> str:
    """Three significant digits without an exponent: 0.0123, 1.23, 12.3, 100."""
    value = float(f"{value:.2e}")  # 99.97 is 100, and not 100.0
    digits = 2
    magnitude = abs(value)
    while magnitude >= 10 and digits:
        magnitude, digits = magnitude / 10, digits - 1
    while 0 < magnitude < 1:
        magnitude, digits = magnitude * 10, digits + 1
    return f"{value:.{digits}f}"


def listed(words: Sequence[str]) -> str:
    """Words, at least one, with commas and an "and"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
