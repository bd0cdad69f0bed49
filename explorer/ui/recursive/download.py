"""What people take away of a recursive loop: its curves and samples, and code that prints what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.figures.coloured_words import plain
from explorer.page_figures.recursive_findings import describe_findings
from explorer.recursion import table
from explorer.recursion.spec import Generation, RecursionSpec, of_seed
from explorer.ui.shared import downloads
from explorer.ui.shared.snippet import experiment_code, snippet

CURVES = (
    "A line for each seed, arm and generation: exact rates with their numerical errors beside the counted "
    "ones with their intervals."
)
UNJUDGED_CURVES = "A line for each seed, arm and generation: distances beside those of real pictures."


def loop(spec: RecursionSpec | None, generations: Sequence[Generation], seed: int, *, stored: bool) -> None:
    """Downloads of a recursive loop, its samples of one of the seeds, and code that prints what came of it.

    stored  whether the generations lie on disk; while they are being made there is no code that finds them
    """
    if spec is None:
        return
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        downloads.file_button("Loop (JSON)", "loop", "json", lambda: text, "Everything that decides it.")
        if generations:
            downloads.file_button(
                "Curves (CSV)",
                "curves",
                "csv",
                lambda: table.as_csv(spec, generations),
                CURVES if spec.judged else UNJUDGED_CURVES,
            )
            downloads.file_button(
                "Samples (NPZ)",
                "samples",
                "npz",
                lambda: samples_npz(spec, of_seed(generations, seed)),
                "The samples shown, and densities; of the seed whose pictures are shown.",
            )
    if generations and stored:
        loop_code(spec, generations)


def loop_code(spec: RecursionSpec, generations: Sequence[Generation]) -> None:
    """Code that loads the loop on screen, or runs it again, and prints its rates for all seeds."""
    told = "rates" if spec.judged else "distances"
    minutes = sum(one.seconds for one in generations if one.number or one.arm == spec.arms[0]) / 60
    snippet(
        [
            f"experiment = {experiment_code()}",
            f"arms = {spec.arms!r}",
            f"spec = RecursionSpec(experiment, arms, {spec.generations}, {spec.samples}, {spec.drop}, "
            f"{spec.rule!r}, {spec.window}, {spec.real_share}, {spec.k}, seeds={spec.seeds}, "
            f"fresh_seeds={spec.fresh_seeds})",
            "if RUN_ANEW:",
            "    work = returning_last(recursive_training(spec))",
            '    last = with_bar(work, "generations", lambda update: update.share, always=True)',
            "    generations = last.generations",
            "else:",
            "    generations = stored_loop(spec)",
            "print(shares(spec, generations))  # a line for each seed, arm and generation",
            "print(plain(describe_findings(spec, generations)))",
        ],
        [
            "from explorer.compute.progress import returning_last",
            "from explorer.compute.progress_bar import with_bar",
            "from explorer.experiments.presets import preset",
            "from explorer.figures.coloured_words import plain",
            "from explorer.page_figures.recursive_findings import describe_findings",
            "from explorer.recursion.presets import stored_loop",
            "from explorer.recursion.run import recursive_training",
            "from explorer.recursion.spec import RecursionSpec",
            "from explorer.recursion.table import shares",
        ],
        takes="some seconds",
        prints=f"the table of the {told}, and\n{plain(describe_findings(spec, generations))}",
        anew=f"RUN_ANEW = False  # True computes the loop again, about {max(minutes, 1):.0f} min on one core",
    )


def samples_npz(spec: RecursionSpec, generations: Sequence[Generation]) -> bytes:
    """The samples that are kept for show of each arm and generation of one seed, and their densities."""
    arrays: dict[str, np.ndarray] = {"loop": np.array(json.dumps(spec.to_json()))}
    for one in generations:
        arrays[f"samples_{one.arm}_{one.number}"] = one.samples
        if one.density is not None:
            arrays["x"], arrays[f"density_{one.arm}_{one.number}"] = one.density.x, one.density.p
    return downloads.npz(spec.experiment, arrays)
