"""Samples followed in pairs: their films are small, and their sentences say what the numbers say."""

import dataclasses

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.detection.statistics.rates import Rate
from explorer.experiments import checkpoints
from explorer.experiments.trials import follow_pairs, sampler, trial
from explorer.figures.film.message import pack
from explorer.page_figures.trajectories import (
    ANSWERS,
    axes_film,
    between,
    decision_answer,
    describe_sample,
    describe_variance,
    many_film,
    name_of,
    sample_films,
    slow_film,
)
from explorer.page_figures.trajectories_pairs import (
    ENOUGH,
    EXTRA,
    SHOWN,
    TRAILING,
    PairedTrajectories,
    paired_trajectories,
    rows_for_all,
    trajectories_of_trial,
)


def paired(
    name: str, rows, n: int, spec_name: str = "DDPM", natural: int | None = None
) -> PairedTrajectories:
    run = checkpoints.shipped().load(name).result
    spec = sampler(run.experiment, spec_name)
    followed = finish(follow_pairs(run, rows, n, spec))
    return PairedTrajectories(run, spec, followed, 5, natural or len(rows), Rate(0, n))


@pytest.fixture(scope="module")
def plane() -> PairedTrajectories:
    return paired("grid-25", range(1000), 20_000)


@pytest.fixture(scope="module")
def line() -> PairedTrajectories:
    run = checkpoints.shipped().load("three-modes").result
    wrong = np.flatnonzero(finish(trial(run, 20_000, run.experiment.sampler)).hallucinated(5))
    return paired("three-modes", [*range(300), *wrong.tolist()], 20_000, natural=300)


def test_axes_stand_before_there_are_samples(plane, line):
    for pairs in (plane, line):
        for both in (True, False):
            empty = axes_film(pairs.result, pairs.spec, pairs.k, both=both)
            full = many_film(pairs, both=both, noisy=False, at_the_end=False)
            assert [(p.title, p.x, p.y) for p in empty.panels] == [(p.title, p.x, p.y) for p in full.panels]
            assert empty.captions == full.captions
            assert empty.alt == "The samples are being followed."
            assert len(pack(empty)) < 10_000


def test_two_thousand_moving_dots_take_less_than_a_megabyte(plane, line):
    for noisy in (False, True):
        assert len(pack(many_film(plane, both=True, noisy=noisy, at_the_end=False))) < 1_000_000
    assert len(pack(many_film(line, both=True, noisy=False, at_the_end=True))) < 1_000_000


def test_most_frames_show_the_last_hundred_steps(plane):
    assert (plane.followed.steps < 100).sum() > 60
    assert many_film(plane, both=True, noisy=False, at_the_end=False).captions[-1] == "t = 0"


def test_verdicts_are_coloured_throughout_or_at_the_end(line):
    throughout, at_the_end = (
        many_film(line, both=True, noisy=False, at_the_end=end) for end in (False, True)
    )
    for film, frames in ((throughout, range(100)), (at_the_end, [99])):
        dots = film.panels[0].layers[-1].category
        assert (dots[-1] == line.hallucinated[0]).all()
        assert [i for i in range(100) if dots[i].any()] == list(frames)


def test_the_sentence_says_what_became_of_the_sample(line):
    wrong = int(np.flatnonzero(line.hallucinated[0])[0])
    said = describe_sample(line, wrong)
    end, distance = line.followed.samples[0, wrong, 0], line.decision(wrong).distance
    pair = "first and second" if end < 2 else "second and third"
    assert f"between the {pair} mode, {distance:.1f} σ from the nearer" in said
    assert "{truth} goes to the" in said
    honest = int(np.flatnonzero(~line.hallucinated[0])[0])
    assert describe_sample(line, honest).startswith("Decided")


def test_the_running_variance_is_that_of_the_last_predictions(line):
    place = 7
    path = line.followed.x0_hat[0, -TRAILING:, place, 0].astype(np.float64)
    assert line.running[0][-1, place] == pytest.approx(path.var())
    assert np.isnan(line.running[0][0]).all()
    times = float(describe_variance(line, place).split()[1].replace(",", ""))
    assert times == pytest.approx(path.var() / line.median_variance[-1], rel=0.06)


def test_a_sample_is_found_again_by_its_number(line):
    assert line.followed.rows[line.place(int(line.followed.rows[-1]))] == line.followed.rows[-1]
    first_wrong = int(np.flatnonzero(line.hallucinated[0])[0])
    assert line.place(-1) == line.place(10**12) == first_wrong


def test_slow_motion_ends_where_the_walk_goes_on(plane, line):
    for pairs in (plane, line):
        for frame in (0, 50, 70, 99):
            film = slow_film(pairs, 3, frame)
            dots = film.panels[0].layers[-1].xy
            step = int(film.panels[0].title.split("t = ")[1].split()[0])
            at = int(np.flatnonzero(pairs.followed.steps == step)[0])
            assert 1 <= step < 60
            before, after = (pairs.followed.x_t[0][i, 3] for i in (at, at + 1))
            start, end = dots[0, 0, : len(before)], dots[-1, 0, : len(after)]
            assert start == pytest.approx(before, abs=1e-5)
            assert end == pytest.approx(after, abs=1e-5)


def test_ddim_adds_no_noise_in_its_fourth_sub_step():
    pairs = paired("two-modes", range(20), 100_000, "DDIM")
    dots = slow_film(pairs, 0, 60).panels[0].layers[-1].xy
    assert dots[3 * 14 - 1] == pytest.approx(dots[-1], abs=1e-5)


def test_stills_of_one_sample_show_the_truth_beside_it(plane):
    path, variance = sample_films(plane, plane.place(-1))
    assert {layer.name for layer in path.panels[0].layers if layer.name} == {"truth", "model"}
    assert len(variance.panels[0].layers) == 3
    assert len(pack(path)) + len(pack(variance)) < 20_000


def test_modes_have_names(plane, line):
    assert name_of(line.mixture, 1) == "the second mode"
    assert between(line.mixture, 2, 1) == "between the second and third mode"
    assert "(0.71, 0)" in name_of(
        plane.mixture, next(i for i, m in enumerate(plane.mixture.means) if m[0] > 0.5 and m[1] == 0)
    )
    assert [decision_answer(t) for t in (300, 150, 20)] == list(ANSWERS)


def test_a_run_without_honest_samples_still_has_sentences(line):
    lost = dataclasses.replace(line, k=1e-3)
    assert lost.hallucinated[0].all()
    assert np.isfinite(lost.median_variance[-1])
    assert describe_sample(lost, 0)


@pytest.mark.parametrize(("name", "wrong_first"), [("grid-25", True), ("two-modes", False)])
def test_what_was_followed_for_every_k_shows_at_each_what_is_looked_for_there(name, wrong_first):
    run = checkpoints.shipped().load(name).result
    spec, natural, n = run.experiment.sampler, SHOWN[run.dimensions], 2_000
    drawn = finish(trial(run, n, spec)).samples
    flags = {k: np.arange(n) % (40 * k) == (7 if wrong_first else natural + 7) for k in (4, 8)}
    rows = rows_for_all(natural, flags.values())
    followed = finish(follow_pairs(run, rows, n, spec))
    for k, each in flags.items():
        found = trajectories_of_trial(run, spec, k, followed, each)
        first = each[:natural]
        enough = first.sum() >= ENOUGH
        more = [] if enough else np.flatnonzero(each)[:EXTRA].tolist()
        assert found.followed.rows.tolist() == sorted({*range(natural), *more})
        assert (found.rate.count, found.rate.n) == ((first.sum(), natural) if enough else (each.sum(), n))
        assert found.followed.samples[0] == pytest.approx(drawn[found.followed.rows], abs=1e-5)
        assert found.followed.x_t.shape == found.followed.x0_hat.shape
    assert len(rows) < natural + 2 * EXTRA


def test_pictures_are_not_followed_as_points():
    run = checkpoints.shipped().load("shapes-32").result
    with pytest.raises(ValueError, match="Only samples of a mixture can be followed"):
        paired_trajectories(run, run.experiment.sampler, 5)
