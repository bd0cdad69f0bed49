"""Mass on cells, carried from noise to data by the mean of every reverse step and spread by its noise.

A step whose noise is as wide as a few cells takes the mass at the centres of the cells along and spreads it
as Gaussians over the next cells: both densities are smooth over a cell, so that centres stand for all points
(the trapezoidal rule, whose error falls exponentially). The cells of a step are as wide as its noise allows.

Steps without such noise (all of DDIM, the last step of DDPM, a small eta) carry pieces of cells by their
ends, cut until no image is longer than a cell. The little noise that there is gathers in each piece and is
stretched with it; before it is wider than half a cell, the pieces are laid down on cells anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from scipy.special import ndtr
from torch import Tensor

from explorer.diffusion.exact_density.cells import Cells
from explorer.diffusion.sampling import STEPS_BETWEEN_YIELDS
from explorer.diffusion.solvers import Transition

CHUNK, LEAST_CHUNK = 4096, 256  # points of which the noise is predicted at once, for one member and for many
FEWEST_CELLS, MOST_CELLS = 256, 65_536  # of the result
RESULT_CELLS = 4  # of the result, in the smallest sigma, at resolution 1
PIECES, CUTS = 8, 8  # of a piece that is still too long, and how often it is cut
FINER = 4  # pieces of a cell; and how many more cells than the result has a grid may have
MOST_GATHERED = 0.5  # standard deviation of the noise that a piece gathers, in cells
UNIFORM = 1 / 12  # variance of what is spread evenly over a length of 1
NEGLIGIBLE = 1e-16  # mass of a cell that is not carried on
HERMITE = ((-math.sqrt(3), 1 / 6), (0.0, 2 / 3), (math.sqrt(3), 1 / 6))  # a normal's moments up to the fifth


@dataclass(frozen=True)
class Pieces:
    """Pieces of M members that are carried by their ends.

    edges   ends of neighbouring pieces in rows, (R, E)
    member  of which a row is, (R,), ascending
    mass    of the pieces, (R, E - 1)
    excess  by how much of its squared length a piece that lies at its centre widens the density: 0 where mass
            was read at the centres, 1 / 12 where it is that of the whole piece
    """

    edges: np.ndarray
    member: np.ndarray
    mass: np.ndarray
    excess: float


class Transport:
    """M densities on cells, carried down the reverse steps.

    predict     the noise in x_t at a step: (M, n, 1) -> (M, n, 1)
    fraction    where a learned variance of a step lies at x_t, in the same shape, see step_variance.py; None
                where none is learned
    spans       of the members, half their intervals
    sigmas      the smallest standard deviation in each member's data
    resolution  how many cells there are in the standard deviation of a step's noise; of the result four times
                as many in the smallest sigma
    device      where it computes
    """

    def __init__(
        self,
        predict: Callable[[Tensor, int], Tensor],
        spans: Sequence[float],
        sigmas: Sequence[float],
        resolution: float,
        device: torch.device | str,
        fraction: Callable[[Tensor, int], Tensor | None] | None = None,
    ) -> None:
        self.predict, self.spans, self.device, self.fraction = predict, spans, device, fraction
        self.resolution, self.members = resolution, len(spans)
        self.chunk = max(LEAST_CHUNK, CHUNK // self.members)
        wanted = RESULT_CELLS * max(
            self._cells_for(span, sigma) for span, sigma in zip(spans, sigmas, strict=True)
        )
        self.result = Cells(min(max(wanted, FEWEST_CELLS), MOST_CELLS), spans)

    def down(self, steps: Sequence[Transition]) -> Generator[float, None, np.ndarray]:
        """Mass (M, G) on the result's cells after all steps from the standard normal; yields the share
        done. The last step adds no noise."""
        often = max(1, STEPS_BETWEEN_YIELDS // self.members)
        grid = self._grid(steps, 0, 1.0)
        mass = np.diff(ndtr(grid.edges)) if self._quiet(steps[0]) else np.exp(-0.5 * grid.x**2)
        mass /= mass.sum(1)[:, None]
        position, before = 0, 1.0  # the standard deviation of what made the mass smooth; 0 if nothing did
        while position < len(steps):
            if self._quiet(steps[position]):
                position, before, mass, grid = yield from self._carried(steps, position, mass, grid, before)
                continue
            step, position = steps[position], position + 1
            target = self._grid(steps, position, step.noise_std)
            (kept,) = np.nonzero((mass > NEGLIGIBLE).any(0))
            image = self._move(step, grid.x[:, kept]).ravel()
            member = np.repeat(np.arange(self.members), len(kept))
            std = self._noise_stds(step, grid.x[:, kept]).ravel()
            mass, grid = target.spread(member, image, mass[:, kept].ravel(), std), target
            before = step.noise_std
            if position % often == 0:
                yield position / len(steps)
        yield 1.0
        return mass

    # ---- grids -----------------------------------------------------------------------------------

    def _cells_for(self, span: float, std: float) -> int:
        return math.ceil(2 * span * self.resolution / std)

    def _quiet(self, step: Transition) -> bool:
        """Whether a step adds less noise than cells can resolve."""
        most = FINER * self.result.count
        return not (step.noise_std > 0 and self._cells_for(max(self.spans), step.noise_std) <= most)

    def _grid(self, steps: Sequence[Transition], position: int, before: float) -> Cells:
        """The cells before a step, on which mass is as smooth as `before` says."""
        if position == len(steps) or not before:
            return self.result
        least = self._cells_for(max(self.spans), before)
        if not self._quiet(steps[position]):
            least = max(least, self._cells_for(max(self.spans), steps[position].noise_std))
        elif position:
            least = max(least, FINER * self.result.count)
        else:
            least = max(least, self.result.count)
        return Cells(least, self.spans)

    # ---- steps without noise ---------------------------------------------------------------------

    def _carried(
        self, steps: Sequence[Transition], position: int, mass: np.ndarray, grid: Cells, before: float
    ) -> Generator[float, None, tuple[int, float, np.ndarray, Cells]]:
        """Mass carried through a stretch of quiet steps and, if one follows, a noisy step: the position after
        it, how smooth the mass is, the mass, and its cells."""
        pieces = self._pieces(grid, mass, before)
        edges = pieces.edges
        gathered = np.zeros_like(pieces.mass)
        stretch: list[Transition] = []
        heavy = pieces.mass > NEGLIGIBLE
        for step in steps[position:]:
            edges, gathered = self._through(step, edges, gathered, pieces.member)
            stretch.append(step)
            yield (position + len(stretch) - 1) / len(steps)
            wide = np.sqrt(gathered) > MOST_GATHERED * self.result.cell[pieces.member, None]
            if not self._quiet(step) or (wide & heavy).any():
                break
        position += len(stretch)
        noisy = not self._quiet(stretch[-1])
        before = stretch[-1].noise_std if noisy else 0.0
        target = self._grid(steps, position, before)
        result = np.zeros((self.members, target.count))
        for cut in range(CUTS + 1):
            length = np.abs(np.diff(edges))
            long = (length > target.cell[pieces.member, None]) & (pieces.mass > NEGLIGIBLE) & (cut < CUTS)
            result += self._laid_down(target, noisy, pieces, edges, gathered, ~long & (pieces.mass > 0))
            if not long.any():
                break
            pieces = _cut(pieces, long)
            edges, gathered = pieces.edges, np.zeros_like(pieces.mass)
            for step in stretch:
                edges, gathered = self._through(step, edges, gathered, pieces.member)
                yield position / len(steps)
        return position, before, result, target

    def _pieces(self, grid: Cells, mass: np.ndarray, before: float) -> Pieces:
        """The cells that hold mass: as they are if noise has made it smooth over them, else cut, with the
        mass up to each edge from a cubic spline."""
        (kept,) = np.nonzero((mass > NEGLIGIBLE).any(0))
        first, stop = kept[0], kept[-1] + 1
        edges, member = grid.edges, np.arange(self.members)
        if before:
            return Pieces(edges[:, first : stop + 1], member, mass[:, first:stop], 0.0)
        fine = Cells(FINER * grid.count, self.spans).edges
        up_to = np.concatenate([np.zeros((self.members, 1)), mass.cumsum(1)], axis=1)
        rows = zip(edges, up_to, fine, strict=True)
        parts = np.clip(np.diff(np.stack([CubicSpline(x, y)(z) for x, y, z in rows])), 0, None)
        parts *= (mass.sum(1) / parts.sum(1))[:, None]
        first, stop = FINER * first, FINER * stop
        return Pieces(fine[:, first : stop + 1], member, parts[:, first:stop], UNIFORM)

    def _through(
        self, step: Transition, edges: np.ndarray, gathered: np.ndarray, member: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Edges (R, E) after a step, and the variance of the noise that the pieces have gathered, (R, E -
        1)."""
        moved = self._of_rows(self._move, step, edges, member)
        added: float | np.ndarray = step.noise_std**2
        if step.log_range:
            stds = self._of_rows(self._noise_stds, step, edges, member)
            added = (stds[:, 1:] ** 2 + stds[:, :-1] ** 2) / 2
        if gathered.any():
            stretched = np.diff(moved) / np.where(np.diff(edges) == 0, np.inf, np.diff(edges))
            gathered = gathered * stretched**2
        return moved, gathered + added

    def _laid_down(
        self,
        target: Cells,
        noisy: bool,
        pieces: Pieces,
        edges: np.ndarray,
        gathered: np.ndarray,
        some: np.ndarray,
    ) -> np.ndarray:
        """Mass (M, G) of some of the pieces (R, E - 1), whose images have these edges: spread by the noise
        they have gathered, less what their length has widened the density by."""
        member = np.repeat(pieces.member, some.sum(1))
        start, end, mass = (a[some] for a in (edges[:, :-1], edges[:, 1:], pieces.mass))
        excess = pieces.excess + (0.0 if noisy else UNIFORM)
        std = np.sqrt(np.clip(gathered[some] - excess * (end - start) ** 2, 0.0, None))
        if noisy:
            return target.spread(member, (start + end) / 2, mass, std)
        if not std.any():
            return target.spread_evenly(member, start, end, mass)
        result = np.zeros((self.members, target.count))
        for place, weight in HERMITE:
            result += target.spread_evenly(member, start + place * std, end + place * std, weight * mass)
        return result

    # ---- the denoiser ----------------------------------------------------------------------------

    def _move(self, step: Transition, x: np.ndarray) -> np.ndarray:
        """Where the mean of a reverse step carries points x (M, n), float64."""
        points = torch.from_numpy(x).float()[..., None].to(self.device)
        chunks = points.split(self.chunk, 1)
        noise = torch.cat([self.predict(chunk, step.t).cpu() for chunk in chunks], 1)
        return step.x_coefficient * x + step.noise_coefficient * noise[..., 0].double().numpy()

    def _noise_stds(self, step: Transition, x: np.ndarray) -> np.ndarray:
        """The standard deviation of the noise that a step adds at points x (M, n), float64."""
        stds = np.full(x.shape, step.noise_std)
        if not step.log_range or self.fraction is None:
            return stds
        points = torch.from_numpy(x).float()[..., None].to(self.device)
        found = [self.fraction(chunk, step.t) for chunk in points.split(self.chunk, 1)]
        if any(part is None for part in found):
            return stds
        fraction = torch.cat([part.cpu() for part in found if part is not None], 1)[..., 0].double().numpy()
        return stds * np.exp(0.5 * step.log_range * fraction)

    def _of_rows(
        self,
        compute: Callable[[Transition, np.ndarray], np.ndarray],
        step: Transition,
        x: np.ndarray,
        member: np.ndarray,
    ) -> np.ndarray:
        """_move or _noise_stds of rows of points x (R, E) of which members (R,), ascending, have different
        numbers."""
        counts = np.bincount(member, minlength=self.members)
        place = np.arange(len(member)) - (counts.cumsum() - counts)[member]
        padded = np.zeros((self.members, int(counts.max()), x.shape[1]))
        padded[member, place] = x
        found = compute(step, padded.reshape(self.members, -1))
        return found.reshape(padded.shape)[member, place]


def _cut(pieces: Pieces, long: np.ndarray) -> Pieces:
    """Some of the pieces, each cut into a row of its own."""
    low, high = pieces.edges[:, :-1][long], pieces.edges[:, 1:][long]
    edges = low[:, None] + (high - low)[:, None] * np.arange(PIECES + 1) / PIECES
    mass = np.repeat(pieces.mass[long][:, None] / PIECES, PIECES, axis=1)
    return Pieces(edges, np.repeat(pieces.member, long.sum(1)), mass, pieces.excess)
