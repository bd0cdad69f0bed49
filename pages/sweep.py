"""Sweep: how does it depend?"""

from pathlib import Path

import streamlit as st

from explorer.ui.shared import glossary, prediction, texts, view_controls
from explorer.ui.shell import header, session, theme
from explorer.ui.sweep import controls, download, figure, findings, job

FIGURE_HEIGHT = 340
POLL_SECONDS = 1.0
OPENS = ("learn", "score", "trajectories", "detect")

session.switch_data(pictures=False)
spec = controls.chosen()
table = job.look(spec) if spec is not None else None

header.header(
    "How does it depend?",
    "Many small networks at once: each cell trains its own, on its own data.",
    run=job.run,
)
if spec is not None and table is not None:
    prediction.predict("sweep", figure.question(spec), figure.ANSWERS, figure.answer(spec, table.cells), "")

left, main = header.columns()
with left:
    controls.named_choice()
    job.buttons(table)
    controls.measure_choice(spec)
    view_controls.threshold()
    if spec is not None:
        figure.cell_choice(spec)
    with st.expander("Change the sweep"):
        controls.axes_choice()
        controls.numbers()

with main:
    running = table is not None and table.active

    @st.fragment(run_every=POLL_SECONDS if running else None, key="sweep")
    def shown() -> None:
        """The cells so far; new ones appear as their stack is finished."""
        if spec is None:
            return
        now = job.look(spec)
        big, small = st.columns([2.2, 1], gap="small")
        with big:
            figure.heat_map(spec, now.cells, FIGURE_HEIGHT, live=bool(running))
        with small:
            figure.slices(spec, now.cells, FIGURE_HEIGHT // 2 - 8, live=bool(running))
        theme.sentence(figure.finding(spec, now.cells))
        with st.container(horizontal=True, vertical_alignment="center", gap=10):
            st.markdown(figure.told_cell(spec, now.cells), width="content")
            for name in OPENS:
                if st.button(name.capitalize(), key=f"open_{name}", help=texts.OPEN_CELL):
                    figure.open_cell(spec, now.cells)
                    st.switch_page(Path(__file__).with_name(f"{name}.py"))
        ticket = now.ticket
        if ticket is not None and (ticket.active or ticket.error):
            st.caption(ticket.error or job.progress_line(ticket, spec))
        else:
            hint = "" if now.rows else ": press Run"
            st.caption(f"{figure.described(spec)} · {now.origin}{hint}")
        session.write_link()
        if running and not now.active:
            st.rerun()

    shown()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    glossary.explained(texts.SWEEP + findings.open_question(), "sweep")
with away, st.expander("Take away"):
    download.table(spec, table.rows if table is not None else ())
