"""presets and checkpoints: what ships with the explorer, rebuilt or verified."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

from explorer import checkpoints
from explorer.checkpoint_files import CheckpointError
from explorer.commands.command import Parser, Report, command, with_bar
from explorer.commands.training import learned
from explorer.generations import RecursionSpec, missing
from explorer.loops import LOOPS, SHIPPED_LOOPS
from explorer.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.recursion import RecursionUpdate, recursive_training
from explorer.recursion_store import compact, load_run

SHIPPED = PRESETS | PICTURE_PRESETS


def add(commands: Any) -> None:
    command(commands, "presets", _presets, "List the presets.")
    store = commands.add_parser("checkpoints", help="Rebuild or verify the shipped runs.")
    actions = store.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    build = command(actions, "build", _build, "Train the shipped runs again and replace them.")
    build.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    build.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    loops = command(actions, "loops", _loops, "Run the shipped recursive loops again and replace them.")
    loops.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    loops.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
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


def _loops(options: argparse.Namespace) -> Report:
    names = options.names or list(LOOPS)
    if unknown := [name for name in names if name not in LOOPS]:
        raise ValueError(f"No loop of {unknown[0][:40]!r} ships; there are {', '.join(LOOPS)}.")
    built = {}
    for name in names:
        folder = SHIPPED_LOOPS / name
        work = folder.with_name(f".{name}.making")
        run = with_bar(_told(LOOPS[name], work), name)
        compact(work)
        if folder.exists():
            shutil.rmtree(folder)
        work.replace(folder)
        built[name] = {"generations": len(run.generations), "seconds": round(run.seconds, 1)}
    return built


def _told(spec: RecursionSpec, folder: Path) -> Generator[float, None, RecursionUpdate]:
    """A loop as its share done; a run that was stopped goes on."""
    for update in recursive_training(spec, folder=folder):
        yield update.share
    return update


def _verify(options: argparse.Namespace) -> Report:
    found = dict(checkpoints.shipped().problems())
    missing = {name: "There is no shipped run of this preset." for name in SHIPPED if name not in found}
    for name, entry in SHIPPED.items():
        if name in found and found[name] is None:
            stored = checkpoints.shipped().load(name).result.experiment
            found[name] = None if stored == entry.experiment else "It is the run of another experiment."
    found |= {f"recursive/{name}": _loop_problem(name) for name in LOOPS}
    report: dict[str, Any] = {name: problem or "sound" for name, problem in (found | missing).items()}
    return report | {"failed": any(text != "sound" for text in report.values())}


def _loop_problem(name: str) -> str | None:
    """What is wrong with a shipped loop, or None."""
    try:
        spec, generations = load_run(SHIPPED_LOOPS / name)
    except CheckpointError as error:
        return str(error)
    if spec != LOOPS[name]:
        return "It is the loop of another specification."
    return (
        f"{len(missing(spec, generations))} generations are missing." if missing(spec, generations) else None
    )
