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
        "text": "#1c2333",
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


def colour(role: Role, mode: Mode = "light") -> str:
    """Hex colour of a role in a theme mode."""
    return PALETTE[mode][role]
