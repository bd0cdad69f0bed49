"""The remedies as methods: whose they are, how their formula came to us, and what each leaves at best."""

from __future__ import annotations

import pandas as pd

from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_in_words, rate_of
from explorer.remedies.catalogue import REMEDIES, data_kind
from explorer.remedies.store import RemedyTable
from explorer.remedies.treatment import TRUTH, Treatment


def methods_table(experiment: Experiment, table: RemedyTable, k: int) -> pd.DataFrame:
    """A row a remedy that fits the data: its paper, how its formula came to us, the dial among those measured
    that leaves least, what it leaves and costs there, and where ours differs. Its columns are what people
    read; what was not measured is a dash."""
    rows = []
    for name, remedy in REMEDIES.items():
        if data_kind(experiment) not in remedy.fits:
            continue
        alone = [row for row in table.treated if _alone(row.treatment) == name]
        best = min(alone, key=lambda row: rate_of(row.result, k), default=None)
        result = None if best is None else best.result
        sign = remedy.dial.rsplit(" ", 1)[-1]
        rows.append(
            {
                "method": remedy.title,
                "paper": remedy.source.removeprefix("after "),
                "formula": "" if remedy.origin.reading == "ours" else remedy.origin.reading,
                "best dial": "–" if best is None else f"{sign} = {best.treatment[-1].dial:g}",
                "leaves": "–" if result is None else rate_in_words(result, k),
                "shares off": _figure(None if result is None else result.share_distance, 3),
                "width / σ": _figure(None if result is None else result.width, 2),
                "calls": "–" if result is None else f"{result.network_calls:,.0f}",
                "read in": remedy.origin.where,
                "ours differs": remedy.origin.differs,
            }
        )
    return pd.DataFrame(rows)


def _alone(treatment: Treatment) -> str | None:
    """The remedy that a treatment is of, by itself or over the truth, with a dial that is not 0."""
    laid = [spec for spec in treatment if len(treatment) == 1 or spec not in TRUTH]
    return laid[0].name if len(laid) == 1 and laid[0].dial else None


def _figure(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"
