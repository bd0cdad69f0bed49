"""compare: samplers of a trained run from the same noise, by model and by the true score."""

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
from explorer.commands.options import (
    MIXTURE_BOUND,
    SIGMA_BOUND,
    TRIAL_SAMPLES,
    add_preset,
    add_seed,
    add_switch,
    check_sigma,
    chosen_seed,
    number,
)
from explorer.commands.shares import SHARES, by_k, counted_share, errors_by_k, rates_by_k, records
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.diffusion.sampling import MAX_SAMPLES
from explorer.experiments.hallucinated_share import exact_shares, hallucinated_shares
from explorer.experiments.sampler_comparison import AskedSampler, SamplerComparison, Who, compare_samplers
from explorer.experiments.trials import default_count, evaluation_method, sampler

NAMES = {"ddpm": "DDPM", "ddim": "DDIM", "late": "late noise"}
EVERY = "every"


def add(commands: Any) -> None:
    sub = command(commands, "compare", _compare, "Compare samplers of a trained run from the same noise.")
    add_preset(sub)
    sub.add_argument(
        "--sampler",
        action="append",
        choices=tuple(NAMES),
        help="may be repeated; the first is what others are compared with (default: all)",
    )
    number(
        sub,
        "--steps",
        "steps that a sampler visits",
        f"2 to all of the schedule, or {EVERY}",
        kind=_steps,
        default=(None,),
        default_text="the run's own",
        metavar="N,N",
    )
    sub.add_argument("--truth", action="store_true", help="the same samplers with the true score, too")
    number(sub, "--n", "samples of each", (1, MAX_SAMPLES), default_text=TRIAL_SAMPLES)
    text = "sigma beyond which a point is hallucinated"
    number(sub, "--k", text, f"above 0 to {SIGMA_BOUND:g}", kind=float, default=MIXTURE_BOUND)
    add_switch(sub)
    add_seed(sub)
    add_settings(sub)


def _steps(text: str) -> tuple[int | None, ...]:
    """The type of --steps."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() or word == EVERY for word in words):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} are no numbers of steps; write them like 50,100")
    return tuple(None if word == EVERY else int(word) for word in words)


def _compare(options: argparse.Namespace) -> Report:
    check_sigma(options.k)
    result = named_run(options.preset, options.settings)
    experiment = result.experiment
    seed = chosen_seed(options, experiment)
    n = default_count(experiment) if options.n is None else options.n
    names = [NAMES[name] for name in options.sampler or NAMES]
    who: tuple[Who, ...] = ("model", "truth") if options.truth else ("model",)
    asked = [AskedSampler(one, name, count) for one in who for count in options.steps for name in names]
    asked = list(dict.fromkeys(asked))
    start = time.perf_counter()
    work = compare_samplers(result, n, options.switch, asked=asked, k=options.k, reported=True, seed=seed)
    rows = with_bar(work, "comparing")
    return {
        **which_experiment(experiment, options.preset),
        **device_report(choose_device(experiment.network.kind)),
        "n": n,
        "sigma_threshold": None if experiment.pictures else options.k,
        "switch": options.switch,
        "rung": evaluation_method(result, sampler(experiment, names[0], options.switch)),
        "seed": seed,
        "samplers": [
            _row(row, experiment.pictures) if options.json else _short_row(row, options.k) for row in rows
        ],
        "seconds": round(time.perf_counter() - start, 3),
    }


def _row(row: SamplerComparison, pictures: str) -> Report:
    """A sampler's numbers; each share with its interval."""
    summary = row.summary
    report: Report = {"denoiser": row.asked.who, "sampler": row.asked.sampler, "steps": row.network_calls}
    report["n"] = summary.n
    counted = hallucinated_shares(summary, pictures)
    exact = exact_shares(row.exact, row.exact_error)
    report[SHARES] = records([*counted, *exact])
    if summary.kinds is None:
        report |= {"beyond": rates_by_k(counted), "exact": by_k(exact), "exact_error": errors_by_k(exact)}
        report |= {"mode_shares": list(summary.mode_shares), "width": summary.width}
    else:
        report |= counted_share(counted)
        report["kinds"] = summary.kinds
    return report | {
        "network_calls": row.network_calls,
        "seconds": round(row.seconds, 3),
        **_difference(row),
    }


def _difference(row: SamplerComparison) -> Report:
    """By how much a sampler's share exceeds the first one's, on the same samples."""
    found = row.difference
    return {
        "difference": None if found is None else found.value,
        "difference_interval": None if found is None else list(found.interval),
        "p_value": None if found is None else found.p_value,
        "only_first": None if found is None else found.only_first,
        "only_this": None if found is None else found.only_second,
    }


def _short_row(row: SamplerComparison, k: float) -> Report:
    """What fits a line: the share beyond the k that is nearest to the one asked for."""
    nearest = min(row.rates, key=lambda known: abs(known - k))
    rate, summary = row.rates[nearest], row.summary
    report: Report = {"denoiser": row.asked.who, "sampler": row.asked.sampler, "steps": row.network_calls}
    name = "impossible" if summary.kinds is not None else f"beyond_{nearest}"
    report |= {name: rate.value, f"{name}_interval": list(rate.interval)}
    if row.exact is not None and row.exact_error is not None:
        share, error = row.exact[nearest], row.exact_error[nearest]
        report["exact"] = f"{share:.3g} ({error:.1g})"
    if summary.kinds is not None:
        report["kinds"] = " ".join(f"{kind} {count}" for kind, count in summary.kinds.items())
    else:
        report["width"] = summary.width
    found = _difference(row)
    return report | {
        "seconds": round(row.seconds, 2),
        **{name: found[name] for name in ("difference", "difference_interval", "p_value")},
    }
