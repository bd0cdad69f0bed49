"""Controls that change what is looked at, and leave the experiment as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.trials import SAMPLERS
from explorer.page_figures.views.parameter import SamplerView, SigmaView, asked_sampler
from explorer.ui.shell import session


def threshold() -> None:
    """Where a hallucination begins."""
    text = "How far from every mode a sample has to lie, in standard deviations of the mode."
    view_choice(SigmaView, "k", THRESHOLDS, "A hallucination is beyond", text, lambda k: f"{k} σ")


def sampler_choice() -> None:
    """The sampler of the trajectories, and the step at which its late noise begins."""
    text = "DDPM adds noise at every step, DDIM at none, and late noise is DDIM with noise in its last steps."
    view_choice(SamplerView, "sampler", SAMPLERS, "Sampler", text)
    if session.view(SamplerView).sampler == SAMPLERS[2]:
        last = session.experiment().schedule.steps - 1
        st.session_state["view.switch"] = min(session.view(SamplerView).switch, last)
        st.number_input(
            "Noise from t =",
            0,
            last,
            key="view.switch",
            help="The step from which on noise is added.",
            on_change=lambda: session.set_view(SamplerView, switch=st.session_state["view.switch"]),
        )


def chosen_sampler() -> SamplerSpec:
    """The sampler of the view; its switch ends where the schedule does."""
    return asked_sampler(session.view(SamplerView), session.experiment())


def view_choice(
    kind: type,
    name: str,
    options: Sequence[Any],
    label: str,
    text: str,
    title: Callable[[Any], str] = str,
    *,
    resets: Sequence[str] = (),
) -> None:
    """One of a few values of the view; a list if they are many or long. Another one sets what `resets` names
    back to its default."""
    key = f"view.{name}"
    now = getattr(session.view(kind), name)
    st.session_state[key] = now if now in options else options[0]

    def commit() -> None:
        defaults = {other: kind.__dataclass_fields__[other].default for other in resets}  # type: ignore[attr-defined]
        session.set_view(kind, **{name: st.session_state[key]}, **defaults)

    if sum(len(title(option)) + 4 for option in options) <= 26:
        st.segmented_control(
            label, options, key=key, required=True, format_func=title, help=text, on_change=commit
        )
    else:
        st.selectbox(label, options, key=key, format_func=title, help=text, on_change=commit)


def view_number(
    kind: type,
    name: str,
    label: str,
    bounds: tuple[float, float],
    step: float,
    text: str,
    *,
    value: float | None = None,
    disabled: bool = False,
) -> None:
    """A number of the view within its bounds; `value` is shown where the view leaves it open."""
    key, (low, high) = f"view.{name}", bounds
    now = getattr(session.view(kind), name) if value is None else value
    st.session_state[key] = min(max(now, low), high)
    st.number_input(
        label,
        low,
        high,
        step=step,
        key=key,
        help=text,
        disabled=disabled,
        on_change=lambda: session.set_view(kind, **{name: st.session_state[key]}),
    )
