"""The plane of initial noise, cut into basins: squares are cut in four where their corners differ in fate.

So the number of seeds that are carried grows with the length of the borders, not with the area. A square
whose corners agree is taken to be of one fate; what is smaller than the first squares may be missed. Within
a square that is not cut any more, each corner stands for a quarter.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import ndtr
from torch import Tensor

from explorer.compute.progress import rescaled
from explorer.data.mixture import GaussianMixture
from explorer.detection.fate import Fates, fates
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec

SIZES = (32, 64, 128, 256, 512, 1024)  # pixels of a side
FIRST_CELLS = 64  # squares of a side, before any is cut
REACH = 3.5  # half the side of the whole plane that is shown: 0.093 % of the normal lie outside
CENTRES, LEAST_HALF = (-8.0, 8.0), 1e-5  # of a square that is looked at
UNCUT_MASS = 5e-7  # of the normal, in a square below a pixel that is not cut any more
FROM_FIRST = 0.15  # of the time, for the first squares
_X, _Y = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])  # the corners of a square


@dataclass(frozen=True)
class Square:
    """A square of the plane of initial noise: its centre, and half its side. Raises ValueError for one that
    is too small or lies where no seed does."""

    x: float = 0.0
    y: float = 0.0
    half: float = REACH

    def __post_init__(self) -> None:
        low, high = CENTRES
        for name, value in (("x", self.x), ("y", self.y)):
            if not low <= value <= high:
                raise ValueError(f"The centre {name} = {value:g} is outside [{low:g}, {high:g}].")
        if not LEAST_HALF <= self.half <= high:
            raise ValueError(f"Half a side, {self.half:g}, is outside [{LEAST_HALF:g}, {high:g}].")

    @property
    def outside(self) -> float:
        """The share of the normal that lies outside."""
        return 1.0 - float(np.prod([mass.sum() for mass in self.masses(1)]))

    def holds(self, x: float, y: float) -> bool:
        """Whether a seed lies in it."""
        return abs(x - self.x) <= self.half and abs(y - self.y) <= self.half

    def masses(self, cells: int) -> tuple[np.ndarray, np.ndarray]:
        """Of the normal in so many equal columns and rows, (cells,) each; their products are those of
        cells."""
        along, up = (_between(self.edges(at, cells)) for at in (self.x, self.y))
        return along, up

    def middles(self, cells: int) -> Tensor:
        """The seeds at the middles of cells x cells pixels, (cells^2, 2) float32, row by row."""
        x, y = (np.convolve(self.edges(at, cells), [0.5, 0.5], "valid") for at in (self.x, self.y))
        return torch.from_numpy(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)).float()

    def edges(self, centre: float, cells: int) -> np.ndarray:
        """Of so many equal cells along an axis, (cells + 1,)."""
        return centre + self.half * (2 * np.arange(cells + 1) / cells - 1)


@dataclass(frozen=True, eq=False)
class Basins:
    """A square of the plane of initial noise in P x P pixels; row 0 lies at the low end of y.

    mode            (P, P) uint8, where the seed at the middle of a pixel ends
    distance        (P, P) float32, how far from that mode's centre, in sigma; interpolated where no border is
    hallucinated    (P, P) bool, whether any seed that was carried from within the pixel, or from its rim, is
                    hallucinated: a border thinner than a pixel is a pixel wide
    shares          (K,) of the normal in the square that ends at a mode and is not hallucinated
    hallucinated_share  of the normal in the square; the rest of 1 lies outside the square
    error           how far the hallucinated share lies from that of squares cut once less
    carried         how many seeds were carried
    """

    square: Square
    k: float
    mode: np.ndarray
    distance: np.ndarray
    hallucinated: np.ndarray
    shares: np.ndarray
    hallucinated_share: float
    error: float
    carried: int

    @property
    def size(self) -> int:
        return len(self.mode)


@dataclass(frozen=True, eq=False)
class _Cells:
    """n squares of a level: column and row (n,) each; the fates of their corners (n, 4), low left, low right,
    high left, high right; whether a square that they are a part of was counted already as one that is cut
    once less, (n,) bool."""

    column: np.ndarray
    row: np.ndarray
    mode: np.ndarray
    distance: np.ndarray
    counted: np.ndarray

    def __len__(self) -> int:
        return len(self.column)

    def beyond(self, k: float) -> np.ndarray:
        """Which corners are hallucinated, (n, 4) bool."""
        return ~(self.distance <= k)

    def agree(self, k: float) -> np.ndarray:
        """Whether all four corners have the same fate, (n,) bool."""
        beyond = self.beyond(k)
        same: np.ndarray = (self.mode == self.mode[:, :1]).all(1) & (beyond == beyond[:, :1]).all(1)
        return same

    def chosen(self, some: np.ndarray) -> _Cells:
        return _Cells(
            self.column[some], self.row[some], self.mode[some], self.distance[some], self.counted[some]
        )


def basins(
    denoiser: Denoiser,
    mixture: GaussianMixture,
    spec: SamplerSpec,
    *,
    k: float = 5.0,
    square: Square | None = None,
    size: int = 512,
    uncut: float | None = UNCUT_MASS,
    first: int = FIRST_CELLS,
    noise_seed: int | None = None,
    device: torch.device | str = "cpu",
) -> Generator[float, None, Basins]:
    """The basins of a square of initial noise: yields the share done.

    square      by default [-3.5, 3.5]^2
    size        pixels of a side
    uncut       mass of the normal in a square that is cut no more, once squares are as small as a pixel; None
                stops at pixels: for a picture, whose shares are then rough
    first       squares of a side before any is cut
    noise_seed  of a stochastic sampler's noise, held fixed
    device      where the denoiser computes

    Raises ValueError for a denoiser that is not of the plane, for a size that is none of SIZES, for a first
    number of squares that does not halve into it, and for a k out of bounds.
    """
    square = Square() if square is None else square
    if tuple(denoiser.shape) != (2,) or mixture.dimensions != 2:
        raise ValueError(f"Basins need points of the plane, not the shape {tuple(denoiser.shape)}.")
    if size not in SIZES:
        raise ValueError(f"The size {size} is none of {', '.join(map(str, SIZES))}.")
    if first not in SIZES or first > size:
        raise ValueError(f"{first} squares of a side cannot be cut into {size} pixels.")
    if not 0 < k <= 100:
        raise ValueError(f"The threshold k = {k:g} sigma is outside (0, 100].")
    work = _Cutting(denoiser, mixture, spec, k, square, size, uncut, noise_seed, torch.device(device))
    return (yield from work.run(first))


class _Cutting:
    """Squares that are cut in four, level after level, and what is known of the plane so far.

    A level has so many squares of a side; its lattice has one more point. `mode`, `distance` and
    `hallucinated` are pictures of the level's own size, up to that of the result.
    """

    def __init__(
        self,
        denoiser: Denoiser,
        mixture: GaussianMixture,
        spec: SamplerSpec,
        k: float,
        square: Square,
        size: int,
        uncut: float | None,
        noise_seed: int | None,
        device: torch.device,
    ) -> None:
        self.denoiser, self.mixture, self.spec, self.noise_seed = denoiser, mixture, spec, noise_seed
        self.k, self.square, self.size, self.uncut, self.device = k, square, size, uncut, device
        self.mass = np.zeros((2, mixture.modes))  # honest and hallucinated, by mode
        self.coarse = 0.0  # the hallucinated mass of squares that are cut once less
        self.carried = 0

    def run(self, first: int) -> Generator[float, None, Basins]:
        level, done = first, FROM_FIRST
        self.mode, self.distance = (np.zeros((first, first), kind) for kind in (np.uint8, np.float32))
        self.hallucinated = np.zeros((first, first), bool)
        cells = yield from rescaled(self._first_cells(first), 0.0, done)
        while True:
            if level == self.size:
                painting = self._paint_middles(cells.chosen(~cells.agree(self.k)))
                yield from rescaled(painting, done, done + (1 - done) / 4)
                done += (1 - done) / 4
            cells = self._settle(cells, level)
            if not len(cells):
                break
            end = done + (1 - done) / 3
            cells = yield from rescaled(self._cut(cells, level), done, end)
            level, done = 2 * level, end
            if level <= self.size:
                self._enlarge()
        while len(self.mode) < self.size:
            self._enlarge()
        yield 1.0
        share = float(self.mass[1].sum())
        pictures = self.mode, self.distance, self.hallucinated
        error = abs(share - self.coarse)
        return Basins(self.square, self.k, *pictures, self.mass[0], share, error, self.carried)

    def _enlarge(self) -> None:
        self.mode, self.distance, self.hallucinated = (
            picture.repeat(2, 0).repeat(2, 1) for picture in (self.mode, self.distance, self.hallucinated)
        )

    def _settle(self, cells: _Cells, level: int) -> _Cells:
        """Count the squares of which no more is asked, and paint those whose corners agree; the others."""
        beyond, agree = cells.beyond(self.k), cells.agree(self.k)
        along, up = self.square.masses(level)
        mass = along[cells.column] * up[cells.row]
        if level <= self.size:
            at = cells.row[agree], cells.column[agree]
            self.mode[at], self.distance[at] = cells.mode[agree, 0], cells.distance[agree].mean(1)
        scale = max(1, level // self.size)
        touched = beyond.any(1) & (agree | (level >= self.size))
        self.hallucinated[cells.row[touched] // scale, cells.column[touched] // scale] = True
        quarter = mass / 4 * beyond.sum(1)
        if level < self.size:
            done, less = agree, ~agree & (level == self.size // 2) & (self.uncut is None)
        elif self.uncut is None:
            done, less = np.ones(len(cells), bool), np.zeros(len(cells), bool)
        else:
            done, less = agree | (mass <= self.uncut), ~agree & (mass <= 4 * self.uncut)
        np.add.at(
            self.mass,
            (beyond[done].astype(np.int64), cells.mode[done]),
            np.repeat(mass[done, None] / 4, 4, axis=1),
        )
        self.coarse += float(quarter[(done | less) & ~cells.counted].sum())
        rest = _Cells(cells.column, cells.row, cells.mode, cells.distance, cells.counted | less)
        return rest.chosen(~done)

    def _first_cells(self, level: int) -> Generator[float, None, _Cells]:
        row, column = (part.ravel() for part in np.indices((level, level)))
        points = np.stack([part.ravel() for part in np.indices((level + 1, level + 1))[::-1]], 1)
        fate = yield from self._fates(points, level)
        return self._cells(column, row, fate, level, points, np.zeros(level**2, bool))

    def _cut(self, cells: _Cells, level: int) -> Generator[float, None, _Cells]:
        """The quarters of all cells of a level."""
        known = _corners(2 * cells.column, 2 * cells.row, 2)  # (n, 4, 2)
        column, row = 2 * cells.column[:, None], 2 * cells.row[:, None]
        new = np.stack([column + [1, 0, 1, 2, 1], row + [0, 1, 1, 1, 2]], -1).reshape(-1, 2)
        keys = np.unique(new[:, 1] * (2 * level + 1) + new[:, 0])
        fresh = np.stack([keys % (2 * level + 1), keys // (2 * level + 1)], 1)
        found = yield from self._fates(fresh, 2 * level)
        points = np.concatenate([known.reshape(-1, 2), fresh])
        fate = Fates(
            np.concatenate([cells.mode.ravel(), found.mode]),
            np.concatenate([cells.distance.ravel(), found.distance]),
        )
        column, row = ((2 * at[:, None] + add).ravel() for at, add in ((cells.column, _X), (cells.row, _Y)))
        return self._cells(column, row, fate, 2 * level, points, np.repeat(cells.counted, 4))

    def _cells(
        self,
        column: np.ndarray,
        row: np.ndarray,
        fate: Fates,
        level: int,
        points: np.ndarray,
        counted: np.ndarray,
    ) -> _Cells:
        """Squares of a level, of whose corners the fates are among those of points of its lattice (n, 2)."""
        keys, place = np.unique(points[:, 1] * (level + 1) + points[:, 0], return_index=True)
        corners = _corners(column, row, 1)
        at = place[np.searchsorted(keys, corners[..., 1] * (level + 1) + corners[..., 0])]
        return _Cells(column, row, fate.mode[at], fate.distance[at], counted)

    def _paint_middles(self, cells: _Cells) -> Generator[float, None, None]:
        """Paint pixels by the seed at their middle."""
        if not len(cells):
            return
        at = cells.row, cells.column
        middles = np.stack([2 * cells.column + 1, 2 * cells.row + 1], 1)
        fate = yield from self._fates(middles, 2 * self.size)
        self.mode[at], self.distance[at] = fate.mode, fate.distance
        self.hallucinated[at] = fate.hallucinated(self.k)

    def _fates(self, points: np.ndarray, level: int) -> Generator[float, None, Fates]:
        """The fates of points (n, 2), columns and rows of a level's lattice."""
        edges = [self.square.edges(at, level) for at in (self.square.x, self.square.y)]
        seeds = np.stack([edge[points[:, axis]] for axis, edge in enumerate(edges)], 1)
        self.carried += len(seeds)
        x_T = torch.from_numpy(seeds).float().to(self.device)
        return (yield from fates(self.denoiser, self.mixture, x_T, self.spec, noise_seed=self.noise_seed))


def _corners(column: np.ndarray, row: np.ndarray, side: int) -> np.ndarray:
    """The four corners (n, 4, 2) of squares whose low left ones are given, in the order of _Cells."""
    return np.stack([column[:, None] + side * _X, row[:, None] + side * _Y], -1)


def _between(edges: np.ndarray) -> np.ndarray:
    """Mass of the normal between neighbouring edges (n + 1,), exact in both tails: (n,)."""
    low, high = edges[:-1], edges[1:]
    mass: np.ndarray = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    return mass
