"""presets and checkpoints: what ships with the explorer, rebuilt or verified."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from explorer.commands.command import Parser, Report, command, with_bar
from explorer.commands.training import learned
from explorer.compute.progress import returning_last
from explorer.experiments import checkpoints
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import missing
from explorer.recursion.store import compact, load_run
from explorer.remedies.remedy_table import (
    REMEDY_PRESETS,
    SEEDS,
    SHIPPED_REMEDIES,
    build_shipped_remedies,
    shipped_remedies,
)
from explorer.remedies.training_variants import TRAINING_VARIANTS
from explorer.remedies.treatment import default_treatments
from explorer.storage.files import CheckpointError
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.run import sweep
from explorer.sweeps.store import load_sweep

SHIPPED = PRESETS | PICTURE_PRESETS


def add(commands: Any) -> None:
    command(commands, "presets", _presets, "List the presets.", computes=False)
    store = commands.add_parser("checkpoints", help="Rebuild or verify the shipped runs.")
    actions = store.add_subparsers(required=True, metavar="ACTION", parser_class=Parser)
    build = command(actions, "build", _build, "Train the shipped runs again and replace them.")
    build.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    build.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    loops = command(actions, "loops", _loops, "Run the shipped recursive loops again and replace them.")
    loops.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    loops.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    sweeps = command(actions, "sweeps", _sweeps, "Run the shipped sweeps again and replace them.")
    sweeps.add_argument("names", nargs="*", metavar="SWEEP", help="which (default: all)")
    sweeps.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    remedies = command(actions, "remedies", _remedies, "Measure the shipped remedies again and replace them.")
    remedies.add_argument("names", nargs="*", metavar="PRESET", help="which (default: all)")
    remedies.add_argument("--threads", type=int, default=1, help="PyTorch threads (default: 1)")
    command(actions, "verify", _verify, "Check every file of the shipped runs.", computes=False)


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
    def made(name: str, folder: Path) -> Report:
        work = returning_last(recursive_training(LOOPS[name], folder=folder))
        run = with_bar(work, name, share=lambda update: update.share)
        compact(folder)
        return {"generations": len(run.generations), "seconds": round(run.seconds, 1)}

    return _rebuilt(options.names, "loop", LOOPS, SHIPPED_LOOPS, made)


def _sweeps(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        work = returning_last(sweep(SWEEPS[name].spec, folder=folder))
        run = with_bar(work, name, share=lambda update: update.share)
        return {"networks": len(run.rows), "seconds": round(run.seconds, 1)}

    return _rebuilt(options.names, "sweep", SWEEPS, SHIPPED_SWEEPS, made)


def _remedies(options: argparse.Namespace) -> Report:
    def made(name: str, folder: Path) -> Report:
        found = with_bar(build_shipped_remedies(name, folder), name)
        return {"treatments": len(found.treated), "networks": len(found.trained)}

    return _rebuilt(options.names, "remedy", REMEDY_PRESETS, SHIPPED_REMEDIES, made)


def _rebuilt(
    names: list[str], what: str, known: Collection[str], root: Path, made: Callable[[str, Path], Report]
) -> Report:
    """Make what ships anew, each beside its old folder, which then gives way; one that was stopped goes
    on."""
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"No {what} {unknown[0][:40]!r} ships; there are {', '.join(known)}.")
    built = {}
    for name in names or known:
        folder = root / name
        work = folder.with_name(f".{name}.making")
        built[name] = made(name, work)
        if folder.exists():
            shutil.rmtree(folder)
        work.replace(folder)
    return built


def _verify(options: argparse.Namespace) -> Report:
    found = dict(checkpoints.shipped().problems())
    missing = {name: "There is no shipped run of this preset." for name in SHIPPED if name not in found}
    for name, entry in SHIPPED.items():
        if name in found and found[name] is None:
            stored = checkpoints.shipped().load(name).result.experiment
            found[name] = None if stored == entry.experiment else "It is the run of another experiment."
    found |= {f"recursive/{name}": _loop_problem(name) for name in LOOPS}
    found |= {f"sweeps/{name}": _sweep_problem(name) for name in SWEEPS}
    found |= {f"remedies/{name}": _remedy_problem(name) for name in REMEDY_PRESETS}
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


def _sweep_problem(name: str) -> str | None:
    """What is wrong with a shipped sweep, or None."""
    try:
        spec, rows = load_sweep(SHIPPED_SWEEPS / name)
    except CheckpointError as error:
        return str(error)
    if spec != SWEEPS[name].spec:
        return "It is the sweep of another specification."
    left = len(spec.members) - len(rows)
    return f"{left} networks are missing." if left else None


def _remedy_problem(name: str) -> str | None:
    """What is wrong with the shipped remedies of a preset, or None."""
    try:
        found = shipped_remedies(name)
    except CheckpointError as error:
        return str(error)
    wanted = set(default_treatments(preset(name).experiment))
    missing = len(wanted - {row.treatment for row in found.treated})
    trained = (
        {(variant, seed) for variant in TRAINING_VARIANTS for seed in range(SEEDS)}
        if REMEDY_PRESETS[name]
        else set()
    )
    missing += len(trained - {(row.variant, row.seed) for row in found.trained})
    return f"{missing} rows are missing." if missing else None
