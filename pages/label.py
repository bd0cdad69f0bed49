"""Label: is this one possible? Pictures judged by hand, blind to score and kind."""

import streamlit as st

from explorer.experiments.labels import own_labels
from explorer.experiments.presets import PICTURE_PRESETS, own_presets
from explorer.page_figures.shapes import data_film
from explorer.page_figures.views.label import SOURCES, View
from explorer.storage.files import CheckpointError
from explorer.ui.label import controls, help, pictures, report, sources
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads, folds
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session, theme
from explorer.ui.shell.plain_text import plain

HEIGHT, DATA_HEIGHT = 380, 330

session.switch_data(pictures=True)
of_model = session.view(View).label_of == SOURCES[1]
asked, missing = sources.of_model() if of_model else sources.of_run()
hand = controls.hand()
labelling = judged = None
try:
    if asked is not None:
        labelling = asked.labelling(session.view(View))
    if asked is not None and labelling is not None and hand is not None:
        broken = own_labels().load(labelling, hand).broken
        if session.view(View).labels_say:
            judged = report.judged_labels(asked, labelling, hand)
        elif broken:
            session.report_problem("The last row of your labels was broken off, and is left out.")
except (CheckpointError, ValueError) as error:
    session.report_problem(str(error))
    labelling = None

header.header(
    "Is this one possible?",
    "You judge, the detector is judged: neither sees the other.",
    preset_box=not of_model,
    presets=PICTURE_PRESETS | own_presets(),
    seeds=False,
)
left, main = header.columns()
with left:
    controls.choices(hand, None if labelling is None else labelling.stored, of_model=of_model)
    if judged is not None and labelling is not None and hand is not None:
        report.against_choice(labelling, hand, judged)

with main:
    if asked is None or labelling is None:
        st.info(plain(f"There are no pictures to label: {missing}."))
    elif hand is None and of_model:
        theme.sentence(asked.rule)
        controls.name_form()
        st.caption(help.KEYS)
    elif hand is None:
        theme.sentence(f"{asked.rule} These are, all {{truth:from the data:}}:")
        film = data_film(session.experiment())
        figure_downloads.register_film(film, player(film, key="label-data", height=DATA_HEIGHT))
        controls.name_form()
        st.caption(help.KEYS)
    elif judged is not None:
        report.show(judged, HEIGHT)
    else:
        theme.sentence(asked.rule)
        pictures.show(asked, labelling, hand)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.LABELS_OF_MODEL if of_model else help.LABELS, "label")
if judged is not None:
    shown = judged
    with away:
        take_away(lambda: report.files(shown))
