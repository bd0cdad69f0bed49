"""A comparison over the dimension, run small: its rows, its folder, and that what was stopped goes on."""

import json
import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish, returning_last
from explorer.data.equal_tails import equal_tail_radius, honest_share, tail_share
from explorer.data.layouts import layout
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.dimension.evaluation import draw
from explorer.dimension.methods import CURES, METHODS, SAMPLERS, splitting_step
from explorer.dimension.plane import HONEST, LEVELS, Plane, kinds_of, scores_in_plane
from explorer.dimension.rows import Counted, DimensionRow
from explorer.dimension.run import compare_dimensions
from explorer.dimension.spec import SCHEDULE, DimensionSpec
from explorer.dimension.store import load_dimensions
from explorer.dimension.table import as_csv, bridge, series
from explorer.experiments.measurement import THRESHOLDS
from explorer.storage.files import CheckpointError

TINY = DimensionSpec(dimensions=(2, 3), seeds=2, n=500, points=200, steps=100, width=16, depth=1)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("dimension") / "tiny"
    last = finish(returning_last(compare_dimensions(TINY, folder=found)))
    assert last.done
    assert last.share == 1
    return found


def test_every_network_has_a_row_for_each_method_and_the_truth_for_each_sampler(folder):
    spec, parts = load_dimensions(folder)
    assert spec == TINY
    assert [part.dimensions for part in parts] == [2, 3]
    for part in parts:
        told = {(row.seed, row.who, row.method) for row in part.rows}
        wanted = {(seed, "network", name) for seed in (0, 1) for name in METHODS}
        assert told == wanted | {(seed, "truth", name) for seed in (0, 1) for name in SAMPLERS}
        for row in part.rows:
            assert row.counted.n == TINY.n
            assert (row.auroc is None) or row.method in SAMPLERS
            assert all(row.counted.bridge[k] <= row.counted.beyond[k] for k in THRESHOLDS)
            assert DimensionRow.from_json(json.loads(json.dumps(row.to_json()))) == row
        kinds = part.picture.kinds["ddim"]
        first = next(row for row in part.rows if (row.seed, row.who, row.method) == (0, "network", "ddim"))
        assert (kinds != HONEST).mean() == pytest.approx(first.counted.beyond[5])


def test_the_table_has_a_line_for_every_row(folder):
    _, parts = load_dimensions(folder)
    lines = as_csv(parts).splitlines()
    assert len(lines) == 1 + 2 * 2 * (len(METHODS) + len(SAMPLERS))
    assert lines[0].startswith("dimensions,seed,who,method,n,")
    places = series(parts, "network", CURES[0], bridge(5))
    assert [(place.dimensions, len(place.over.values)) for place in places] == [(2, 2), (3, 2)]


def test_what_was_stopped_goes_on_after_its_last_dimension_with_the_same_numbers(folder, tmp_path):
    stopped = tmp_path / "stopped"
    for update in compare_dimensions(TINY, folder=stopped):
        if len(update.parts) == 1:
            break
    updates = list(compare_dimensions(TINY, folder=stopped))
    assert updates[0].share > 0.3
    assert updates[-1].done
    one, other = (load_dimensions(place)[1] for place in (folder, stopped))
    for a, b in zip(one, other, strict=True):
        assert a.rows == b.rows
        assert np.array_equal(a.picture.model, b.picture.model)


def test_a_folder_of_another_comparison_and_a_damaged_file_are_refused(folder, tmp_path):
    with pytest.raises(CheckpointError, match="of another specification"):
        next(compare_dimensions(DimensionSpec(), folder=folder))
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in folder.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    plane = damaged / "plane-02.npz"
    plane.write_bytes(plane.read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match=r"plane-02.npz"):
        load_dimensions(damaged)
    rows = damaged / "rows-03.json"
    rows.write_text(rows.read_text().replace('"seed": 1', '"seed": 0'))
    plane.write_bytes((folder / "plane-02.npz").read_bytes())
    with pytest.raises(CheckpointError, match=r"rows-03.json .* was changed"):
        load_dimensions(damaged)


@pytest.mark.parametrize("dimensions", [2, 16])
def test_fresh_samples_are_counted_as_the_closed_forms_say(dimensions):
    mixture = layout("plane", dimensions)
    x = mixture.sample(50_000, torch.Generator().manual_seed(1))
    counted = Counted.of(x, mixture)
    for share, expected in (
        (counted.beyond[4], honest_share(4)),
        (counted.plain[4], tail_share(dimensions, 4)),
    ):
        assert share == pytest.approx(expected, abs=5 * math.sqrt(expected / len(x)) + 1e-9)
    assert counted.bridge[4] <= 2 * honest_share(4)
    assert counted.width == pytest.approx(1, abs=0.02)
    assert counted.off < 0.01


def test_modes_that_are_too_wide_are_tails_and_no_bridges():
    dimensions, factor = 64, 1.5
    mixture = layout("plane", dimensions)
    means = torch.tensor(mixture.means)
    noise = torch.randn(4_000, dimensions, generator=torch.Generator().manual_seed(2))
    x = means[torch.arange(4_000) % 4] + factor * 0.02 * noise
    counted = Counted.of(x, mixture)
    assert counted.width == pytest.approx(factor, abs=0.02)
    expected = tail_share(dimensions, equal_tail_radius(dimensions, 5) / factor)
    assert counted.beyond[5] == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 4_000))
    assert counted.bridge[5] < 0.01
    assert (kinds_of(mixture, x, 5) == 0).mean() == pytest.approx(1 - counted.beyond[5])


def test_the_true_score_ends_in_the_modes_in_64_dimensions():
    mixture = layout("plane", 64)
    run = METHODS["ddpm"].run(TrueDenoiser(mixture, SCHEDULE), mixture)
    samples, hal = finish(draw(run, 500, mixture, 0, CPU, judged=True))
    counted = Counted.of(samples, mixture)
    assert counted.beyond[5] == 0
    assert counted.plain[5] > 0.99  # and yet plain 5 sigma calls nearly all of them hallucinated
    assert counted.width == pytest.approx(1, abs=0.1)
    assert hal.shape == (500,)


def test_modes_part_at_the_same_step_in_every_dimension():
    steps = {splitting_step(layout("plane", d), SCHEDULE) for d in (2, 8, 64)}
    assert len(steps) == 1
    (t,) = steps
    sigma = [float((-SCHEDULE.log_snr[at] / 2).exp()) for at in (t, t + 1)]
    assert sigma[0] ** 2 + 0.02**2 <= 0.25 < sigma[1] ** 2 + 0.02**2  # gap = 2 sqrt(s^2 + sigma^2)


@pytest.mark.parametrize("dimensions", [2, 16])
def test_the_true_score_in_the_plane_is_that_of_the_projected_modes(dimensions):
    mixture = layout("plane", dimensions)
    plane = Plane.through(mixture)
    found = scores_in_plane(TrueDenoiser(mixture, SCHEDULE), mixture, plane)
    assert found.shape == (len(LEVELS), len(plane.lattice()), 2)
    feet, sigma = torch.from_numpy(plane.lattice()), LEVELS[-1]
    away = feet[:, None] - torch.from_numpy(plane.means)
    variance = 0.02**2 + sigma**2
    weights = torch.softmax(-away.square().sum(-1) / (2 * variance), 1)
    expected = -(weights[..., None] * away).sum(1) / variance
    assert np.median(np.abs(found[-1] - expected.numpy()) / (np.abs(expected.numpy()) + 1)) < 0.03
