"""measure: the error of a trained run's score at each step, and whether its samples cover the data or repeat
them."""

from __future__ import annotations

import argparse
import time
from typing import Any

from explorer.commands.command import (
    Report,
    add_settings,
    command,
    device_report,
    named_run,
    which_experiment,
)
from explorer.commands.options import add_preset, add_seed, chosen_seed, number
from explorer.commands.shares import rate_report, rates_by_k, shares_report
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.detection.statistics.coverage import NEIGHBOURS
from explorer.detection.statistics.score_error import BEYOND, SAMPLES_RANGE, ScoreErrors
from explorer.detection.statistics.training_distance import FRESH_SHARE, TrainingDistance, ratio_bound
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import MAX_SAMPLES
from explorer.experiments import checkpoints
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.measurement import REPORTED_SAMPLES
from explorer.experiments.run import Result
from explorer.experiments.sample_measures import (
    ERROR_STEPS,
    SampleMeasures,
    measure_samples,
    measure_score,
)


def add(commands: Any) -> None:
    sub = command(commands, "measure", _measure, "Measure a trained run's score, coverage and repetitions.")
    add_preset(sub)
    sub.add_argument("--truth", action="store_true", help="use the true score in place of the network")
    default_text = f"{REPORTED_SAMPLES:,}"
    number(
        sub, "--n", "points drawn by the sampler", (NEIGHBOURS + 1, MAX_SAMPLES), default_text=default_text
    )
    number(
        sub,
        "--noisy",
        "noisy samples at each step of the score",
        SAMPLES_RANGE,
        default_text="4,096 points, 128 pictures; 1-D needs none",
        metavar="N",
    )
    number(
        sub,
        "--score-steps",
        "steps at which the score is measured",
        "2 to all that are informative",
        default=ERROR_STEPS,
        metavar="N",
    )
    add_seed(sub, "noise and fresh draws")
    add_settings(sub)


def _measure(options: argparse.Namespace) -> Report:
    result = named_run(options.preset, options.settings)
    experiment, truth = result.experiment, result.truth()
    if truth is None and (options.truth or experiment.pictures):
        raise ValueError(f"{experiment.unknown_truth}.")
    if options.n is not None and experiment.pictures:
        raise ValueError("--n is for points: of pictures the score alone is measured, on --noisy N of them.")
    if options.n is not None and options.n <= NEIGHBOURS:
        raise ValueError(
            f"{options.n} samples have no {NEIGHBOURS} neighbours each, by which coverage is measured: take "
            f"--n {NEIGHBOURS + 1} or more."
        )
    seed, where = chosen_seed(options, experiment), choose_device(experiment.network.kind)
    denoiser: Denoiser = truth if options.truth and truth else result.denoiser(device=where.device)
    report = {
        **which_experiment(experiment, options.preset),
        "denoiser": "truth" if options.truth else "model",
        "seed": seed,
        **device_report(where),
    }
    start = time.perf_counter()
    if not experiment.pictures:
        report |= _samples_report(options, result, denoiser)
    if truth is not None:
        work = measure_score(result, denoiser, steps=options.score_steps, n=options.noisy, seed=options.seed)
        began = time.perf_counter()
        errors = with_bar(work, "score")
        report |= _score_report(result, errors, whole=options.json)
        report["score_seconds"] = round(time.perf_counter() - began, 3)
    return report | {"seconds": round(time.perf_counter() - start, 3)}


def _samples_report(options: argparse.Namespace, result: Result, denoiser: Denoiser) -> Report:
    upload = result.experiment.upload
    uploaded = checkpoints.own().load_points(upload) if upload else None
    n = REPORTED_SAMPLES if options.n is None else options.n
    base = result.sampled if result.dimensions == 1 and not options.truth else denoiser
    began = time.perf_counter()
    work = measure_samples(result, base, n, uploaded=uploaded, seed=options.seed)
    found = with_bar(work, "samples")
    return {
        "n": n,
        "sampler": result.experiment.sampler.name,
        **_modes(found, json=options.json),
        "coverage": found.coverage.coverage,
        "coverage_interval": list(found.coverage.coverage_interval),
        "coverage_expected": found.coverage.expected,
        "density": found.coverage.density,
        "density_interval": list(found.coverage.density_interval),
        "neighbours": found.coverage.k,
        "training_distance": _distance(found.distance),
        "fresh_distance": None if found.fresh is None else _distance(found.fresh),
        "ratio_bound": ratio_bound(FRESH_SHARE, found.distance.dimensions),
        "samples_seconds": round(time.perf_counter() - began, 3),
    }


def _modes(found: SampleMeasures, *, json: bool) -> Report:
    """How many modes have a tenth of their due share, and the share beyond each number of sigmas."""
    if found.summary is None or found.alive is None:
        return {"modes": None, "modes_covered": None, **shares_report((), {"beyond": None}, json=json)}
    shares = hallucinated_shares(found.summary)
    return {
        "modes": len(found.alive),
        "modes_covered": int(found.alive.sum()),
        **shares_report(shares, {"beyond": rates_by_k(shares)}, json=json),
    }


def _distance(found: TrainingDistance) -> Report:
    """Distances to the nearest training point, and how many samples would be called repetitions of one."""
    return {"median": found.median, "repeated": rate_report(found.repeated())}


def _score_report(result: Result, errors: ScoreErrors, *, whole: bool) -> Report:
    """The errors at each step, or only where they are largest."""
    report: Report = {
        "score_n": errors.n,
        "bound_excess": errors.bound_excess(result.experiment.schedule),
    }
    if whole:
        return report | {"beyond_sigma": BEYOND, "score_error": errors.rows()}
    for name in ("noise_error", "between_error"):
        if (found := getattr(errors, name)) is not None:
            place = int(found.argmax())
            report |= {f"largest_{name}": float(found[place]), f"largest_{name}_at": int(errors.steps[place])}
    return report
