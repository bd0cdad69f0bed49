"""Samples counted as they pass: the same walk, the same counts, whatever the number of workers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.data.mixtures import grid, line
from explorer.detection import streamed_counts as room
from explorer.detection.statistics.roc import roc
from explorer.detection.statistics.thresholds import confusion
from explorer.detection.streamed_counts import (
    StreamedCounts,
    draw_with_variance,
    edges,
    region,
    stream_counts,
)
from explorer.detection.trajectory_variance import TrajectoryVariance
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec, initial_noise, reverse_process
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()
SPEC = SamplerSpec(steps=40)
WINDOW = (0, 30)
THRESHOLDS = (1, 2, 3)


class Blunt:
    """The truth with its noise a little too large, so that some samples go astray."""

    schedule = SCHEDULE

    def __init__(self, mixture, factor=1.02):
        self.truth, self.shape, self.factor = TrueDenoiser(mixture, SCHEDULE), mixture.shape, factor

    def predict_noise(self, x_t, t):
        return self.truth.predict_noise(x_t, t) * self.factor


def noise(number):
    return torch.Generator().manual_seed(number)


def counted(mixture, n, **options):
    asked = {"window": WINDOW, "thresholds": THRESHOLDS, "judged": 2} | options
    return finish(stream_counts(Blunt(mixture), mixture, n, SPEC, noise, **asked))


def equal(a: StreamedCounts, b: StreamedCounts) -> bool:
    arrays = ((a.in_support, b.in_support), (a.hallucinated, b.hallucinated), (a.positions, b.positions))
    return (a.n, a.beyond) == (b.n, b.beyond) and all(np.array_equal(x, y) for x, y in arrays)


@pytest.mark.parametrize("mixture", [line(1, 2, 3), grid()], ids=["line", "plane"])
@pytest.mark.parametrize("spec", [SPEC, SamplerSpec(eta=0.0, steps=40), SamplerSpec(variance="posterior")])
def test_the_walk_is_the_reverse_process_with_its_variance(mixture, spec):
    denoiser = Blunt(mixture)
    x_0, hal = draw_with_variance(denoiser, 300, spec, noise(3), (0, 9))
    generator, variance = noise(3), TrajectoryVariance(60)
    for step in reverse_process(denoiser, initial_noise(300, mixture.shape, generator), spec, generator):
        variance.add(step)
    assert x_0.numpy() == pytest.approx(step.x0_hat.numpy(), abs=2e-5)
    assert hal.numpy() == pytest.approx(variance.windows().hal((0, 9)), rel=2e-3, abs=1e-9)


@pytest.mark.parametrize("mixture", [line(1, 2, 3), grid()], ids=["line", "plane"])
def test_sums_do_not_depend_on_the_number_of_workers(mixture, monkeypatch):
    monkeypatch.setattr(room, "CHUNK_NUMBERS", 500 * mixture.dimensions)
    alone = counted(mixture, 2_700)
    assert equal(alone, counted(mixture, 2_700, workers=3))
    parts = [counted(mixture, 2_700, part=part) for part in (range(0, 2), range(2, 5), range(5, 6))]
    assert [part.n for part in parts] == [1_000, 1_500, 200]
    assert equal(alone, parts[2] + parts[0] + parts[1])


def test_counts_are_those_of_the_samples(monkeypatch):
    monkeypatch.setattr(room, "CHUNK_NUMBERS", 400)
    mixture, n = line(1, 2, 3), 1_000
    found = counted(mixture, n)
    walks = [
        draw_with_variance(Blunt(mixture), size, SPEC, noise(i), WINDOW)
        for i, size in enumerate((400, 400, 200))
    ]
    x_0, hal = (torch.cat(parts) for parts in zip(*walks, strict=True))
    distance = mixture.distance_to_support(x_0)
    assert found.n == n
    assert found.beyond == {k: int((distance > k).sum()) for k in THRESHOLDS}
    assert found.beyond[2] > 20  # there is something to count
    ((low, high),) = region(mixture)
    inside = ((x_0 >= low) & (x_0 <= high)).sum()
    assert found.positions.sum() == int(inside)
    flags, scores = (distance > 2).numpy(), hal.double().numpy()
    assert found.auroc() == pytest.approx(roc(scores, flags).auroc, abs=2e-3)
    for threshold in edges()[[900, 1100, 1200]]:
        judged, wanted = found.confusion(threshold), confusion(scores, flags, threshold)
        assert judged.n == n
        assert (judged.caught, judged.lost) == pytest.approx((wanted.caught, wanted.lost), abs=2)
    cut = found.threshold(0.9)
    assert found.confusion(cut).retention.value >= 0.9
    assert found.confusion(cut / 1.03).retention.value < 0.9
    assert found.rate(2).value == found.beyond[2] / n


def test_the_map_shows_where_samples_lie():
    mixture = grid()
    found = counted(mixture, 2_000)
    (low, high), _ = region(mixture)
    side = (high - low) / found.positions.shape[0]
    rows, columns = np.nonzero(found.positions)
    centres = torch.tensor(np.stack([columns, rows], 1) * side + low + side / 2, dtype=torch.float32)
    sigma = mixture.sigmas[0]
    near = mixture.distance_to_support(centres) * sigma < 8 * sigma + side
    assert bool(near.float().mean() > 0.9)


def test_progress_grows_chunk_by_chunk(monkeypatch):
    monkeypatch.setattr(room, "CHUNK_NUMBERS", 300)
    work = stream_counts(
        Blunt(line(0, 1)), line(0, 1), 700, SPEC, noise, window=WINDOW, thresholds=(2,), judged=2
    )
    counts = [part.n for part in work if part is not None]
    assert counts == sorted(counts)
    assert set(counts) == {300, 600, 700}


def test_one_class_alone_has_no_auroc_and_no_threshold():
    mixture = line(1, 2)
    truth = TrueDenoiser(mixture, SCHEDULE)
    asked = {"window": (0, 30), "thresholds": (8,), "judged": 8}
    found = finish(stream_counts(truth, mixture, 200, SPEC, noise, **asked))
    assert found.auroc() is None
    assert found.confusion(found.threshold(1.0)).recall is None
    everything = StreamedCounts(
        1, {8: 1}, found.in_support * 0, found.in_support, 8, (0, 30), found.positions
    )
    assert everything.threshold(0.96) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 0}, "samples 0 is outside"),
        ({"n": 2_000_000_000}, r"outside \[1, 1,000,000,000\]"),
        ({"window": (0, 0)}, "two visited steps"),
        ({"window": (5, 900)}, "two visited steps"),
        ({"workers": 0}, "workers 0"),
    ],
)
def test_bad_questions_are_refused(changes, words):
    values = {"n": 100, "window": WINDOW, "workers": 1} | changes
    mixture = line(1, 2)
    work = stream_counts(
        TrueDenoiser(mixture, SCHEDULE),
        mixture,
        values["n"],
        SPEC,
        noise,
        window=values["window"],
        thresholds=(5,),
        judged=5,
        workers=values["workers"],
    )
    with pytest.raises(ValueError, match=words):
        next(work)


def test_a_broken_model_is_told():
    class Broken(Blunt):
        def predict_noise(self, x_t, t):
            return torch.full_like(x_t, math.nan)

    mixture = line(1, 2)
    with pytest.raises(ValueError, match="300 of 300 trajectories are not finite"):
        finish(
            stream_counts(
                Broken(mixture), mixture, 300, SPEC, noise, window=WINDOW, thresholds=(5,), judged=5
            )
        )
