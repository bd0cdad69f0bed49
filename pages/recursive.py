"""Recursive: what if it learns from its own output?"""

import streamlit as st

from explorer.presets import PICTURE_PRESETS, PRESETS
from explorer.ui import (
    figures,
    frame,
    loop_job,
    loop_question,
    recursing,
    recursion_controls,
    recursion_takeaway,
    state,
    texts,
    view_controls,
    words,
)
from explorer.ui.player import player

FIGURE_HEIGHT = 370
POLL_SECONDS = 1.0

spec = recursion_controls.chosen()
loop = loop_job.look(spec) if spec is not None else None

frame.header(
    "What if it learns from its own output?",
    "Each generation learns only from samples of the one before.",
    presets=PRESETS | PICTURE_PRESETS,
    run=loop_job.run,
)
if spec is not None and loop is not None:
    asked, options = loop_question.question(spec)
    frame.predict("recursive", asked, options, loop_question.answer(spec, loop.generations), "")

left, main = frame.sides()
with left:
    view_controls.view_choice("loop", recursion_controls.VIEWS, "Show", texts.LOOP)
    loop_job.buttons(loop)
    recursion_controls.arms_choice(spec)
    recursion_controls.numbers(spec)

with main:
    running = loop is not None and loop.active

    @st.fragment(run_every=POLL_SECONDS if running else None, key="loop")
    def shown() -> None:
        """The generations so far; new ones appear as they are finished."""
        if spec is None:
            return
        now = loop_job.look(spec)
        made = now.generations
        if state.view("loop") == "curves":
            names = list(recursing.curves(spec))
            for pair in (names[:2], names[2:]):
                for place, name in zip(st.columns(2), pair, strict=False):
                    with place:
                        recursing.curve_chart(spec, made, name, FIGURE_HEIGHT // 2, live=bool(running))
        else:
            big, small = st.columns([3.1, 1], gap="small")
            with big:
                film = recursing.grid_film(spec, made)
                seen = player(film, key="grid", height=FIGURE_HEIGHT, on_pick=True)
                figures.shows(film, 0)
            with small:
                for name in list(recursing.curves(spec))[:2]:
                    recursing.curve_chart(spec, made, name, FIGURE_HEIGHT // 2 - 8, live=bool(running))
            recursing.show_picked(spec, made, seen.picked)
        recursing.legend(spec)
        frame.sentence(recursing.finding(spec, made))
        ticket = now.ticket
        if ticket is not None and (ticket.active or ticket.error):
            st.caption(ticket.error or loop_job.progress_line(ticket))
        else:
            kept = f"{spec.samples:,} of {spec.drawn:,} samples kept a generation"
            st.caption(f"{kept} · {now.origin}" + ("" if made else ": press Run"))
        state.write_link()
        if running and not now.active:
            st.rerun()

    shown()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.RECURSIVE, "recursive")
with away, st.expander("Take away"):
    recursion_takeaway.loop(spec, loop.generations if loop is not None else ())
