"""The small table of the Trajectories page: how often each sampler hallucinates, from the same noise."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.experiments.run import Result
from explorer.experiments.sampler_comparison import compare_samplers
from explorer.experiments.trials import default_count
from explorer.page_figures.sampler_table import WordTable
from explorer.page_figures.sampler_table import sampler_table as words
from explorer.page_figures.views.trajectories import View
from explorer.ui.shell import server, session


def sampler_table(result: Result, identity: str, k: int) -> None:
    """Asked for with a button, since it walks every sampler; then kept for everybody."""
    n, steps = default_count(result.experiment), result.experiment.schedule.steps
    switch = min(session.view(View).switch, steps - 1)
    key = f"compare {identity} {n} {switch}"
    asked = st.session_state.get("compare") == key or server.results().get(key) is not None
    if not asked:
        if not st.button(
            f"Compare the samplers on {n:,} samples",
            key="compare_samplers",
            help="Every sampler walks down from the same noise, with the same fresh noise where it adds any.",
        ):
            return
        st.session_state["compare"] = key

    found = server.computed("compare", key, partial(compare_samplers, result, n, switch))

    @st.fragment(run_every=0.5 if found.under_way else None, key="comparison")
    def table() -> None:
        work = server.computed("compare", key, partial(compare_samplers, result, n, switch))
        if work.error is not None:
            st.warning(work.error)
        elif work.value is None:
            st.progress(min(work.update or 0.0, 1.0), "the same noise through every sampler")
        else:
            st.markdown(_markdown(words(work.value, k, switch)))
            if found.under_way:
                st.rerun()

    table()


def _markdown(table: WordTable) -> str:
    lines = [table.columns, ("---",) * len(table.columns), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
