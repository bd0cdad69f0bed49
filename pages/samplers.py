"""Samplers: is it the network, or the solver?"""

import streamlit as st

from explorer.experiments.objective_rates import shipped_objectives
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.page_figures import samplers_findings as findings
from explorer.page_figures.views.samplers import View
from explorer.ui.lesson import answers
from explorer.ui.samplers import controls, download, figure, help, results
from explorer.ui.shared import folds, prediction, training, view_controls
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session

result, origin, identity = training.stored_result()
experiment, k = session.experiment(), session.view(View).k
known_truth, best_score = experiment.distribution is not None, findings.best_score(experiment)
known = results.look(result, identity) if result is not None and known_truth else None

header.header(
    "Is it the network, or the solver?",
    f"Every sampler runs with the network and with {best_score}.",
    presets=PRESETS | PICTURE_PRESETS,
)
prediction.predict(
    "samplers",
    "DDIM with 10 calls: who owes more of what is hallucinated?",
    findings.ANSWERS,
    findings.answer(known.rows, k) if known is not None else None,
    f"The solver owes what {best_score} makes with the same steps, the network the rest.",
)

left, main = header.columns()
with left:
    if known is not None:
        controls.choices(experiment, known.rows, known.picked)
    if not experiment.pictures:
        view_controls.threshold()

with main:
    if not known_truth:
        st.info(f"{experiment.unknown_truth}, so nothing can be called the solver’s part.")
    elif known is None or result is None:
        training.say_untrained(origin)
    else:
        figure.show(result, identity, known, k)
        sentences = findings.describe_findings(known.rows, experiment, k, findings.own_rate_of(result))
        sentences += findings.describe_objectives(shipped_objectives(experiment), k)
        answers.findings(sentences, help.DOUBT)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.SAMPLERS, "samplers")
with away:
    take_away(lambda: download.table(result, known), live=known is not None and known.under_way)
