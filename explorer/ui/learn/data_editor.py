"""Where people change the data: the modes of the mixture, or points of their own."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer.data.mixture import MAX_COORDINATE, MAX_MODES, SIGMA_RANGE, GaussianMixture
from explorer.data.points import MAX_BYTES, read_csv, standardise
from explorer.experiments import checkpoints
from explorer.ui.shared import folds, training
from explorer.ui.shell import session
from explorer.ui.shell.plain_text import plain


def change_data() -> None:
    """Edit the mixture, or bring points of one's own."""
    text = "Edit the modes, or train on points of your own."
    fold = folds.opened(st.popover, "Change the data", "change_data", help=text, width="stretch")
    if fold is None:
        return
    with fold:
        modes, points = st.tabs(["Edit the modes", "Your own points"])
        with modes:
            _mixture_editor()
        with points:
            _own_points()


def _mixture_editor() -> None:
    mixture = session.experiment().mixture
    if mixture is None:
        st.caption("You are using your own points; choose a preset to edit modes.")
        return
    names = ["x", "y"][: mixture.dimensions]
    table = pd.DataFrame(mixture.means, columns=names)
    table["sigma"], table["weight"] = mixture.sigmas, mixture.weights
    column = st.column_config.NumberColumn
    config = {
        name: column(
            name,
            min_value=-MAX_COORDINATE,
            max_value=MAX_COORDINATE,
            required=True,
            default=0.0,
            format="%.3f",
        )
        for name in names
    }
    config["sigma"] = column(
        "σ",
        min_value=SIGMA_RANGE[0],
        max_value=SIGMA_RANGE[1],
        required=True,
        default=mixture.sigmas[0],
        format="%.4f",
    )
    config["weight"] = column(
        "weight", min_value=0.0, required=True, default=mixture.weights[0], format="%.3f"
    )
    above = st.container()  # above the table, where it is in sight however long that is
    edited = st.data_editor(
        table,
        column_config=config,
        num_rows="dynamic",
        key=f"modes.{session.mixture_version()}",
        hide_index=True,
        height=220,
    )
    if edited.equals(table):
        above.caption(f"One row a mode, at most {MAX_MODES}. Weights are brought to a sum of one.")
        return
    rows = edited.dropna()
    try:
        changed = GaussianMixture(
            tuple(tuple(float(v) for v in row) for row in rows[names].to_numpy()),
            tuple(float(v) for v in rows["sigma"]),
            tuple(float(v) for v in rows["weight"]),
        )
    except ValueError as error:
        above.error(plain(str(error)))
        return
    if above.button("Use these modes", type="primary", key="use_modes"):
        session.use_mixture(changed)
        st.rerun()


def _own_points() -> None:
    st.caption(f"A CSV with one or two columns, one point a line, at most {MAX_BYTES / 1e6:.0f} MB.")
    above = st.container()  # above the rest, where an error is in sight
    file = st.file_uploader("File", type=["csv", "txt"], key="upload", label_visibility="collapsed")
    text = st.text_area(
        "or paste the points",
        key="pasted",
        height=90,
        placeholder="1.02\n0.97\n2.05",
        help="One point a line: one or two numbers.",
    )
    if not st.button("Train on these", type="primary", key="use_points", disabled=not (file or text.strip())):
        return
    try:
        points = standardise(read_csv(file.getvalue() if file else text))
    except ValueError as error:
        above.error(plain(str(error)))
        return
    try:
        session.use_uploaded_points(checkpoints.own().save_points(points), points.shape[0])
    except OSError as error:
        above.error(f"The points could not be kept on disk: {error.strerror}.")
        return
    training.train()
    st.rerun()
