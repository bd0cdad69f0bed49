"""What people take away of remedies: the table of results, and code that prints what the one on view does."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.run import Result
from explorer.experiments.share_columns import share_columns
from explorer.page_figures.remedies_findings import describe_result
from explorer.page_figures.views.parameter import SigmaView
from explorer.remedies.evaluation import RemedyResult
from explorer.remedies.store import RemedyTable
from explorer.remedies.treatment import treatment_text
from explorer.ui.remedies.results import Known
from explorer.ui.shared import downloads
from explorer.ui.shared.snippet import experiment_code, snippet
from explorer.ui.shell import session


def table(result: Result | None, known: Known | None, text: str) -> None:
    """Downloads of all that is measured, and code that prints the price of the treatment on view."""
    k = session.view(SigmaView).k
    with st.container(horizontal=True):
        downloads.experiment_button()
        if known is not None and known.table.treated:
            table = known.table
            downloads.file_button(
                "Prices (CSV)",
                "prices",
                "csv",
                lambda: prices_csv(table, k),
                "A line for each treatment, and for each network that was trained with a change.",
            )
    if result is not None and known is not None and known.picked is not None:
        price_code(result, known, text, k)


def prices_csv(found: RemedyTable, k: int) -> str:
    """A line a treatment, and one a network trained with a change: the share beyond k sigma under the names
    of share_columns, those beyond each number of sigmas as `beyond_4_sigma` and so on, and what is paid."""
    rows: list[tuple[str, int | None, RemedyResult]] = [
        (treatment_text(row.treatment) or "untreated", None, row.result) for row in found.treated
    ]
    rows += [(f"trained: {row.variant}", row.seed, row.result) for row in found.trained]
    lines = []
    for name, seed, price in rows:
        line = {"treatment": name, "seed": seed, **share_columns(price, k)}
        for each in THRESHOLDS if price.beyond is not None else ():
            _, share, low, high, error, _, _ = share_columns(price, each).values()
            line |= {f"beyond_{each}_sigma": share, f"beyond_{each}_sigma_low": low}
            line |= {f"beyond_{each}_sigma_high": high, f"beyond_{each}_sigma_error": error}
        line |= {name: getattr(price, name) for name in ("share_distance", "width", "distance")}
        line |= {kind.replace(" ", "_"): count for kind, count in (price.kinds or {}).items()}
        lines.append({**line, "network_calls": price.network_calls, "seconds": price.seconds})
    return pd.DataFrame(lines, dtype=object).to_csv(index=False, lineterminator="\r\n")


def price_code(result: Result, known: Known, text: str, k: int) -> None:
    """Code that looks the treatment on view up, or measures it, and prints what it leaves and costs."""
    row = known.picked
    assert row is not None
    quickly = known.table.find(row.treatment) is None or known.origin != "shipped"
    snippet(
        [
            f"experiment = {experiment_code()}",
            "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
            f"treatment = read_treatment({text!r})",
            "row = None if MEASURE_ANEW else shipped_row(run, treatment)",
            "if row is None:",
            f"    work = evaluate_remedy(run, treatment, reported={not quickly})",
            '    row = treated_row(with_bar(work, "measuring", always=True))',
            f'print(describe_result(row, {k}, ""))',
        ],
        [
            *downloads.IMPORTS,
            "from explorer.compute.progress_bar import with_bar",
            "from explorer.page_figures.remedies_findings import describe_result",
            "from explorer.remedies.evaluation import evaluate_remedy",
            "from explorer.remedies.remedy_table import shipped_row, treated_row",
            "from explorer.remedies.treatment import read_treatment",
        ],
        takes="some seconds, or as long as the treatment is measured where it does not ship",
        prints=describe_result(row, k, ""),
        anew="MEASURE_ANEW = False  # True measures the treatment again\n"
        + downloads.train_anew(result.experiment),
    )
