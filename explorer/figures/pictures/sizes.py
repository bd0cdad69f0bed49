"""How large type and gaps are on a sheet."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.figures.pictures.lettering import typeset


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lengths that grow with the sheet, so that it can be read at any width; `unit` is 1 at 900."""

    unit: float
    base: float
    small: float
    title: float
    margin: float

    @classmethod
    def of(cls, width: float) -> Sizes:
        base = 10 + width / 120
        return cls(base / 17.5, base, 0.78 * base, 0.92 * base, 0.8 * base)

    def width(self, text: str) -> float:
        """Of small type."""
        return typeset(text, self.small).width
