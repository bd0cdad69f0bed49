"""Every part of the house takes a step on a simulated GPU: no tensor from elsewhere, no float64 where there
is none, no wait for the device inside a loop of steps, and no more kernels than today.

What is covered comes from the house's own tables, so that a new remedy, detector, preset or sampler is
covered by itself. What is left out stands in EXEMPT with its reason.
"""

import dataclasses
import sys
from typing import get_args

import numpy as np
import pytest
import torch

from explorer.compute import device as device_room
from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.pictures import PICTURES, picture_distribution
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.paired_trajectories import follow
from explorer.detection.scores.detector import Evidence
from explorer.detection.scores.table import DETECTORS
from explorer.detection.streamed_counts import draw_with_variance
from explorer.detection.trajectory_variance import TrajectoryVariance
from explorer.detection.trial import Trial, run_trial
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser
from explorer.diffusion.network_spec import NetworkKind
from explorer.diffusion.networks import build_network
from explorer.diffusion.sampler_spec import Solver
from explorer.diffusion.sampling import (
    CHUNK,
    PICTURE_CHUNK,
    TABLE_CHUNK,
    SamplerSpec,
    SamplingRun,
    chunk_size,
    initial_noise,
    reverse_process,
    sample,
)
from explorer.diffusion.tables import TabulatedDenoiser, TabulatedPlaneDenoiser
from explorer.diffusion.training import train
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, RECIPES, preset, recipe
from explorer.experiments.trials import SAMPLERS, sampler
from explorer.remedies.catalogue import REMEDIES, data_kind
from explorer.remedies.guidance import Labelled
from explorer.remedies.training_variants import TRAINING_VARIANTS
from tests.simulated_gpu import META, MetaGenerator, SimulatedGpu

EXPERIMENTS = {name: entry.experiment for name, entry in (PRESETS | PICTURE_PRESETS).items()}
EXPERIMENTS |= {name: preset(name).experiment for name in PICTURES}  # those that are not listed, too
OF_KIND = {data_kind(experiment): experiment for experiment in reversed(EXPERIMENTS.values())}
EXEMPT = {
    "kinds of pictures": "judged once, after the last step, by connected components on the CPU",
    "fingers": "counted once, after the last step, on the CPU, so that every device counts the same",
    "drawings of hands": "data are drawn once, on the CPU, and drawn again until five fingers are counted",
    "digits": "judged once, after the last step, on the CPU, as are the real ones that are drawn",
    "exact density": "a grid of numbers in float64 on the CPU; it asks for the noise of whole grids",
}


@pytest.fixture(params=[False, True], ids=["without float64", "with float64"])
def gpu(request, monkeypatch):
    """A simulated GPU, as Apple's and as CUDA's."""
    return simulated(monkeypatch, has_float64=request.param)


@pytest.fixture
def apples_gpu(monkeypatch):
    """A simulated GPU without float64, for what computes in float32 on every device."""
    return simulated(monkeypatch, has_float64=False)


def simulated(monkeypatch, *, has_float64):
    monkeypatch.setattr(device_room, "WITHOUT_FLOAT64", set() if has_float64 else {"meta"})
    for module in ("torch.optim.adam", "torch.optim.optimizer", "torch.utils._foreach_utils"):
        name = "_get_fused_kernels_supported_devices"
        if hasattr(sys.modules[module], name):
            monkeypatch.setattr(sys.modules[module], name, lambda: ["meta"])
    return SimulatedGpu(has_float64=has_float64)


def noise_of(shape, n=8):
    return torch.zeros(n, *shape, device=META)


def on_gpu(experiment, members=1) -> LearnedDenoiser:
    """The experiment's network, not trained, on the simulated GPU."""
    shape = experiment.distribution.shape
    network = build_network(
        experiment.network,
        experiment.schedule,
        shape if experiment.pictures else shape[0],
        list(range(members)),
        device=META,
    )
    return LearnedDenoiser(network, experiment.schedule)


def short(experiment, **changes) -> SamplerSpec:
    return dataclasses.replace(experiment.sampler, steps=5, **changes)


# ---- that the simulation notices -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda x: x.double(), "float64"),
        (lambda x: x.new_zeros(3, dtype=torch.float64), "float64"),
        (lambda x: torch.zeros(8, dtype=torch.float64).to(META), "float64"),
        (lambda x: x + torch.zeros(8), "mixes"),
        (lambda x: x.take(torch.arange(3)), "mixes"),
        (lambda x: x[x > 0], "wait for a count"),
        (lambda x: x.nonzero(), "wait for a count"),
    ],
)
def test_the_simulated_gpu_refuses_what_a_gpu_refuses(fault, said):
    with SimulatedGpu(has_float64=False), pytest.raises(AssertionError, match=said):
        fault(torch.zeros(8, device=META))


def test_the_simulated_gpu_counts_waits_and_kernels_but_not_views():
    with SimulatedGpu(has_float64=False) as gpu:
        x = torch.zeros(8, device=META)
        assert bool((x + 1).view(2, 4).T.any())
        assert x.cpu().tolist() == [0] * 8
        float(x.sum())
    assert gpu.kernels == {"zeros": 1, "add": 1, "any": 1, "sum": 1}
    assert gpu.waits == ["_local_scalar_dense", "_to_copy", "_local_scalar_dense"]


# ---- distributions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_distribution_knows_its_noise_without_waiting(name, gpu):
    experiment = EXPERIMENTS[name]
    truth = TrueDenoiser(experiment.distribution, experiment.schedule)
    with gpu:
        assert truth.predict_noise(noise_of(truth.shape), 40).device == META
    assert not gpu.waits


@pytest.mark.parametrize("name", [n for n, e in EXPERIMENTS.items() if isinstance(e.distribution, Labelled)])
def test_every_labelled_distribution_pulls_without_waiting(name, gpu):
    known = EXPERIMENTS[name].distribution
    with gpu:
        assert known.label_gradient(noise_of(known.shape), 0.5).device == META
    assert not gpu.waits


@pytest.mark.parametrize("name", [n for n in EXPERIMENTS if not n.startswith(("hands", "digits"))])
def test_every_distribution_draws_and_measures_without_waiting(name, gpu):
    known = EXPERIMENTS[name].distribution  # EXEMPT: hands and digits
    with gpu:
        drawn = known.sample(8, MetaGenerator())
        assert known.distance_to_support(drawn).device == META
        assert known.is_hallucination(drawn).dtype == torch.bool
    assert not gpu.waits


@pytest.mark.parametrize("t", [0, 100, 999])  # clean, half-way, nothing but noise
@pytest.mark.parametrize("name", ["shapes-32", "shapes-64", "hands-48", "digits-28"])
def test_without_float64_the_noise_of_pictures_is_the_same_to_single_precision(name, t, monkeypatch):
    experiment, known = preset(name).experiment, picture_distribution(name)
    alpha_bar, n = experiment.schedule.alpha_bar(t), 6
    x = known.sample(n, seeded(0, "points"))
    x_t = alpha_bar**0.5 * x + (1 - alpha_bar) ** 0.5 * torch.randn(x.shape, generator=seeded(1, "noise"))
    exact = known.posterior_mean(x_t.double(), alpha_bar)
    monkeypatch.setattr(device_room, "WITHOUT_FLOAT64", {"cpu"})
    assert known.posterior_mean(x_t, alpha_bar) == pytest.approx(exact.float(), abs=2e-3)
    assert known.expected_noise(x_t, alpha_bar) == pytest.approx(
        ((x_t - alpha_bar**0.5 * exact) / (1 - alpha_bar) ** 0.5).float(), abs=2e-3 / (1 - alpha_bar) ** 0.5
    )


def test_without_float64_equal_shapes_stay_equally_likely_at_the_largest_gain(monkeypatch):
    """Of a picture half way between blank and a shape in two columns, either is as likely as the other."""
    known = SimpleShapes(32)
    x_t = torch.full((1, 1, 32, 32), -1.0)
    for left, template in zip((0, 20), (known.templates[0][40], known.templates[2][40]), strict=True):
        scale = 16 / template.sum()
        x_t[0, 0, :31, left : left + 10] += 0.9 * scale * template
    alpha_bar = 1 - 1e-6
    exact = known.posterior_mean(x_t.double(), alpha_bar)
    monkeypatch.setattr(device_room, "WITHOUT_FLOAT64", {"cpu"})
    assert known.posterior_mean(x_t, alpha_bar).isfinite().all()
    assert known.posterior_mean(x_t, alpha_bar).sign().equal(exact.float().sign())


# ---- networks and their training -----------------------------------------------------------------------


def _networks():
    """Every network that a preset, a recipe or a variant of a training names, with its experiment."""
    found = {}
    for experiment in EXPERIMENTS.values():
        variants = [experiment]
        if experiment.network.kind == "plain":
            variants += [variant.applied(experiment) for variant in TRAINING_VARIANTS.values()]
        if not experiment.pictures:
            for name in RECIPES:
                network, training = recipe(name, len(experiment.distribution.shape))
                variants.append(experiment.replace(network=network, training=training))
        for one in variants:
            found.setdefault((one.network, one.distribution.shape, one.training.steepness), one)
    return list(found.values())


NETWORKS = _networks()


def test_every_kind_of_network_is_among_them():
    assert {experiment.network.kind for experiment in NETWORKS} == set(get_args(NetworkKind))


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("number", range(len(NETWORKS)))
def test_every_network_is_trained_and_the_host_waits_once_a_block(number, members, apples_gpu):
    experiment = NETWORKS[number]
    if experiment.pictures and members > 1:
        with pytest.raises(ValueError, match="trains alone"):
            on_gpu(experiment, members)
        return
    network = on_gpu(experiment, members).network
    points = torch.zeros(40, *network.shape, device=META)
    spec = dataclasses.replace(experiment.training, steps=3, batch=8)
    generators = [MetaGenerator() for _ in range(members)]
    with apples_gpu:
        updates = list(train(network, points, experiment.schedule, spec, generators))
    assert updates[-1].weights.device == META
    assert [update.step for update in updates] == [3]
    # Points that are finite; the losses.
    assert apples_gpu.waits == ["_local_scalar_dense"] * members + ["_to_copy"]


# Of a reverse step and, with its share of the draws, of a training step, in float32: as counted today, with
# room for two more.
MOST_KERNELS = {
    # name: a reverse step, a training step
    "three-modes": (22, 53),
    "grid-25": (24, 61),
    "three-modes-paper": (49, 174),
    "shapes-32": (102, 326),
}


@pytest.mark.parametrize("name", MOST_KERNELS)
def test_a_step_starts_no_more_kernels_than_today(name, apples_gpu):
    experiment = EXPERIMENTS[name]
    denoiser, (most, most_training) = on_gpu(experiment), MOST_KERNELS[name]
    with apples_gpu:
        for _ in reverse_process(denoiser, noise_of(denoiser.shape), short(experiment), MetaGenerator()):
            pass
    assert most - 4 <= apples_gpu.launches / 5 <= most
    apples_gpu.kernels.clear()
    points, steps = torch.zeros(5_000, *denoiser.shape, device=META), 10
    spec = dataclasses.replace(experiment.training, steps=steps, batch=min(experiment.training.batch, 2_500))
    with apples_gpu:
        list(train(denoiser.network, points, experiment.schedule, spec, MetaGenerator()))
    assert most_training - 4 <= apples_gpu.launches / steps <= most_training


def test_every_kind_of_network_has_its_bound():
    assert {EXPERIMENTS[name].network.kind for name in MOST_KERNELS} == set(get_args(NetworkKind))


# ---- samplers, tables, trials --------------------------------------------------------------------------


@pytest.mark.parametrize("variance", ["beta", "posterior"])
@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("kind", OF_KIND)
def test_every_sampler_walks_without_waiting(kind, name, variance, apples_gpu):
    experiment = OF_KIND[kind]
    spec = dataclasses.replace(sampler(experiment, name), steps=5, variance=variance)
    with apples_gpu:
        drawn = finish(sample(on_gpu(experiment), 20, spec, MetaGenerator()))
    assert (drawn.device, drawn.shape[0]) == (META, 20)
    assert not apples_gpu.waits


@pytest.mark.parametrize("solver", get_args(Solver))
@pytest.mark.parametrize("kind", OF_KIND)
def test_every_solver_walks_without_waiting(kind, solver, apples_gpu):
    experiment = OF_KIND[kind]
    spec = SamplerSpec(0.0, steps=3, solver=solver, churn=2.0 if solver == "heun" else 0.0)
    with apples_gpu:
        drawn = finish(sample(on_gpu(experiment), 20, spec, MetaGenerator()))
    assert (drawn.device, drawn.shape[0]) == (META, 20)
    assert not apples_gpu.waits


@pytest.mark.parametrize("kind", ["line", "plane"])
def test_tables_are_made_and_read_without_waiting(kind, gpu):
    experiment = OF_KIND[kind]
    network = on_gpu(experiment)
    table = (
        TabulatedDenoiser(network, span=7.0)
        if kind == "line"
        else TabulatedPlaneDenoiser(network, reach=2.0, cells=32)
    )
    with gpu:
        finish(sample(table, 40, SamplerSpec(steps=4), MetaGenerator()))
        draw_with_variance(table, 40, SamplerSpec(steps=12), MetaGenerator(), (0, 9))
    assert not gpu.waits


@pytest.mark.parametrize("kind", [kind for kind in OF_KIND if kind not in ("hands", "digits")])  # EXEMPT
def test_a_trial_is_copied_once_a_chunk_however_many_its_steps(kind, gpu, monkeypatch):
    experiment = OF_KIND[kind]
    known, denoiser = experiment.distribution, on_gpu(experiment)
    waits = []
    for steps in (6, 12):
        spec = dataclasses.replace(experiment.sampler, steps=steps)
        with gpu:
            finish(run_trial(denoiser, known, 12, spec, MetaGenerator(), window_steps=5, chunk=6))
            waits.append(len(gpu.waits))
            gpu.waits.clear()
    assert waits == [2 * 3] * 2  # predictions, samples, distances of two chunks


@pytest.mark.parametrize("kind", OF_KIND)
def test_followed_samples_are_copied_once(kind, gpu):
    experiment = OF_KIND[kind]
    truth = TrueDenoiser(experiment.distribution, experiment.schedule)
    spec = dataclasses.replace(experiment.sampler, steps=8)
    runs = [SamplingRun(on_gpu(experiment), spec), SamplingRun(truth, spec)]
    with gpu:
        found = finish(follow(runs, [1, 4], 6, MetaGenerator(), chunk=3))
    assert found.x0_hat.shape == (2, 8, 2, *experiment.distribution.shape)
    assert len(gpu.waits) == 2


# ---- remedies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, remedy in REMEDIES.items() for kind in remedy.fits]
)
def test_every_remedy_treats_without_waiting(name, kind, gpu):
    experiment = OF_KIND[kind].replace(points=200)
    run = SamplingRun(on_gpu(experiment), short(experiment))
    treated = REMEDIES[name].applied(run, REMEDIES[name].dials(kind)[0], experiment)
    with gpu:
        for step in reverse_process(
            treated.denoiser, noise_of(run.denoiser.shape, 3), treated.spec, MetaGenerator()
        ):
            assert step.x0_hat.device == META
    assert not gpu.waits


# ---- detectors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
@pytest.mark.parametrize("kind", OF_KIND)
def test_every_detector_scores_and_its_scores_are_copied_once(detector, kind, gpu):
    experiment = OF_KIND[kind]
    denoiser, spec = on_gpu(experiment), short(experiment)
    n, shape = 10, experiment.distribution.shape
    variance = TrajectoryVariance()
    for step in reverse_process(
        TrueDenoiser(experiment.distribution, experiment.schedule),
        torch.zeros(n, *shape),
        short(experiment, eta=0.0),
    ):
        variance.add(step)
    windows = variance.windows()
    trial = Trial(np.zeros((n, *shape), np.float32), np.zeros(n, np.float32), windows)
    if detector.name == "variance":
        detector = dataclasses.replace(detector, window=(windows.steps[0], windows.steps[-1]))
    evidence = Evidence(trial, denoiser, spec, MetaGenerator, 10, (denoiser,))
    with gpu:
        scores = finish(detector.scores(evidence, MetaGenerator()))
    assert scores.shape == (n,)
    assert scores.dtype == np.float64
    assert len(gpu.waits) <= 1


# ---- chunks --------------------------------------------------------------------------------------------


def test_a_cpus_chunks_fit_its_cache_and_a_gpus_hold_all_that_a_page_draws():
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    assert chunk_size(cpu, (2,)) == CHUNK == 1_024
    assert chunk_size(cpu, (1,), tabulated=True) == TABLE_CHUNK == 16_384
    assert chunk_size(cpu, (1, 64, 64)) == PICTURE_CHUNK == 64
    for shape in ((1,), (2,)):
        assert chunk_size(cuda, shape) >= 100_000
    for side in (32, 48, 64):
        size = chunk_size(torch.device("mps"), (1, side, side))
        assert 2**19 < size * side**2 <= 2**20


def test_the_chunk_of_a_device_is_what_sampling_takes_unless_it_is_told(gpu):
    experiment = OF_KIND["plane"]
    denoiser = on_gpu(experiment)
    with gpu:
        finish(sample(denoiser, 20_000, SamplerSpec(steps=4), MetaGenerator()))
        whole = gpu.launches
        finish(sample(denoiser, 20_000, SamplerSpec(steps=4), MetaGenerator(), chunk=CHUNK))
    assert gpu.launches - whole > 15 * whole  # twenty chunks


def test_points_beyond_the_square_are_the_networks_own_on_every_device():
    experiment = OF_KIND["plane"]
    network = build_network(experiment.network, experiment.schedule, 2, [0])
    table = TabulatedPlaneDenoiser(LearnedDenoiser(network, experiment.schedule), reach=1.0, cells=64)
    t, n = 30, 800
    x = 0.3 * initial_noise(n, (2,), seeded(0, "points"))
    x[::50] *= 40
    there = table.predict_noise(x, t)
    outside = x.abs().amax(1) > table.span(t)
    assert 5 < int(outside.sum()) <= n // 8
    garbage = torch.where(outside[:, None], 9e9, there)
    torch.testing.assert_close(table._with_outside(garbage, x, t), there, rtol=1e-5, atol=1e-6)
    crowd = torch.full((n, 2), 50.0)
    lost = table._with_outside(torch.zeros(n, 2), crowd, t).isnan().all(1)
    assert int(lost.sum()) == n - n // 8  # rather nothing than a wrong number
