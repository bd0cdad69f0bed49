"""leaderboard: all detectors and all remedies, and your own, on several presets and seeds, as one table."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from explorer.commands.command import Report, command, device_report
from explorer.commands.options import (
    add_cluster_options,
    add_threads,
    cluster_config,
    new_folder,
    number,
)
from explorer.compute.device import choose_device
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.experiments.presets import preset
from explorer.leaderboard.own_method import read_method
from explorer.leaderboard.own_process import SECONDS_RANGE
from explorer.leaderboard.rows import DetectorRow, RemedyRow
from explorer.leaderboard.run import leaderboard, leaderboard_apart
from explorer.leaderboard.spec import (
    DEFAULT_PRESETS,
    SAMPLES_RANGE,
    SEEDS_RANGE,
    SHIPPED_PRESETS,
    SIGMA_BOUND,
    LeaderboardSpec,
)
from explorer.leaderboard.standings import DETECTOR_MEASURES, REMEDY_MEASURES, by_method, standing
from explorer.leaderboard.store import TABLE, Leaderboard, table_bytes
from explorer.leaderboard.tables import MARKDOWN, cell_in_words
from explorer.storage.files import write_file

EVERY = "all"


def add(commands: Any) -> None:
    text = "Compare all detectors and remedies, and your own, on several presets and seeds."
    sub = command(commands, "leaderboard", _leaderboard, text)
    text = f"on which, or {EVERY}: those of the table that ships (default: {','.join(DEFAULT_PRESETS)})"
    sub.add_argument("--presets", metavar="NAME,...", help=text)
    text = "networks of each preset of points; the first is the one that ships"
    number(sub, "--seeds", text, SEEDS_RANGE, default=LeaderboardSpec.seeds)
    text = "samples that detectors score and remedies are counted on"
    number(sub, "--samples", text, SAMPLES_RANGE, default_text="by the kind of data")
    for kind, what in (("detector", "score(walk) -> (n,)"), ("remedy", "treat(denoiser) -> Denoiser")):
        sub.add_argument(
            f"--{kind}",
            action="append",
            default=[],
            metavar="FILE.py:NAME",
            help=f"a {kind} of your own, {what}; may be repeated",
        )
    text = "seconds that one of your own may take on a network"
    number(sub, "--limit", text, SECONDS_RANGE, kind=float, default=LeaderboardSpec.seconds)
    sub.add_argument(
        "--out",
        type=new_folder,
        required=True,
        metavar="DIR",
        help="folder to keep it in; one that holds a part of the same leaderboard is gone on with",
    )
    sub.add_argument("--ship", type=new_folder, metavar="DIR", help=f"folder to write {TABLE} alone to, too")
    add_threads(sub)
    add_cluster_options(sub)


def _leaderboard(options: argparse.Namespace) -> Report:
    own = [read_method(text, "detector") for text in options.detector]
    own += [read_method(text, "remedy") for text in options.remedy]
    asked = {None: DEFAULT_PRESETS, EVERY: SHIPPED_PRESETS}
    presets = asked.get(options.presets) or tuple(options.presets.split(","))
    spec = LeaderboardSpec(
        presets, options.seeds, options.samples or 0, own=tuple(own), seconds=options.limit
    )
    folder, place = Path(options.out).resolve(), cluster_config(options)
    work = leaderboard(spec, folder) if place is None else leaderboard_apart(spec, folder, place)
    update = with_bar(returning_last(work), "leaderboard", share=lambda update: update.share)
    table = update.table
    assert table is not None  # the last one has it
    if options.ship is not None:
        options.ship.mkdir(parents=True, exist_ok=True)
        write_file(options.ship / TABLE, table_bytes(table))
    report: Report = {"presets": list(spec.presets), "seeds": spec.seeds}
    if options.json:
        report |= {name: json.loads(table_bytes(table))[name] for name in ("detectors", "remedies")}
    else:
        report |= _in_words(table)
    problems = table.rows.problems
    if problems:
        report |= {"problems": list(problems) if options.json else " ".join(problems), "failed": True}
    report |= {"seconds": round(update.seconds, 3), **device_report(choose_device("plain"))}
    return report | {"table": str(folder / TABLE), "markdown": str(folder / MARKDOWN)}


def _in_words(table: Leaderboard) -> Report:
    """Each preset's best number of every method, as a table a kind."""
    auroc, rate = DETECTOR_MEASURES["auroc"], REMEDY_MEASURES["rate"](int(SIGMA_BOUND))
    kinds: tuple[tuple[str, tuple[DetectorRow, ...] | tuple[RemedyRow, ...], Any], ...] = (
        ("AUROC", table.rows.detectors, auroc),
        (f"hallucinated, beyond {SIGMA_BOUND:g} sigma", table.rows.remedies, rate),
    )
    found: Report = {}
    for title, rows, measure in kinds:
        names = {row.method: row.title for row in rows}
        of = {one: by_method(rows, one) for one in table.spec.presets}
        found[title] = [
            {"method": names[method]}
            | {
                preset(one).name: cell_in_words(standing(of[one].get(method, ()), measure.of), measure)
                for one in table.spec.presets
            }
            for method in names
        ]
    return found
