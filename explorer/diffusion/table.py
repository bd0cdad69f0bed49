"""A 1-D denoiser read off a table: samples a hundred times faster than through its network."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.schedule import NoiseSchedule

TABLE_CELLS = 1024  # within 2 % of the network's own hallucination rates; 2,048 within 0.5 %


class TabulatedDenoiser:
    """The noise that a 1-D denoiser predicts, tabulated at each step on [-span, span], linear in between.

    A step's table is made when the step is first asked for. Beyond the span the outermost cell is continued.
    Meant for networks, which are smooth: the true prediction jumps within less than a cell near t = 0.
    Raises ValueError if the denoiser's samples are not single numbers.
    """

    def __init__(self, denoiser: Denoiser, *, span: float, cells: int = TABLE_CELLS) -> None:
        if tuple(denoiser.shape) != (1,):
            raise ValueError(
                f"A table needs samples of one number, not of the shape {tuple(denoiser.shape)}."
            )
        if not 2 <= cells <= 65_536:
            raise ValueError(f"The number of cells {cells:,} is outside [2, 65,536].")
        self.denoiser, self.span, self.cells = denoiser, span, cells
        self._tables: dict[int, tuple[Tensor, Tensor]] = {}

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    @property
    def shape(self) -> tuple[int, ...]:
        return (1,)

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        if t not in self._tables:
            grid = torch.linspace(-self.span, self.span, self.cells + 1, device=x_t.device)
            values = self.denoiser.predict_noise(grid[:, None], t)[:, 0]
            self._tables[t] = values[:-1], values.diff()
        values, rises = self._tables[t]
        place = (x_t[:, 0] + self.span) * (self.cells / (2 * self.span))
        cell = place.long().clamp(0, self.cells - 1)
        return (values[cell] + rises[cell] * (place - cell)).unsqueeze(1)
