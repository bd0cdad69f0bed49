"""The Remedies page's hands: which remedies, their dials, and what is paid with."""

from __future__ import annotations

import streamlit as st

from explorer.experiment import Experiment
from explorer.remedies.catalogue import REMEDIES, Remedy, data_kind
from explorer.remedies.treatment import RemedySpec, Treatment, read_treatment, treatment_text
from explorer.remedies.usual import TRUTH
from explorer.ui import state, texts
from explorer.ui.controls import view_choice

NONE = ""
SIDES = {"line": ("density", "score", "twins"), "plane": ("samples", "twins")}
BESIDE = ("density", "score", "twins", "samples", "pictures")
PRICES = {
    "shares": "modes starved",
    "width": "width of the modes",
    "distance": "distance from the truth",
    "calls": "network calls",
}


def prices(experiment: Experiment) -> tuple[str, ...]:
    """What can be paid with on these data: pictures have no modes, and only a line has a density."""
    kind = data_kind(experiment)
    if kind == "line":
        return tuple(PRICES)
    return ("shares", "width", "calls") if kind == "plane" else ("calls",)


def price(experiment: Experiment) -> str:
    """The price of the view, or the first that there is."""
    known = prices(experiment)
    return state.view("price") if state.view("price") in known else known[0]


def sides(experiment: Experiment) -> tuple[str, ...]:
    """What can stand beside the picture of all remedies."""
    return SIDES.get(data_kind(experiment), ("pictures",))


def side(experiment: Experiment) -> str:
    known = sides(experiment)
    return state.view("beside") if state.view("beside") in known else known[0]


def treatment(experiment: Experiment) -> Treatment:
    """The treatment of the view; none, and a sentence, for one that does not fit."""
    try:
        found = read_treatment(state.view("treatment"))
        for spec in found:
            if data_kind(experiment) not in spec.remedy.fits:
                raise ValueError(f"{spec.remedy.title} does not fit these data.")
    except ValueError as error:
        state.say(str(error))
        state.set_view("treatment", "")
        return ()
    return found


def choose(text: str) -> None:
    """Put a treatment on view."""
    state.set_view("treatment", text)


def hands(experiment: Experiment, chosen: Treatment) -> None:
    """What to look at, what to pay with, and up to two remedies with their dials."""
    view_choice("beside", sides(experiment), "Beside it", texts.BESIDE)
    view_choice("price", prices(experiment), "Price", texts.PRICE, PRICES.__getitem__)
    first, second = _slots(chosen)
    first = _slot(experiment, "first", "Remedy", first, None)
    if first is not None and first.remedy.over == "model" and first.name != "truth":
        second = _slot(experiment, "second", "and", second, first.name)
    else:
        second = None
    text = treatment_text(_joined(first, second))
    if text != treatment_text(chosen):
        choose(text)
        st.rerun()


def _slots(chosen: Treatment) -> tuple[RemedySpec | None, RemedySpec | None]:
    """The two remedies that the hands show; the truth under a cause is not one of them."""
    left = [spec for spec in chosen if len(chosen) == 1 or spec not in TRUTH]
    return (left[0] if left else None, left[1] if len(left) > 1 else None)


def _joined(first: RemedySpec | None, second: RemedySpec | None) -> Treatment:
    if first is None:
        return ()
    under = TRUTH if first.remedy.over == "truth" else ()
    return (*under, first) if second is None else (*under, first, second)


def _slot(
    experiment: Experiment, key: str, label: str, spec: RemedySpec | None, other: str | None
) -> RemedySpec | None:
    """One remedy and its dial."""
    kind = data_kind(experiment)
    names = [
        name
        for name, remedy in REMEDIES.items()
        if kind in remedy.fits
        and (other is None or (remedy.over == "model" and name not in (other, "truth")))
    ]
    st.session_state[f"remedy.{key}"] = spec.name if spec is not None and spec.name in names else NONE
    name = st.selectbox(
        label,
        [NONE, *names],
        key=f"remedy.{key}",
        format_func=lambda name: REMEDIES[name].title if name else "none",
        help=texts.REMEDY,
    )
    if not name:
        return None
    remedy = REMEDIES[name]
    dial = spec.dial if spec is not None and spec.name == name else remedy.usual[len(remedy.usual) // 2]
    if len(remedy.usual) > 1:
        stops = _stops(remedy, dial)
        st.session_state[f"dial.{key}.{name}"] = dial
        dial = st.select_slider(
            remedy.dial[:1].upper() + remedy.dial[1:],
            stops,
            key=f"dial.{key}.{name}",
            format_func=lambda value: f"{value:g}",
            help=remedy.sentence,
        )
    return RemedySpec(name, dial)


def _stops(remedy: Remedy, dial: float) -> list[float]:
    """Where the dial can stand: off, at its usual values and halfway between them, and where it is."""
    usual = sorted({0.0, *map(float, remedy.usual)})
    halfway = [(a + b) / 2 for a, b in zip(usual, usual[1:], strict=False)]
    if remedy.whole:
        halfway = [float(round(value)) for value in halfway]
    return sorted({*usual, *(round(value, 4) for value in halfway), float(dial)})
