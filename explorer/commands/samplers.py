"""samplers: what each sampler hallucinates at a number of network calls, by the network and by the true
score."""

from __future__ import annotations

import argparse
from typing import Any, get_args

from explorer.commands.command import (
    Report,
    add_settings,
    command,
    device_report,
    named_run,
    which_experiment,
)
from explorer.commands.options import add_preset, add_seed, chosen_seed, number, whole_numbers
from explorer.commands.shares import SHARES, by_k, records
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.diffusion.sampler_spec import Spacing
from explorer.diffusion.sampling import MAX_SAMPLES
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.sampler_rates import (
    CALLS_RANGE,
    DEFAULT_SPACING,
    NAMES,
    PICTURES_COUNTED,
    POINTS_COUNTED,
    SamplerRow,
    asked_rates,
    sampler_rates,
)

CALLS = (5, 10, 20, 50)


def add(commands: Any) -> None:
    text = "What each sampler hallucinates, by the network and by the true score."
    sub = command(commands, "samplers", _samplers, text)
    add_preset(sub)
    sub.add_argument(
        "--sampler", action="append", choices=NAMES, help="may be repeated (default: all of them)"
    )
    number(
        sub,
        "--calls",
        "network calls of a sample, a sampler takes the steps that come nearest",
        CALLS_RANGE,
        kind=whole_numbers,
        default=CALLS,
        default_text=",".join(map(str, CALLS)),
        metavar="N,N",
    )
    sub.add_argument(
        "--spacing",
        choices=get_args(Spacing),
        default=DEFAULT_SPACING,
        help=f"of the visited steps (default: {DEFAULT_SPACING})",
    )
    default_text = f"{POINTS_COUNTED:,} points, {PICTURES_COUNTED} pictures; 1-D needs none"
    number(sub, "--n", "samples of each", (1, MAX_SAMPLES), default_text=default_text)
    add_seed(sub)
    add_settings(sub)


def _samplers(options: argparse.Namespace) -> Report:
    result = named_run(options.preset, options.settings)
    experiment = result.experiment
    seed = chosen_seed(options, experiment)
    asked = asked_rates(experiment, options.sampler or NAMES, options.calls, (options.spacing,))
    rows = with_bar(
        sampler_rates(result, asked, n=options.n, seed=seed), "samplers", share=lambda update: update.share
    )
    return {
        **which_experiment(experiment, options.preset),
        **device_report(choose_device(experiment.network.kind)),
        "seed": seed,
        "spacing": options.spacing,
        "samplers": [
            _row(row, experiment.pictures) if options.json else _short_row(row, experiment.pictures)
            for row in rows
        ],
    }


def _row(row: SamplerRow, pictures: str) -> Report:
    """A sampler's numbers; the records are those of the network."""
    model, truth = (hallucinated_shares(one, pictures) for one in (row.model, row.truth))
    report: Report = {
        "sampler": row.sampler,
        "calls": row.calls,
        "steps": row.spec.steps,
        "rate": by_k(model) if row.model.kinds is None else model[0].value,
        "rate_true_score": by_k(truth) if row.truth.kinds is None else truth[0].value,
        SHARES: records(model),
        f"{SHARES}_true_score": records(truth),
    }
    if row.model.kinds is None:
        report |= {"mode_shares": list(row.model.mode_shares), "width": row.model.width}
    else:
        report |= {"kinds": row.model.kinds, "kinds_true_score": row.truth.kinds}
    return report | {"seconds": round(row.seconds, 3)}


def _short_row(row: SamplerRow, pictures: str) -> Report:
    """What fits a line: the share beyond 5 sigma, or the share that cannot exist."""
    report: Report = {"sampler": row.title, "calls": row.calls}
    for name, summary in (("rate", row.model), ("rate_true_score", row.truth)):
        shares = hallucinated_shares(summary, pictures)
        share = next((one for one in shares if one.k == 5), shares[0])
        report[name] = share.value
        if share.rate is not None:
            report[f"{name}_interval"] = list(share.rate.interval)
    if row.model.kinds is None:
        report["width"] = row.model.width
    else:
        report["kinds"] = " ".join(f"{kind} {count}" for kind, count in row.model.kinds.items())
    return report | {"seconds": round(row.seconds, 2)}
