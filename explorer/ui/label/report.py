"""What the labels say, on screen: the detector's ROC by them, agreement, and the labels to take away."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.labels import Hand, Labelling, Labels, LabelStore, own_labels
from explorer.figures.palette import Mode
from explorer.page_figures import label_findings as findings
from explorer.page_figures.label_findings import JudgedLabels
from explorer.page_figures.labelled_pictures import LabelledPictures
from explorer.page_figures.main_figure import ChartFigure
from explorer.page_figures.views.label import View
from explorer.storage.files import CheckpointError
from explorer.ui.label import help
from explorer.ui.shared.chart import chart
from explorer.ui.shared.downloads import file_button
from explorer.ui.shell import session
from explorer.ui.shell.plain_text import plain

NOBODY = "nobody"


def judged_labels(pictures: LabelledPictures, labelling: Labelling, hand: Hand) -> JudgedLabels:
    """The labels of a hand, beside those of the pass that the view compares them with: another pass of the
    same person, unless another is chosen."""
    store = own_labels()
    others = _others(store, labelling, hand)
    asked = session.view(View).against
    named = {other.in_words: other for other in others}
    own = next((other for other in others if other.who == hand.who), None)
    other = None if asked == NOBODY else named.get(asked, own or next(iter(others), None))
    return JudgedLabels(
        pictures, store.load(labelling, hand), None if other is None else _loaded(store, labelling, other)
    )


def against_choice(labelling: Labelling, hand: Hand, shown: JudgedLabels) -> None:
    """With whose labels they are compared, where there are others."""
    names = [other.in_words for other in _others(own_labels(), labelling, hand)]
    if not names:
        return
    st.session_state["view.against"] = NOBODY if shown.other is None else shown.other.hand.in_words
    st.selectbox(
        "Compare with",
        [*names, NOBODY],
        key="view.against",
        help=help.AGAINST,
        on_change=lambda: session.set_view(View, against=st.session_state["view.against"]),
    )


def show(judged: JudgedLabels, height: int) -> None:
    """The ROC, and what the labels say in sentences."""
    st.markdown(findings.describe_labels(judged))
    if not len(judged.asked):
        return
    figure = findings.roc_chart(judged, height, "light")
    if figure is not None:

        def made(mode: Mode) -> ChartFigure:
            drawn = findings.roc_chart(judged, height, mode)
            assert drawn is not None
            return drawn

        left, right = st.columns(2, gap="medium")
        with left:
            chart(made, key="label_roc", height=height, name="roc by labels")
    else:
        right = st.container()
    with right:
        for line in findings.describe_detector(judged):
            st.markdown(line)
        if judged.pictures.judged is not None:
            st.markdown(findings.describe_agreement(judged.with_judge, f"You and {judged.pictures.judge}"))
        if judged.other is not None:
            st.markdown(findings.describe_agreement(judged.with_other, _pair(judged.labels, judged.other)))
        st.caption(f"{findings.describe_more(judged)} {judged.score.in_words}")


def files(judged: JudgedLabels) -> None:
    """The labels as files."""
    with st.container(horizontal=True):
        file_button(
            "Labels (CSV)", "labels", "csv", judged.labels.csv, "Every label, skip and undo, as it was given."
        )
        file_button(
            "Labels and scores (CSV)",
            "labels-and-scores",
            "csv",
            lambda: findings.labels_table(judged),
            "Each labelled picture with the detector's score and, where there is one, what the judge says.",
        )


def _pair(labels: Labels, other: Labels) -> str:
    if labels.hand.who == other.hand.who:
        return "Your two passes"
    return f"You and {plain(other.hand.in_words)},"


def _others(store: LabelStore, labelling: Labelling, hand: Hand) -> list[Hand]:
    return [other for other in store.hands(labelling) if other != hand]


def _loaded(store: LabelStore, labelling: Labelling, hand: Hand) -> Labels | None:
    try:
        return store.load(labelling, hand)
    except CheckpointError as error:
        session.report_problem(str(error))
        return None
