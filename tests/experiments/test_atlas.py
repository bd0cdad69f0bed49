"""Atlases of runs, and those that ship: what is stored says what was computed, for its run alone."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.detection.basins import Square
from explorer.detection.fate import fates
from explorer.experiments import checkpoints
from explorer.experiments.atlas import (
    LineAtlas,
    atlas_sampler,
    line_atlas,
    modes_through_time,
    plane_atlas,
    training_basins,
)
from explorer.experiments.atlas_seeds import ways_of_seeds
from explorer.experiments.checkpoints import CheckpointStore
from explorer.experiments.shipped_atlases import (
    ARRAYS,
    ATLASES,
    TABLE,
    ShippedPlane,
    build_atlas,
    shipped_atlas,
)
from explorer.storage.files import CheckpointError

STEPS = 5


def shortened(name):
    """A shipped run with the last two snapshots of its training."""
    result = checkpoints.shipped().load(name).result
    return dataclasses.replace(result, snapshots=result.snapshots[-2:])


@pytest.fixture(scope="module")
def ring():
    return shortened("ring-8")


@pytest.fixture(scope="module")
def line():
    return shortened("two-modes")


@pytest.fixture(scope="module")
def plane(ring):
    return finish(plane_atlas(ring, atlas_sampler(ring.experiment, STEPS), size=64, uncut=2e-5))


def test_the_sampler_of_an_atlas_adds_no_noise_and_takes_no_more_steps_than_there_are(ring):
    spec = atlas_sampler(ring.experiment)
    assert (spec.eta, spec.steps) == (0, 80)
    few = ring.experiment.replace(**{"schedule.steps": 40, "schedule.beta_last": 0.5})
    assert len(atlas_sampler(few).timesteps(few.schedule)) <= 40


def test_the_misassigned_share_is_that_of_samples(ring, plane):
    spec, mixture = atlas_sampler(ring.experiment, STEPS), ring.experiment.mixture
    x_T = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(1))
    x_T = x_T[x_T.abs().amax(1) < plane.model.square.half]
    network, truth = (finish(fates(one, mixture, x_T, spec)) for one in (ring.denoiser(), ring.truth()))
    due = (network.mode != truth.mode).mean()
    assert plane.misassigned == pytest.approx(due, abs=4 * np.sqrt(due / len(x_T)))
    black = network.hallucinated(5).mean()
    assert plane.model.hallucinated_share == pytest.approx(black, abs=4 * np.sqrt(black / len(x_T)) + 1e-3)


def test_the_last_frame_of_the_training_is_the_network(ring):
    spec = atlas_sampler(ring.experiment, STEPS)
    first, last = finish(training_basins(ring, spec, size=64, uncut=None))
    atlas = finish(plane_atlas(ring, spec, size=64, uncut=None))
    assert np.array_equal(last.mode, atlas.model.mode)
    assert not np.array_equal(first.mode, last.mode)


def test_the_modes_on_the_way_end_where_the_seeds_end(ring):
    spec = atlas_sampler(ring.experiment, STEPS)
    way = finish(modes_through_time(ring, spec, size=32))
    assert way.steps[-1] == 0
    assert way.modes.shape == (STEPS, 32, 32)
    ends = finish(fates(ring.denoiser(), ring.experiment.mixture, Square().middles(32), spec))
    assert np.array_equal(way.modes[-1].ravel(), ends.mode)
    assert not np.array_equal(way.modes[0], way.modes[-1])


def test_a_run_of_numbers_has_stripes_at_every_snapshot(line):
    atlas = finish(line_atlas(line, atlas_sampler(line.experiment, STEPS), quantiles=501))
    assert atlas.steps == tuple(one.step for one in line.snapshots)
    assert len(atlas.model) == 2
    assert atlas.truth.hallucinated_share < atlas.model[-1].hallucinated_share


def test_an_atlas_needs_known_modes_in_as_many_dimensions(ring, line):
    spec = atlas_sampler(ring.experiment, STEPS)
    with pytest.raises(ValueError, match="mixture in 2-D"):
        finish(plane_atlas(line, spec))
    with pytest.raises(ValueError, match="mixture in 1-D"):
        finish(line_atlas(ring, spec))


# ---- ways of seeds -----------------------------------------------------------------------------------------


def test_along_a_line_across_a_border_the_end_runs_from_one_mode_to_the_next(line):
    spec = atlas_sampler(line.experiment, STEPS)
    ways = finish(ways_of_seeds(line, np.linspace([-2.0], [2.0], 101).tolist(), spec))
    assert ways.x_t.shape == ways.x0_hat.shape == (2, STEPS, 101, 1)
    assert ways.x_t[0, 0, :, 0] == pytest.approx(np.linspace(-2, 2, 101), abs=1e-6)
    by_network, by_truth = ways.ends[..., 0]
    assert (by_network[0], by_network[-1]) == pytest.approx((-0.5, 0.5), abs=0.2)
    assert (np.diff(by_truth) >= 0).all()
    mixture = line.experiment.mixture
    ends = finish(fates(line.denoiser(), mixture, torch.linspace(-2, 2, 101)[:, None], spec))
    assert np.array_equal(mixture.nearest_mode(torch.from_numpy(ways.ends[0])).numpy(), ends.mode)


def test_no_seeds_and_too_many_are_refused(line):
    spec = atlas_sampler(line.experiment, STEPS)
    for seeds in ([], [[0.0]] * 1_002):
        with pytest.raises(ValueError, match="Between 1 and 1,001"):
            finish(ways_of_seeds(line, seeds, spec))


# ---- shipped -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(ring, line, tmp_path_factory):
    """Both runs stored with their atlases."""
    store = CheckpointStore(tmp_path_factory.mktemp("shipped"))
    for name, run in (("ring-8", ring), ("two-modes", line)):
        shares = list(build_atlas(run, store.save(run, name), size=128, steps=STEPS))
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)
    return store.root


def test_a_stored_atlas_of_the_plane_says_what_was_computed(ring, folders):
    found = ATLASES.load(folders / "ring-8", ring.experiment, ring.network_digest)
    assert isinstance(found, ShippedPlane)
    due = finish(plane_atlas(ring, atlas_sampler(ring.experiment, STEPS), size=128))
    for kept, made in ((found.atlas.model, due.model), (found.atlas.truth, due.truth)):
        assert np.array_equal(kept.mode, made.mode)
        assert np.array_equal(kept.hallucinated, made.hallucinated)
        assert kept.hallucinated_share == made.hallucinated_share
        assert (kept.k, kept.square, kept.error, kept.carried) == (5, made.square, made.error, made.carried)
        near = made.distance < 25
        assert kept.distance[near] == pytest.approx(made.distance[near], abs=0.0501)
    assert found.atlas.misassigned == due.misassigned
    assert found.steps == tuple(one.step for one in ring.snapshots)
    assert len(found.trained) == 2
    assert found.way.steps[-1] == 0
    assert sum((folders / "ring-8" / file).stat().st_size for file in (TABLE, ARRAYS)) < 300_000


def test_a_stored_atlas_of_the_line_says_what_was_computed(line, folders):
    found = ATLASES.load(folders / "two-modes", line.experiment, line.network_digest)
    assert isinstance(found, LineAtlas)
    due = finish(line_atlas(line, atlas_sampler(line.experiment, STEPS)))
    for kept, made in zip((*found.model, found.truth), (*due.model, due.truth), strict=True):
        for name in ("borders", "mode", "hallucinated", "mass"):
            assert np.array_equal(getattr(kept, name), getattr(made, name))
        assert kept.error == made.error


def test_an_atlas_is_found_for_its_sampler_and_k_alone(ring, folders, monkeypatch):
    monkeypatch.setattr(checkpoints, "shipped_folder", lambda experiment: folders / "ring-8")
    spec = atlas_sampler(ring.experiment, STEPS)
    assert shipped_atlas(ring, spec, 5) is not None
    assert shipped_atlas(ring, spec, 4) is None
    assert shipped_atlas(ring, atlas_sampler(ring.experiment, STEPS + 1), 5) is None
    monkeypatch.setattr(checkpoints, "shipped_folder", lambda experiment: None)
    assert shipped_atlas(ring, spec, 5) is None


def test_an_atlas_of_another_network_or_experiment_or_damaged_is_refused(ring, line, folders, tmp_path):
    with pytest.raises(CheckpointError, match="another network"):
        ATLASES.load(folders / "ring-8", ring.experiment, "0" * 16)
    with pytest.raises(CheckpointError, match="another experiment"):
        ATLASES.load(folders / "ring-8", line.experiment, ring.network_digest)
    with pytest.raises(CheckpointError, match="no atlas"):
        ATLASES.load(tmp_path, ring.experiment, ring.network_digest)
    for name in (TABLE, ARRAYS):
        blob = (folders / "ring-8" / name).read_bytes()
        (tmp_path / name).write_bytes(blob)
    (tmp_path / ARRAYS).write_bytes(blob[:-1] + bytes([blob[-1] ^ 1]))
    with pytest.raises(CheckpointError, match="was changed"):
        ATLASES.load(tmp_path, ring.experiment, ring.network_digest)
    edited = json.loads((tmp_path / TABLE).read_text()) | {"k": 4.0}
    (tmp_path / TABLE).write_text(json.dumps(edited))
    with pytest.raises(CheckpointError, match="was changed"):
        ATLASES.load(tmp_path, ring.experiment, ring.network_digest)
