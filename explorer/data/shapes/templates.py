"""The shapes of Simple Shapes, drawn at every place where they may stand.

The picture has three columns at its top left, in the order triangle, square, pentagon. The pixel row and
column that are left over at the bottom and on the right stay black.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

SHAPES = ("triangle", "square", "pentagon")


@dataclass(frozen=True)
class Geometry:
    """The lengths of one picture size, in pixels.

    width, height   of each column
    triangle        side; the tip points down
    square          side, less one: the rectangle includes both its ends
    pentagon        distance of the vertices from the centre; one vertex points right
    """

    width: int
    height: int
    triangle: int
    square: int
    pentagon: int


# 64: the authors' generator (locuslab/diffusion-model-hallucination, shapes/gen_simple_shapes_dataset.py).
# 32: its rules with half the lengths, 21 rounded to 10, 63 to 31, and odd shapes rounded up (7 to 3, so that
# the square has 4 x 4 pixels), so that kinds stay 8 or more pixels apart wherever they are laid (17 at 64).
GEOMETRIES = {64: Geometry(21, 63, 11, 7, 5), 32: Geometry(10, 31, 6, 3, 3)}


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the picture and the templates that may stand in it.

    shape       its name
    left        the first pixel of the column
    templates   (M, height, width), 1 where white and 0 where black, x before y; not to be written to
    """

    shape: str
    left: int
    templates: Tensor

    @property
    def flat(self) -> Tensor:
        """The templates as rows, (M, height * width)."""
        return self.templates.flatten(1)

    @property
    def stencil(self) -> Tensor:
        """The shape alone, uncut, in the smallest frame that holds it."""
        whole = self.templates[self.templates.sum((1, 2)).argmax()]
        rows, columns = whole.any(1).nonzero()[:, 0], whole.any(0).nonzero()[:, 0]
        return whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    def pixels(self, pictures: Tensor) -> Tensor:
        """The column's pixels as rows: (n, S, S) -> (n, height * width)."""
        _, height, width = self.templates.shape
        return pictures[:, :height, self.left : self.left + width].flatten(1)


@lru_cache(maxsize=16)
def columns(size: int, device: torch.device, dtype: torch.dtype = torch.float32) -> tuple[Column, ...]:
    """The three columns of a picture of 64 or 32 pixels, drawn with Pillow.

    Positions follow the authors' rules: the triangle's corner x in 0..width - side, y in 0..height - side;
    the pentagon's centre at least its radius from either end, which cuts off its point, and the triangle's
    corner, by one pixel at the right end. A quirk is kept: the square's corner starts at 1 and ends at
    width - 2 side, height - 2 side, so that squares never come near the right and the lower end of their
    column.

    At 64: 583, 343 and 648 templates with 64 or 65, 64, and 69 or 70 white pixels.
    At 32: 130, 100 and 130 templates with 23 or 24, 16, and 24 or 25.
    """
    shapes = GEOMETRIES[size]
    width, height = shapes.width, shapes.height
    templates = (
        _everywhere(
            shapes, _triangle, range(width - shapes.triangle + 1), range(height - shapes.triangle + 1)
        ),
        _everywhere(
            shapes, _square, range(1, width - 2 * shapes.square + 1), range(1, height - 2 * shapes.square + 1)
        ),
        _everywhere(
            shapes,
            _pentagon,
            range(shapes.pentagon, width - shapes.pentagon + 1),
            range(shapes.pentagon, height - shapes.pentagon + 1),
        ),
    )
    return tuple(
        Column(name, width * place, drawn.to(device=device, dtype=dtype))
        for place, (name, drawn) in enumerate(zip(SHAPES, templates, strict=True))
    )


Draw = Callable[[ImageDraw.ImageDraw, Geometry, int, int], None]


def _everywhere(shapes: Geometry, draw: Draw, xs: range, ys: range) -> Tensor:
    """The shape at every position, (len(xs) * len(ys), height, width) bool."""
    drawn = []
    for x in xs:
        for y in ys:
            picture = Image.new("L", (shapes.width, shapes.height), 0)
            draw(ImageDraw.Draw(picture), shapes, x, y)
            drawn.append(np.asarray(picture) > 0)
    return torch.from_numpy(np.stack(drawn))


def _triangle(pen: ImageDraw.ImageDraw, shapes: Geometry, x: int, y: int) -> None:
    side = shapes.triangle
    tip = (x + side // 2, y + int(side * math.sqrt(3) / 2))
    pen.polygon([(x, y), (x + side, y), tip], fill=255, outline=255)


def _square(pen: ImageDraw.ImageDraw, shapes: Geometry, x: int, y: int) -> None:
    pen.rectangle([x, y, x + shapes.square, y + shapes.square], fill=255, outline=255)


def _pentagon(pen: ImageDraw.ImageDraw, shapes: Geometry, x: int, y: int) -> None:
    angles = [math.radians(72 * corner) for corner in range(1, 6)]
    corners = [(x + shapes.pentagon * math.cos(a), y - shapes.pentagon * math.sin(a)) for a in angles]
    pen.polygon(corners, fill=255, outline=255)
