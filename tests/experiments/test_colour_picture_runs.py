"""A user's own pictures in colour are learned from, stored, drawn and labelled as grey ones are."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from explorer.data.own.picture_folder import SIZE_RANGE
from explorer.data.own.world_file import full_name
from explorer.detection.paired_trajectories import Strips
from explorer.diffusion.networks import build_network
from explorer.experiments.checkpoints import CheckpointStore
from explorer.experiments.measurement import STRIP_FRAMES, STRIP_PIXELS, STRIPS, followed_count
from explorer.experiments.presets import PICTURE_PRESETS, preset
from explorer.experiments.training_cost import IN_COLOUR, shipped_seconds
from explorer.figures.film.galleries import GAP
from explorer.figures.film.message import LARGEST_MESSAGE, pack
from explorer.page_figures import own_findings
from explorer.page_figures import own_pictures as figures
from explorer.page_figures.labelled_pictures import RunPictures
from explorer.page_figures.shapes import data_film, posterior_film
from explorer.storage.files import CheckpointError
from explorer.storage.pictures import pictures_of, sheet
from tests.data.test_own_world import kept, world
from tests.experiments.test_own_picture_runs import learned_cats


@pytest.fixture
def run():
    return learned_cats(colour=True)


def test_a_run_is_stored_and_found_again_with_its_colours(run, tmp_path):
    measured = run.final.measurement
    assert run.denoiser().shape == (3, 8, 8)
    assert measured.samples.shape == (70, 3, 8, 8)
    assert measured.strips.x0_hat.shape[3:] == (3, 8, 8)
    assert np.allclose(
        measured.trial.distance,
        own_findings.world_of(run.experiment).nearest(torch.from_numpy(measured.samples))[1],
    )
    store = CheckpointStore(tmp_path)
    store.save(run, "mine")
    again = store.load("mine").result
    assert again.experiment == run.experiment
    found = again.final.measurement
    assert np.abs(found.samples - measured.samples.clip(-1, 1)).max() < 1 / 127
    assert np.abs(found.strips.x0_hat - measured.strips.x0_hat).max() < 1 / 127
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    ours, theirs = (one.denoiser().predict_noise(x, 40) for one in (run, again))
    assert torch.allclose(ours, theirs, atol=1e-4)  # weights are stored in half precision


def test_a_sheet_holds_every_level_of_every_colour():
    one = world(colour=True)
    name = full_name(one)
    kept(one)
    stored = sheet(one.members.numpy())
    with Image.open(io.BytesIO(stored.tobytes())) as opened:
        assert (opened.mode, opened.size) == ("RGB", (8, 160))
        assert np.array_equal(np.asarray(opened).reshape(20, 8, 8, 3), one.pixels)
    assert np.allclose(pictures_of(stored, name), one.members.numpy(), atol=1e-6)
    grey = sheet(one.members[:, :1].numpy())
    with pytest.raises(ValueError, match="not 8 wide and in colour"):
        pictures_of(grey, name)
    kept(world())
    with pytest.raises(ValueError, match="not 8 wide and grey"):
        pictures_of(stored, full_name(world()))


def test_samples_of_another_depth_are_refused(run, tmp_path, monkeypatch):
    store = CheckpointStore(tmp_path)
    monkeypatch.setattr(
        "explorer.experiments.checkpoints.sheet", lambda pictures: sheet(pictures[..., :1, :, :])
    )
    store.save(run, "mine")
    with pytest.raises(CheckpointError, match="mine cannot be read"):
        store.load("mine")


def test_every_film_shows_the_colours(run):
    strips = run.final.measurement.strips
    films = [
        data_film(run.experiment),
        *(figures.samples_film(run.experiment, run.snapshots, order) for order in own_findings.ORDERS),
        figures.way_film(run.experiment, strips),
        figures.followed_film(run.experiment, strips, 3),
        posterior_film(run, 0),
    ]
    for film in films:
        assert film.panels[0].layers[0].values.shape[-1] == 3
        assert film.panels[0].layers[0].colormap == "photo"
        assert len(pack(film)) < LARGEST_MESSAGE
    assert films[-2].panels[-1].layers[0].values.ndim == 3  # a variance, the mean of the three
    late = np.clip(strips.x0_hat[0][-len(strips.steps) // 2 :, 3], -1, 1).var(0).mean(0)
    assert np.allclose(films[-2].panels[-1].layers[0].values[0, ::-1], late)


def test_a_stored_pixel_is_drawn_in_the_colour_of_the_source(run):
    one = world(colour=True)
    film = figures.picked_film(run.experiment, one.members[4].numpy())
    sample, nearest, apart = (panel.layers[0].values[0] for panel in film.panels)
    for values in (sample, nearest):
        assert np.array_equal(np.rint((values[::-1] + 1) * 127.5), one.pixels[4])
    assert (apart == 0).all()
    assert film.panels[2].title == "|difference|"
    assert film.panels[2].layers[0].colormap == "sequential"


def test_people_label_them_in_colour(run):
    samples = run.final.measurement.samples
    levels = RunPictures(run).levels(np.array([5, 9]))
    assert levels.shape == (2, 8, 8, 3)
    shown = np.rint((np.clip(samples[9, :, 2, 3], -1, 1) + 1) * 127.5)
    assert levels[1, 2, 3].tolist() == shown.tolist()


# ---- what it takes -----------------------------------------------------------------------------------------


def test_a_step_in_colour_takes_as_much_more_as_its_multiplications():
    usual, work = PICTURE_PRESETS["shapes-32"].experiment, []
    for channels in (1, 3):
        network = build_network(usual.network, usual.schedule, (channels, 16, 16), [0])
        with FlopCounterMode(display=False) as counted:
            network(torch.zeros(1, 2, channels, 16, 16), 5)
        work.append(counted.get_total_flops())
    assert work[1] / work[0] == pytest.approx(IN_COLOUR, abs=0.002)
    kept(world("grey"))
    kept(world("bright", colour=True))
    grey, bright = (shipped_seconds(preset(name).experiment) for name in ("own-grey", "own-bright"))
    assert 1 < bright / grey < IN_COLOUR


def test_ways_of_any_size_have_enough_steps_and_fit_into_a_message():
    for channels in (1, 3):
        for side in range(SIZE_RANGE[0], SIZE_RANGE[1] + 1, 2):
            count = followed_count(channels * side**2)
            steps = min(STRIP_FRAMES, STRIP_PIXELS // (count * channels * side**2))
            assert steps >= 10
            assert 2 * steps * count * channels * (side + 2 * GAP) ** 2 < LARGEST_MESSAGE - 80_000
            assert count == STRIPS or (channels == 3 and side > 44)


def test_the_largest_way_fits_into_a_message():
    kept(world(side=26, colour=True))  # 30 steps of 24 pictures: the most that are kept of any size
    noise = np.random.default_rng(0).uniform(-1, 1, (2, 30, 24, 3, 26, 26)).astype(np.float32)
    strips = Strips(np.arange(24), np.arange(30)[::-1], noise)
    assert len(pack(figures.way_film(preset("own-cats").experiment, strips))) < LARGEST_MESSAGE


def test_large_pictures_in_colour_are_shown_in_smaller_numbers():
    for side, colour, count in ((64, True, 30), (64, False, 60), (32, True, 60)):
        kept(world(side=side, colour=colour))
        assert figures.gallery_count(preset("own-cats").experiment) == count
