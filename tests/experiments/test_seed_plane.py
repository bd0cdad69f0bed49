"""Planes of seeds of pictures: what lies between three seeds, where each ends, and what ships of it."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.diffusion.sampling import reverse_process
from explorer.experiments import checkpoints
from explorer.experiments.seed_plane import between, plane_sampler, seed_plane
from explorer.experiments.shipped_seed_planes import ARRAYS, SEED_PLANES, WITH_PLANES, build_seed_plane
from explorer.page_figures.picture_kinds import kinds_of
from explorer.page_figures.seed_plane import describe_seed_plane, seed_plane_film
from explorer.storage.files import CheckpointError


@pytest.fixture(scope="module")
def run():
    return checkpoints.shipped().load("shapes-32").result


@pytest.fixture(scope="module")
def plane(run):
    return finish(seed_plane(run, side=2))


def corners(shape=(1, 32, 32)):
    return torch.randn(3, *shape, generator=seeded(5, "corners"))


def test_the_corners_are_the_seeds_and_rows_are_arcs_of_equal_steps():
    three = corners()
    plane = between(three, 5).reshape(5, 5, -1).double()
    for row, column, corner in ((0, 0, 0), (0, 4, 1), (4, 0, 2)):
        assert torch.allclose(plane[row, column], three[corner].flatten().double(), atol=1e-6)
    lengths = plane.norm(dim=2)
    assert float((lengths / math.sqrt(32 * 32) - 1).abs().max()) < 0.1  # as noise is long
    first = plane[0] / lengths[0][:, None]
    steps = torch.arccos((first[:-1] * first[1:]).sum(1))
    assert torch.allclose(steps, steps.mean().expand(4), atol=5e-3)  # lengths differ by some per cent


def test_the_fourth_corner_closes_the_parallelogram():
    three = corners()
    end = between(three, 3)[-1].flatten()
    wanted = (three[1] + three[2] - three[0]).flatten()
    assert float(torch.cosine_similarity(end, wanted, dim=0)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("side", [1, 65])
def test_a_side_out_of_bounds_is_a_sentence(side):
    with pytest.raises(ValueError, match=rf"The side {side} of a plane of seeds is outside \[2, 64\]"):
        between(corners(), side)


def test_points_have_no_such_plane():
    line = checkpoints.shipped().load("two-modes").result
    with pytest.raises(ValueError, match="this run is of points"):
        next(seed_plane(line))


def test_every_seed_is_carried_as_the_sampler_carries_it_alone(run, plane):
    noise = between(torch.randn(3, 1, 32, 32, generator=seeded(run.experiment.seed, "seed plane")), 2)
    for pictures, denoiser in ((plane.model, run.denoiser()), (plane.truth, run.truth())):
        *_, last = reverse_process(denoiser, noise[3:], plane_sampler(run.experiment))
        assert np.allclose(pictures[3:], last.x0_hat.clamp(-1, 1).numpy(), atol=1e-3)


def test_what_is_stored_is_what_was_made_to_a_level_of_grey(run, tmp_path):
    finish(build_seed_plane(run, tmp_path, side=2))
    found = SEED_PLANES.load(tmp_path, run.experiment, run.network_digest)
    made = finish(seed_plane(run, side=2))
    assert found.sampler == made.sampler
    for name in ("model", "truth"):
        assert np.abs(getattr(found, name) - getattr(made, name)).max() <= 1 / 255 + 1e-6
    with pytest.raises(CheckpointError, match="of another network"):
        SEED_PLANES.load(tmp_path, run.experiment, "0" * 16)
    (tmp_path / ARRAYS).write_bytes(b"nonsense")
    with pytest.raises(CheckpointError):
        SEED_PLANES.load(tmp_path, run.experiment, run.network_digest)


@pytest.mark.parametrize("name", WITH_PLANES)
def test_every_preset_of_pictures_that_has_one_ships_its_plane(name):
    result = checkpoints.shipped().load(name).result
    found = SEED_PLANES.shipped(result)
    assert len(found.model) == len(found.truth) == found.side**2
    film = seed_plane_film(result.experiment, found)
    assert len(film.panels) == 2
    wrong = int((kinds_of(result.experiment, found.model) != 0).sum())
    assert f"{wrong} end in a picture that cannot exist" in describe_seed_plane(result.experiment, found)
    assert describe_seed_plane(result.experiment, found) in film.alt
