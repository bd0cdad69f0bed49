"""What people take away of an atlas: its pictures or stripes, the shares, and code that prints them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.experiments.atlas import LineAtlas, PlaneAtlas
from explorer.experiments.run import Result
from explorer.page_figures.atlas_findings import describe_rates
from explorer.page_figures.views.atlas import SOLVERS, View
from explorer.ui.shared.downloads import IMPORTS, experiment_button, file_button, npz, train_anew
from explorer.ui.shared.snippet import experiment_code, snippet
from explorer.ui.shell import session

PICTURES = "Of every pixel the mode, the distance to its centre in sigma, and whether it is hallucinated."
STRIPES = "Of every step of the training where stripes begin and end, their modes and their shares."


def downloads(run: Result | None, atlas: PlaneAtlas | LineAtlas | None) -> None:
    """Downloads of the atlas on screen, and code that prints its shares."""
    with st.container(horizontal=True):
        experiment_button()
        if run is None or atlas is None or run.experiment.mixture is None:
            return
        mixture = run.experiment.mixture
        if isinstance(atlas, PlaneAtlas):
            plane = atlas
            file_button(
                "Seeds (NPZ)", "seeds", "npz", lambda: npz(run.experiment, plane_arrays(plane)), PICTURES
            )
            text = "The share of all seeds that ends in each mode, and that of the hallucinated ones."
            file_button("Shares (CSV)", "shares", "csv", lambda: shares_csv(plane, mixture), text)
        else:
            line = atlas
            file_button("Stripes (CSV)", "stripes", "csv", lambda: stripes_csv(line, mixture), STRIPES)
    solver = SOLVERS[session.view(View).atlas_sampler]
    snippet(
        [
            f"experiment = {experiment_code()}",
            "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
            f'spec = replace(atlas_sampler(experiment), solver="{solver}")',
            f'atlas = with_bar(atlas_of(run, spec, {session.view(View).k}), "atlas", always=True)',
            "print(describe_rates(atlas))",
        ],
        [
            *IMPORTS,
            "from dataclasses import replace",
            "from explorer.compute.progress_bar import with_bar",
            "from explorer.experiments.atlas import atlas_sampler",
            "from explorer.experiments.shipped_atlases import atlas_of",
            "from explorer.page_figures.atlas_findings import describe_rates",
        ],
        takes="about two seconds; where it does not ship, ten to thirty",
        prints=describe_rates(atlas),
        anew=train_anew(run.experiment),
    )


def plane_arrays(atlas: PlaneAtlas) -> dict[str, np.ndarray]:
    """The pictures of network and true score, row 0 at the low end of y, and the edges of their pixels."""
    square, size = atlas.model.square, atlas.model.size
    arrays = {"x_edges": square.edges(square.x, size), "y_edges": square.edges(square.y, size)}
    for name, found in (("model", atlas.model), ("truth", atlas.truth)):
        for part in ("mode", "distance", "hallucinated"):
            arrays[f"{name}_{part}"] = getattr(found, part)
    return arrays


def shares_csv(atlas: PlaneAtlas, mixture: GaussianMixture) -> str:
    """A line for each mode, and one for the hallucinated seeds: their shares by network and true score; of
    the latter with the numerical errors."""
    rows = [
        {"mode": number, "x": x, "y": y, "model": model, "truth": truth}
        for number, (x, y), model, truth in zip(
            range(1, mixture.modes + 1), mixture.means, atlas.model.shares, atlas.truth.shares, strict=True
        )
    ]
    black = {"mode": "hallucinated", "model": atlas.model.hallucinated_share}
    black |= {"truth": atlas.truth.hallucinated_share}
    black |= {"model_error": atlas.model.error, "truth_error": atlas.truth.error}
    return pd.DataFrame([*rows, black]).to_csv(index=False)


def stripes_csv(atlas: LineAtlas, mixture: GaussianMixture) -> str:
    """A line for each stripe, of every step of the training and of the true score."""
    rows = []
    for step, found in zip((*map(str, atlas.steps), "truth"), (*atlas.model, atlas.truth), strict=True):
        for low, high, mode, black, mass in zip(
            found.edges, found.edges[1:], found.mode, found.hallucinated, found.mass, strict=False
        ):
            centre = mixture.means[int(mode)][0]
            row = {"step": step, "from": low, "to": high, "mode_at": centre}
            rows.append(row | {"hallucinated": bool(black), "share": mass})
    return pd.DataFrame(rows).to_csv(index=False)
