"""The kinds of pictures: counted, and told in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from explorer.data.hands.finger_count import count_fingers
from explorer.data.hands.five_fingers import FINGERS
from explorer.data.pictures import kind_names, world
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.statistics.rates import Rate
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import LIVE_PICTURES, Measurement
from explorer.experiments.run import Result
from explorer.figures.film.film import Reading
from explorer.figures.words import format_rate, rate_and_interval, seconds


def kinds_of(experiment: Experiment, pictures: np.ndarray) -> np.ndarray:
    """The kind of each picture (n, 1, s, s), (n,) int."""
    return world(experiment.pictures).kinds(torch.from_numpy(np.ascontiguousarray(pictures))).numpy()


def named(experiment: Experiment, pictures: np.ndarray) -> tuple[str, ...]:
    """What each picture (n, 1, s, s) is called: its kind, or of a hand the number of its fingers."""
    if isinstance(world(experiment.pictures), SimpleShapes):
        names = kind_names(experiment.pictures)
        return tuple(names[kind] for kind in kinds_of(experiment, pictures))
    counted = count_fingers(torch.from_numpy(np.ascontiguousarray(pictures)))
    return tuple(
        _fingers(count) if hand else "no hand"
        for count, hand in zip(counted.count.tolist(), counted.hand.tolist(), strict=True)
    )


def _fingers(count: int) -> str:
    return "1 finger" if count == 1 else f"{count} fingers"


def spoken_picture(experiment: Experiment, picture: np.ndarray) -> str:
    """What a picture is, in a sentence."""
    known, name = world(experiment.pictures), named(experiment, picture[None])[0]
    if isinstance(known, SimpleShapes):
        away = int(known.distance_to_support(torch.from_numpy(picture[None]))[0])
        return f"**{name}**: {away} pixel{'s' if away != 1 else ''} from the nearest valid picture."
    if name in ("no hand", _fingers(FINGERS)):
        return f"**{name}**."
    return (
        f"**{name}**. The dots mark the tips that have no partner: {{hallucinated:too many:}} beside the "
        "nearest of 4,000 drawings, or {truth:missing:}."
    )


def spoken_result(result: Result, origin: str) -> list[str]:
    """What a run's final pictures are, in a line or two."""
    measured = result.final.measurement
    counts = "" if measured.samples is None else spoken_counts(result.experiment, measured.samples)
    trained = (
        f"n = {measured.n:,} · {result.final.step:,} steps in {seconds(result.final.seconds)} · {origin}"
    )
    return ([counts] if counts else []) + [trained]


def by_kind(measurements: Sequence[Measurement]) -> tuple[Reading, ...]:
    """The share of each kind with its interval, one text a measurement."""
    first = measurements[0].kinds or {}
    readings = []
    for place, name in enumerate(first):
        rates = [Rate((m.kinds or {})[name], m.n or 1) for m in measurements]
        texts = [rate_and_interval(rate.value, *rate.interval) for rate in rates]
        values, notes = zip(*texts, strict=True)
        readings.append(Reading(name, values, "hallucinated" if place else "kept", notes))
    return tuple(readings)


def spoken_counts(experiment: Experiment, samples: np.ndarray) -> str:
    """How many pictures have one, two and three valid shapes, beside the data's shares."""
    known = world(experiment.pictures)
    if not isinstance(known, SimpleShapes):
        return ""
    counts = known.shape_counts(torch.from_numpy(samples)).numpy()
    shares = [
        f"{format_rate(rate.value, *rate.interval)}"
        for rate in (Rate(int((counts == i).sum()), len(counts)) for i in (1, 2, 3))
    ]
    return f"one shape {shares[0]} (data 3/7), two {shares[1]} (3/7), three {shares[2]} (1/7)"


def answer(measurement: Measurement, options: Sequence[str]) -> str:
    """The answer to how many pictures cannot exist."""
    share = _invalid(measurement).value
    return next(word for bound, word in zip((0.01, 0.06, 0.15, 2.0), options, strict=True) if share < bound)


def spoken_share(measurement: Measurement) -> str:
    rate = _invalid(measurement)
    share = (
        f"{rate.count} of {rate.n}" if rate.n <= LIVE_PICTURES else format_rate(rate.value, *rate.interval)
    )
    return f"{share} hallucinated"


def _invalid(measurement: Measurement) -> Rate:
    """How many pictures are not of the first, the valid kind."""
    if not measurement.kinds or measurement.n is None:
        raise ValueError("This measurement counted no kinds of pictures.")
    return Rate(measurement.n - next(iter(measurement.kinds.values())), measurement.n)
