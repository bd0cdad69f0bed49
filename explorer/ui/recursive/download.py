"""What people take away of a recursive loop: figure, curves and samples, and code that runs it again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.recursion.spec import Generation, RecursionSpec
from explorer.ui.shared import downloads, figure_downloads


def loop(spec: RecursionSpec | None, generations: Sequence[Generation]) -> None:
    """Downloads of a recursive loop, and a snippet that runs it again."""
    figure_downloads.downloads()
    if spec is None:
        return
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        downloads.file_button("Loop (JSON)", "json", lambda: text, "Everything that decides it.")
        if generations:
            downloads.file_button(
                "Curves (CSV)", "csv", lambda: _curves(generations), "A line for each arm and generation."
            )
            downloads.file_button(
                "Samples (NPZ)",
                "npz",
                lambda: _drawn(spec, generations),
                "The samples shown, and densities.",
            )
    st.code(_looping(spec), language="python")


def _looping(spec: RecursionSpec) -> str:
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
            f"{spec.rule!r}, {spec.window}, {spec.real_share})",
            "for update in recursive_training(spec):",
            "    pass",
            "for one in update.generations:",
            "    print(one.arm, one.number, one.rate.value, one.width)",
        ]
    )


def _curves(generations: Sequence[Generation]) -> str:
    names = ["arm", "generation", "drawn", "kept", "rate", "low", "high", "rate_after_filter"]
    names += ["width", "distance", "alive", "mode_shares", "kinds", "seconds"]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    for one in generations:
        after = None if one.rate_after is None else one.rate_after.value
        shares = " ".join(f"{share:.5g}" for share in one.mode_shares)
        kinds = " ".join(f"{name}:{count}" for name, count in (one.kinds or {}).items())
        writer.writerow(
            [one.arm, one.number, one.drawn, one.kept, one.rate.value, *one.rate.interval, after]
            + [one.width, one.distance, one.alive, shares, kinds, round(one.seconds, 3)]
        )
    return file.getvalue()


def _drawn(spec: RecursionSpec, generations: Sequence[Generation]) -> bytes:
    arrays: dict[str, np.ndarray] = {"loop": np.array(json.dumps(spec.to_json()))}
    for one in generations:
        arrays[f"samples_{one.arm}_{one.number}"] = one.samples
        if one.density is not None:
            arrays["x"], arrays[f"density_{one.arm}_{one.number}"] = one.density.x, one.density.p
    return downloads.npz(spec.experiment, arrays)
