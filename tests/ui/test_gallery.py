"""Galleries of the Shapes page: each fits into a message, and the telling pictures come first."""

import numpy as np
import pytest
import torch

from explorer import checkpoints
from explorer.charts.message import LARGEST_MESSAGE, pack
from explorer.data.pictures import PICTURES, world
from explorer.detection.following import Followed
from explorer.learning import Snapshot
from explorer.measuring import Measurement
from explorer.presets import PICTURE_PRESETS, preset
from explorer.ui.gallery import (
    COLUMNS,
    FOLLOWED,
    ORDERS,
    SHOWN,
    frames_of_way,
    in_order,
    samples_film,
    way_film,
)
from explorer.ui.kinds import kinds_of


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_on_their_way_fit_into_a_message(name):
    side = world(name).shape[-1]
    frames = frames_of_way(side)
    assert frames >= 12
    noise = np.random.default_rng(0).normal(size=(2, frames, FOLLOWED, 1, side, side)).astype(np.float32)
    followed = Followed(np.arange(FOLLOWED), np.arange(frames)[::-1], noise, noise)
    experiment = preset("shapes-32").experiment.replace(pictures=name)
    assert len(pack(way_film(experiment, followed))) < LARGEST_MESSAGE


@pytest.mark.parametrize("name", PICTURE_PRESETS)
def test_up_to_a_row_of_each_kind_comes_first_and_the_rest_is_valid(name):
    run = checkpoints.shipped().load(name).result
    shown = kinds_of(run.experiment, in_order(run.experiment, run.final, ORDERS[0]))
    counts = list(run.final.measurement.kinds.values())
    for kind in range(1, len(counts)):
        assert (shown == kind).sum() == min(counts[kind], COLUMNS)
    assert (shown[shown.argmin() :] == 0).all()
    assert len(shown) == SHOWN
    drawn = in_order(run.experiment, run.final, ORDERS[1])
    assert np.array_equal(drawn, run.final.measurement.samples[:SHOWN])
    assert pack(samples_film(run.experiment, run.snapshots, ORDERS[0]))


def test_six_fingers_come_before_four():
    run = checkpoints.shipped().load("hands-48").result
    shown = kinds_of(run.experiment, in_order(run.experiment, run.final, ORDERS[0]))
    names = list(run.final.measurement.kinds)
    assert names[shown[0]] == "more"


def test_pictures_of_one_kind_alone_still_fill_the_gallery():
    experiment = preset("shapes-32").experiment
    black = torch.full((64, 1, 32, 32), -1.0).numpy()
    snapshot = Snapshot(1, 1.0, np.zeros(1), Measurement(None, black, None, 64, {"valid": 0, "empty": 64}))
    assert len(in_order(experiment, snapshot, ORDERS[0])) == SHOWN
