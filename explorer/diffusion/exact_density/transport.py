"""Mass on cells, carried from noise to data by the mean of every reverse step and blurred by its noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence

import numpy as np
import torch
from torch import Tensor

from explorer.diffusion.sampling import STEPS_BETWEEN_YIELDS, Transition

CHUNK, LEAST_CHUNK = 4096, 256  # points of which the noise is predicted at once, for one member and for many
POINTS_BETWEEN_YIELDS = 131_072  # of a stack; a member alone takes its last step at once
FINE_PIECES = 32  # of a cell, for one step without noise
PIECES, CUTS = 8, 8  # of a cell, and how often a piece is cut again, for many of them
NEGLIGIBLE = 1e-13


class Cells:
    """G cells on [-span, span] for each of M members, which may have different spans.

    x       centres (M, G), ascending
    cell    widths of a cell (M, 1)
    """

    def __init__(self, count: int, spans: Sequence[float]) -> None:
        span = np.array(spans)[:, None]
        self.members, self.count, self.cell = len(spans), count, 2 * span / count
        self.x = -span + self.cell * (np.arange(count) + 0.5)
        # The transform is a quarter longer than the cells, so that nothing wraps round.
        self.size = count + count // 4
        frequency = 2 * math.pi * np.fft.rfftfreq(self.size)
        self.wide, self.narrow = 0.5 * frequency**2, 1 - np.cos(frequency)

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper end of the interval, (M,) each."""
        return (self.x[:, :1] - self.cell / 2)[:, 0], (self.x[:, -1:] + self.cell / 2)[:, 0]

    def splat(self, x: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass (M, n) at points x (M, n), shared linearly between the two nearest cells: (M, G)."""
        position = np.clip((x - self.x[:, :1]) / self.cell, 0, self.count - 1)
        left = np.minimum(position.astype(np.int64), self.count - 2)
        share = position - left
        left += np.arange(self.members)[:, None] * self.count
        return self._added(left, (1 - share) * mass) + self._added(left + 1, share * mass)

    def spread_evenly(
        self, member: np.ndarray, start: np.ndarray, end: np.ndarray, mass: np.ndarray
    ) -> np.ndarray:
        """Mass (n,) of members (n,) spread evenly between start and end (n,), which are at most a cell apart:
        (M, G)."""
        first, cell = self.edges[0][member], self.cell[member, 0]
        ends = [np.clip((x - first) / cell, 0, self.count) for x in (start, end)]
        low, high = np.minimum(*ends), np.maximum(*ends)
        left = np.minimum(low.astype(np.int64), self.count - 1)
        right = np.minimum(left + 1, self.count - 1)
        width = high - low
        share = np.where(width > 0, (np.minimum(high, left + 1) - low) / np.maximum(width, 1e-300), 1.0)
        row = member * self.count
        return self._added(left + row, share * mass) + self._added(right + row, (1 - share) * mass)

    def blur(self, mass: np.ndarray, noise_std: float) -> np.ndarray:
        """Mass (M, G) convolved with N(0, noise_std^2), less the widening of the splat before it; what leaves
        stays in the ends.

        A Gaussian narrower than two cells would ring; the discrete Gaussian (Lindeberg 1990) has the same
        variance and is never negative.
        """
        level = np.array([[max((noise_std / cell) ** 2 - 1 / 6, 0.0)] for cell in self.cell[:, 0].tolist()])
        exponent = np.where(level > 4, self.wide, self.narrow)
        spectrum = np.fft.rfft(mass, self.size) * np.exp(-level * exponent)
        blurred = np.clip(np.fft.irfft(spectrum, self.size), 0.0, None)
        inside, right, left = np.split(blurred, [self.count, self.count + self.count // 8], axis=1)
        inside[:, -1] += right.sum(1)
        inside[:, 0] += left.sum(1)
        return inside * (mass.sum(1) / inside.sum(1))[:, None]

    def refine(self, mass: np.ndarray, pieces: int) -> tuple[np.ndarray, np.ndarray]:
        """Every cell cut into pieces, the mass interpolated linearly between cell centres: points and masses,
        (M, G pieces) each."""
        offset = (np.arange(pieces) + 0.5) / pieces - 0.5
        x = (self.x[..., None] + self.cell[..., None] * offset).reshape(self.members, -1)
        fine = np.stack([np.interp(*row) for row in zip(x, self.x, mass, strict=True)])
        return x, fine * (mass.sum(1) / fine.sum(1))[:, None]

    def _added(self, index: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass added up in the cells at indices counted through all members: (M, G)."""
        total = np.bincount(index.ravel(), mass.ravel(), self.members * self.count)
        return total.reshape(self.members, self.count)


class Transport:
    """M densities on the cells of a grid, carried down the reverse steps.

    predict     the noise in x_t at a step: (M, n, 1) -> (M, n, 1)
    device      where it computes
    """

    def __init__(
        self, predict: Callable[[Tensor, int], Tensor], grid: Cells, device: torch.device | str
    ) -> None:
        self.predict, self.grid, self.device = predict, grid, device
        self.chunk = max(LEAST_CHUNK, CHUNK // grid.members)

    def down(self, steps: list[Transition]) -> Generator[float, None, np.ndarray]:
        """Mass (M, G) after all steps from the standard normal; yields the share done."""
        grid = self.grid
        mass = np.exp(-0.5 * grid.x**2)
        mass /= mass.sum(1)[:, None]
        often = max(1, STEPS_BETWEEN_YIELDS // grid.members)
        position = 0
        while position < len(steps):
            quiet = (
                next((i for i in range(position, len(steps)) if steps[i].noise_std), len(steps)) - position
            )
            if quiet == 1:
                mass = yield from self._cut(steps[position], mass, position / len(steps))
                position += 1
            elif quiet:
                stretch = steps[position : position + quiet]
                mass = yield from self._carried(stretch, mass, (position / len(steps), quiet / len(steps)))
                position += quiet
            else:
                step = steps[position]
                mass = grid.blur(grid.splat(self._move(step, grid.x), mass), step.noise_std)
                position += 1
                if position % often == 0:
                    yield position / len(steps)
        yield 1.0
        return mass

    def _move(self, step: Transition, x: np.ndarray) -> np.ndarray:
        """Where the mean of a reverse step carries points x (M, n), float64."""
        points = torch.from_numpy(x).float()[..., None].to(self.device)
        chunks = points.split(self.chunk, 1)
        noise = torch.cat([self.predict(chunk, step.t).cpu() for chunk in chunks], 1)
        return step.x_coefficient * x + step.noise_coefficient * noise[..., 0].double().numpy()

    def _cut(self, step: Transition, mass: np.ndarray, done: float) -> Generator[float, None, np.ndarray]:
        """Mass (M, G) after one step alone without noise: mapped at once, from cells cut finely enough for
        its steepest stretch."""
        x, fine = self.grid.refine(mass, FINE_PIECES)
        result = np.zeros_like(mass)
        members, points = x.shape
        length = points if members == 1 else max(1, POINTS_BETWEEN_YIELDS // members)
        for start in range(0, points, length):
            part = slice(start, start + length)
            result += self.grid.splat(self._move(step, x[:, part]), fine[:, part])
            if part.stop < points:
                yield done
        return result

    def _carried(
        self, steps: list[Transition], mass: np.ndarray, done: tuple[float, float]
    ) -> Generator[float, None, np.ndarray]:
        """Mass (M, G) after steps without noise: pieces of cells are carried by their ends and spread between
        them.

        A piece whose image is longer than a cell is cut again, so that no stretch of the map leaves empty
        cells. done is the share of the whole walk that lies before these steps, and the share that they are.
        """
        grid = self.grid
        edges = np.linspace(*grid.edges, grid.count * PIECES + 1, axis=1)  # (M, E)
        image = edges
        for number, step in enumerate(steps):
            image = self._move(step, image)
            yield done[0] + done[1] * number / len(steps)
        low, high, start, end = (
            a.ravel() for a in (edges[:, :-1], edges[:, 1:], image[:, :-1], image[:, 1:])
        )
        part = grid.refine(mass, PIECES)[1].ravel()
        member = np.repeat(np.arange(grid.members), grid.count * PIECES)
        result = np.zeros_like(mass)
        for _ in range(CUTS):
            long = (np.abs(end - start) > grid.cell[member, 0]) & (part > NEGLIGIBLE)
            result += grid.spread_evenly(member[~long], start[~long], end[~long], part[~long])
            member, low, high, start, end, part = (a[long] for a in (member, low, high, start, end, part))
            if not len(part):
                break
            cuts = low[:, None] + (high - low)[:, None] * np.arange(PIECES + 1) / PIECES  # (n, pieces + 1)
            inner = cuts[:, 1:-1]
            columns = _columns(np.repeat(member, PIECES - 1), grid.members)
            for step in steps:
                inner = self._move_some(step, inner.ravel(), *columns)
                yield sum(done)
            image = np.concatenate([start[:, None], inner.reshape(len(part), -1), end[:, None]], axis=1)
            low, high, start, end = (
                a.ravel() for a in (cuts[:, :-1], cuts[:, 1:], image[:, :-1], image[:, 1:])
            )
            part, member = np.repeat(part / PIECES, PIECES), np.repeat(member, PIECES)
        return result + grid.spread_evenly(member, start, end, part)

    def _move_some(
        self, step: Transition, x: np.ndarray, member: np.ndarray, column: np.ndarray
    ) -> np.ndarray:
        """As _move, for points x (n,) of which members have different numbers: point i is the column[i]-th
        of member[i]."""
        padded = np.zeros((self.grid.members, int(column.max()) + 1))
        padded[member, column] = x
        return self._move(step, padded)[member, column]


def _columns(member: np.ndarray, members: int) -> tuple[np.ndarray, np.ndarray]:
    """Members (n,), ascending, and how many of the same come before each, (n,)."""
    counts = np.bincount(member, minlength=members)
    return member, np.arange(len(member)) - (np.cumsum(counts) - counts)[member]
