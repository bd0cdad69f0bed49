"""Detect: can we catch it?"""

import streamlit as st

from explorer.page_figures.detect_findings import ANSWERS, recall_answer
from explorer.page_figures.views.detect import View
from explorer.ui.detect import controls, download, figure, help
from explorer.ui.shared import folds, prediction, training, view_controls
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session

FIGURE_HEIGHT = 400

session.switch_data(pictures=False)
result, origin, identity = training.stored_result()
experiment = session.experiment()
known = result if experiment.mixture is not None else None
state = figure.detection_state(known, identity, session.view(View).k, session.view(View).n)

header.header(
    "Can we catch it?",
    "Hallucinated samples keep moving; the others have settled.",
)
prediction.predict(
    "detect",
    "Keep 96 % of the honest: how many of the hallucinated does the window catch?",
    ANSWERS,
    recall_answer(state.judged) if state.judged is not None else None,
    "With the window on the left; others do better or worse: see “windows”.",
)

left, main = header.columns()
with left:
    controls.judge_choice("Show")
    controls.window_choice()
    controls.buttons(known, state.judged)
    view_controls.sampler_choice()
    view_controls.threshold()
    controls.count_choice()
    if known is not None:
        controls.million_choice()

with main:
    if experiment.mixture is None:
        st.info("The truth of your points is unknown, so no sample can be called a hallucination.")
    elif known is None:
        training.say_untrained(origin)
    else:
        figure.show_detection(
            known, identity, origin, session.view(View).k, session.view(View).n, FIGURE_HEIGHT
        )

about, away = st.columns(2)
with about:
    folds.about(lambda: f"{help.ABOUT}\n\n{figure.describe_method(known, state.judged)}", "detect")
with away:
    take_away(lambda: download.downloads(state), live=state.under_way)
