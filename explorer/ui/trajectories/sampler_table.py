"""The small table of the Trajectories page: how often each sampler hallucinates, from the same noise."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.experiments.run import Result
from explorer.experiments.sampler_comparison import SamplerComparison, compare_samplers
from explorer.experiments.trials import default_count
from explorer.figures.words import exact_rate, format_rate
from explorer.ui.shell import server, session
from explorer.ui.trajectories.view import View


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
            st.markdown(_markdown(work.value, k, switch))
            if found.under_way:
                st.rerun()

    table()


def _markdown(compared: list[SamplerComparison], k: int, switch: int) -> str:
    exact = compared[0].exact is not None
    rows = [
        f"| sampler | score | beyond {k} σ | n |" + (" exact |" if exact else ""),
        "|---|---|---|---|" + ("---|" if exact else ""),
    ]
    for one in compared:
        rate = one.rates[k]
        name = f"DDIM, noise from t = {switch}" if one.asked.sampler == "late noise" else one.asked.sampler
        row = f"| {name} | {one.asked.who} | {format_rate(rate.value, *rate.interval)} | {rate.n:,} |"
        if one.exact is not None:
            row += f" {exact_rate(one.exact[k], None if one.exact_error is None else one.exact_error[k])} |"
        rows.append(row)
    return "\n".join(rows)
