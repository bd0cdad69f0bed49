"""All detectors and all remedies on one network: the rows of a leaderboard that belong to it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial

import numpy as np

from explorer.compute.progress import WorkClock, map_progress, rescaled, timed
from explorer.detection.detector_comparison import Scores, is_able
from explorer.detection.judged_trial import RETENTION
from explorer.detection.scores.detector import Detector
from explorer.detection.scores.table import BOUNDS, DETECTORS
from explorer.detection.statistics.held_out import held_out
from explorer.detection.statistics.roc import roc
from explorer.detection.statistics.thresholds import threshold_at_retention
from explorer.detection.trial import Trial
from explorer.diffusion.denoiser import Denoiser
from explorer.experiments.run import Result
from explorer.experiments.trials import (
    default_count,
    detector_scores,
    stored_trial,
    trial,
    trial_evidence,
)
from explorer.leaderboard.own_detector import OwnDetector
from explorer.leaderboard.own_method import MethodError, OwnMethod
from explorer.leaderboard.own_remedy import affordable, evaluate_own_remedy
from explorer.leaderboard.rows import DetectorRow, RemedyRow, Role, Rows
from explorer.leaderboard.spec import LeaderboardSpec, Member, bound_of, treatments
from explorer.remedies.catalogue import DataKind, data_kind
from explorer.remedies.evaluation import RemedyResult, evaluate_remedy, network_calls
from explorer.remedies.treatment import TRUTH, Treatment, treated, treatment_text

# Of a network, for all samples that one method judges or draws: seconds on one processor, of pictures some
# twenty. A method that asks more often is judged on fewer samples, and its row says on how many.
CALLS_OF_A_DETECTOR: dict[DataKind, float] = {"line": 3e8, "plane": 1e7}
CALLS_OF_A_REMEDY: dict[DataKind, float] = {"line": 3e8, "plane": 3e6}
CALLS_ON_PICTURES = 12_800
FEWEST_SAMPLES = 100  # that a detector is judged on
DRAWN: dict[DataKind, int] = {"plane": 10_000}  # samples that a remedy is counted on, by default
PICTURES_DRAWN = 128


def network_rows(
    spec: LeaderboardSpec, member: Member, result: Result, others: Sequence[Result] = ()
) -> Generator[float, None, Rows]:
    """The rows of a network: yields the share done.

    others      the preset's networks of the other seeds: an ensemble with this one

    All detectors score the same samples, or as many of the first as they can; all remedies draw from the same
    noise. The same arguments give the same rows on the same machine, but for their seconds.
    """
    detectors = yield from rescaled(_detector_rows(spec, member, result, others), 0.0, 0.3)
    remedies = yield from rescaled(_remedy_rows(spec, member, result), 0.3, 1.0)
    return Rows(tuple(detectors), tuple(remedies))


# ---- detectors -------------------------------------------------------------------------------------------


def _detector_rows(
    spec: LeaderboardSpec, member: Member, result: Result, others: Sequence[Result]
) -> Generator[float, None, list[DetectorRow]]:
    taking: list[Detector] = [one for one in DETECTORS if one.name in spec.detectors]
    taking += [OwnDetector(one, spec.seconds) for one in spec.own if one.kind == "detector"]
    members = tuple(one.sampled for one in others)
    trials = _Trials(result)
    rows: list[DetectorRow] = []
    for number, one in enumerate(taking):
        work = _detector_row(spec, member, result, one, members, trials)
        row = yield from rescaled(work, number / len(taking), (number + 1) / len(taking))
        rows += [] if row is None else [row]
    return rows


class _Trials:
    """The trials of a run by their number of samples, each drawn once."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self._drawn: dict[int, Trial] = {}

    def of(self, n: int) -> Generator[float, None, Trial]:
        """The trial of n samples: yields the share done."""
        if n not in self._drawn:
            spec = self.result.experiment.sampler
            kept = stored_trial(self.result, n, spec)
            if kept is None:
                kept = yield from map_progress(trial(self.result, n, spec), lambda update: update.share)
            self._drawn[n] = kept
        return self._drawn[n]


def _detector_row(
    spec: LeaderboardSpec,
    member: Member,
    result: Result,
    detector: Detector,
    members: Sequence[Denoiser],
    trials: _Trials,
) -> Generator[float, None, DetectorRow | None]:
    """The row of a detector; None of one that cannot take part."""
    experiment = result.experiment
    n = spec.samples or default_count(experiment)
    k, _ = bound_of(experiment)
    drawn = yield from rescaled(trials.of(n), 0.0, 0.3)
    kind = data_kind(experiment)
    evidence = trial_evidence(result, drawn, experiment.sampler, members=members)
    if not is_able(detector, evidence):
        return None
    calls = detector.calls(evidence)
    most = int(CALLS_OF_A_DETECTOR.get(kind, CALLS_ON_PICTURES) / max(calls, 1))
    fewer = min(n, most)
    if fewer < FEWEST_SAMPLES:
        problem = f"It asks the network {calls:,} times a sample, too often for this table."
        return _judged(member, result, detector, None, np.zeros(0, bool), calls, 0.0, problem)
    drawn = yield from rescaled(trials.of(fewer), 0.3, 0.5)
    flags, clock = drawn.hallucinated(k), WorkClock()
    try:
        work = detector_scores((detector,), result, drawn, experiment.sampler, members=members)
        (scores,) = yield from rescaled(timed(work, clock), 0.5, 1.0)
    except ValueError as error:
        return _judged(member, result, detector, None, flags, calls, clock.seconds, str(error))
    return _judged(member, result, detector, scores, flags, scores.calls, scores.seconds, "")


def _judged(
    member: Member,
    result: Result,
    detector: Detector,
    scores: Scores | None,
    flags: np.ndarray,
    calls: int,
    seconds: float,
    problem: str,
) -> DetectorRow:
    """The row of a detector that gave these scores, or none."""
    k, unit = bound_of(result.experiment)
    curve = None if scores is None else roc(scores.values, flags)
    choose = partial(threshold_at_retention, retention=RETENTION)
    other = None if scores is None else held_out(scores.values, flags, choose)
    return DetectorRow(
        preset=member.preset,
        seed=member.seed,
        method=detector.name,
        title=detector.title,
        role=_role(detector),
        network=result.network_digest,
        k=k,
        unit=unit,
        seconds=seconds,
        problem=problem,
        n=len(flags),
        hallucinated=int(flags.sum()),
        auroc=None if curve is None else curve.auroc,
        auroc_interval=None if curve is None else curve.interval,
        recall=None if other is None else other.judged.recall,
        retention=None if other is None else other.judged.retention,
        precision=None if other is None else other.judged.precision,
        calls=calls,
    )


def _role(detector: Detector) -> Role:
    if isinstance(detector, OwnDetector):
        return "own"
    return "bound" if detector.name in BOUNDS else "method"


# ---- remedies --------------------------------------------------------------------------------------------


def _remedy_rows(
    spec: LeaderboardSpec, member: Member, result: Result
) -> Generator[float, None, list[RemedyRow]]:
    taking: list[Treatment | OwnMethod] = [*treatments(result.experiment, spec.remedies)]
    taking += [one for one in spec.own if one.kind == "remedy"]
    rows = []
    for number, one in enumerate(taking):
        work = (
            _own_row(spec, member, result, one)
            if isinstance(one, OwnMethod)
            else _treated_row(spec, member, result, one)
        )
        rows.append((yield from rescaled(work, number / len(taking), (number + 1) / len(taking))))
    return rows


def _treated_row(
    spec: LeaderboardSpec, member: Member, result: Result, treatment: Treatment
) -> Generator[float, None, RemedyRow]:
    kind, found, problem, clock = data_kind(result.experiment), None, "", WorkClock()
    role: Role = "bound" if treatment == TRUTH else "method"
    if not any(one.dial for one in treatment):
        role = "reference"
    try:
        n = samples_drawn(spec, kind)
        if n is not None:
            calls = network_calls(
                result.denoiser(device=result.device),
                lambda denoiser: treated(result, treatment, denoiser=denoiser),
                result.device,
            )
            n = affordable(n, calls, _most_calls(kind))
        work = evaluate_remedy(result, treatment, n=n)
        found = (yield from timed(work, clock)).result
    except ValueError as error:
        problem = str(error)
    title = " + ".join(one.remedy.title for one in treatment if one.dial)
    title = title or ("DDIM" if treatment else "untreated")
    return _remedy_row(member, result, treatment_text(treatment), title, role, found, clock.seconds, problem)


def _own_row(
    spec: LeaderboardSpec, member: Member, result: Result, method: OwnMethod
) -> Generator[float, None, RemedyRow]:
    kind, found, problem, clock = data_kind(result.experiment), None, "", WorkClock()
    try:
        n = samples_drawn(spec, kind)
        work = evaluate_own_remedy(result, method, n=n, most_calls=_most_calls(kind), seconds=spec.seconds)
        found, _ = yield from timed(work, clock)
    except MethodError as error:
        problem = str(error)
    return _remedy_row(member, result, method.name, method.title, "own", found, clock.seconds, problem)


def samples_drawn(spec: LeaderboardSpec, kind: DataKind) -> int | None:
    """How many samples a remedy is counted on, if it asks the network no more often than none; None where its
    rate is exact."""
    return None if kind == "line" else spec.samples or DRAWN.get(kind, PICTURES_DRAWN)


def _most_calls(kind: DataKind) -> float:
    return CALLS_OF_A_REMEDY.get(kind, CALLS_ON_PICTURES)


def _remedy_row(
    member: Member,
    result: Result,
    name: str,
    title: str,
    role: Role,
    found: RemedyResult | None,
    seconds: float,
    problem: str,
) -> RemedyRow:
    k, unit = bound_of(result.experiment)
    return RemedyRow(
        preset=member.preset,
        seed=member.seed,
        method=name,
        title=title,
        role=role,
        network=result.network_digest,
        k=k,
        unit=unit,
        seconds=seconds if found is None else found.seconds,
        problem=problem,
        result=found,
    )
