"""sweep: train a grid of experiments, several seeds each, and tell how often each cell hallucinates."""

from __future__ import annotations

import argparse
import dataclasses
import json
import tomllib
from pathlib import Path
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
    add_cluster_options,
    add_folders,
    add_threads,
    chosen_folder,
    cluster_config,
    task_folder,
)
from explorer.commands.shares import SHARES, records
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.experiments.hallucinated_share import hallucinated_shares, over_seeds
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.settings import with_settings
from explorer.sweeps.run import sweep, sweep_apart, sweep_device
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import TABLE
from explorer.sweeps.table import DEFAULT_K, Cell

MAX_BYTES = 1_000_000  # of a specification
WANTED = "A sweep is a TOML or JSON file: preset, and x and y, each with its axis and values."


def add(commands: Any) -> None:
    sub = command(commands, "sweep", _sweep, "Train a grid of experiments and tell how each hallucinates.")
    sub.add_argument(
        "spec",
        metavar="SPEC",
        type=Path,
        help="a JSON or TOML file: preset, x and y (axis and values each); if wanted seeds, steps, changes",
    )
    add_threads(sub, " of a stack")
    add_settings(sub)
    add_cluster_options(sub)
    add_folders(sub, "sweep")


def _sweep(options: argparse.Namespace) -> Report:
    spec = SweepSpec.from_json(_read(options.spec))
    spec = dataclasses.replace(spec, experiment=with_settings(spec.experiment, options.settings))
    folder, place = chosen_folder(options, "sweep"), cluster_config(options)
    if place is None:
        work = sweep(spec, folder=folder)
    else:
        work = sweep_apart(spec, task_folder(folder, FOLDERS), place)
    update = with_bar(returning_last(work), "sweep", share=lambda update: update.share)
    report = which_experiment(spec.experiment)
    if options.json:
        report["axes"] = {"x": spec.to_json()["x"], "y": spec.to_json()["y"]}
        report["cells"] = [_cell_report(cell) for cell in update.cells]
        report |= {"seeds": spec.seeds, "digest": spec.digest, **device_report(sweep_device(spec))}
    else:
        for cell in update.cells:
            rate = cell.beyond.get(DEFAULT_K)
            report[spec.cell_in_words(cell.x, cell.y)] = (
                f"no gap beyond {DEFAULT_K} sigma"
                if rate is None
                else f"{rate.median:.3g} ({rate.low:.3g} to {rate.high:.3g})"
            )
    report["seconds"] = round(update.seconds, 3)
    return report | ({} if folder is None else {"table": str(folder / TABLE)})


def _read(path: Path) -> Any:
    """The plain values in a file of JSON, or of TOML if its name ends so. Raises ValueError that says what a
    sweep is for any other file."""
    if path.suffix.lower() == ".csv":
        raise ValueError(
            f"The file {path.name} is a table of numbers. {WANTED} "
            "To train on the points of a table use train --points FILE."
        )
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"The file {path.name} has more than {MAX_BYTES:,} bytes; that is no sweep.")
    try:
        text = path.read_text("utf-8")
        return tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ValueError(f"The file {path.name} cannot be read: {reason}. {WANTED}") from None


def _cell_report(cell: Cell) -> Report:
    """A cell as plain values: no share, or None, where there is no gap to count in."""
    shares = [
        share
        for row in cell.rows
        for share in hallucinated_shares(row.outcome, seed=row.seed)
        if share.k in cell.beyond
    ]
    first = cell.beyond.get(DEFAULT_K)
    return {
        "x": cell.x,
        "y": cell.y,
        "n": len(cell.rows),
        SHARES: records(shares),
        "hallucinated_shares_over_seeds": over_seeds(shares),
        "median": None if first is None else first.median,
        "low": None if first is None else first.low,
        "high": None if first is None else first.high,
        "rates": {
            str(k): [row.outcome.beyond[k] for row in cell.rows] if k in cell.beyond else None
            for k in THRESHOLDS
        },
        "errors": {
            str(k): [None if row.outcome.error is None else row.outcome.error[k] for row in cell.rows]
            for k in cell.beyond
        },
        "samples": cell.rows[0].outcome.n,
    }
