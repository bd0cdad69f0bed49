"""The detector's question asked of a million samples, which are counted as they pass."""

from __future__ import annotations

from collections.abc import Generator

import streamlit as st

from explorer.compute.device import spare_processors
from explorer.detection.statistics.rates import Rate
from explorer.detection.streamed_counts import StreamedCounts
from explorer.experiments import large_counts
from explorer.experiments.run import Result
from explorer.figures.words import format_rate
from explorer.ui.detect import help
from explorer.ui.detect.judged_trial import JudgedTrial
from explorer.ui.detect.view import View
from explorer.ui.shared.view_controls import chosen_sampler
from explorer.ui.shell import server, session

MILLION = 1_000_000


def million_choice() -> None:
    """Whether a million are counted beside the samples that are shown."""
    st.session_state["million"] = bool(session.view(View).million)
    st.toggle(
        "Count a million",
        key="million",
        help=help.MILLION,
        on_change=lambda: session.set_view(View, million=int(st.session_state["million"])),
    )


def counting(
    result: Result, identity: str, bench: JudgedTrial | None
) -> server.Work[StreamedCounts | None, StreamedCounts] | None:
    """The count that belongs to what is on the bench, begun if nobody has it; None where none is wanted."""
    if not session.view(View).million or bench is None or result.experiment.mixture is None:
        return None
    question = large_counts.CountSpec(
        MILLION, chosen_sampler(), bench.window, int(bench.k), result.experiment.seed
    )

    def make() -> Generator[StreamedCounts | None, None, StreamedCounts]:
        return large_counts.tallied(result, question, workers=spare_processors())

    return server.computed("million", f"tally {identity} {question}", make)


def show(
    result: Result, work: server.Work[StreamedCounts | None, StreamedCounts] | None, threshold: float
) -> None:
    """What a million came to, at the threshold that stands."""
    if work is None:
        return
    found = work.value or work.update
    if work.error is not None or found is None:
        st.caption(work.error or "making the tables of the network")
        return
    judged, auroc = found.confusion(threshold), found.auroc()
    parts = [f"**of {found.n:,}**: {_share(found.rate(found.judged))} beyond {found.judged} σ"]
    parts += [f"recall {_share(judged.recall)}", f"retention {_share(judged.retention)}"]
    parts += [f"AUROC {auroc:.4f}"] if auroc is not None else []
    st.caption(" · ".join([*parts, large_counts.evaluation_method(result, chosen_sampler())]))


def _share(rate: Rate | None) -> str:
    return "undefined" if rate is None else format_rate(rate.value, *rate.interval)
