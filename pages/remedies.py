"""Remedies: can we cure it, and at what price?"""

from pathlib import Path

import streamlit as st

from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.page_figures import remedies_findings as findings
from explorer.page_figures.views.detect import View as DetectView
from explorer.page_figures.views.remedies import View
from explorer.remedies.treatment import treatment_text
from explorer.ui.lesson import answers
from explorer.ui.remedies import controls, download, figure, help, results
from explorer.ui.shared import folds, prediction, training, view_controls
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session

result, origin, identity = training.stored_result()
experiment, k = session.experiment(), session.view(View).k
known_truth = experiment.distribution is not None
chosen = controls.treatment(experiment) if known_truth else ()
known = results.look(result, identity, chosen) if result is not None and known_truth else None

header.header(
    "Can we cure it?",
    "How many hallucinations each remedy removes, and what it costs.",
    presets=PRESETS | PICTURE_PRESETS,
)
prediction.predict(
    "remedies",
    "Does any remedy remove nine of ten hallucinations?",
    findings.ANSWERS,
    findings.answer(known.table, k) if known is not None else None,
    "Of the remedies measured on this run. At no cost means that the modes keep their shares within 2 %.",
)

left, main = header.columns()
with left:
    results.cures_choice(known)
    if known_truth:
        controls.remedy_choice(experiment, chosen)
    if not experiment.pictures:
        view_controls.threshold()
    if result is not None and known is not None:
        results.buttons(result, identity)

with main:
    if not known_truth:
        st.info(f"{experiment.unknown_truth}, so no cure can be measured on them.")
    elif known is None or result is None:
        training.say_untrained(origin)
    else:
        figure.show(result, identity, known, chosen, k)
        answers.findings(findings.describe_findings(known.table, experiment, k), help.REMEDIES_DOUBT)
        figure.show_methods(known, experiment, k)
        if st.button("Compare detectors", key="to_detectors", help=help.TO_DETECTORS):
            session.set_view(DetectView, judge="rivals")
            st.switch_page(Path(__file__).with_name("shapes.py" if experiment.pictures else "detect.py"))

about, away = st.columns(2)
with about:
    folds.about(lambda: help.REMEDIES, "remedies")
with away:
    take_away(
        lambda: download.table(result, known, treatment_text(chosen)),
        live=known is not None and known.under_way,
    )
