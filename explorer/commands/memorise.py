"""memorise: what networks draw that learned from few points, and from many, beside the denoiser that knows
them by heart."""

from __future__ import annotations

import argparse
from typing import Any

from explorer.commands.command import Report, add_settings, command, device_report, which_experiment
from explorer.commands.options import add_preset, add_threads, number, whole_numbers
from explorer.compute.device import choose_device
from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.detection.statistics.training_distance import FRESH_SHARE, ratio_bound
from explorer.experiments.presets import preset
from explorer.experiments.settings import with_settings
from explorer.memorisation.presets import default_experiment, default_sizes
from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.run import memorisation
from explorer.memorisation.sample_kinds import KINDS
from explorer.memorisation.spec import (
    NOISE_RANGE,
    SAMPLES_RANGE,
    SEEDS_RANGE,
    SIZES,
    SIZES_RANGE,
    MemorisationSpec,
)


def add(commands: Any) -> None:
    text = "What networks draw that learned from few points: hallucinated, memorised, spurious, generalised."
    sub = command(commands, "memorise", _memorise, text)
    add_preset(sub, "a preset of points")
    number(
        sub,
        "--sizes",
        "numbers of training points",
        SIZES_RANGE,
        kind=whole_numbers,
        default_text=f"{','.join(map(str, SIZES))}, without those of fewer than three a mode",
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
    experiment = with_settings(default_experiment(preset(options.preset).experiment), options.settings)
    sizes = default_sizes(experiment) if options.sizes is None else options.sizes
    spec = MemorisationSpec(experiment, sizes, options.seeds, options.n, options.smallest_noise)
    work = returning_last(memorisation(spec))
    made = with_bar(work, "memorise", share=lambda update: update.share).sizes
    return {
        **which_experiment(experiment, options.preset),
        **device_report(choose_device(experiment.network.kind, members=spec.seeds)),
        "smallest_noise": spec.smallest_noise,
        "steps": experiment.training.steps,
        "seeds": spec.seeds,
        "n": spec.n,
        "ratio": ratio_bound(FRESH_SHARE, spec.mixture.dimensions),
        "networks": (
            [row.report() for one in made for row in one.rows]
            if options.json
            else [_short(one) for one in made]
        ),
    }


def _short(made: MemorisedSize) -> Report:
    """A line: shares of a size's networks, median and range over seeds; what knows the points by heart, and
    fresh draws, repeat."""

    def over(who: str, kind: str) -> str:
        return f"{made.over_seeds(who, kind):.3g}"

    return {
        "size": made.size,
        **{kind: over("network", kind) for kind in KINDS},
        "by_heart_memorised": over("empirical", "memorised"),
        "fresh_memorised": over("fresh", "memorised"),
    }
