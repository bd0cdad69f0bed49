"""Sweep: how does it depend?"""

from pathlib import Path

import streamlit as st

from explorer.ui import (
    frame,
    state,
    sweep_controls,
    sweep_job,
    sweep_takeaway,
    sweep_words,
    sweeping,
    texts,
    view_controls,
    words,
)

FIGURE_HEIGHT = 340
POLL_SECONDS = 1.0
OPENS = ("learn", "score", "trajectories", "detect")

state.turn_to(pictures=False)
spec = sweep_controls.chosen()
table = sweep_job.look(spec) if spec is not None else None

frame.header(
    "How does it depend?",
    "Many small networks at once: each cell trains its own, on its own data.",
    run=sweep_job.run,
)
if spec is not None and table is not None:
    frame.predict("sweep", sweeping.question(spec), sweeping.ANSWERS, sweeping.answer(spec, table.cells), "")

left, main = frame.sides()
with left:
    sweep_controls.named_choice()
    sweep_job.buttons(table)
    sweep_controls.measure_choice(spec)
    view_controls.threshold()
    if spec is not None:
        sweeping.cell_choice(spec)
    with st.expander("Change the sweep"):
        sweep_controls.axes_choice()
        sweep_controls.numbers()

with main:
    running = table is not None and table.active

    @st.fragment(run_every=POLL_SECONDS if running else None, key="sweep")
    def shown() -> None:
        """The cells so far; new ones appear as their stack is finished."""
        if spec is None:
            return
        now = sweep_job.look(spec)
        big, small = st.columns([2.2, 1], gap="small")
        with big:
            sweeping.heat_map(spec, now.cells, FIGURE_HEIGHT, live=bool(running))
        with small:
            sweeping.slices(spec, now.cells, FIGURE_HEIGHT // 2 - 8, live=bool(running))
        frame.sentence(sweeping.finding(spec, now.cells))
        with st.container(horizontal=True, vertical_alignment="center", gap=10):
            st.markdown(sweeping.told_cell(spec, now.cells), width="content")
            for name in OPENS:
                if st.button(name.capitalize(), key=f"open_{name}", help=texts.OPEN_CELL):
                    sweeping.open_cell(spec, now.cells)
                    st.switch_page(Path(__file__).with_name(f"{name}.py"))
        ticket = now.ticket
        if ticket is not None and (ticket.active or ticket.error):
            st.caption(ticket.error or sweep_job.progress_line(ticket, spec))
        else:
            hint = "" if now.rows else ": press Run"
            st.caption(f"{sweeping.described(spec)} · {now.origin}{hint}")
        state.write_link()
        if running and not now.active:
            st.rerun()

    shown()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.SWEEP + sweep_words.open_question(), "sweep")
with away, st.expander("Take away"):
    sweep_takeaway.table(spec, table.rows if table is not None else ())
