"""Start: why do image models draw six fingers?"""

import streamlit as st

from explorer.lessons.lesson import lessons
from explorer.page_figures.start import sentences
from explorer.ui.lesson import card, files
from explorer.ui.player import player
from explorer.ui.shell import header, projector, theme
from explorer.ui.shell.pages import page_file
from explorer.ui.start import figure

FIGURE_HEIGHT = 305

pictures, words, switch = st.columns([1, 3.1, 0.3], vertical_alignment="center")
pictures.html(f'<div style="display:flex;gap:8px">{figure.hands()}</div>')
words.html(
    '<h1 style="font-size:1.8rem;font-weight:700;margin:0;padding:0">'
    "Why do image models draw six fingers?</h1>"
    '<p style="margin:.2rem 0 0;opacity:.75">Every hand it learned from had five. '
    "Three heaps of numbers show why.</p>"
)
with switch:
    projector.switch()
header.show_problem()
player(figure.film(), key="opening", height=FIGURE_HEIGHT, play=True)
for place, (sentence, under) in zip(st.columns(3), sentences(), strict=True):
    with place:
        theme.sentence(sentence)
        st.caption(under)

with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
    for number, lesson in enumerate(lessons().values()):
        label = f"{lesson.title if number else 'Take the lesson'} · {lesson.minutes} min"
        if st.button(
            label,
            key=f"take-{lesson.name}",
            type="secondary" if number else "primary",
            help=f"{lesson.title}: {lesson.summary}",
        ):
            card.take(lesson)
    files.take_any()
    if st.button("Explore", key="explore", help="Look around on your own."):
        st.switch_page(page_file("learn"))
