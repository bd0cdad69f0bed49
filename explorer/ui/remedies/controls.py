"""The Remedies page's controls: which remedies, their dials, and what is paid with."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.page_figures.remedies import PRICES, prices_of
from explorer.page_figures.views.remedies import View, asked_price, asked_side, asked_treatment, sides
from explorer.remedies.catalogue import REMEDIES, Remedy, data_kind
from explorer.remedies.treatment import TRUTH, RemedySpec, Treatment, treatment_text
from explorer.ui.remedies import help
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import session

NONE = ""
FIRST, SECOND = "first", "second"


def price(experiment: Experiment) -> str:
    """The price of the view, or the first that there is."""
    return asked_price(session.view(View), experiment)


def side(experiment: Experiment) -> str:
    """What stands beside it on view."""
    return asked_side(session.view(View), experiment)


def treatment(experiment: Experiment) -> Treatment:
    """The treatment of the view; none, and a sentence, for one that does not fit."""
    try:
        return asked_treatment(session.view(View), experiment)
    except ValueError as error:
        session.report_problem(str(error))
        session.set_view(View, treatment="")
        return ()


def choose(text: str) -> None:
    """Put a treatment on view."""
    session.set_view(View, treatment=text)


def remedy_choice(experiment: Experiment, chosen: Treatment) -> None:
    """What to look at, what to pay with, and up to two remedies with their dials."""
    if len(sides(experiment)) > 1:
        view_choice(View, "beside", sides(experiment), "Beside it", help.BESIDE)
    if len(prices_of(experiment)) > 1:
        view_choice(View, "price", prices_of(experiment), "Price", help.PRICE, PRICES.__getitem__)
    first, second = _slots(chosen)
    _slot(experiment, FIRST, "Remedy", first, "")
    if first is not None and _combines(first.name):
        _slot(experiment, SECOND, "and", second, first.name)


def _slots(chosen: Treatment) -> tuple[RemedySpec | None, RemedySpec | None]:
    """The two remedies that the controls show; the truth under a cause is not one of them."""
    left = [spec for spec in chosen if len(chosen) == 1 or spec not in TRUTH]
    return (left[0] if left else None, left[1] if len(left) > 1 else None)


def _combines(name: str) -> bool:
    """Whether a remedy can be laid over another one: a cause and the truth stand alone."""
    return REMEDIES[name].over == "model" and name != TRUTH[0].name


def _slot(experiment: Experiment, key: str, label: str, spec: RemedySpec | None, other: str) -> None:
    """One remedy and its dial; `other` is the remedy that it is laid over, "" for none."""
    kind = data_kind(experiment)
    names = [
        name
        for name, remedy in REMEDIES.items()
        if kind in remedy.fits and (not other or (name != other and _combines(name)))
    ]
    name = spec.name if spec is not None and spec.name in names else NONE
    st.session_state[f"remedy.{key}"] = name
    st.selectbox(
        label,
        [NONE, *names],
        key=f"remedy.{key}",
        format_func=lambda name: REMEDIES[name].title if name else "none",
        help=help.REMEDY,
        on_change=_commit,
    )
    if spec is not None and name and len(spec.remedy.defaults) > 1:
        st.session_state[f"dial.{key}.{name}"] = float(spec.dial)
        st.select_slider(
            spec.remedy.dial[:1].upper() + spec.remedy.dial[1:],
            _stops(spec.remedy, spec.dial),
            key=f"dial.{key}.{name}",
            format_func=lambda value: f"{value:g}",
            help=spec.remedy.sentence,
            on_change=_commit,
        )


def _commit() -> None:
    """Put what the controls say on view."""
    first, second = _held(FIRST), _held(SECOND)
    if first is None:
        choose("")
        return
    under = TRUTH if first.remedy.over == "truth" else ()
    over = (second,) if second is not None and second.name != first.name and _combines(first.name) else ()
    choose(treatment_text((*under, first, *over)))


def _held(key: str) -> RemedySpec | None:
    """The remedy and the dial of a slot; a remedy that was just chosen begins in the middle of its usual
    dials."""
    name = st.session_state.get(f"remedy.{key}", NONE)
    if not name:
        return None
    defaults = REMEDIES[name].defaults
    return RemedySpec(name, st.session_state.get(f"dial.{key}.{name}", defaults[len(defaults) // 2]))


def _stops(remedy: Remedy, dial: float) -> list[float]:
    """Where the dial can stand: off, at its usual values and halfway between them, and where it is."""
    defaults = sorted({0.0, *map(float, remedy.defaults)})
    halfway = [(a + b) / 2 for a, b in zip(defaults, defaults[1:], strict=False)]
    if remedy.whole:
        halfway = [float(round(value)) for value in halfway]
    return sorted({*defaults, *(round(value, 4) for value in halfway), float(dial)})
