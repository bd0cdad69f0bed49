"""memorise: what networks draw that learned from few points, and from many, beside the denoiser that knows
them by heart."""

from __future__ import annotations

import argparse
from typing import Any

from explorer.commands.command import Report, add_settings, command, device_report, which_experiment
from explorer.commands.options import add_preset, add_threads, number, whole_numbers
from explorer.compute.device import choose_device
from explorer.compute.progress_bar import with_bar
from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.memorisation import (
    NOISE_RANGE,
    RATIO,
    SAMPLES_RANGE,
    SEEDS_RANGE,
    SIZES,
    SIZES_RANGE,
    MemorisationRow,
    MemorisationSpec,
    memorisation,
)
from explorer.experiments.presets import preset
from explorer.experiments.settings import with_settings

KINDS = ("hallucinated", "memorised", "generalised")


def add(commands: Any) -> None:
    text = "What networks draw that learned from few points: hallucinated, memorised, generalised."
    sub = command(commands, "memorise", _memorise, text)
    add_preset(sub, "a preset of points")
    number(
        sub,
        "--sizes",
        "numbers of training points",
        SIZES_RANGE,
        kind=whole_numbers,
        default=SIZES,
        default_text=",".join(map(str, SIZES)),
        metavar="N,N",
    )
    defaults = MemorisationSpec
    number(sub, "--seeds", "networks of each size", SEEDS_RANGE, default=defaults.seeds)
    number(sub, "--n", "samples of each network", SAMPLES_RANGE, default=defaults.n)
    number(
        sub,
        "--smallest-noise",
        "sigma of the cleanest step: what lies nearer to each other cannot be told apart",
        NOISE_RANGE,
        kind=float,
        default=defaults.smallest_noise,
    )
    add_threads(sub)
    add_settings(sub)


def _memorise(options: argparse.Namespace) -> Report:
    experiment = with_settings(preset(options.preset).experiment, options.settings)
    spec = MemorisationSpec(experiment, options.sizes, options.seeds, options.n, options.smallest_noise)
    rows = with_bar(memorisation(spec), "memorise", share=lambda share: share)
    return {
        **which_experiment(experiment, options.preset),
        **device_report(choose_device(experiment.network.kind, members=len(spec.members))),
        "smallest_noise": spec.smallest_noise,
        "steps": experiment.training.steps,
        "seeds": spec.seeds,
        "n": spec.n,
        "ratio": RATIO,
        "networks": [_row(row) for row in rows] if options.json else _short(rows, spec.sizes),
    }


def _row(row: MemorisationRow) -> Report:
    position = row.position
    return {
        "size": row.size,
        "seed": row.seed,
        "network": row.network.to_json(),
        "empirical": row.empirical.to_json(),
        "fresh": row.fresh.to_json(),
        "hallucinated_exact": row.exact,
        "score": {name: getattr(position, name).tolist() for name in ("sigma", "along", "aside", "apart")},
    }


def _short(rows: tuple[MemorisationRow, ...], sizes: tuple[int, ...]) -> list[Report]:
    """A line for each size: shares of its networks, median and range over seeds; what knows the points by
    heart, and fresh draws, repeat."""

    def over(size: int, which: str, kind: str) -> str:
        found = SeedRange(tuple(getattr(getattr(row, which), kind).value for row in rows if row.size == size))
        ends = "" if len(found.values) == 1 else f" [{found.low:.3g}, {found.high:.3g}]"
        return f"{found.median:.3g}{ends}"

    return [
        {
            "size": size,
            **{kind: over(size, "network", kind) for kind in KINDS},
            "by_heart_memorised": over(size, "empirical", "memorised"),
            "fresh_memorised": over(size, "fresh", "memorised"),
        }
        for size in sizes
    ]
