"""Remedies of one's own, which the environment names: what each leaves of this run's hallucinations."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.experiments.run import Result
from explorer.leaderboard.own_method import MethodError, methods_of_environment
from explorer.leaderboard.own_remedy import evaluate_own_remedy
from explorer.page_figures.remedies_findings import describe_own
from explorer.remedies.store import RemedyTable
from explorer.remedies.treatment import UNTREATED
from explorer.ui.shell import server


def show(result: Result, identity: str, table: RemedyTable, k: int) -> bool:
    """A line for each remedy of one's own, and what went wrong with it; returns whether more is to come."""
    try:
        methods = [one for one in methods_of_environment() if one.kind == "remedy"]
    except MethodError as error:
        st.warning(str(error))
        return False
    before, more = table.find(UNTREATED), False
    for method in methods:
        work = server.computed(
            f"own {method.name}",
            f"own {method.name} {method.digest} {identity}",
            partial(evaluate_own_remedy, result, method, reported=False),
            patience=1.0,
        )
        if work.value is not None:
            found, _ = work.value
            st.markdown(describe_own(method.title, found, None if before is None else before.result, k))
        elif work.error is not None:
            st.warning(work.error)
        else:
            st.caption(f"measuring {method.title}, your own")
            more = True
    return more
