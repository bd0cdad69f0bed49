"""remedies: what cures a trained run of its hallucinations, and what each cure costs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from explorer.commands.command import (
    Report,
    add_settings,
    command,
    device_report,
    named_run,
    which_experiment,
)
from explorer.commands.options import add_preset, number
from explorer.commands.shares import SHARES, by_k, counted_share, errors_by_k, records
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.diffusion.sampling import MAX_SAMPLES, check_count
from explorer.experiments.hallucinated_share import hallucinated_shares
from explorer.experiments.measurement import REPORTED_SAMPLES
from explorer.remedies.catalogue import REMEDIES
from explorer.remedies.evaluation import EvaluatedTreatment, RemedyResult, evaluate_remedy
from explorer.remedies.remedy_table import PICTURES_A_DIAL
from explorer.remedies.treatment import MOST_REMEDIES, default_treatments, read_treatment, treatment_text


def add(commands: Any) -> None:
    sub = command(commands, "remedies", _remedies, "What each remedy does to a trained run, and its price.")
    add_preset(sub)
    sub.add_argument(
        "--remedy",
        action="append",
        metavar="NAME=DIAL",
        help="may be repeated; NAME=DIAL+NAME=DIAL are applied one after another "
        f"(default: all at their usual dials): {', '.join(REMEDIES)}",
    )
    sub.add_argument("--combine", action="store_true", help="apply all of them together, in their order")
    add_settings(sub)
    default_text = f"{REPORTED_SAMPLES:,} points, {PICTURES_A_DIAL} pictures; 1-D needs none"
    number(sub, "--n", "samples drawn of each", (1, MAX_SAMPLES), default_text=default_text)


def _remedies(options: argparse.Namespace) -> Report:
    result = named_run(options.preset, options.settings)
    experiment = result.experiment
    asked = [read_treatment(text) for text in options.remedy or ()]
    if options.combine:
        if not asked:
            raise ValueError("There is nothing to combine: name remedies with --remedy.")
        asked = [tuple(spec for treatment in asked for spec in treatment)]
    treatments = asked or default_treatments(experiment)
    if any(len(treatment) > MOST_REMEDIES for treatment in treatments):
        raise ValueError(f"At most {MOST_REMEDIES} remedies can be combined.")
    if options.n is not None:
        check_count(options.n)
    n = options.n if options.n is not None else PICTURES_A_DIAL if experiment.pictures else None
    rows = []
    for treatment in treatments:
        name = treatment_text(treatment) or "untreated"
        rows.append(with_bar(evaluate_remedy(result, treatment, n=n), name))
    report = which_experiment(experiment, options.preset)
    if options.json:
        where = device_report(choose_device(experiment.network.kind))
        return report | {
            "seed": experiment.seed,
            **where,
            "remedies": [_report(row, experiment.pictures) for row in rows],
        }
    return report | {treatment_text(row.treatment) or "untreated": _summary_line(row) for row in rows}


def _report(row: EvaluatedTreatment, pictures: str) -> Report:
    """A treatment with its result; a rate carries its interval where it was counted."""
    result = row.result
    report = {
        "remedy": treatment_text(row.treatment),
        "dials": [{"name": spec.name, "dial": spec.dial} for spec in row.treatment],
        **{name: value for name, value in result.to_json().items() if name != "beyond"},
    }
    shares = hallucinated_shares(result, pictures)
    report |= {"rate": by_k(shares), "error": errors_by_k(shares), SHARES: records(shares)}
    counted = {str(one.k): list(one.rate.interval) for one in shares if one.rate is not None}
    report["rate_interval"] = None if pictures else counted or None
    return report | counted_share(shares) if pictures else report


def _summary_line(row: EvaluatedTreatment) -> str:
    return ", ".join(_summary_parts(row.result))


def _summary_parts(result: RemedyResult) -> Iterator[str]:
    """A result in words."""
    if result.beyond is None:
        rate = result.rate(0)
        assert rate is not None  # pictures are counted
        assert result.kinds is not None
        low, high = rate.interval
        yield f"cannot exist {rate.value:.2%} [{low:.2%}, {high:.2%}]"
        yield " ".join(f"{kind} {count}" for kind, count in result.kinds.items())
    else:
        shares = " / ".join(f"{share:.2e}" for share in result.beyond.values())
        yield f"beyond {' / '.join(map(str, result.beyond))} sigma {shares}"
        if result.share_distance is not None:
            yield f"shares off by {result.share_distance:.3f}"
        if result.width is not None:
            yield f"width {result.width:.2f}"
    yield f"{result.network_calls:,.0f} network calls"
    yield f"{result.seconds:.1f} s"
