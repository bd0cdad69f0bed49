"""count: samples of a trained run by the million, on threads here or as tasks of a cluster."""

from __future__ import annotations

import argparse
import time
from typing import Any

from explorer.commands.command import (
    Report,
    command,
    device_report,
    named_folder,
)
from explorer.commands.options import (
    add_cluster_options,
    add_preset,
    add_retention,
    add_seed,
    add_window,
    check_judged,
    cluster_config,
    new_folder,
    number,
    task_folder,
)
from explorer.commands.shares import rate_report, rates_by_k, shares_report
from explorer.compute.device import choose_device, processors
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.detection.streamed_counts import MAX_STREAMED
from explorer.experiments import checkpoints
from explorer.experiments.hallucinated_share import HallucinatedShare
from explorer.experiments.large_counts import (
    CountSpec,
    count_samples,
    count_samples_on_cluster,
    evaluation_method,
)
from explorer.experiments.measurement import THRESHOLDS

DEFAULT_SAMPLES = 1_000_000


def add(commands: Any) -> None:
    sub = command(commands, "count", _count, "Count hallucinations of a trained run by the million.")
    add_preset(sub, "a preset of points, or the folder of a run")
    number(sub, "--n", "number of samples", (2, MAX_STREAMED), default=DEFAULT_SAMPLES)
    add_window(sub)
    text = "a sample beyond k sigma is hallucinated (default: 5)"
    sub.add_argument("--k", type=int, default=5, choices=THRESHOLDS, help=text)
    add_retention(sub)
    add_seed(sub, default_text="0", default=0)
    sub.add_argument("--out", type=new_folder, metavar="DIR", help="folder for what the tasks count")
    add_cluster_options(sub)


def _count(options: argparse.Namespace) -> Report:
    check_judged(options.n, options.retention)
    folder, place = named_folder(options.preset), cluster_config(options)
    result = checkpoints.load_folder(folder).result
    counting = CountSpec(options.n, result.experiment.sampler, options.window, options.k, options.seed)
    workers = processors() if options.workers is None else options.workers
    start = time.perf_counter()
    if place is None:
        work = returning_last(count_samples(result, counting, workers=workers))
    else:
        out = task_folder(options.out, "--out DIR").resolve()
        work = returning_last(count_samples_on_cluster(folder, counting, out, place))
    found = with_bar(work, "counting", share=lambda sofar: 0.0 if sofar is None else sofar.n / options.n)
    assert found is not None  # the last one is the whole
    seconds = time.perf_counter() - start
    threshold = found.threshold(options.retention)
    shares = [HallucinatedShare.counted(found.rate(k), k) for k in found.beyond]
    judged = None if threshold is None else found.confusion(threshold)
    return {
        "preset": options.preset,
        "n": found.n,
        **shares_report(shares, {"beyond": rates_by_k(shares)}, json=options.json),
        "sigma_threshold": options.k,
        "window": list(options.window),
        "auroc": found.auroc(),
        "threshold": threshold,
        "recall": None if judged is None else rate_report(judged.recall),
        "retention": None if judged is None else rate_report(judged.retention),
        "rung": evaluation_method(result, counting.spec),
        "workers": workers if place is None else place.workers,
        "seconds": round(seconds, 3),
        "points_per_second": round(found.n / seconds),
        "seed": options.seed,
        **device_report(choose_device(result.experiment.network.kind, samples=options.n)),
    }
