"""What people take away of samplers: the table, and code that prints what the one on view makes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.run import Result
from explorer.experiments.sampler_rates import SamplerRow
from explorer.experiments.share_columns import share_columns
from explorer.experiments.summary import share_distance
from explorer.page_figures.samplers_findings import describe_rate
from explorer.page_figures.views.samplers import View
from explorer.ui.samplers.results import Known
from explorer.ui.shared import downloads
from explorer.ui.shared.snippet import experiment_code, snippet
from explorer.ui.shell import session


def table(result: Result | None, known: Known | None) -> None:
    """Downloads of all that is measured, and code that prints the sampler on view."""
    k = session.view(View).k
    with st.container(horizontal=True):
        downloads.experiment_button()
        if result is not None and known is not None and known.rows:
            rows, experiment = known.rows, result.experiment
            downloads.file_button(
                "Samplers (CSV)",
                "samplers",
                "csv",
                lambda: rates_csv(rows, experiment, k),
                "A line for each sampler at each number of calls, by network and by true score.",
            )
    if result is not None and known is not None and known.picked is not None:
        sampler_code(result, known, k)


def rates_csv(rows: Sequence[SamplerRow], experiment: Experiment, k: int) -> str:
    """Two lines a sampler and number of calls, by network and by true score: the share beyond k sigma under
    the names of share_columns, those beyond each number of sigmas, and what is paid."""
    lines = []
    for row in rows:
        for by, summary in (("network", row.model), ("true score", row.truth)):
            line = {"sampler": row.title, "calls": row.calls, "spacing": row.spacing, "by": by}
            line |= share_columns(summary, k)
            for each in THRESHOLDS if summary.beyond is not None else ():
                _, share, low, high, error, _, _ = share_columns(summary, each).values()
                line |= {f"beyond_{each}_sigma": share, f"beyond_{each}_sigma_low": low}
                line |= {f"beyond_{each}_sigma_high": high, f"beyond_{each}_sigma_error": error}
            if experiment.mixture is not None:
                line["share_distance"] = share_distance(summary, experiment.mixture)
                line["width"] = summary.width
            line |= {kind.replace(" ", "_"): count for kind, count in (summary.kinds or {}).items()}
            lines.append(line)
    return pd.DataFrame(lines, dtype=object).to_csv(index=False, lineterminator="\r\n")


def sampler_code(result: Result, known: Known, k: int) -> None:
    """Code that looks the sampler on view up, or measures it, and prints what it makes."""
    row = known.picked
    assert row is not None
    shipped = known.origin == "shipped"
    find = "find(shipped_samplers(run))" if shipped else "None"
    lines = [
        f"experiment = {experiment_code()}",
        "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
        f"spec = sampler_at(experiment, {row.sampler!r}, {row.calls}, {row.spacing!r})",
    ]
    if shipped:
        lines += [
            "table = None if MEASURE_ANEW else shipped_samplers(run)",
            "rows = () if table is None else table.rows",
            "rows = [row for row in rows if row.spec == spec]",
        ]
        find = "rows"
    else:
        find = "[]"
    asked = f"sampler_rates(run, [AskedRates({row.sampler!r}, spec)], reported={shipped})"
    lines += [
        f"rows = {find} or with_bar({asked}, 'measuring', share=lambda update: update.share, always=True)",
        f"print(describe_rate(rows[0], experiment, {k}))",
    ]
    imports = [
        *downloads.IMPORTS,
        "from explorer.compute.progress_bar import with_bar",
        "from explorer.experiments.sampler_rates import AskedRates, sampler_at, sampler_rates",
        "from explorer.page_figures.samplers_findings import describe_rate",
    ]
    anew = downloads.train_anew(result.experiment)
    if shipped:
        imports.append("from explorer.experiments.shipped_samplers import shipped_samplers")
        anew = f"MEASURE_ANEW = False  # True measures the sampler again\n{anew}"
    snippet(
        lines,
        imports,
        takes="some seconds",
        prints=describe_rate(row, result.experiment, k),
        anew=anew,
    )
