"""Films of pictures: galleries whose tiles can be singled out, and single pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from explorer.figures.film.film import Film, Panel, Reading
from explorer.figures.film.layers import Axis, HeatMap, Layer, Lines, Points
from explorer.figures.film.message import LARGEST_MESSAGE
from explorer.figures.palette import Role

PictureColours = Literal["ink", "photo"]
GAP = 2  # pixels of ground around every picture
MOST_LEVELS = LARGEST_MESSAGE - 80_000  # of all pictures of a film, a byte each, beside its frames and words
MARKS: tuple[tuple[Role, str], ...] = (("hallucinated", "too many"), ("truth", "missing"))


def gallery_film(
    galleries: Sequence[tuple[str, Role, np.ndarray, np.ndarray]],
    captions: Sequence[str],
    *,
    columns: int,
    slider: str,
    ends: tuple[str, str],
    alt: str,
    frame_seconds: float = 0.1,
    marks: Sequence[tuple[np.ndarray, np.ndarray]] | None = None,
    readings: tuple[Reading, ...] = (),
    keeps_rows: bool = False,
    colormap: PictureColours = "ink",
) -> Film:
    """Galleries side by side, one frame for all of their steps; a tile is singled out in every one of them.

    galleries   title and its colour; pictures from -1 to 1, (F, n, s, s) or in colour (F, n, s, s, 3); which
                are framed as hallucinated, (F, n) bool or (1, n) for all frames. n is a multiple of columns.
    marks       at every frame, places in the first gallery that are too many and missing: (m, 3) tile, column
                and row in the tile's picture, whose upper left corner is (0, 0)
    keeps_rows  whether the place of a picture says something, so that rows keep their length on any screen
    colormap    `ink` draws 1 in the colour of letters on the page's ground, `photo` white on black on any,
                and colours as they are

    Tiles are numbered as `tile_of` says.
    """
    panels: list[Panel] = []
    for title, role, pictures, wrong in galleries:
        tiles = mosaic(pictures, columns)
        height, width = tiles.shape[1:3]
        tile = pictures.shape[2] + 2 * GAP
        layers: list[Layer] = [
            HeatMap(tiles, -1.0, 1.0, colormap, pick=True, sharp=True, tile=tile, keeps_rows=keeps_rows)
        ]
        layers.append(_frames(wrong, columns, tile, height))
        if marks is not None and not panels:
            for number, (colour, _) in enumerate(MARKS):
                places = [_on_the_sheet(frame[number], columns, tile, height) for frame in marks]
                layers.append(Points(_padded(places), colour, size=4, opacity=1))
        x, y = Axis(0, width, ticks=()), Axis(0, height, ticks=())
        panels.append(Panel(title, role, x, y, tuple(layers), equal=True))
    return Film(tuple(panels), tuple(captions), slider, ends, alt, frame_seconds, readings=readings)


def pictures_film(
    pictures: Sequence[tuple[str, Role, np.ndarray, str]],
    captions: Sequence[str],
    *,
    slider: str,
    ends: tuple[str, str],
    alt: str,
    marks: tuple[np.ndarray, np.ndarray] | None = None,
) -> Film:
    """Up to four pictures side by side: title, its colour, values (F or 1, s, s), or (F or 1, s, s, 3) in
    colour, and the colour map to use.

    marks       places in the first picture that are too many and missing: (m, 2) column and row from its
                upper left corner, in pixels

    `ink` and `photo` run from -1 to 1, `diverging` from -2 to 2, `sequential` from 0 to the largest value.
    """
    panels: list[Panel] = []
    for title, role, values, colormap in pictures:
        low, high = {"ink": (-1.0, 1.0), "photo": (-1.0, 1.0), "diverging": (-2.0, 2.0)}.get(
            colormap, (0.0, max(float(values.max()), 1e-9))
        )
        side = values.shape[1]
        upright = values[:, ::-1]
        layers: list[Layer] = [HeatMap(upright, low, high, colormap, sharp=True)]  # type: ignore[arg-type]
        beside = () if marks is None or panels else tuple(zip(MARKS, marks, strict=True))
        for (colour, name), places in beside:
            if len(places):
                upright_places = np.stack([places[:, 0], side - places[:, 1]], 1)
                layers.append(Points(upright_places[None], colour, size=9, opacity=0.95, name=name))
        axes = (Axis(0, side, ticks=()), Axis(0, side, ticks=()))
        panels.append(Panel(title, role, *axes, tuple(layers), equal=True))
    return Film(tuple(panels), tuple(captions), slider, ends, alt)


def mosaic(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Pictures (F, n, s, s), or (F, n, s, s, 3) in colour, as one picture a frame, row 0 at the bottom, with
    a gap around each.

    Raises ValueError unless they fill whole rows.
    """
    frames, n, side, _, *colours = pictures.shape
    if n == 0 or n % columns:
        raise ValueError(f"{n} pictures do not fill rows of {columns}.")
    none, around = (0, 0), (GAP, GAP)
    framed = np.pad(pictures, (none, none, around, around, *([none] * len(colours))), constant_values=np.nan)
    tile = side + 2 * GAP
    grid = framed.reshape(frames, n // columns, columns, tile, tile, *colours).swapaxes(2, 3)
    return grid.reshape(frames, n // columns * tile, columns * tile, *colours)[:, ::-1]


def as_drawn(pictures: np.ndarray) -> np.ndarray:
    """Pictures as networks see them, (..., c, s, s), as they are drawn: (..., s, s) in grey, (..., s, s, 3)
    in colour."""
    return pictures[..., 0, :, :] if pictures.shape[-3] == 1 else np.moveaxis(pictures, -3, -1)


def difference(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, str]:
    """How pictures as they are drawn, (F, s, s), differ from others, and the colour map to use: the
    difference of each pixel; in colour, (F, s, s, 3), how large it is, the root of the mean square over red,
    green and blue."""
    found = one - other
    return (found, "diverging") if found.ndim == 3 else (np.sqrt(np.square(found).mean(-1)), "sequential")


def fitting(most: int, frames: int, shape: tuple[int, ...], columns: int) -> int:
    """How many pictures of a shape (c, s, s) a gallery of so many frames can hold: `most`, unless the message
    would be too large; then as many as fill rows, or fewer than a row."""
    count = min(most, max(1, MOST_LEVELS // (frames * shape[0] * (shape[1] + 2 * GAP) ** 2)))
    return count if count < columns else count - count % columns


def tile_of(place: int, n: int, columns: int) -> int:
    """The number of the tile that shows picture `place`, and back again: rows count from the bottom."""
    row, column = divmod(place, columns)
    return (n // columns - 1 - row) * columns + column


def _frames(wrong: np.ndarray, columns: int, tile: int, height: int) -> Lines:
    """A frame around every hallucinated picture; the others' are gaps."""
    n = wrong.shape[1]
    row, column = np.divmod(np.arange(n), columns)
    left, top = column * tile + 0.5, height - row * tile - 0.5
    right, bottom = left + tile - 1, top - tile + 1
    x = np.stack([left, right, right, left, left, np.full(n, np.nan)], 1)
    y = np.stack([top, top, bottom, bottom, top, np.full(n, np.nan)], 1)
    shown = np.where(wrong[:, :, None], y[None], np.nan)
    return Lines(x.reshape(-1), shown.reshape(len(wrong), 1, -1), "hallucinated", width=2)


def _on_the_sheet(places: np.ndarray, columns: int, tile: int, height: int) -> np.ndarray:
    """Places (m, 3) in the pictures of tiles as places (m, 2) on the whole sheet, y upwards."""
    row, column = np.divmod(places[:, 0], columns)
    return np.stack([column * tile + GAP + places[:, 1], height - row * tile - GAP - places[:, 2]], 1)


def _padded(places: Sequence[np.ndarray]) -> np.ndarray:
    """Places (m, 2) of each frame as one array (F, n, 2), NaN where a frame has fewer."""
    found = np.full((len(places), max(1, *(len(p) for p in places)), 2), np.nan)
    for frame, here in zip(found, places, strict=True):
        frame[: len(here)] = here
    return found
