"""Navigation, and what happens around every page."""

from __future__ import annotations

import streamlit as st

from explorer.ui.lesson import card
from explorer.ui.shell import header, projector, server, session
from explorer.ui.shell.icon import icon
from explorer.ui.shell.session import PAGES

st.set_page_config(
    page_title="Why diffusion models hallucinate",
    page_icon=icon(),
    layout="wide",
    initial_sidebar_state="collapsed",
)
server.owner()
session.restore()
page = st.navigation(
    [
        st.Page(
            PAGES / "start.py", title="Start", default=True, help="Why do image models draw six fingers?"
        ),
        st.Page(
            PAGES / "learn.py",
            title="Learn",
            url_path="learn",
            help="What does a model learn from these points?",
        ),
        st.Page(
            PAGES / "score.py", title="Score", url_path="score", help="Where does the learned score go wrong?"
        ),
        st.Page(
            PAGES / "trajectories.py",
            title="Trajectories",
            url_path="trajectories",
            help="When does a sample go astray?",
        ),
        st.Page(PAGES / "detect.py", title="Detect", url_path="detect", help="Can we catch it?"),
        st.Page(PAGES / "shapes.py", title="Shapes", url_path="shapes", help="Does it happen in pictures?"),
        st.Page(
            PAGES / "recursive.py",
            title="Recursive",
            url_path="recursive",
            help="What if it learns from its own output?",
        ),
        st.Page(PAGES / "remedies.py", title="Remedies", url_path="remedies", help="Can we cure it?"),
        st.Page(PAGES / "sweep.py", title="Sweep", url_path="sweep", help="How does it depend?"),
        st.Page(PAGES / "room.py", title="Room", url_path="room", help="A class at one lesson."),
    ],
    position="top",
)
if page.url_path == "" and session.linked():
    st.switch_page(PAGES / "learn.py")  # a link to an experiment from before there was a start page
header.readable()
projector.begin()
with server.manager().drawing():
    card.beside(page.url_path or "start", page.run)
session.write_link()
