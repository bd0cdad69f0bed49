"""The kinds of pictures: of which kind each is, what it is called, and the share of each kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from explorer.data.digits.handwritten import KINDS as DIGIT_KINDS
from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.hands.finger_count import count_fingers
from explorer.data.pictures import kind_names, picture_distribution
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.statistics.rates import Rate
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import Measurement
from explorer.figures.film.film import Reading
from explorer.figures.words import rate_and_interval


def kinds_of(experiment: Experiment, pictures: np.ndarray) -> np.ndarray:
    """The kind of each picture (n, 1, s, s), (n,) int."""
    return (
        picture_distribution(experiment.pictures)
        .kinds(torch.from_numpy(np.ascontiguousarray(pictures)))
        .numpy()
    )


def picture_names(experiment: Experiment, pictures: np.ndarray) -> tuple[str, ...]:
    """What each picture (n, 1, s, s) is called: its kind, of a hand the number of its fingers, of a digit
    which one it is."""
    known = picture_distribution(experiment.pictures)
    if isinstance(known, HandwrittenDigits):
        digits = digits_of(experiment, pictures)
        return tuple(DIGIT_KINDS[1] if digit < 0 else str(digit) for digit in digits.tolist())
    if isinstance(known, SimpleShapes):
        names = kind_names(experiment.pictures)
        return tuple(names[kind] for kind in kinds_of(experiment, pictures))
    counted = count_fingers(torch.from_numpy(np.ascontiguousarray(pictures)))
    return tuple(
        fingers_name(count) if hand else "no hand"
        for count, hand in zip(counted.count.tolist(), counted.hand.tolist(), strict=True)
    )


def digits_of(experiment: Experiment, pictures: np.ndarray) -> np.ndarray:
    """Which digit each picture (n, 1, 28, 28) is, (n,) int; -1 where it is none.

    Raises ValueError for pictures of something else.
    """
    known = picture_distribution(experiment.pictures)
    if not isinstance(known, HandwrittenDigits):
        raise ValueError(f"The pictures {experiment.pictures} are no digits.")
    x = torch.from_numpy(np.ascontiguousarray(pictures))
    if not len(x):
        return np.zeros(0, int)
    return known.digits(x).masked_fill(known.is_hallucination(x), -1).numpy()


def fingers_name(count: int) -> str:
    return "1 finger" if count == 1 else f"{count} fingers"


def kind_readings(measurements: Sequence[Measurement]) -> tuple[Reading, ...]:
    """The share of each kind with its interval, one text a measurement."""
    first = measurements[0].kinds or {}
    readings = []
    for place, name in enumerate(first):
        rates = [Rate((m.kinds or {})[name], m.n or 1) for m in measurements]
        texts = [rate_and_interval(rate.value, *rate.interval) for rate in rates]
        values, notes = zip(*texts, strict=True)
        readings.append(Reading(name, values, "hallucinated" if place else "kept", notes))
    return tuple(readings)
