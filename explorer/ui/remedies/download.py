"""What people take away of remedies: the figure, the table of prices, and code that measures one again."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer.experiments.measurement import THRESHOLDS
from explorer.remedies.store import RemedyTable
from explorer.remedies.treatment import treatment_text
from explorer.ui.shared import downloads, figure_downloads


def prices(found: RemedyTable | None, text: str) -> None:
    """Downloads of all that is measured, and a snippet that measures the treatment on view again."""
    figure_downloads.downloads()
    if found is not None and found.treated:
        with st.container(horizontal=True):
            downloads.file_button(
                "Prices (CSV)", "csv", lambda: prices_csv(found), "A line for each treatment."
            )
    st.code(measuring_code(text), language="python")


def prices_csv(found: RemedyTable) -> str:
    """A line a treatment, and one a network trained with a change."""
    rows = [(treatment_text(row.treatment) or "untreated", "", row.result) for row in found.treated]
    rows += [(f"trained: {row.variant}", str(row.seed), row.result) for row in found.trained]
    lines = [
        {
            "treatment": name,
            "seed": seed,
            **{f"beyond_{k}_sigma": (price.beyond or {}).get(k, "") for k in THRESHOLDS},
            "n": price.n,
            "share_distance": price.share_distance,
            "width": price.width,
            "distance": price.distance,
            "kinds": " ".join(f"{kind}={count}" for kind, count in (price.kinds or {}).items()),
            "network_calls": price.network_calls,
            "seconds": price.seconds,
        }
        for name, seed, price in rows
    ]
    return pd.DataFrame(lines, dtype=object).to_csv(index=False, lineterminator="\r\n")


def measuring_code(text: str) -> str:
    return "\n".join(
        [
            "from explorer.compute.progress import finish",
            "from explorer.experiments.run import learn",
            "from explorer.experiments.presets import preset",
            "from explorer.remedies.evaluation import evaluate_remedy",
            "from explorer.remedies.treatment import read_treatment",
            "",
            f"experiment = {downloads.experiment_code()}",
            "*_, last = learn(experiment)",
            f"found = finish(evaluate_remedy(last.result, read_treatment({text!r})))",
            "print(found.result)",
        ]
    )
