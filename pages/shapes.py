"""Shapes: does it happen in pictures?"""

import streamlit as st

from explorer.data.own.world_file import is_own
from explorer.data.pictures import subject, support_bound
from explorer.experiments.presets import PICTURE_PRESETS, own_presets
from explorer.page_figures.shapes_findings import ANSWERS, answer
from explorer.page_figures.views.shapes import View
from explorer.ui.detect import controls as detect_controls
from explorer.ui.detect import download
from explorer.ui.detect import figure as detect_figure
from explorer.ui.learn import controls as learn_controls
from explorer.ui.shapes import controls, figure, gallery_player, help, own
from explorer.ui.shared import downloads, folds, prediction, training
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session

QUESTIONS = {  # the title, the line under it, and what is to be guessed
    "shapes": (
        "Does it happen in pictures?",
        "It has never seen two shapes in one column.",
        "How many of its pictures cannot exist?",
    ),
    "hands": (
        "Why do image models draw six fingers?",
        "It has only seen hands with five.",
        "How many of its hands have another number?",
    ),
    "digits": (
        "Does it happen in handwriting?",
        "It has only seen real digits.",
        "How many of its pictures does a judge call no digit?",
    ),
    "own": ("Does it happen in your pictures?", "No rule says what is possible: people do.", ""),
}

session.switch_data(pictures=True)
result, origin, identity = training.stored_result()
experiment = session.experiment()
measured = result.final.measurement if result is not None else None
title, subtitle, question = QUESTIONS[subject(experiment.pictures)]

header.header(title, subtitle, presets=PICTURE_PRESETS | own_presets())
judged_by_rule = experiment.distribution is not None
if judged_by_rule:
    prediction.predict(
        "pictures",
        question,
        ANSWERS,
        answer(measured) if measured is not None else None,
        "",
    )

looked = None
by_detector = judged_by_rule and session.view(View).gallery == "detector"
if result is not None and training.poll_seconds() is None and by_detector:
    looked = detect_figure.detection_state(result, identity, support_bound(experiment.pictures), 0)

left, main = header.columns()
with left:
    controls.own_model_link()
    controls.gallery_choice(experiment)
    learn_controls.train_buttons()
    learn_controls.number("Training steps", "training.steps", (100, 20_000), help.PICTURE_STEPS, 500)
    if by_detector:
        detect_controls.judge_choice("Judge by")
        detect_controls.window_choice()
        detect_controls.buttons(result, looked.judged if looked is not None else None)
    controls.picture_choice(experiment)
    if not judged_by_rule:
        own.window_choice(experiment)
    if result is not None and result.final.measurement.trial is not None:
        controls.label_button()
    own.how_to_add()

with main:
    if looked is not None and result is not None:
        detect_figure.show_detection(
            result, identity, origin, support_bound(experiment.pictures), 0, gallery_player.HEIGHT
        )
    else:
        figure.show(result, origin, identity)

about, away = st.columns(2)
with about:
    how = "" if looked is None else detect_figure.describe_method(result, looked.judged)
    of_own = is_own(experiment.pictures)
    folds.about(
        lambda: f"{help.pictures(own_digits=of_own)}\n\n{how}" if judged_by_rule else own.ABOUT, "shapes"
    )
with away:
    if looked is not None:
        judged = looked
        take_away(lambda: download.downloads(judged), live=judged.under_way)
    elif not judged_by_rule:
        take_away(lambda: own.downloads(result), live=training.poll_seconds() is not None)
    else:
        take_away(lambda: downloads.run_downloads(result), live=training.poll_seconds() is not None)
