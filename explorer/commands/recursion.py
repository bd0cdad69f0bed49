"""recurse: train generation after generation, each on what the one before drew."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from explorer.commands.command import Report, command, device_report, window, with_bar
from explorer.compute.device import choose_device
from explorer.compute.progress import returning_last
from explorer.experiments.presets import preset
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import ARMS, RULES, Generation, RecursionSpec


def add(commands: Any) -> None:
    sub = command(
        commands, "recurse", _recurse, "Train generation after generation, each on samples of the last."
    )
    sub.add_argument("preset", metavar="PRESET")
    sub.add_argument(
        "--arm",
        action="append",
        choices=ARMS,
        help="what a generation's samples are filtered by; may be repeated (default: none and variance)",
    )
    sub.add_argument("--generations", type=int, help="how many, the first included (default: 5)")
    sub.add_argument("--samples", type=int, help="kept of each (default: the preset's training points)")
    sub.add_argument("--drop", type=float, help="share of the drawn that is dropped (default: 0.05)")
    sub.add_argument("--rule", choices=RULES, help="of the variance arm (default: fraction)")
    sub.add_argument(
        "--window",
        type=window,
        metavar="FROM:TO",
        help="steps t over which the variance is taken (default: 0:4; all that are kept for pictures)",
    )
    sub.add_argument("--real", type=float, help="share of real samples in the arm real (default: 0.2)")
    sub.add_argument("--k", type=float, help="a hallucination is beyond k (default: 5 sigma; the pictures')")
    sub.add_argument("--seed", type=int, help="seed of data, weights and noise (default: the preset's)")
    sub.add_argument("--steps", type=int, help="training steps of each (default: the preset's)")
    sub.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="DIR", help="new folder to keep the run in")
    where.add_argument(
        "--resume", type=Path, metavar="DIR", help="folder of the same run, to go on after what is in it"
    )


def _recurse(options: argparse.Namespace) -> Report:
    spec = _spec(options)
    folder = options.out or options.resume
    if options.out is not None and (options.out / "spec.json").exists():
        raise ValueError(f"The folder {options.out.name} holds a recursion already; use --resume to go on.")
    work = returning_last(recursive_training(spec, folder=None if folder is None else folder.resolve()))
    update = with_bar(work, "generations", share=lambda update: update.share)
    by_arm = {arm: [one for one in update.generations if one.arm == arm] for arm in spec.arms}
    report: Report = {"preset": options.preset}
    if options.json:
        settings = {name: value for name, value in spec.to_json().items() if name != "arms"}
        report["arms"] = {arm: [_generation_report(one) for one in made] for arm, made in by_arm.items()}
        report |= settings | {"digest": spec.digest}
    else:
        report |= {arm: " ".join(f"{one.rate.value:.3g}" for one in made) for arm, made in by_arm.items()}
    report |= {"seed": spec.experiment.seed, "steps": spec.experiment.training.steps}
    report["seconds"] = round(update.seconds, 3)
    report |= device_report(choose_device(spec.experiment.network.kind))
    return report | ({} if folder is None else {"path": str(folder)})


def _spec(options: argparse.Namespace) -> RecursionSpec:
    """What was asked for, and the defaults for the rest. Raises ValueError for what does not fit."""
    changes = {"training.steps": options.steps, "seed": options.seed}
    experiment = preset(options.preset).experiment
    experiment = experiment.replace(**{path: value for path, value in changes.items() if value is not None})
    asked = {
        "arms": None if options.arm is None else tuple(options.arm),
        "real_share": options.real,
        **{
            name: getattr(options, name) for name in ("generations", "samples", "drop", "rule", "window", "k")
        },
    }
    return RecursionSpec(experiment, **{name: value for name, value in asked.items() if value is not None})


def _generation_report(one: Generation) -> Report:
    return {
        "rate": one.rate.value,
        "rate_interval": list(one.rate.interval),
        "rate_after_filter": None if one.rate_after is None else one.rate_after.value,
        "mode_shares": list(one.mode_shares),
        "alive": one.alive,
        "width": one.width,
        "distance": one.distance,
        "kept": one.kept,
        "drawn": one.drawn,
        "exact": None if one.exact is None else {str(k): mass for k, mass in one.exact.items()},
        "threshold": one.threshold,
        "kinds": one.kinds,
        "seconds": round(one.seconds, 3),
    }
