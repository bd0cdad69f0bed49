"""A user's own pictures are learned from, sampled, stored and labelled as others are, and never judged."""

import dataclasses
import functools
import json

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.data.own.world_file import full_name, own_pictures, world_path
from explorer.experiments import measurement
from explorer.experiments.checkpoints import CheckpointStore, own
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.labels import IMPOSSIBLE, POSSIBLE, Hand, Labels, Mark, labelling_of
from explorer.experiments.presets import PRESETS, own_presets, preset
from explorer.experiments.run import learn, training_points
from explorer.experiments.settings import nearest_preset
from explorer.experiments.training_cost import shipped_seconds
from explorer.experiments.trials import trial
from explorer.figures.film.message import pack
from explorer.page_figures import own_findings
from explorer.page_figures import own_pictures as figures
from explorer.page_figures.label_findings import JudgedLabels, labels_table, roc_chart
from explorer.page_figures.labelled_pictures import RunPictures
from explorer.page_figures.shapes import posterior_film
from explorer.remedies.catalogue import data_kind
from tests.data.test_own_world import kept, world

TINY = {"training.steps": 3, "training.batch": 4, "network.width": 8, "sampler.steps": 4}


def learned_cats(**pictures):
    """A run of a few steps on twenty pictures of 8 pixels, which are kept under that name."""
    kept(world(**pictures))
    return _learned_cats(**pictures)


@functools.cache
def _learned_cats(**pictures):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measurement, "REPORTED_PICTURES", 70)
        *_, last = learn(preset("own-cats").experiment.replace(**TINY))
    return last.result


@pytest.fixture
def run():
    return learned_cats()


def test_a_preset_is_made_of_the_pictures():
    kept(world())
    experiment = preset("own-cats").experiment
    assert experiment.pictures == full_name(world())
    assert experiment.points == 20  # all of them
    assert own_presets()["own-cats"].experiment == experiment
    assert nearest_preset(experiment).name == "own-cats"
    assert experiment.distribution is None
    data = training_points(experiment)
    assert np.array_equal(np.sort(data[:20].flatten(1), 0), np.sort(world().members.flatten(1), 0))
    assert Experiment.from_json(json.loads(json.dumps(experiment.to_json()))) == experiment
    base = PRESETS["three-modes"].experiment
    assert base.with_differences(experiment.differences(base)) == experiment
    assert 0 < shipped_seconds(experiment) < shipped_seconds(preset("shapes-32").experiment)


def test_other_pixels_under_the_same_name_are_another_experiment():
    kept(world())
    before = preset("own-cats").experiment
    kept(world(seed=1))
    after = preset("own-cats").experiment
    assert before.digest != after.digest
    with pytest.raises(ValueError, match="others than those that are named"):
        Experiment.from_json(before.to_json())
    world_path("cats").unlink()
    with pytest.raises(ValueError, match="no pictures own-cats on this machine"):
        preset("own-cats")


def test_a_run_counts_nothing_that_needs_a_judge(run):
    measured = run.final.measurement
    assert measured.kinds is None
    assert measured.beyond is None
    assert measured.rate(5) is None
    assert measured.n == len(measured.samples) == 70
    assert hallucinated_shares(measured, run.experiment.pictures) == ()
    assert run.truth() is None
    for snapshot in run.snapshots:
        assert snapshot.measurement.kinds is None
    away = own_pictures(run.experiment.pictures).nearest(torch.from_numpy(measured.samples))[1]
    assert np.allclose(measured.trial.distance, away)


@pytest.mark.parametrize(
    "ask",
    [
        lambda run: finish(trial(run, 8, run.experiment.sampler)),
        lambda run: data_kind(run.experiment),
    ],
    ids=["trial", "remedies"],
)
def test_what_needs_a_rule_says_so(run, ask):
    with pytest.raises(ValueError, match="No rule says which of your own pictures are possible, so no"):
        ask(run)


def test_a_run_is_stored_and_found_again(run, tmp_path):
    store = CheckpointStore(tmp_path)
    store.save(run, "mine")
    again = store.load("mine").result
    assert again.experiment == run.experiment
    assert again.final.measurement.kinds is None
    assert np.allclose(
        again.final.measurement.samples, run.final.measurement.samples.clip(-1, 1), atol=1 / 255
    )
    world_path("cats").unlink()
    with pytest.raises(ValueError, match="cannot be read: There are no pictures own-cats"):
        store.load("mine")


def test_samples_come_in_the_order_of_their_variance_or_of_their_distance(run):
    drawn = run.final.measurement.trial
    window = own_findings.window_of(drawn)
    hal = drawn.hal(window)
    largest = own_findings.ordered_rows(run.final, own_findings.LARGEST)
    assert (np.diff(hal[largest]) <= 0).all()
    assert (np.diff(hal[own_findings.ordered_rows(run.final, own_findings.SMALLEST)]) >= 0).all()
    assert (np.diff(drawn.distance[own_findings.ordered_rows(run.final, own_findings.NEAREST)]) >= 0).all()
    assert own_findings.ordered_rows(run.final, own_findings.DRAWN).tolist() == list(range(70))
    assert sorted(largest) == list(range(70))
    assert "rank 1 of 70" in own_findings.describe_picture(run, int(largest[0]))
    with pytest.raises(ValueError, match="no order"):
        own_findings.ordered_rows(run.final, "best first")


def test_films_hold_what_they_are_of_and_frame_nothing(run):
    for order in own_findings.ORDERS:
        film = figures.samples_film(run.experiment, run.snapshots, order)
        assert len(film.captions) == (len(run.snapshots) if order == own_findings.DRAWN else 1)
        assert film.readings == ()
        assert np.isnan(film.panels[0].layers[1].y).all()  # no frame
        assert film.panels[0].layers[0].colormap == "photo"
        assert "hallucinat" not in film.alt + " ".join(film.captions)
        assert pack(film)
    strips = run.final.measurement.strips
    assert pack(figures.way_film(run.experiment, strips))
    assert len(figures.followed_film(run.experiment, strips, 3).captions) == len(strips.steps)
    assert pack(posterior_film(run, 0))
    nearest = figures.picked_film(run.experiment, world().members[4].numpy()).panels
    assert np.array_equal(nearest[0].layers[0].values, nearest[1].layers[0].values)
    assert (nearest[2].layers[0].values == 0).all()


def test_labels_judge_the_detector_where_no_rule_does(run):
    labelling, hand = labelling_of(run, 60), Hand("Anna")
    order = labelling.order(1)
    hal = run.final.measurement.trial.hal(own_findings.window_of(run.final.measurement.trial))
    worst = set(np.argsort(-hal)[:20].tolist())
    marks = tuple(Mark(place, IMPOSSIBLE if row in worst else POSSIBLE) for place, row in enumerate(order))
    labels = dataclasses.replace(Labels(labelling, hand), marks=marks, seconds=(0.0,) * 60)
    judged = JudgedLabels(RunPictures(run), labels)
    assert list(judged.verdicts()) == ["by your labels"]
    assert judged.roc("by your labels").auroc == 1.0  # the labels are the ranking itself
    assert judged.with_judge is None
    assert ",judge" not in labels_table(judged)
    assert roc_chart(judged, 300, "light") is not None


def test_own_runs_are_named_by_their_pixels(run):
    own().save(run)
    assert own().names() == [run.experiment.digest]
