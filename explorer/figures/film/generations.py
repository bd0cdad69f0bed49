"""Small multiples: what every arm of the recursive loop produced in every generation, a tile each.

A tile is a square of cells. What lies in the support is drawn in ink, what does not in the colour of
hallucinations. Row 0 of a tile is its lower edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from explorer.figures.film.film import Film, Panel
from explorer.figures.film.galleries import PictureColours
from explorer.figures.film.layers import Axis, HeatMap

SIDE = 72  # cells
GAP = 3  # cells of ground around a tile
FLOOR, TOP = 1e-6, 1e2  # of the log axis of a density
PICTURES = 3  # pictures in a row and in a column of a tile
FULL = 1.0  # the value of a filled cell

Tile = tuple[
    np.ndarray, np.ndarray
]  # (SIDE, SIDE) of the ink, in colour (SIDE, SIDE, 3), and of the hallucinated, NaN where there is none


def density_tile(p: np.ndarray, outside: np.ndarray) -> Tile:
    """A density at SIDE places (SIDE,), filled from the floor of a log axis; outside (SIDE,) bool says where
    no data can be."""
    share = np.log(np.clip(p, FLOOR, TOP) / FLOOR) / np.log(TOP / FLOOR)
    filled = np.arange(SIDE)[:, None] < np.round(share * SIDE)[None]
    return _two(filled & ~outside, filled & outside)


def points_tile(
    points: np.ndarray, hallucinated: np.ndarray, centre: tuple[float, float], reach: float
) -> Tile:
    """Points (n, 2) in the square of half the side `reach` around a centre; hallucinated (n,) bool on top.

    A point takes two by two cells, so that a single one still shows.
    """
    cells = np.floor((points - centre + reach) / (2 * reach) * SIDE).astype(int)
    inside = ((cells >= 0) & (cells < SIDE)).all(1)
    found = np.zeros((2, SIDE, SIDE), bool)
    for layer, chosen in enumerate((inside & ~hallucinated, inside & hallucinated)):
        for right, up in ((0, 0), (1, 0), (0, 1), (1, 1)):
            row, column = (np.minimum(cells[chosen, i] + step, SIDE - 1) for i, step in ((1, up), (0, right)))
            found[layer, row, column] = True
    return _two(found[0] & ~found[1], found[1])


def pictures_tile(pictures: np.ndarray, hallucinated: np.ndarray) -> Tile:
    """The first nine pictures (n, s, s), or (n, s, s, 3) in colour, from -1 to 1, in a square; hallucinated
    ones (n,) bool are framed.

    Each is drawn on 22 cells, its nearest pixels; with fewer than nine pictures the rest stays open.
    """
    side = SIDE // PICTURES
    ink, wrong = np.full((SIDE, SIDE, *pictures.shape[3:]), np.nan), np.full((SIDE, SIDE), np.nan)
    for number, (picture, bad) in enumerate(
        zip(pictures[: PICTURES**2], hallucinated[: PICTURES**2], strict=True)
    ):
        row, column = divmod(number, PICTURES)
        top, left = SIDE - row * side, column * side
        near = np.linspace(0, len(picture) - 1, side - 2).round().astype(int)
        ink[top - side + 1 : top - 1, left + 1 : left + side - 1] = picture[np.ix_(near[::-1], near)]
        if bad:
            frame = np.full((side, side), FULL)
            frame[2:-2, 2:-2] = np.nan
            wrong[top - side : top, left : left + side] = frame
    return ink, wrong


def miniatures_film(
    tiles: Mapping[tuple[str, int], Tile],
    arms: Sequence[str],
    generations: int,
    *,
    alt: str,
    colormap: PictureColours = "ink",
) -> Film:
    """Generations across, arms down; a tile by (arm, generation), and open ground where there is none yet.

    colormap    of the ink, as of a gallery (gallery_film)
    A tile that is singled out has the number row * generations + generation, row 0 the last of the arms.
    """
    step = SIDE + 2 * GAP
    cells = (len(arms) * step, generations * step)
    colours = next((ink.shape[2:] for ink, _ in tiles.values()), ())
    ink, wrong = np.full((*cells, *colours), np.nan), np.full(cells, np.nan)
    for (arm, generation), tile in tiles.items():
        bottom = (len(arms) - 1 - arms.index(arm)) * step + GAP
        left = generation * step + GAP
        for sheet, one in zip((ink, wrong), tile, strict=True):
            sheet[bottom : bottom + SIDE, left : left + SIDE] = one
    across, up = (-0.5, generations - 0.5), (-0.5, len(arms) - 0.5)
    maps = (
        HeatMap(ink[None], -1.0, 1.0, colormap, x=across, y=up, pick=True, sharp=True, tile=step),
        HeatMap(wrong[None], 0.0, 1.0, "wrong", x=across, y=up, sharp=True),
    )
    x = Axis(*across, "generation", names=tuple(str(i) for i in range(generations)))
    y = Axis(*up, names=tuple(arms[::-1]))
    panel = Panel("", "neutral", x, y, maps, equal=True)
    return Film((panel,), ("",), "", ("", ""), alt)


def _two(inside: np.ndarray, outside: np.ndarray) -> Tile:
    return np.where(inside, FULL, np.nan), np.where(outside, FULL, np.nan)
