"""What people take away of a recursive loop: figure, curves and samples, and code that runs it again."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from explorer.recursion.spec import Generation, RecursionSpec, of_seed
from explorer.ui.shared import downloads, figure_downloads


def loop(spec: RecursionSpec | None, generations: Sequence[Generation], seed: int) -> None:
    """Downloads of a recursive loop, its samples of one of the seeds, and a snippet that runs it again."""
    figure_downloads.downloads()
    if spec is None:
        return
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        downloads.file_button("Loop (JSON)", "json", lambda: text, "Everything that decides it.")
        if generations:
            downloads.file_button(
                "Curves (CSV)",
                "csv",
                lambda: curves_csv(generations),
                "A line for each seed, arm and generation.",
            )
            downloads.file_button(
                "Samples (NPZ)",
                "npz",
                lambda: samples_npz(spec, of_seed(generations, seed)),
                "The samples shown, and densities; of the seed whose pictures are shown.",
            )
    st.code(loop_code(spec), language="python")


def loop_code(spec: RecursionSpec) -> str:
    """Python that runs the loop on screen again."""
    return "\n".join(
        [
            "from explorer.recursion.spec import RecursionSpec",
            "from explorer.experiments.presets import preset",
            "from explorer.recursion.run import recursive_training",
            "",
            f"experiment = {downloads.experiment_code()}",
            f"arms = {spec.arms!r}",
            f"spec = RecursionSpec(experiment, arms, {spec.generations}, {spec.samples}, {spec.drop}, "
            f"{spec.rule!r}, {spec.window}, {spec.real_share}, seeds={spec.seeds}, "
            f"fresh_seeds={spec.fresh_seeds})",
            "for update in recursive_training(spec):",
            "    pass",
            "for one in update.generations:",
            "    print(one.seed, one.arm, one.number, one.rate.value, one.width)",
        ]
    )


def curves_csv(generations: Sequence[Generation]) -> str:
    """A line for each seed, arm and generation."""
    rows = [
        {
            "seed": one.seed,
            "arm": one.arm,
            "generation": one.number,
            "drawn": one.drawn,
            "kept": one.kept,
            "rate": one.rate.value,
            "low": one.rate.interval[0],
            "high": one.rate.interval[1],
            **{f"exact_beyond_{k}": share for k, share in (one.exact or {}).items()},
            "rate_after_filter": None if one.rate_after is None else one.rate_after.value,
            "width": one.width,
            "distance": one.distance,
            "alive": one.alive,
            "mode_shares": " ".join(f"{share:.5g}" for share in one.mode_shares),
            "kinds": " ".join(f"{name}:{count}" for name, count in (one.kinds or {}).items()),
            "seconds": round(one.seconds, 3),
        }
        for one in generations
    ]
    return pd.DataFrame(rows, dtype=object).to_csv(index=False)


def samples_npz(spec: RecursionSpec, generations: Sequence[Generation]) -> bytes:
    """The samples that are kept for show of each arm and generation of one seed, and their densities."""
    arrays: dict[str, np.ndarray] = {"loop": np.array(json.dumps(spec.to_json()))}
    for one in generations:
        arrays[f"samples_{one.arm}_{one.number}"] = one.samples
        if one.density is not None:
            arrays["x"], arrays[f"density_{one.arm}_{one.number}"] = one.density.x, one.density.p
    return downloads.npz(spec.experiment, arrays)
