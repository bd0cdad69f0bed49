"""presets and checkpoints: what ships with the explorer, rebuilt or verified."""

from __future__ import annotations

import argparse
from typing import Any

from explorer import checkpoints
from explorer.commands.command import Parser, Report, command
from explorer.commands.training import learned
from explorer.presets import PICTURE_PRESETS, PRESETS, preset

SHIPPED = PRESETS | PICTURE_PRESETS


def add(commands: Any) -> None:
    command(commands, "presets", _presets, "List the presets.")
    store = commands.add_parser("checkpoints", help="Rebuild or verify the shipped runs.")
    actions = store.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    build = command(actions, "build", _build, "Train the shipped runs again and replace them.")
    build.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    build.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    command(actions, "verify", _verify, "Check every file of the shipped runs.")


def _presets(options: argparse.Namespace) -> Report:
    return {name: entry.sentence for name, entry in SHIPPED.items()}


def _build(options: argparse.Namespace) -> Report:
    names = options.names or list(SHIPPED)
    experiments = [(name, preset(name).experiment) for name in names]
    built = {}
    for name, experiment in experiments:
        result = learned(experiment)
        checkpoints.shipped().save(result, name)
        built[name] = {"seconds": round(result.final.seconds, 1), "beyond": result.final.measurement.beyond}
    return built


def _verify(options: argparse.Namespace) -> Report:
    found = dict(checkpoints.shipped().problems())
    missing = {name: "There is no shipped run of this preset." for name in SHIPPED if name not in found}
    for name, entry in SHIPPED.items():
        if name in found and found[name] is None:
            stored = checkpoints.shipped().load(name).result.experiment
            found[name] = None if stored == entry.experiment else "It is the run of another experiment."
    report: dict[str, Any] = {name: problem or "sound" for name, problem in (found | missing).items()}
    return report | {"failed": any(text != "sound" for text in report.values())}
