"""recurse: train generation after generation, each on what the one before drew."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from explorer.commands.command import (
    Report,
    add_settings,
    command,
    device_report,
    which_experiment,
)
from explorer.commands.options import (
    FOLDERS,
    add_bound,
    add_cluster_options,
    add_folders,
    add_preset,
    add_seed,
    add_threads,
    add_window,
    chosen_folder,
    cluster_config,
    number,
    task_folder,
)
from explorer.commands.shares import SHARES, by_k, errors_by_k, records, uncounted
from explorer.compute.device import choose_device
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.data.pictures import MAX_PICTURES
from explorer.detection.statistics.drift import distance_floor
from explorer.detection.statistics.seed_range import SeedRange
from explorer.diffusion.training import STEPS_RANGE
from explorer.experiments.experiment import POINTS_RANGE
from explorer.experiments.hallucinated_share import HallucinatedShare, exact_shares, over_seeds, share_unit
from explorer.experiments.presets import preset
from explorer.experiments.settings import with_settings
from explorer.recursion.own_pictures import real_pictures
from explorer.recursion.run import recursive_training
from explorer.recursion.seeds import Measure, seed_range, seeds_of
from explorer.recursion.spec import (
    ARMS,
    GENERATIONS_RANGE,
    LARGEST_DROP,
    MIXTURE_WINDOW,
    RULES,
    SEEDS_RANGE,
    Generation,
    RecursionSpec,
    of_seed,
)
from explorer.recursion.tasks import recursive_training_apart


def add(commands: Any) -> None:
    sub = command(
        commands, "recurse", _recurse, "Train generation after generation, each on samples of the last."
    )
    add_preset(sub, "a preset")
    sub.add_argument(
        "--arm",
        action="append",
        choices=ARMS,
        help="what a generation's samples are filtered by; may be repeated (default: none and variance)",
    )
    number(
        sub,
        "--generations",
        "how many, the first included",
        GENERATIONS_RANGE,
        default_text=f"{RecursionSpec.generations}",
    )
    number(
        sub,
        "--samples",
        "kept of each",
        f"{POINTS_RANGE[0]} to {POINTS_RANGE[1]:,} points, {MAX_PICTURES:,} pictures",
        default_text="the preset's training points",
    )
    number(
        sub,
        "--drop",
        "share of the drawn that is dropped",
        (0, LARGEST_DROP),
        kind=float,
        default_text=f"{RecursionSpec.drop:g}",
    )
    sub.add_argument("--rule", choices=RULES, help=f"of the variance arm (default: {RecursionSpec.rule})")
    add_window(sub, f"{MIXTURE_WINDOW[0]}:{MIXTURE_WINDOW[1]}; all that are kept for pictures")
    number(
        sub,
        "--real",
        "share of real samples in the arm real",
        "above 0 and below 1",
        kind=float,
        default_text=f"{RecursionSpec.real_share:g}",
    )
    add_bound(sub)
    add_seed(sub, "data, weights and noise", default_text="the preset's")
    number(sub, "--seeds", "how many, from that one on", SEEDS_RANGE, default_text=f"{RecursionSpec.seeds}")
    sub.add_argument(
        "--fresh-seeds",
        action="store_true",
        help="new weights and batches in each generation, alike in all arms (default: those of the first)",
    )
    number(sub, "--steps", "training steps of each", STEPS_RANGE, default_text="the preset's")
    add_settings(sub)
    add_threads(sub)
    add_cluster_options(sub)
    add_folders(sub, "recursion")


def _recurse(options: argparse.Namespace) -> Report:
    spec = _spec(options)
    folder, place = chosen_folder(options, "recursion"), cluster_config(options)
    if place is None:
        work = recursive_training(spec, folder=folder)
    else:
        work = recursive_training_apart(spec, task_folder(folder, FOLDERS), place)
    update = with_bar(returning_last(work), "generations", share=lambda update: update.share)
    report = which_experiment(spec.experiment, options.preset)
    if options.json:
        settings = {name: value for name, value in spec.to_json().items() if name != "arms"}
        report |= _arms_report(spec, update.generations)
        report |= settings | {"digest": spec.digest, "distance_floor": _floor_report(spec)}
        report |= {} if spec.judged else {"real_pictures": _real_report(spec)}
    else:
        report |= {arm: _curve_in_words(spec, update.generations, arm) for arm in spec.arms}
        if not spec.judged:
            report |= {"distance of real pictures": _real_in_words(spec)}
    report |= uncounted(spec.experiment)
    report |= {"seed": spec.experiment.seed, "steps": spec.experiment.training.steps}
    report["seconds"] = round(update.seconds, 3)
    report |= device_report(choose_device(spec.experiment.network.kind))
    return report | ({} if folder is None else {"path": str(folder)})


def _spec(options: argparse.Namespace) -> RecursionSpec:
    """What was asked for, and the defaults for the rest. Raises ValueError for what does not fit."""
    changes = {"training.steps": options.steps, "seed": options.seed}
    experiment = with_settings(preset(options.preset).experiment, options.settings, changes)
    asked = {
        "fresh_seeds": options.fresh_seeds,
        "arms": None if options.arm is None else tuple(options.arm),
        "real_share": options.real,
        **{
            name: getattr(options, name)
            for name in ("generations", "samples", "drop", "rule", "window", "k", "seeds")
        },
    }
    return RecursionSpec(experiment, **{name: value for name, value in asked.items() if value is not None})


def _arms_report(spec: RecursionSpec, generations: tuple[Generation, ...]) -> Report:
    """Every generation by arm; of several seeds their medians and ranges, and every generation by seed and
    arm."""
    by_seed = {
        str(seed): {
            arm: [_generation_report(spec, one) for one in of_seed(generations, seed) if one.arm == arm]
            for arm in spec.arms
        }
        for seed in seeds_of(generations)
    }
    if spec.seeds == 1:
        return {"arms": by_seed[str(spec.experiment.seed)]}
    together = {
        arm: [
            _range_report(spec, generations, arm, number)
            for number in sorted({one.number for one in generations if one.arm == arm})
        ]
        for arm in spec.arms
    }
    return {"arms": together, "by_seed": by_seed}


def _range_report(spec: RecursionSpec, generations: tuple[Generation, ...], arm: str, number: int) -> Report:
    """Median, lowest and highest over the seeds of each number of a generation."""

    def range_of(measure: Measure) -> Report | None:
        found = seed_range(generations, arm, number, measure)
        return None if found is None else _range(found)

    those = [one for one in generations if (one.arm, one.number) == (arm, number)]
    some = those[0]
    return {
        "seeds": [one.seed for one in those],
        "hallucinated_shares_over_seeds": over_seeds(share for one in those for share in _shares(spec, one)),
        "rate": range_of(_counted_rate),
        "exact": some.exact and {str(k): range_of(_exact_beyond(k)) for k in some.exact},
        "width": range_of(lambda one: one.width),
        "distance": range_of(lambda one: one.distance),
        "nearest": range_of(lambda one: one.nearest),
        "diversity": range_of(lambda one: one.diversity),
        "alive": range_of(lambda one: float(one.alive)),
        "mode_shares": [range_of(_share_of_mode(mode)) for mode in range(len(some.mode_shares))],
        "kinds": some.kinds and {name: range_of(_share_of_kind(name)) for name in some.kinds},
    }


def _counted_rate(one: Generation) -> float | None:
    return None if one.rate is None else one.rate.value


def _exact_beyond(k: int) -> Measure:
    return lambda one: None if one.exact is None else one.exact[k]


def _share_of_mode(mode: int) -> Measure:
    return lambda one: one.mode_shares[mode]


def _share_of_kind(name: str) -> Measure:
    return lambda one: None if one.kinds is None else one.kinds[name] / one.drawn


def _range(found: SeedRange) -> Report:
    return {"median": found.median, "low": found.low, "high": found.high}


def _floor_report(spec: RecursionSpec) -> Report | None:
    """The distance that as many true samples have; None for pictures."""
    if spec.experiment.mixture is None:
        return None
    return dataclasses.asdict(distance_floor(spec.experiment.mixture, spec.drawn))


def _real_report(spec: RecursionSpec) -> Report:
    """The distances that real pictures have, and with how many samples are compared."""
    real = real_pictures(spec.experiment, spec.drawn)
    frechet, diversity = real.levels.frechet, real.levels.diversity
    return {
        "distance": None if frechet is None else _range(frechet),
        "nearest": real.levels.nearest,
        "diversity": None if diversity is None else _range(diversity),
        "components": len(real.components.axes),
        "n": real.n,
        "compared_with": real.m,
        "held_out": real.held_out,
    }


def _real_in_words(spec: RecursionSpec) -> str:
    real = real_pictures(spec.experiment, spec.drawn)
    found = real.levels.frechet
    if found is None:
        return "none: all of them are alike"
    which = "held out" if real.held_out else "learned from, since too few are held out"
    reach = f"{found.median:.3g}[{found.low:.3g},{found.high:.3g}]"
    return f"{reach}, {real.n:,} with {real.m:,}; samples are compared with {real.m:,} {which}"


def _curve_in_words(spec: RecursionSpec, generations: tuple[Generation, ...], arm: str) -> str:
    """The counted rate of each generation of an arm, of a user's own pictures the distance; of several seeds
    the median and, in brackets, the range."""
    measure: Measure = _counted_rate if spec.judged else lambda one: one.distance
    found = [seed_range(generations, arm, number, measure) for number in range(spec.generations)]
    return " ".join(
        f"{one.median:.3g}" + (f"[{one.low:.3g},{one.high:.3g}]" if spec.seeds > 1 else "")
        for one in found
        if one is not None
    )


def _shares(spec: RecursionSpec, one: Generation) -> tuple[HallucinatedShare, ...]:
    """The counted share of the drawn and, in one dimension, the exact ones of the network."""
    if one.rate is None:
        return ()
    unit = share_unit(spec.experiment.pictures)
    return (HallucinatedShare.counted(one.rate, spec.k, unit, one.seed), *_exact(one))


def _exact(one: Generation) -> tuple[HallucinatedShare, ...]:
    return exact_shares(one.exact, one.exact_error, one.seed)


def _generation_report(spec: RecursionSpec, one: Generation) -> Report:
    exact = _exact(one)
    return {
        SHARES: records(_shares(spec, one)),
        "rate": _counted_rate(one),
        "rate_interval": None if one.rate is None else list(one.rate.interval),
        "rate_after_filter": None if one.rate_after is None else one.rate_after.value,
        "mode_shares": list(one.mode_shares),
        "alive": one.alive,
        "width": one.width,
        "distance": one.distance,
        "nearest": one.nearest,
        "diversity": one.diversity,
        "kept": one.kept,
        "drawn": one.drawn,
        "exact": by_k(exact),
        "exact_error": errors_by_k(exact),
        "threshold": one.threshold,
        "kinds": one.kinds,
        "seconds": round(one.seconds, 3),
    }
