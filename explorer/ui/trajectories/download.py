"""What people take away of followed samples: the figure, their trajectories, and code that repeats one."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.experiments.trials import default_count
from explorer.page_figures.trajectories import PairedTrajectories
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.downloads import experiment_button, experiment_code, file_button, npz, sampler_code
from explorer.ui.shell import session
from explorer.ui.trajectories.view import View


def downloads(pairs: PairedTrajectories | None) -> None:
    """Downloads of the samples that are followed, and code that follows the chosen one again."""
    figure_downloads.downloads()
    with st.container(horizontal=True):
        experiment_button()
        if pairs is not None:
            file_button(
                "Trajectories (NPZ)", "npz", lambda: trajectories_npz(pairs), "x_t and x0 of model and truth."
            )
    if pairs is not None:
        st.code(following_code(pairs), language="python")


def trajectories_npz(pairs: PairedTrajectories) -> bytes:
    """x_t and the predicted x0 of every sample that is followed, by the model and by the truth."""
    followed = pairs.followed
    return npz(
        pairs.result.experiment,
        {
            "rows": followed.rows,
            "steps": followed.steps,
            "x_t": followed.x_t,
            "x0_hat": followed.x0_hat,
            "lanes": np.array(["model", "truth"]),
            "hallucinated": pairs.hallucinated,
        },
    )


def following_code(pairs: PairedTrajectories) -> str:
    """Python that follows the sample on screen again."""
    row = int(pairs.followed.rows[pairs.place(session.view(View).sample)])
    n = default_count(pairs.result.experiment)
    return "\n".join(
        [
            "from explorer.experiments.checkpoints import load_folder, locate",
            "from explorer.compute.progress import finish",
            "from explorer.experiments.presets import preset",
            "from explorer.experiments.trials import sampler, follow_pairs",
            "",
            f"experiment = {experiment_code()}",
            "result = load_folder(locate(experiment)).result",
            f"found = finish(follow_pairs(result, [{row}], {n}, {sampler_code()}))",
            "model, truth = found.x0_hat[:, :, 0]  # at the steps found.steps",
            "print(model[-1], truth[-1])",
        ]
    )
