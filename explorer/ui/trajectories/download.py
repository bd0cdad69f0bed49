"""What people take away of followed samples: their trajectories, and code that follows the chosen one
again."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.experiments.trials import default_count
from explorer.page_figures.trajectories import describe_sample
from explorer.page_figures.trajectories_pairs import PairedTrajectories
from explorer.page_figures.views.trajectories import View
from explorer.ui.shared.downloads import IMPORTS, experiment_button, file_button, npz, train_anew
from explorer.ui.shared.snippet import experiment_code, sampler_code, snippet
from explorer.ui.shell import session


def downloads(pairs: PairedTrajectories | None) -> None:
    """Downloads of the samples that are followed, and code that follows the chosen one again."""
    with st.container(horizontal=True):
        experiment_button()
        if pairs is not None:
            file_button(
                "Trajectories (NPZ)",
                "trajectories",
                "npz",
                lambda: trajectories_npz(pairs),
                "x_t and x0 of model and truth.",
            )
    if pairs is not None:
        following_code(pairs)


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


def following_code(pairs: PairedTrajectories) -> None:
    """Code that follows the sample on screen again, and says where model and truth lead it."""
    place = pairs.place(session.view(View).sample)
    row, n = int(pairs.followed.rows[place]), default_count(pairs.result.experiment)
    ends = pairs.followed.samples[:, place]
    snippet(
        [
            f"experiment = {experiment_code()}",
            "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
            f"pairs = paired_trajectories(run, {sampler_code()}, k={pairs.k:g}, bars=True)",
            f"place = pairs.place({row})",
            "print(pairs.summary)",
            'print(describe_sample(pairs, place).replace("{truth}", "truth"))',
            "model, truth = pairs.followed.samples[:, place]  # the way there: pairs.followed.x0_hat",
            "print(model, truth)",
        ],
        [
            *IMPORTS,
            "from explorer.experiments.trials import sampler",
            "from explorer.page_figures.trajectories import describe_sample",
            "from explorer.page_figures.trajectories_pairs import paired_trajectories",
        ],
        takes=f"some seconds; where few hallucinate {n:,} samples are drawn, half a minute or more",
        prints="\n".join(
            [
                pairs.summary,
                describe_sample(pairs, place).replace("{truth}", "truth"),
                f"{ends[0]} {ends[1]}",
            ]
        ),
        anew=train_anew(pairs.result.experiment),
    )
