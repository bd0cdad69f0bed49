"""dimension: networks on the same modes in 2 to 64 dimensions: how often they hallucinate, and where."""

from __future__ import annotations

import argparse
from typing import Any

from explorer.commands.command import Report, command, device_report
from explorer.commands.options import add_folders, add_threads, chosen_folder, number, whole_numbers
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.data.equal_tails import equal_tail_radius, honest_share, tail_share
from explorer.data.layouts import DIMENSIONS_RANGE, LAYOUTS, SIGMA_RANGE
from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.methods import METHODS, SAMPLERS
from explorer.dimension.rows import K, Who
from explorer.dimension.run import compare_dimensions, comparison_device
from explorer.dimension.spec import (
    DIMENSIONS,
    SAMPLES_RANGE,
    SEEDS_RANGE,
    STEPS_RANGE,
    WIDTH_RANGE,
    DimensionSpec,
)
from explorer.dimension.table import as_csv, auroc, bridge, rate, series, tail, width
from explorer.storage.files import write_file

TABLE = "table.csv"


def add(commands: Any) -> None:
    text = "Networks on the same modes in 2 to 64 dimensions: how often they hallucinate, and where."
    sub = command(commands, "dimension", _dimension, text)
    default = DimensionSpec()
    sub.add_argument("--layout", choices=LAYOUTS, default=default.layout, help="where the modes lie")
    number(
        sub,
        "--dimensions",
        "numbers of coordinates",
        DIMENSIONS_RANGE,
        kind=whole_numbers,
        default=DIMENSIONS,
        default_text=",".join(map(str, DIMENSIONS)),
        metavar="D,D",
    )
    text = "of a mode, over the gap between the nearest modes"
    number(sub, "--sigma", text, SIGMA_RANGE, kind=float, default=default.sigma)
    number(sub, "--seeds", "networks in each dimension", SEEDS_RANGE, default=default.seeds)
    number(sub, "--n", "samples of each network and method", SAMPLES_RANGE, default=default.n)
    number(sub, "--steps", "of the training", STEPS_RANGE, default=default.steps)
    number(sub, "--width", "units in a layer", WIDTH_RANGE, default=default.width)
    add_threads(sub, " of a stack")
    add_folders(sub, "comparison")


def _dimension(options: argparse.Namespace) -> Report:
    spec = DimensionSpec(
        options.layout,
        options.dimensions,
        options.sigma,
        options.seeds,
        options.n,
        steps=options.steps,
        width=options.width,
    )
    folder = chosen_folder(options, "dimension")
    work = returning_last(compare_dimensions(spec, folder=folder))
    update = with_bar(work, "dimension", share=lambda update: update.share)
    report: Report = {"layout": spec.layout, "sigma": spec.sigma, "seeds": spec.seeds, "n": spec.n}
    if options.json:
        report |= {"spec": spec.to_json(), "digest": spec.digest}
        report["dimensions"] = [_radii(part) for part in update.parts]
        report["rows"] = [row.to_json() for part in update.parts for row in part.rows]
    else:
        report |= {f"beyond {K} sigma": _table(update.parts)}
    report |= {"seconds": round(update.seconds, 3), **device_report(comparison_device(spec))}
    if folder is not None:
        write_file(folder / TABLE, as_csv(update.parts).encode())
        report["table"] = str(folder / TABLE)
    return report


def _radii(part: DimensionPart) -> Report:
    """The two bounds in a dimension, and the share of fresh samples beyond each."""
    d = part.dimensions
    return {
        "dimensions": d,
        "equal_tail_radius": equal_tail_radius(d, K),
        "honest_beyond_equal_tails": honest_share(K),
        "honest_beyond_plain": tail_share(d, K),
    }


def _table(parts: tuple[DimensionPart, ...]) -> list[Report]:
    """A line for each dimension and sampler: medians and ranges over seeds; then the cures."""

    def said(part: DimensionPart, who: Who, method: str, value: Any) -> str:
        places = series([part], who, method, value)
        return f"{places[0].over:.3g}" if places else "-"

    return [
        {
            "d": part.dimensions,
            "method": METHODS[method].title,
            "equal tails": said(part, "network", method, rate(K)),
            "plain": said(part, "network", method, rate(K, plain=True)),
            "on bridges": said(part, "network", method, bridge(K)),
            "in tails": said(part, "network", method, tail(K)),
            "width": said(part, "network", method, width),
            "AUROC of Hal": said(part, "network", method, auroc),
            "true score": said(part, "truth", method, rate(K)) if method in SAMPLERS else "-",
        }
        for part in parts
        for method in METHODS
    ]
