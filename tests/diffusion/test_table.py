"""A tabulated denoiser predicts what its denoiser does, within the curvature of a cell."""

import pytest
import torch

from explorer.data.mixtures import grid, line
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser
from explorer.diffusion.networks import NetworkSpec, build_network
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.table import TabulatedDenoiser

SCHEDULE = NoiseSchedule()
LEARNED = LearnedDenoiser(build_network(NetworkSpec(), SCHEDULE, 1, [3]), SCHEDULE)


def test_it_agrees_with_its_network_between_the_cells():
    table = TabulatedDenoiser(LEARNED, span=7.0)
    x = torch.rand(5000, 1, generator=torch.Generator().manual_seed(0)) * 14 - 7
    for t in (0, 5, 50, 343):
        assert table.predict_noise(x, t) == pytest.approx(LEARNED.predict_noise(x, t), abs=1e-3)
    assert table.schedule is SCHEDULE
    assert table.shape == (1,)


def test_at_its_own_cells_it_is_exact_and_beyond_the_span_it_goes_on_straight():
    table = TabulatedDenoiser(LEARNED, span=4.0, cells=64)
    cells = torch.linspace(-4, 4, 65)[:, None]
    assert table.predict_noise(cells, 9) == pytest.approx(LEARNED.predict_noise(cells, 9), abs=1e-5)
    far = table.predict_noise(torch.tensor([[4.0], [5.0], [6.0]]), 9)
    assert float(far[2] - far[1]) == pytest.approx(float(far[1] - far[0]), abs=1e-4)


def test_finer_cells_come_closer_to_a_truth_that_jumps():
    truth = TrueDenoiser(line(1, 2, 3), SCHEDULE)
    x = torch.linspace(1.3, 1.7, 4001)[:, None]

    def error(cells: int) -> float:
        table = TabulatedDenoiser(truth, span=7.0, cells=cells)
        return float((table.predict_noise(x, 8) - truth.predict_noise(x, 8)).abs().max())

    assert error(8192) < error(1024) / 8


def test_what_cannot_be_tabulated_is_refused():
    with pytest.raises(ValueError, match=r"\(2,\)"):
        TabulatedDenoiser(TrueDenoiser(grid(), SCHEDULE), span=3.0)
    with pytest.raises(ValueError, match="1 is outside"):
        TabulatedDenoiser(LEARNED, span=3.0, cells=1)
