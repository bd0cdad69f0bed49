"""A tabulated denoiser predicts what its denoiser does, within the curvature of a cell."""

import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.sampling import initial_noise, reverse_process, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.tables import PLANE_CELLS, TabulatedDenoiser, TabulatedPlaneDenoiser
from explorer.experiments import checkpoints

SCHEDULE = NoiseSchedule()
LEARNED = LearnedDenoiser(build_network(NetworkSpec(), SCHEDULE, 1, [3]), SCHEDULE)
PLANE = LearnedDenoiser(build_network(NetworkSpec(width=16), SCHEDULE, 2, [3]), SCHEDULE)
REACH = 1.6


@pytest.fixture(scope="module")
def trained():
    """The shipped run of the grid."""
    return checkpoints.shipped().load("grid-25").result


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


# ---- the plane -----------------------------------------------------------------------------------------


class Counted:
    """A denoiser that counts the points it is asked for."""

    def __init__(self, denoiser):
        self.denoiser, self.schedule, self.shape, self.points = denoiser, SCHEDULE, (2,), 0

    def predict_noise(self, x_t, t):
        self.points += len(x_t)
        return self.denoiser.predict_noise(x_t, t)


class Plane:
    """A prediction that is linear along each axis: a bilinear table knows it exactly."""

    schedule, shape = SCHEDULE, (2,)

    def predict_noise(self, x_t, t):
        first, second = x_t.T
        return torch.stack([2 * first - 3 * second + t, first * second - 5], 1)


@pytest.mark.parametrize("t", [0, 7, 343])
def test_axes_and_coordinates_are_not_mixed_up(t):
    table = TabulatedPlaneDenoiser(Plane(), reach=REACH, cells=9)
    x = (torch.rand(500, 2, generator=torch.Generator().manual_seed(t)) * 2 - 1) * table.span(t)
    assert table.predict_noise(x, t) == pytest.approx(Plane().predict_noise(x, t), abs=1e-4)
    assert table.schedule is SCHEDULE
    assert table.shape == (2,)


class Bowl(Plane):
    """A prediction that is curved: a cell of a bilinear table lies above it."""

    def predict_noise(self, x_t, t):
        return torch.stack([x_t.square().sum(1), -(x_t[:, 0] ** 2)], 1)


def test_what_is_curved_is_met_on_average():
    table = TabulatedPlaneDenoiser(Bowl(), reach=REACH, cells=20)
    side = table.span(3)
    x = (torch.rand(200_000, 2, generator=torch.Generator().manual_seed(1)) * 2 - 1) * side * 0.9
    error = table.predict_noise(x, 3) - Bowl().predict_noise(x, 3)
    cell = 2 * side / table.cells_at(3)
    assert float(error.mean(0).abs().max()) < 0.01 * cell**2
    assert float(error.abs().max()) > 0.1 * cell**2


def test_where_samples_live_the_plane_agrees_with_its_network(trained):
    network = trained.denoiser()
    x_T = initial_noise(1000, (2,), torch.Generator().manual_seed(5))
    walk = reverse_process(network, x_T, trained.experiment.sampler, torch.Generator().manual_seed(6))
    places = {step.t: step.x_t for step in walk if step.t in (0, 1, 3, 10, 30, 100, 300)}
    table = TabulatedPlaneDenoiser(network, reach=REACH)
    coarse = TabulatedPlaneDenoiser(network, reach=REACH, cells=24)
    for t, x_t in places.items():
        error, more = (
            (one.predict_noise(x_t, t) - network.predict_noise(x_t, t)).abs() for one in (table, coarse)
        )
        assert float(error.mean()) < 0.003, t
        assert float(error.max()) < 0.12, t
        assert float(error.mean()) <= float(more.mean()), t


def test_the_plane_keeps_the_rates_of_a_shipped_run(trained):
    table = TabulatedPlaneDenoiser(trained.denoiser(), reach=REACH)
    n = trained.final.measurement.n
    generator = seeded(trained.experiment.seed, "sampling")  # the noise of the run's own measurement
    samples = finish(sample(table, n, trained.experiment.sampler, generator))
    for k in (4, 5, 6, 8):
        rate = Rate(int(trained.experiment.mixture.is_hallucination(samples, k).sum()), n)
        low, high = trained.final.measurement.rate(k).interval
        assert low < rate.value < high, k


def test_beyond_its_square_and_in_pure_noise_the_plane_asks_the_network():
    asked = Counted(PLANE)
    table = TabulatedPlaneDenoiser(asked, reach=REACH, cells=20)
    inside = torch.rand(50, 2, generator=torch.Generator().manual_seed(1))
    table.predict_noise(inside, 9)
    table.predict_noise(inside, 9)
    assert asked.points == 21**2  # the table, once
    edge = table.span(9)
    mixed = torch.cat([inside, torch.tensor([[edge * 1.01, 0.0], [0.0, -9.0], [float("nan"), 0.0]])])
    noise = table.predict_noise(mixed, 9)
    assert asked.points == 21**2 + 3
    assert noise[50:52] == pytest.approx(PLANE.predict_noise(mixed[50:52], 9), abs=1e-6)
    assert bool(noise[52].isnan().all())
    assert noise[:50] == pytest.approx(table.predict_noise(inside, 9), abs=1e-6)
    assert table.predict_noise(inside, 900) == pytest.approx(PLANE.predict_noise(inside, 900), abs=1e-6)
    assert asked.points == 21**2 + 3 + 50


def test_cells_are_as_wide_as_the_noise_allows():
    table = TabulatedPlaneDenoiser(PLANE, reach=REACH)
    counts = [table.cells_at(t) for t in range(table.steps)]
    assert counts[0] == PLANE_CELLS
    assert counts == sorted(counts, reverse=True)
    for t in (5, 50, 200, 343):
        signal, noise = SCHEDULE.alpha_bar(t) ** 0.5, (1 - SCHEDULE.alpha_bar(t)) ** 0.5
        wanted = 0.1 * noise * max(1, noise / (2 * REACH * signal))
        count = table.cells_at(t)
        assert 2 * table.span(t) / count <= wanted or count == PLANE_CELLS
        assert 2 * table.span(t) / (count - 1) > wanted or count == 32


def test_a_filled_table_asks_no_more():
    asked = Counted(PLANE)
    table = TabulatedPlaneDenoiser(asked, reach=REACH)
    for t in (343, 343, 344, 999):
        table.fill(t)
    made = asked.points
    assert made == (table.cells_at(343) + 1) ** 2
    table.predict_noise(torch.zeros(3, 2), 343)
    assert asked.points == made
    line_ = TabulatedDenoiser(LEARNED, span=4.0, cells=64)
    line_.fill(9)
    assert line_.predict_noise(torch.zeros(1, 1), 9) == pytest.approx(
        LEARNED.predict_noise(torch.zeros(1, 1), 9), abs=1e-3
    )


def test_tables_of_the_plane_are_bounded():
    table = TabulatedPlaneDenoiser(PLANE, reach=REACH, cells=20)
    assert table.nbytes == 0
    for t in (0, 5, 5, 900):
        table.predict_noise(torch.zeros(1, 2), t)
    assert table.nbytes == table.size(0) + table.size(5) == 2 * 21**2 * 8
    whole = TabulatedPlaneDenoiser(PLANE, reach=REACH)
    assert sum(whole.size(t) for t in range(whole.steps)) < 60e6
    with pytest.raises(ValueError, match=r"up to 4096 x 4096 cells at 344 steps take .* MB; at most 256 MB"):
        TabulatedPlaneDenoiser(PLANE, reach=60.0, cells=4096)
    with pytest.raises(ValueError, match=r"\(1,\)"):
        TabulatedPlaneDenoiser(LEARNED, reach=REACH)
    with pytest.raises(ValueError, match="reach 0 is outside"):
        TabulatedPlaneDenoiser(PLANE, reach=0.0)
    with pytest.raises(ValueError, match="cells 1 along an axis"):
        TabulatedPlaneDenoiser(PLANE, reach=REACH, cells=1)
