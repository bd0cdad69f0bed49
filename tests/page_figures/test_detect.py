"""The figures of the Detect page: what they draw and what they say of a judged trial."""

import dataclasses

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.data.mixtures import grid, line
from explorer.detection.judged_trial import KEEP, YOUDEN, JudgedTrial, fitting_window, late_decider
from explorer.detection.scanned_windows import scan_trial
from explorer.detection.statistics.thresholds import confusion
from explorer.detection.statistics.window_scan import WindowScan, scan_windows
from explorer.detection.streamed_counts import (
    BINS_PER_DECADE,
    HIGHEST_DECADE,
    LOWEST_DECADE,
    StreamedCounts,
)
from explorer.detection.trajectory_variance import PrefixSums
from explorer.detection.trial import Trial
from explorer.figures.film.message import pack
from explorer.figures.words import format_rate
from explorer.page_figures.detect import (
    axes_film,
    curves_film,
    mapped_steps,
    threshold_film,
    unscanned,
    window_film,
)
from explorer.page_figures.detect_findings import (
    compare_windows,
    counted_readings,
    describe_best_window,
    describe_choice,
    describe_flattery,
    describe_threshold,
    describe_variance,
    describe_windows,
    recall_answer,
    warning,
)

FILMS = {"threshold": threshold_film, "curves": curves_film}


def judged_trial(n: int = 400, wrong: int = 40, dimensions: int = 1, steps: int = 20) -> JudgedTrial:
    """Honest samples at rest, hallucinated ones that move ten times as far."""
    rng = np.random.default_rng(0)
    size = np.where(np.arange(n) < wrong, 0.1, 0.01)[:, None, None]
    moves = rng.normal(size=(n, steps, dimensions)) * size
    sums = np.concatenate([np.zeros((n, 1, dimensions)), moves.cumsum(1)], 1).astype(np.float32)
    squares = np.concatenate([np.zeros((n, 1, dimensions)), (moves**2).cumsum(1)], 1).astype(np.float32)
    samples = rng.uniform(1, 3, (n, dimensions)).astype(np.float32)
    distance = np.where(np.arange(n) < wrong, 9.0, 1.0)
    mixture = line(1, 2, 3) if dimensions == 1 else grid()
    return JudgedTrial(
        Trial(samples, distance, PrefixSums(tuple(range(steps)), sums, squares)), mixture, 5, (0, 9)
    )


@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_frame_says_what_its_threshold_does(dimensions):
    found = judged_trial(dimensions=dimensions)
    film = threshold_film(found)
    assert len(pack(film)) < 1_000_000
    recall = next(r for r in film.readings if r.name == "recall").texts
    for frame in (0, 50, found.frame_of(KEEP), len(found.thresholds) - 1):
        judged = confusion(found.hal, found.hallucinated, found.thresholds[frame])
        assert recall[frame].startswith(
            "100 %" if judged.recall.value == 1 else f"{100 * judged.recall.value:.3g}"[:3]
        )
        level = film.panels[0].layers
        dots = next(layer for layer in level if type(layer).__name__ == "Judged")
        assert ((dots.level > frame) == (found.hal > found.thresholds[frame])).all()


def test_named_thresholds_are_frames_exactly():
    found = judged_trial()
    for name in (KEEP, YOUDEN):
        frame = found.frame_of(name)
        assert found.thresholds[frame] == found.rules[name]
        assert found.cut_of(frame) == name
    assert found.judged(found.frame_of(KEEP)).retention.value >= 0.96
    assert found.frame_of("nonsense") == found.frame_of(KEEP)
    assert found.frame_of("-1") == found.frame_of("0") == 0
    value = found.cut_of(100)
    assert found.frame_of(value) == 100


def test_the_first_frame_removes_all_and_the_last_nothing():
    found = judged_trial()
    assert (found.judged(0).missed, found.judged(0).kept) == (0, 0)
    last = found.judged(len(found.thresholds) - 1)
    assert (last.caught, last.lost) == (0, 0)


def test_what_is_said_carries_n_intervals_and_the_control():
    said = describe_threshold(judged_trial(), judged_trial().frame_of(KEEP))
    assert "base rate 10.0 % [7.43, 13.3], n = 400" in said
    assert "AUROC 1.000 [" in said
    average = judged_trial().precision_recall
    assert f"average precision {format_rate(average.average_precision, *average.interval)}" in said
    assert "expected after dropping 54 at random 10.0 % [8.67, 11.0]" in said
    assert recall_answer(judged_trial()) == "over 95 %"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (0, "below 0.746 %"),
        (1, "Only 1 of 400 samples is"),
        (60, "undertrained"),
        (400, "undertrained"),
        (19, "Only 19"),
    ],
)
def test_doubts_are_said(wrong, words):
    assert words in warning(judged_trial(wrong=wrong))


@pytest.mark.parametrize("wrong", [0, 400])
def test_an_empty_class_still_draws(wrong):
    found = judged_trial(wrong=wrong)
    film = threshold_film(found)
    assert (
        next(r for r in film.readings if r.name == ("recall" if wrong == 0 else "retention")).texts[3] == "–"
    )
    assert recall_answer(found) is None
    assert pack(film)
    assert describe_threshold(found, found.frame_of(KEEP))


def test_windows_from_a_link_fit_or_fall_back():
    steps = tuple(range(60))
    assert fitting_window("0:4", steps) == (0, 4)
    for text in ("", "9:0", "3:3", "0:60", "a:b", "²:9", "-1:4", "0:99999999999999999999"):
        assert fitting_window(text, steps) == (0, 9)
    assert fitting_window("", (0, 3, 20, 40)) == (0, 3)
    assert fitting_window("", (0, 20, 40)) == (0, 40)
    assert fitting_window("3:20", (0, 3, 20, 40)) == (3, 20)
    assert fitting_window("", (0, 2, 4, 8, 11, 15)) == (0, 8)  # as far as steps of the authors' were visited


def test_what_the_variance_does_not_tell_is_said():
    assert "still move" in describe_variance(judged_trial())
    turned = judged_trial()
    still = dataclasses.replace(
        turned, trial=dataclasses.replace(turned.trial, distance=10 - turned.trial.distance)
    )
    assert still.roc.interval[1] < 0.5
    assert "move *less*" in describe_variance(still)
    assert "still move" in describe_variance(judged_trial(wrong=0))


def test_that_no_window_helps_is_said():
    steps = np.arange(20)
    blind = WindowScan(steps, np.full((20, 20), 0.43), np.full((20, 20), 0.1), 0.96)
    assert "at most 0.43" in describe_windows(judged_trial(), blind)


def test_the_map_grows_to_the_best_window():
    steps, found = np.arange(60), np.full((60, 60), np.nan)
    found[np.triu_indices(60, 1)] = 0.1
    narrow, wide = found.copy(), found.copy()
    narrow[0, 9], wide[0, 50] = 0.9, 0.9
    assert mapped_steps(WindowScan(steps, narrow, narrow, 0.96)).tolist() == list(range(30))
    assert mapped_steps(WindowScan(steps, wide, wide, 0.96)).tolist() == list(range(60))
    assert len(mapped_steps(WindowScan(steps, found * np.nan, found * np.nan, 0.96))) == 30


def test_a_sample_that_chose_late_is_named_only_where_it_would_be_removed():
    found = judged_trial()
    steps = np.arange(20)
    good = WindowScan(steps, np.full((20, 20), 0.9), np.full((20, 20), 0.9), 0.96)
    assert describe_windows(found, good).startswith(("This window is too wide", "Each cell is a window"))
    row = late_decider(found)
    assert not found.hallucinated[row]
    flagged = found.hal[row] > found.rules[KEEP]
    assert ("times the 96 % threshold" in describe_windows(found, good)) == flagged


def test_the_curves_show_where_each_threshold_stands_beside_the_base_rate():
    found = judged_trial()
    film = curves_film(found)
    assert [panel.title for panel in film.panels][1:] == ["ROC", "precision"]
    assert len(pack(film)) < 1_000_000
    rule, curve, dot = film.panels[2].layers
    assert (rule.at, rule.orientation) == (0.1, "y")
    for frame in (0, 50, found.frame_of(KEEP)):
        judged = confusion(found.hal, found.hallucinated, found.thresholds[frame])
        assert dot.xy[frame, 0] == pytest.approx([judged.recall.value, judged.precision.value])
    assert np.isnan(dot.xy[-1, 0, 1])  # nothing is removed
    # The area under the steps is the average precision.
    area = (np.diff(curve.x) * curve.y[0, 0, 1:]).sum()
    assert area == pytest.approx(found.precision_recall.average_precision)


@pytest.mark.parametrize("wrong", [0, 400])
def test_without_a_class_there_are_no_curves(wrong):
    film = curves_film(judged_trial(wrong=wrong))
    assert len(film.panels[2].layers) == 1
    assert pack(film)


def test_a_rule_is_judged_on_the_half_that_did_not_choose_it():
    found = judged_trial()
    said = describe_choice(found, found.frame_of(KEEP))
    assert "“keep 96 %”, chosen on 200 samples and judged on the other 200: catches 20 of 20" in said
    judged = found.held_out[KEEP].judged
    for name, rate in (("retention", judged.retention), ("precision", judged.precision)):
        assert f"{name} {format_rate(rate.value, *rate.interval)}" in said
    assert "“balanced”, chosen on 200" in describe_choice(found, found.frame_of(YOUDEN))
    by_hand = next(i for i, t in enumerate(found.thresholds) if t not in found.rules.values())
    assert "set by hand, not by a rule: all 400 samples judge it" in describe_choice(found, by_hand)


@pytest.mark.parametrize("wrong", [0, 1, 9])
def test_a_rule_that_few_samples_chose_is_not_judged(wrong):
    found = judged_trial(wrong=wrong)
    said = describe_choice(found, found.frame_of(KEEP))
    assert "with fewer than 5 in each a choice cannot be judged" in said
    assert "catches" not in said


def test_the_best_window_is_judged_on_the_half_that_did_not_choose_it():
    found = judged_trial()
    windows, flags = found.trial.windows, found.hallucinated
    half = finish(scan_windows(windows, flags, rows=found.halves.choosing))
    first, last = half.best()
    said = describe_best_window(found, finish(scan_trial(found)).best)
    assert said.startswith(
        f"The best window {first}:{last}, chosen on 200 samples and judged on the other 200"
    )
    assert "of 20, recall" in said
    few = judged_trial(wrong=4)
    assert finish(scan_trial(few)).best is None
    assert "cannot be judged" in describe_best_window(few, None)
    assert describe_best_window(judged_trial(wrong=0), None) is None


@pytest.mark.parametrize("judge", ["threshold", "curves", "windows"])
def test_axes_stand_before_there_are_samples(judge):
    for known in (line(1, 2, 3), grid()):
        empty, drawn = axes_film(known, judge, (0, 9), range(60)), judged_trial(dimensions=known.dimensions)
        full = window_film(drawn, unscanned(drawn)) if judge == "windows" else FILMS[judge](drawn)
        assert [panel.title for panel in empty.panels] == [panel.title for panel in full.panels]
        assert [panel.x.label for panel in empty.panels] == [panel.x.label for panel in full.panels]
        assert (empty.panels[0].x == full.panels[0].x) == (judge == "threshold")  # where samples are drawn
        assert empty.alt == "The samples are being drawn."
        assert len(pack(empty)) < 10_000


def test_the_large_numbers_of_many_samples_are_those_that_were_counted():
    """An independent count of the same samples: at thresholds between the bins both agree."""
    found = judged_trial()
    wrong, bins = found.hallucinated, (HIGHEST_DECADE - LOWEST_DECADE) * BINS_PER_DECADE
    edges = np.logspace(LOWEST_DECADE, HIGHEST_DECADE, bins + 1)
    honest, bad = (np.histogram(found.hal[rows], edges)[0] for rows in (~wrong, wrong))
    counts = StreamedCounts(400_000, {5: 40_000}, 1_000 * honest, 1_000 * bad, 5, (0, 9), np.zeros((1, 1)))
    readings = {one.name: one for one in counted_readings(found, counts)}
    assert list(readings)[:3] == ["caught, of 400,000", "recall", "retention"]
    assert len(readings["recall"].texts) == len(found.thresholds)
    caught = [int(text.replace(",", "")) for text in readings["caught, of 400,000"].texts]
    by_hand = [1_000 * int((found.hal[wrong] > t).sum()) for t in found.thresholds]
    assert np.abs(np.array(caught) - by_hand).max() <= 2_000  # what lies in the bin of the threshold
    assert caught[0] == 40_000
    assert caught[-1] == 0


def test_the_best_window_is_marked_only_where_it_may_be_known():
    found = judged_trial()
    scan = finish(scan_trial(found)).scan
    shown, hidden = window_film(found, scan), window_film(found, scan, best=False)
    assert f"t = {scan.best()[0]} to {scan.best()[1]}" in shown.alt
    assert "best" not in hidden.alt
    assert "best" in [getattr(layer, "name", "") for layer in shown.panels[0].layers]
    assert "best" not in [getattr(layer, "name", "") for layer in hidden.panels[0].layers]


def test_nothing_is_known_of_a_window_before_it_is_scanned():
    found = judged_trial()
    scan = unscanned(found)
    assert scan.best() is None
    assert np.isnan(scan.recall).all()
    assert compare_windows(found, scan) is None


def test_a_roc_is_said_to_flatter_only_where_few_are_hallucinated():
    assert "Only 0.750 % are hallucinated, and a ROC flatters" in describe_flattery(judged_trial(wrong=3))
    assert describe_flattery(judged_trial(wrong=40)) is None
    assert describe_flattery(judged_trial(wrong=0)) is None
