"""detect: how well the trajectory variance of a trained run gives its hallucinations away."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from explorer.commands.command import Report, command, device_report, named_run
from explorer.commands.options import (
    TRIAL_SAMPLES,
    add_bound,
    add_preset,
    add_retention,
    add_seed,
    add_switch,
    add_window,
    check_judged,
    chosen_bound,
    chosen_seed,
    new_file,
    number,
)
from explorer.commands.shares import counted_share, shares_report
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.data.pictures import kind_names, kinds_beyond
from explorer.detection.detector_comparison import compare_detectors
from explorer.detection.scores.table import OTHER_DETECTORS
from explorer.detection.scores.window_variance import WindowVariance
from explorer.detection.statistics.held_out import Halves, area_values, halves, held_out
from explorer.detection.statistics.precision_recall import precision_recall
from explorer.detection.statistics.rates import Rate, rate_values
from explorer.detection.statistics.roc import roc, rule_of_three
from explorer.detection.statistics.thresholds import confusion, random_drop, threshold_at_retention
from explorer.detection.statistics.window_scan import WindowScan, scan_windows
from explorer.detection.trajectory_variance import WINDOW_STEPS, PrefixSums
from explorer.detection.trial import LARGEST_SUMS, Trial
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.hallucinated_share import HallucinatedShare, share_unit
from explorer.experiments.run import Result
from explorer.experiments.trials import (
    ENSEMBLE_RANGE,
    SAMPLERS,
    default_count,
    detector_scores,
    evaluation_method,
    sampler,
    stored_trial,
    train_members,
    trial,
)
from explorer.storage.files import write_file


def add(commands: Any) -> None:
    sub = command(
        commands, "detect", _detect, "Detect the hallucinations of a trained run by their variance."
    )
    add_preset(sub)
    most = LARGEST_SUMS // PrefixSums.size(1, WINDOW_STEPS, 1)
    number(
        sub,
        "--n",
        "number of samples",
        f"2 to {most:,} in 1-D, half of that in 2-D",
        default_text=TRIAL_SAMPLES,
    )
    add_window(sub)
    add_bound(sub)
    add_retention(sub)
    sub.add_argument("--sampler", choices=SAMPLERS, default=SAMPLERS[0], help=f"(default: {SAMPLERS[0]})")
    add_switch(sub)
    add_seed(sub)
    sub.add_argument(
        "--scan", type=new_file, metavar="FILE", help="write AUROC and recall of every window as CSV"
    )
    sub.add_argument(
        "--rivals", action="store_true", help="compare the variance with other detectors, on the same samples"
    )
    number(
        sub,
        "--ensemble",
        "with --rivals: train M - 1 more networks, and compare where they end, too",
        ENSEMBLE_RANGE,
        default_text="no ensemble",
        metavar="M",
    )


def _detect(options: argparse.Namespace) -> Report:
    check_judged(options.n, options.retention)
    if options.ensemble is not None and not options.rivals:
        raise ValueError("--ensemble is for --rivals: an ensemble is one of them.")
    result = named_run(options.preset)
    n = options.n if options.n is not None else default_count(result.experiment)
    pictures = result.experiment.pictures
    k, seed = chosen_bound(options, result.experiment), chosen_seed(options, result.experiment)
    spec = sampler(result.experiment, options.sampler, options.switch)
    start = time.perf_counter()
    drawn = stored_trial(result, n, spec, seed)
    if drawn is None:
        work = trial(result, n, spec, seed=seed)
        drawn = with_bar(work, "sampling", share=lambda update: update.share)
    flags, hal = drawn.hallucinated(k), drawn.hal(options.window)
    threshold, parts = threshold_at_retention(hal, flags, options.retention), halves(flags)
    shares = [HallucinatedShare.counted(Rate(int(flags.sum()), n), k, share_unit(pictures))]
    report = {
        "preset": options.preset,
        "n": n,
        "window": list(options.window),
        "sigma_threshold": k,
        **shares_report(shares, counted_share(shares), json=options.json),
        **area_values(roc(hal, flags), precision_recall(hal, flags)),
        **_filtered(hal, flags, threshold),
        "sampler": spec.name,
        "rung": evaluation_method(result, spec),
        "windows_mb": round(drawn.windows.nbytes / 1e6, 1),
        "seed": seed,
        **device_report(choose_device(result.experiment.network.kind)),
    }
    if pictures:
        report["caught_by_kind"] = _by_kind(pictures, drawn.samples, k, _removed(hal, threshold))
    if not flags.any():
        report["upper_bound"] = rule_of_three(n)
    if parts is not None:
        report |= parts.to_json()
        report |= _held_out("held_out", drawn, flags, options.window, options.retention, parts)
    if options.scan is not None:
        report |= _scanned(options.scan, drawn, flags, options.retention, parts)
    if options.rivals:
        report |= _rivals(options, result, drawn, k, spec)
    return report | {"seconds": round(time.perf_counter() - start, 3)}


def _removed(hal: np.ndarray, threshold: float | None) -> np.ndarray:
    """Which samples a threshold drops, (n,) bool; none without one."""
    return np.zeros(len(hal), bool) if threshold is None else hal > threshold


def _filtered(hal: np.ndarray, flags: np.ndarray, threshold: float | None) -> Report:
    """What a threshold makes of samples with these flags, beside dropping as many at random."""
    judged = confusion(hal, flags, np.inf if threshold is None else threshold)
    control = random_drop(flags, judged.caught + judged.lost)
    return {
        **rate_values("recall", judged.recall),
        **rate_values("retention", judged.retention),
        **rate_values("precision", judged.precision),
        "threshold": threshold,
        **rate_values("rate_after_filter", judged.rate_after),
        "rate_after_random_drop": None if control is None else control.value,
        "rate_after_random_drop_interval": None if control is None else list(control.interval),
    }


def _scanned(file: Path, drawn: Trial, flags: np.ndarray, retention: float, parts: Halves | None) -> Report:
    """Write every window as CSV; which is best, and what the best one of one half does to the other."""
    found = with_bar(scan_windows(drawn.windows, flags, retention), "windows")
    write_file(file, _windows_csv(found).encode())
    best = found.best()
    report: Report = {"scan": str(file), "best_window": None if best is None else list(best)}
    if best is None:
        return report
    report["best_auroc"], report["best_recall"] = found.at(*best)
    if parts is not None:
        half = scan_windows(drawn.windows, flags, retention, parts.choosing)
        chosen = with_bar(half, "windows of one half").best()
        report |= _held_out("best_held_out", drawn, flags, chosen, retention, parts)
    return report


def _held_out(
    name: str,
    drawn: Trial,
    flags: np.ndarray,
    window: tuple[int, int] | None,
    retention: float,
    parts: Halves,
) -> Report:
    """Under a name: the window, and what the threshold that one half chose does to the other; where that
    cannot be judged None, and why not."""
    if window is None or parts.too_few is not None:
        return {name: None, "not_judged": parts.too_few}
    found = held_out(drawn.hal(window), flags, partial(threshold_at_retention, retention=retention))
    assert found is not None  # there are enough
    return {name: {"window": list(window), **found.to_json()}}


def _rivals(options: argparse.Namespace, result: Result, drawn: Trial, k: float, spec: SamplerSpec) -> Report:
    """Every detector on the same samples, a row each; and the one that one half chooses, judged on the
    other."""
    members: tuple[Denoiser, ...] = ()
    if options.ensemble is not None:
        training = train_members(result, options.ensemble)
        members = with_bar(training, "ensemble", share=lambda update: update.share)
    detectors = (WindowVariance(options.window), *OTHER_DETECTORS)
    work = detector_scores(detectors, result, drawn, spec, seed=options.seed, members=members)
    found = compare_detectors(with_bar(work, "rivals"), drawn.hallucinated(k), options.retention)
    chosen = found.chosen
    return {
        "rivals": [one.to_json() for one in found.results],
        "best_rival_held_out": None
        if chosen is None
        else {"detector": chosen.detector.name, **chosen.held_out.to_json()},
    }


def _by_kind(pictures: str, samples: np.ndarray, k: float, removed: np.ndarray) -> dict[str, list[int]]:
    """Of each kind of hallucinated pictures how many are removed, and how many there are."""
    kinds = kinds_beyond(pictures, torch.from_numpy(samples), k).numpy()
    names = list(enumerate(kind_names(pictures)))[1:]
    return {name: [int(removed[kinds == kind].sum()), int((kinds == kind).sum())] for kind, name in names}


def _windows_csv(found: WindowScan) -> str:
    """Every window a line: from, to, AUROC, recall."""
    recall = f"recall_at_{found.retention:g}"
    first, last = np.triu_indices(len(found.steps), 1)
    table = {"from": found.steps[first], "to": found.steps[last]}
    table |= {"auroc": found.auroc[first, last], recall: found.recall[first, last]}
    return pd.DataFrame(table).to_csv(index=False, float_format="%.6g", na_rep="nan", lineterminator="\n")
