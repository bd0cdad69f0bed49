"""The one palette: what each colour means, in light and in dark (Okabe and Ito 2008)."""

from __future__ import annotations

from typing import Literal

Role = Literal["truth", "model", "hallucinated", "kept", "neutral", "text", "grid", "ground"]
Mode = Literal["light", "dark"]

PALETTE: dict[Mode, dict[Role, str]] = {
    "light": {
        "truth": "#0072B2",
        "model": "#E69F00",
        "hallucinated": "#D55E00",
        "kept": "#009E73",
        "neutral": "#6b7385",
        "text": "#101624",
        "grid": "#dfe3ea",
        "ground": "#ffffff",
    },
    "dark": {
        "truth": "#56B4E9",
        "model": "#E69F00",
        "hallucinated": "#D55E00",
        "kept": "#009E73",
        "neutral": "#98a1b3",
        "text": "#e8ecf4",
        "grid": "#2a3346",
        "ground": "#0f1420",
    },
}


LEGIBLE = 4.6  # contrast of letters with their ground; WCAG 2.2 asks for 4.5


def colour(role: Role, mode: Mode = "light") -> str:
    """Hex colour of a role in a theme mode."""
    return PALETTE[mode][role]


def ink(role: Role, mode: Mode = "light") -> str:
    """Hex colour of words that belong to a role: as its marks, but dark or light enough to be read."""
    return INK[mode][role]


def legible(hexadecimal: str, mode: Mode = "light") -> str:
    """The nearest shade of a colour, towards that of text, whose letters can be read on the ground."""
    ground, text = PALETTE[mode]["ground"], PALETTE[mode]["text"]
    shades = (_mixed(hexadecimal, text, share / 50) for share in range(51))
    return next(shade for shade in shades if contrast(shade, ground) >= LEGIBLE)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two hex colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(hexadecimal: str) -> float:
    parts = [part / 255 for part in _parts(hexadecimal)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(hexadecimal: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(hexadecimal.removeprefix("#"))
    return red, green, blue


INK: dict[Mode, dict[Role, str]] = {
    mode: {
        role: legible(colours[role], mode) if role not in ("grid", "ground") else colours[role]
        for role in colours
    }
    for mode, colours in PALETTE.items()
}
