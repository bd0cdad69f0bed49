"""What people take away of remedies: the figure, the table of prices, and code that measures one again."""

from __future__ import annotations

import csv
import io

import streamlit as st

from explorer.experiments.measurement import THRESHOLDS
from explorer.remedies.store import RemedyTable
from explorer.remedies.treatment import treatment_text
from explorer.ui.shared import figure_downloads, takeaway


def prices(found: RemedyTable | None, text: str) -> None:
    """Downloads of all that is measured, and a snippet that measures the treatment on view again."""
    figure_downloads.downloads()
    if found is not None and found.treated:
        with st.container(horizontal=True):
            takeaway.file("Prices (CSV)", "csv", lambda: as_csv(found), "A line for each treatment.")
    st.code(_measuring(text), language="python")


def as_csv(found: RemedyTable) -> str:
    """A line a treatment, and one a network trained with a change."""
    out = io.StringIO()
    table = csv.writer(out)
    rates = [f"beyond_{k}_sigma" for k in THRESHOLDS]
    table.writerow(
        [
            "treatment",
            "seed",
            *rates,
            "n",
            "share_distance",
            "width",
            "distance",
            "kinds",
            "network_calls",
            "seconds",
        ]
    )
    rows = [(treatment_text(row.treatment) or "untreated", "", row.result) for row in found.treated]
    rows += [(f"trained: {row.variant}", str(row.seed), row.result) for row in found.trained]
    for name, seed, price in rows:
        beyond = price.beyond or {}
        kinds = " ".join(f"{kind}={count}" for kind, count in (price.kinds or {}).items())
        told = [beyond.get(k, "") for k in THRESHOLDS]
        table.writerow(
            [name, seed, *told, price.n, price.share_distance, price.width, price.distance, kinds]
            + [price.network_calls, price.seconds]
        )
    return out.getvalue()


def _measuring(text: str) -> str:
    return "\n".join(
        [
            "from explorer.diffusion.sampling import finish",
            "from explorer.experiments.run import learn",
            "from explorer.experiments.presets import preset",
            "from explorer.remedies.evaluation import evaluate_remedy",
            "from explorer.remedies.treatment import read_treatment",
            "",
            f"experiment = {takeaway.experiment_in_python()}",
            "*_, last = learn(experiment)",
            f"found = finish(evaluate_remedy(last.result, read_treatment({text!r})))",
            "print(found.result)",
        ]
    )
