"""The pictures that are labelled: shown one by one or by twelve, with keys and buttons that never wait."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from explorer.experiments.labels import Hand, Labelling, Labels, Mark, own_labels
from explorer.figures.player.bundle import bundle
from explorer.page_figures.labelled_pictures import LabelledPictures
from explorer.page_figures.views.label import LAYOUTS, View
from explorer.ui.shell import session

TILES, SENT = 12, 36  # pictures of the grid, and how many are sent at once
_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "explorer_label",
    html=(_HERE / "label.html").read_text("utf-8"),
    css=(_HERE / "label.css").read_text("utf-8"),
    js=bundle(_HERE / "component.js"),
)


def show(shown: LabelledPictures, labelling: Labelling, hand: Hand) -> None:
    """Ask for the labels of a hand, and write down what comes back; at the end, show what they say."""
    key = f"labels-{labelling.name}-{hand.number}-{hand.who}"

    @st.fragment(key="label")
    def asked() -> None:
        _MOUNT(key=key, data=_message(shown, _labels(labelling, hand), _said(key)), on_done_change=done)
        if _labels(labelling, hand).done == labelling.n and not st.session_state.get(f"{key} ended"):
            st.session_state[f"{key} ended"] = True
            if _said(key).get("marks"):  # the last label was given just now
                session.set_view(View, labels_say=1)
                st.rerun()

    def done() -> None:
        try:
            since, marks = marks_of(_said(key))
            own_labels().add(labelling, hand, marks, since)
        except (ValueError, OSError) as error:
            session.report_problem(f"This was not kept: {error}")

    asked()


def marks_of(said: Mapping[str, Any]) -> tuple[int, list[Mark]]:
    """What the browser says was done, and after how many marks. Raises ValueError for what it cannot say."""
    since, marks = said.get("since"), said.get("marks")
    if not _is_count(since) or not isinstance(marks, list):
        raise ValueError("the browser did not say what was done.")
    found = []
    for mark in marks:
        if not isinstance(mark, (list, tuple)) or len(mark) != 2:
            raise ValueError("the browser sent a label that is none.")
        place, label = mark
        if label is None:
            found.append(Mark())
        elif _is_count(place) and _is_count(label):
            found.append(Mark(place, label))
        else:
            raise ValueError("the browser sent a label that is none.")
    assert isinstance(since, int)
    return since, found


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _labels(labelling: Labelling, hand: Hand) -> Labels:
    return own_labels().load(labelling, hand)


def _said(key: str) -> Mapping[str, Any]:
    """What the browser has said last; nothing before."""
    state = st.session_state.get(key)
    said = state.get("done") if isinstance(state, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def _message(shown: LabelledPictures, labels: Labels, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the browser is shown: what is written, and pictures that it has not yet."""
    labelling = labels.labelling
    need = said.get("need", None)
    if need is None:
        left = np.flatnonzero(labels.verdicts < 0)
        need = int(left[0]) if len(left) else 0
    first = min(need, labelling.n - 1) // TILES * TILES if _is_count(need) else 0
    wanted = labels.order[first : first + SENT] if _is_count(need) else labels.order[:0]
    levels = shown.levels(wanted)
    return {
        "who": f"{labelling.name} {labels.hand.in_words}",
        "n": labelling.n,
        "side": levels.shape[1],
        "depth": 1 if levels.ndim == 3 else levels.shape[-1],
        "grid": session.view(View).layout == LAYOUTS[1],
        "marks": [[mark.place, mark.label] for mark in labels.marks],
        "first": first,
        "pictures": base64.b64encode(levels.tobytes()).decode(),
    }
