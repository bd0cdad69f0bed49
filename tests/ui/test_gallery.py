"""Galleries of the Shapes page: each fits into a message, and the telling pictures come first."""

import numpy as np
import pytest
import torch

from explorer.data.digits.handwritten import digit_parts
from explorer.data.pictures import PICTURES, picture_distribution
from explorer.detection.paired_trajectories import Strips
from explorer.experiments import checkpoints
from explorer.experiments.measurement import STRIP_FRAMES, STRIP_PIXELS, STRIPS, Measurement
from explorer.experiments.presets import PICTURE_PRESETS, preset
from explorer.experiments.run import Snapshot
from explorer.figures.film.message import LARGEST_MESSAGE, pack
from explorer.page_figures.picture_kinds import digits_of, kind_readings, kinds_of, picture_names
from explorer.page_figures.shapes import (
    COLUMNS,
    ORDERS,
    SHOWN,
    decided_film,
    main_figure,
    most_apart,
    ordered_samples,
    picked_film,
    posterior_film,
    samples_film,
    way_film,
    wrong_first,
)
from explorer.page_figures.shapes_findings import decided, describe_decision, describe_picture
from explorer.page_figures.views.shapes import orders


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_on_their_way_fit_into_a_message(name):
    side = picture_distribution(name).shape[-1]
    frames = min(STRIP_FRAMES, STRIP_PIXELS // (STRIPS * side**2))
    assert frames >= 12
    noise = np.random.default_rng(0).uniform(-1, 1, (2, frames, STRIPS, 1, side, side)).astype(np.float32)
    strips = Strips(np.arange(STRIPS), np.arange(frames)[::-1], noise)
    experiment = preset(name).experiment
    assert len(pack(way_film(experiment, strips))) < LARGEST_MESSAGE


@pytest.mark.parametrize("name", PICTURE_PRESETS)
def test_up_to_a_row_of_each_kind_comes_first_and_the_rest_is_valid(name):
    run = checkpoints.shipped().load(name).result
    shown = kinds_of(run.experiment, ordered_samples(run.experiment, run.final, ORDERS[0]))
    counts = list(run.final.measurement.kinds.values())
    for kind in range(1, len(counts)):
        assert (shown == kind).sum() == min(counts[kind], COLUMNS)
    assert (shown[shown.argmin() :] == 0).all()
    assert len(shown) == SHOWN
    drawn = ordered_samples(run.experiment, run.final, ORDERS[1])
    assert np.array_equal(drawn, run.final.measurement.samples[:SHOWN])
    assert pack(samples_film(run.experiment, run.snapshots, ORDERS[0]))


def test_digits_come_after_those_that_are_none_as_many_of_each():
    run = checkpoints.shipped().load("digits-28").result
    experiment = run.experiment
    shown = digits_of(experiment, ordered_samples(experiment, run.final, ORDERS[0]))
    first = int((shown < 0).sum())
    assert first == min(COLUMNS, run.final.measurement.kinds["not a digit"])
    counts = np.bincount(shown[first:], minlength=10)
    assert counts.max() - counts.min() <= 1
    assert (np.diff(shown[first:]) >= 0).all()
    sevens = ordered_samples(experiment, run.final, "7")
    there = np.isfinite(sevens[:, 0, 0, 0])
    assert there.any()
    assert set(digits_of(experiment, sevens[there])) == {7}
    assert "7" in orders(experiment)
    assert "7" not in orders(preset("hands-48").experiment)


def test_a_picked_digit_stands_beside_the_nearest_of_the_data():
    run = checkpoints.shipped().load("digits-28").result
    picture = ordered_samples(run.experiment, run.final, ORDERS[0])[0]
    film = picked_film(run.experiment, picture)
    nearest = film.panels[1].layers[0].values
    learned = digit_parts().learned[0][:, 0].numpy()
    away = np.abs(learned - picture).reshape(len(learned), -1)
    upright = np.asarray(nearest).reshape(28, 28)[::-1]  # the figure's y axis points upwards
    assert np.abs(upright - learned[(away**2).sum(1).argmin()]).max() < 0.01
    assert "most like a" in describe_picture(run.experiment, picture)


def test_six_fingers_come_before_four():
    run = checkpoints.shipped().load("hands-48").result
    shown = kinds_of(run.experiment, ordered_samples(run.experiment, run.final, ORDERS[0]))
    names = list(run.final.measurement.kinds)
    assert names[shown[0]] == "more"


def test_pictures_of_one_kind_alone_still_fill_the_gallery():
    experiment = preset("shapes-32").experiment
    black = torch.full((64, 1, 32, 32), -1.0).numpy()
    snapshot = Snapshot(1, 1.0, np.zeros(1), Measurement(None, black, None, 64, {"valid": 0, "empty": 64}))
    assert len(ordered_samples(experiment, snapshot, ORDERS[0])) == SHOWN


def test_one_kind_alone_is_shown_and_empty_tiles_hold_nothing():
    run = checkpoints.shipped().load("shapes-32").result
    count = run.final.measurement.kinds["duplicate"]
    shown = ordered_samples(run.experiment, run.final, "duplicate")
    there = np.isfinite(shown[:, 0, 0, 0])
    assert there.sum() == min(count, SHOWN)
    assert (kinds_of(run.experiment, shown[there]) == 1).all()
    film = samples_film(run.experiment, run.snapshots, "duplicate")
    frames = film.panels[0].layers[1].y[-1, 0].reshape(SHOWN, 6)
    assert np.isfinite(frames[:, 0]).sum() == min(count, SHOWN)  # all framed, and no empty tile
    assert pack(film)


def test_the_share_of_each_kind_is_told_with_its_interval():
    few = Measurement(None, None, None, 64, {"valid": 60, "empty": 4})
    many = Measurement(None, None, None, 1000, {"valid": 990, "empty": 10})
    valid, empty = kind_readings([few, many])
    assert (valid.name, empty.name) == ("valid", "empty")
    assert (valid.texts[1], empty.texts[1]) == ("99.0 %", "1.00 %")
    assert empty.notes[1] == "[0.544, 1.83]"  # per cent, Wilson


@pytest.mark.parametrize("name", PICTURE_PRESETS)
def test_the_way_of_hallucinated_pictures_comes_first_and_ends_as_they_are(name):
    run = checkpoints.shipped().load(name).result
    measured, strips = run.final.measurement, run.final.measurement.strips
    kinds = kinds_of(run.experiment, measured.samples[strips.rows])
    assert (kinds_of(run.experiment, strips.samples[0]) == kinds).all()
    order = wrong_first(run.experiment, strips)
    assert len(order) == 24
    assert (np.diff(kinds[order] == 0) >= 0).all()
    assert (kinds > 0).sum() == min(12, measured.n - next(iter(measured.kinds.values())))
    if name.startswith("shapes"):
        # With the same noise the truth draws valid pictures only.
        assert (kinds_of(run.experiment, strips.samples[1]) == 0).all()


def test_a_picture_is_decided_at_the_frame_from_which_it_stays_what_it_is():
    run = checkpoints.shipped().load("hands-48").result
    strips = run.final.measurement.strips
    place = int(wrong_first(run.experiment, strips)[0])
    frame, said = decided(run.experiment, strips, place)
    assert said == picture_names(run.experiment, strips.x0_hat[0, :, place])
    assert set(said[frame:]) == {said[-1]}
    assert said[frame - 1] != said[-1]
    assert f"decided by t = {strips.steps[frame]} " in describe_decision(run.experiment, strips, place)
    film = decided_film(run.experiment, strips, place)
    assert film.captions[frame] == f"t = {strips.steps[frame]} · {said[-1]}"
    always = Strips(strips.rows, strips.steps[-2:], strips.x0_hat[:, [-1, -1]])
    assert "from the first step on" in describe_decision(run.experiment, always, place)


def test_the_mean_opens_where_network_and_truth_differ_most():
    run = checkpoints.shipped().load("shapes-32").result
    film = posterior_film(run, 0)
    frame = most_apart(film)
    values = film.panels[-1].layers[0].values
    apart = [float(np.abs(one).sum()) for one in values]
    assert apart[frame] == max(apart)
    assert np.abs(values[frame]).max() > 0.3  # which can be seen on a scale to 2


def test_the_main_figure_is_the_page_as_it_opens():
    run = checkpoints.shipped().load("shapes-32").result
    found = main_figure(run)
    assert found.frame == len(run.snapshots) - 1
    assert pack(found.film) == pack(samples_film(run.experiment, run.snapshots, "hallucinated first"))
    with pytest.raises(ValueError, match="Points are no pictures"):
        main_figure(checkpoints.shipped().load("three-modes").result)
