"""The kinds of pictures: counted, and told in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from explorer.charts.words import told
from explorer.data.finger_count import count_fingers
from explorer.data.pictures import kind_names, world
from explorer.data.shapes import SimpleShapes
from explorer.detection.rates import Rate
from explorer.experiment import Experiment
from explorer.learning import LIVE_PICTURES, Measurement, Result


def bound(experiment: Experiment) -> float:
    """The distance to the support beyond which a picture is hallucinated: in pixels, or in fingers."""
    return 0.5 if experiment.pictures.startswith("hands") else 5.0


def kinds_of(experiment: Experiment, pictures: np.ndarray) -> np.ndarray:
    """The kind of each picture (n, 1, s, s), (n,) int."""
    return world(experiment.pictures).kinds(torch.from_numpy(np.ascontiguousarray(pictures))).numpy()


def spoken_picture(experiment: Experiment, picture: np.ndarray) -> str:
    """What a picture is, in a sentence."""
    known, one = world(experiment.pictures), torch.from_numpy(picture[None])
    kind = kind_names(experiment.pictures)[int(known.kinds(one)[0])]
    if isinstance(known, SimpleShapes):
        away = int(known.distance_to_support(one)[0])
        return f"**{kind}**: {away} pixel{'s' if away != 1 else ''} from the nearest valid picture."
    count = int(count_fingers(one).count[0])
    return f"**{count} fingers**." if kind != "no hand" else "**No hand.**"


def spoken_result(result: Result) -> list[str]:
    """What a run's final pictures are, in a line or two."""
    measured = result.final.measurement
    lines = [f"{spoken_kinds(measured)} · n = {measured.n:,}"]
    counts = "" if measured.samples is None else spoken_counts(result.experiment, measured.samples)
    return lines + ([counts] if counts else [])


def spoken_kinds(measurement: Measurement) -> str:
    """How many of each kind, with intervals."""
    rates = [(name, Rate(count, measurement.n or 1)) for name, count in (measurement.kinds or {}).items()]
    return " · ".join(f"{name} {told(rate.value, *rate.interval)}" for name, rate in rates)


def spoken_counts(experiment: Experiment, samples: np.ndarray) -> str:
    """How many pictures have one, two and three valid shapes, beside the data's shares."""
    known = world(experiment.pictures)
    if not isinstance(known, SimpleShapes):
        return ""
    counts = known.shape_counts(torch.from_numpy(samples)).numpy()
    shares = [
        f"{told(rate.value, *rate.interval)}"
        for rate in (Rate(int((counts == i).sum()), len(counts)) for i in (1, 2, 3))
    ]
    return f"one shape {shares[0]} (data 3/7), two {shares[1]} (3/7), three {shares[2]} (1/7)"


def answer(measurement: Measurement, options: Sequence[str]) -> str:
    """The answer to how many pictures cannot exist."""
    share = _invalid(measurement).value
    return next(word for bound, word in zip((0.01, 0.06, 0.15, 2.0), options, strict=True) if share < bound)


def spoken_share(measurement: Measurement) -> str:
    rate = _invalid(measurement)
    share = f"{rate.count} of {rate.n}" if rate.n <= LIVE_PICTURES else told(rate.value, *rate.interval)
    return f"{share} hallucinated"


def _invalid(measurement: Measurement) -> Rate:
    """How many pictures are not of the first, the valid kind."""
    if not measurement.kinds or measurement.n is None:
        raise ValueError("This measurement counted no kinds of pictures.")
    return Rate(measurement.n - next(iter(measurement.kinds.values())), measurement.n)
