"""bench: the engine measured against a plain reference, in the same run on the same machine."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from tqdm import tqdm

from explorer.benchmarks.machine import machine
from explorer.benchmarks.rounds import MOST_SECONDS, ROUNDS_RANGE, Row, Terms
from explorer.benchmarks.rows import ROWS, measured
from explorer.commands.command import Report, command
from explorer.commands.options import add_threads, number
from explorer.diffusion.sampling import MAX_SAMPLES

DEFAULT_TERMS = Terms()


def add(commands: Any) -> None:
    sub = command(
        commands,
        "bench",
        _bench,
        "Measure the engine against a plain reference on this machine.",
        computes=False,
    )
    sub.add_argument(
        "--only", nargs="+", metavar="NAME", help=f"which rows (default: all): {', '.join(ROWS)}"
    )
    number(sub, "--rounds", "of both in turn", ROUNDS_RANGE, default=DEFAULT_TERMS.rounds)
    number(
        sub,
        "--budget",
        "after which a training that has not reached its rate is given up",
        f"above 0 to {MOST_SECONDS:,}",
        kind=float,
        default=DEFAULT_TERMS.budget,
        metavar="SECONDS",
    )
    number(sub, "--points", "that a sampler draws in a round", (1, MAX_SAMPLES), default=DEFAULT_TERMS.points)
    add_threads(sub, " of both")


def _bench(options: argparse.Namespace) -> Report:
    names = options.only or list(ROWS)
    work = measured(names, Terms(options.rounds, options.budget, options.points))
    rows = list(tqdm(work, total=len(names), unit=" rows", desc="bench", disable=None))
    if options.json:
        return {"rows": [dataclasses.asdict(row) for row in rows], "machine": machine()}
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine().items())
    return {row.name: _summary_line(row) for row in rows} | {"machine": facts}


def _summary_line(row: Row) -> str:
    """A row as one line."""
    if row.ours is None or row.ratio is None or row.range is None:
        return f"no ratio, reference {_number(row.reference)} {row.unit}; {row.note}"
    low, high = map(_number, row.range)
    numbers = f"{_number(row.ours)} against {_number(row.reference)} {row.unit}"
    return f"{_number(row.ratio)} times ({low} to {high}), {numbers}; {row.note}"


def _number(value: float) -> str:
    """Three digits or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
