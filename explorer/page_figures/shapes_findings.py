"""The findings on pictures: how many cannot exist, what one is, and when it was decided."""

from __future__ import annotations

import numpy as np
import torch

from explorer.data.digits.handwritten import HandwrittenDigits
from explorer.data.hands.five_fingers import FINGERS
from explorer.data.pictures import picture_distribution
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.paired_trajectories import Strips
from explorer.detection.statistics.rates import Rate
from explorer.experiments.experiment import Experiment
from explorer.experiments.judged_digits import JudgedDigits, judged_digits
from explorer.experiments.measurement import LIVE_PICTURES, Measurement
from explorer.experiments.run import Result
from explorer.figures.words import format_rate, number, seconds
from explorer.page_figures.own_findings import describe_copies
from explorer.page_figures.picture_kinds import fingers_name, picture_names

ANSWERS = ("almost none", "a few of 100", "one of 10", "more")


def decided(experiment: Experiment, strips: Strips, place: int) -> tuple[int, tuple[str, ...]]:
    """The frame from which on the model's prediction of one picture is of the kind it ends as, and what it is
    at every frame."""
    names = picture_names(experiment, strips.x0_hat[0, :, place])
    other = [at for at, name in enumerate(names) if name != names[-1]]
    return (other[-1] + 1 if other else 0), names


def describe_picture(experiment: Experiment, picture: np.ndarray) -> str:
    """What a picture is, in a sentence."""
    known, name = picture_distribution(experiment.pictures), picture_names(experiment, picture[None])[0]
    if isinstance(known, SimpleShapes):
        away = int(known.distance_to_support(torch.from_numpy(picture[None]))[0])
        return f"**{name}**: {away} pixel{'s' if away != 1 else ''} from the nearest valid picture."
    if isinstance(known, HandwrittenDigits):
        return _describe_digit(known, torch.from_numpy(picture[None]))
    if name in ("no hand", fingers_name(FINGERS)):
        return f"**{name}**."
    return (
        f"**{name}**. The dots mark the tips that have no partner: {{hallucinated:too many:}} beside the "
        "nearest of 4,000 drawings, or {truth:missing:}."
    )


def _describe_digit(known: HandwrittenDigits, picture: torch.Tensor) -> str:
    above, digit = float(known.judge.scores(picture)[0]), int(known.digits(picture)[0])
    side = "above" if above > 0 else "below"
    score = f"the judge's score lies {number(abs(above))} {side} its threshold"
    return f"**Not a digit**: {score}; most like a {digit}." if above > 0 else f"**{digit}**: {score}."


def describe_judged(judged: JudgedDigits) -> str:
    """How many drawn digits the judge refuses, beside how many real ones, and by how much more, in a
    sentence."""
    drawn, real = judged.excess.one, judged.excess.other
    low, high = judged.excess.interval
    return (
        f"The judge calls {format_rate(drawn.value, *drawn.interval)} of them no digit, and of {real.n:,} "
        f"real ones that it has never seen {format_rate(real.value, *real.interval)}: the model's excess is "
        f"{_points(judged.excess.value)} points [{_points(low)}, {_points(high)}]."
    )


def describe_frechet(judged: JudgedDigits) -> str:
    """How far drawn digits lie from those learned from, beside as many real ones, in a sentence; "" for too
    few."""
    if judged.frechet is None:
        return ""
    drawn, real = judged.frechet
    to = "the" if judged.first is None else f"the first {judged.first:,} of the"
    others = "that it has never seen"
    if judged.seen:
        others = f"(yours hold {judged.seen:,} of them, so that those are not held out)"
    return (
        f"Fréchet distance to {to} digits it learned from, in the judge's features: {number(drawn)}; of as "
        f"many real ones {others} {number(real)} (n = {judged.compared:,})."
    )


def _points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * share:.1f}".replace("-", "−")


def describe_result(result: Result, origin: str) -> list[str]:
    """What a run's final pictures are, in a line or two."""
    measured = result.final.measurement
    counts = ""
    if result.experiment.distribution is None:
        counts = describe_copies(result)
    elif measured.samples is not None:
        counts = describe_counts(result.experiment, measured.samples)
    trained = (
        f"n = {measured.n:,} · {result.final.step:,} steps in {seconds(result.final.seconds)} · {origin}"
    )
    return ([counts] if counts else []) + [trained]


def describe_decision(experiment: Experiment, strips: Strips, place: int) -> str:
    """When a picture was decided, in a sentence."""
    since, names = decided(experiment, strips, place)
    if since == 0:
        return f"**{names[-1]}** from the first step on."
    before, after = strips.steps[since - 1], strips.steps[since]
    level = experiment.schedule.alpha_bar(int(after))
    return (
        f"**{names[-1]}**, decided by t = {after} (ᾱ = {level:.2g}): at t = {before} the model's prediction "
        f"was still *{names[since - 1]}*."
    )


def describe_counts(experiment: Experiment, samples: np.ndarray) -> str:
    """How many pictures have one, two and three valid shapes, beside the data's shares; of digits how many
    the judge refuses, beside real ones."""
    known = picture_distribution(experiment.pictures)
    if isinstance(known, HandwrittenDigits):
        judged = judged_digits(known, samples)
        return " ".join(filter(None, (describe_judged(judged), describe_frechet(judged))))
    if not isinstance(known, SimpleShapes):
        return ""
    counts = known.shape_counts(torch.from_numpy(samples)).numpy()
    shares = [
        f"{format_rate(rate.value, *rate.interval)}"
        for rate in (Rate(int((counts == i).sum()), len(counts)) for i in (1, 2, 3))
    ]
    return f"one shape {shares[0]} (data 3/7), two {shares[1]} (3/7), three {shares[2]} (1/7)"


def answer(measurement: Measurement) -> str:
    """The answer to how many pictures cannot exist."""
    share = _invalid(measurement).value
    return next(word for bound, word in zip((0.01, 0.06, 0.15, 2.0), ANSWERS, strict=True) if share < bound)


def describe_share(measurement: Measurement) -> str:
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
