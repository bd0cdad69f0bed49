"""The Samplers page's controls: which sampler, how many calls, the spacing of its steps, and what is
measured."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.sampler_rates import SPACINGS, TITLES, SamplerRow
from explorer.page_figures.samplers import PRICES, SPACING_TITLES, prices_of
from explorer.page_figures.views.samplers import View, asked_price
from explorer.ui.samplers import help
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import session


def measured(experiment: Experiment) -> str:
    """What is read off every sampler, or the first that there is of these data."""
    return asked_price(session.view(View), experiment)


def choices(experiment: Experiment, rows: Sequence[SamplerRow], picked: SamplerRow | None) -> None:
    """The sampler that is singled out and its calls, the spacing, and what is measured."""
    if picked is not None:
        names = tuple(dict.fromkeys(row.sampler for row in rows))
        view_choice(View, "solver", names, "Sampler", help.SAMPLER, TITLES.__getitem__)
        _calls_choice([row.calls for row in rows if row.sampler == picked.sampler], picked.calls)
    if not experiment.pictures:
        view_choice(View, "spacing", SPACINGS, "Spacing of steps", help.SPACING, SPACING_TITLES.__getitem__)
    if len(prices_of(experiment)) > 1:
        view_choice(View, "measured", prices_of(experiment), "Measured", help.MEASURED, PRICES.__getitem__)


def _calls_choice(options: Sequence[int], now: int) -> None:
    """One of the numbers of calls that are measured of the sampler."""
    st.session_state["view.calls"] = now
    st.select_slider(
        "Network calls",
        sorted(options),
        key="view.calls",
        help=help.CALLS,
        on_change=lambda: session.set_view(View, calls=st.session_state["view.calls"]),
    )


def pick(sampler: str, calls: int) -> None:
    """Single out a sampler at a number of calls."""
    session.set_view(View, solver=sampler, calls=calls)
