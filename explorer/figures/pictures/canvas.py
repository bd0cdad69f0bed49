"""What a film is drawn with: a few primitives that lines, dots and words come down to."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Anchor = Literal["start", "middle", "end"]
Dash = tuple[float, float]  # lengths of ink and gap
SOLID: Dash = (1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in units of the picture, from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


class Canvas(Protocol):
    """Places and lengths are in units of the picture, y downwards; colours are hexadecimal.

    Places (n, 2) with NaN are gaps in lines and polygons, and are left out among dots and crosses.
    """

    def clipped(self, box: Box) -> AbstractContextManager[None]:
        """Within this, only what lies in the box is drawn; words are drawn whole."""

    def lines(self, places: Array, colour: str, width: float, opacity: float = 1, dash: Dash = SOLID) -> None:
        """m lines (m, n, 2), with round ends; where they are translucent, crossings show."""

    def polygon(self, places: Array, colour: str, opacity: float) -> None:
        """The inside of one or, with gaps, several outlines (n, 2)."""

    def dots(self, places: Array, size: float, colour: str, opacity: float) -> None:
        """n dots of a diameter; where they are translucent, overlaps show."""

    def crosses(self, places: Array, size: float, width: float, colour: str, opacity: float) -> None:
        """n crosses whose strokes, `width` wide and with round ends, join corners of a square of `size`."""

    def hairline(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str,
        opacity: float = 1,
        dash: Dash = SOLID,
    ) -> None:
        """An upright or level line one unit wide, on whole pixels."""

    def rectangle(self, box: Box, colour: str, opacity: float = 1) -> None: ...

    def image(self, pixels: Array, box: Box, sharp: bool) -> None:
        """RGBA pixels (r, c, 4) spread over a box; `sharp` ones are not blended into each other."""

    def text(
        self,
        words: str,
        x: float,
        baseline: float,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: Anchor = "start",
        halo: str | None = None,
    ) -> None:
        """Words on a baseline; `halo`: the colour around them that lifts them off what lies below."""


def parts(places: Array) -> list[Array]:
    """The stretches of (n, 2) between its gaps."""
    there = np.isfinite(places).all(axis=1)
    cuts = np.flatnonzero(np.diff(there)) + 1
    return [part for part in np.split(places, cuts) if len(part) and np.isfinite(part[0]).all()]
