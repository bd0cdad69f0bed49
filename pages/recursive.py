"""Recursive: what if it learns from its own output?"""

import streamlit as st

from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.ui.player import player
from explorer.ui.recursive import controls, download, figure, job, question
from explorer.ui.recursive.view import FIGURES, View
from explorer.ui.shared import figure_downloads, glossary, prediction, texts, view_controls
from explorer.ui.shell import header, session, theme

FIGURE_HEIGHT = 370
POLL_SECONDS = 1.0

spec = controls.chosen()
loop = job.look(spec) if spec is not None else None

header.header(
    "What if it learns from its own output?",
    "Each generation learns only from samples of the one before.",
    presets=PRESETS | PICTURE_PRESETS,
    run=job.run,
)
if spec is not None and loop is not None:
    asked, options = question.question(spec)
    prediction.predict("recursive", asked, options, question.answer(spec, loop.generations), "")

left, main = header.columns()
with left:
    view_controls.view_choice(View, "loop", FIGURES, "Show", texts.LOOP)
    job.buttons(loop)
    controls.arms_choice(spec)
    controls.numbers(spec)

with main:
    running = loop is not None and loop.active

    @st.fragment(run_every=POLL_SECONDS if running else None, key="loop")
    def shown() -> None:
        """The generations so far; new ones appear as they are finished."""
        if spec is None:
            return
        now = job.look(spec)
        made = now.generations
        if session.view(View).loop == "curves":
            names = list(figure.curves(spec))
            for pair in (names[:2], names[2:]):
                for place, name in zip(st.columns(2), pair, strict=False):
                    with place:
                        figure.curve_chart(spec, made, name, FIGURE_HEIGHT // 2, live=bool(running))
        else:
            big, small = st.columns([3.1, 1], gap="small")
            with big:
                film = figure.grid_film(spec, made)
                seen = player(film, key="grid", height=FIGURE_HEIGHT, on_pick=True)
                figure_downloads.shows(film, 0)
            with small:
                for name in list(figure.curves(spec))[:2]:
                    figure.curve_chart(spec, made, name, FIGURE_HEIGHT // 2 - 8, live=bool(running))
            figure.show_picked(spec, made, seen.picked)
        figure.legend(spec)
        theme.sentence(figure.finding(spec, made))
        ticket = now.ticket
        if ticket is not None and (ticket.active or ticket.error):
            st.caption(ticket.error or job.progress_line(ticket))
        else:
            kept = f"{spec.samples:,} of {spec.drawn:,} samples kept a generation"
            st.caption(f"{kept} · {now.origin}" + ("" if made else ": press Run"))
        session.write_link()
        if running and not now.active:
            st.rerun()

    shown()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    glossary.explained(texts.RECURSIVE, "recursive")
with away, st.expander("Take away"):
    download.loop(spec, loop.generations if loop is not None else ())
