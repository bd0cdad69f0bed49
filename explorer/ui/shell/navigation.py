"""Navigation, and what happens around every page."""

from __future__ import annotations

import streamlit as st

from explorer.figures.icon import icon
from explorer.page_figures.views.parameter import StartView
from explorer.ui.lesson import card
from explorer.ui.player import begin_run
from explorer.ui.room import membership
from explorer.ui.shared import figure_downloads, work_strip
from explorer.ui.shared.file_names import name_of_view
from explorer.ui.shell import history, projector, server, session, theme, theme_change
from explorer.ui.shell.pages import PAGES, page_file

st.set_page_config(
    page_title="Why diffusion models hallucinate",
    page_icon=icon(),
    layout="wide",
    initial_sidebar_state="collapsed",
)
server.tab()
session.restore()
first, *others = PAGES
page = st.navigation(
    [
        st.Page(page_file(first.name), title=first.title, default=True, help=first.question),
        *(
            st.Page(
                page_file(each.name),
                title=each.title,
                url_path=each.name,
                help=each.question,
                visibility="visible" if each.listed else "hidden",
            )
            for each in others
        ),
    ],
    position="hidden" if membership.locked() else "top",
)
if page.url_path == "" and session.came_by_link():
    st.switch_page(page_file("learn"))  # a link to an experiment from before there was a start page
session.set_view(StartView, start=int(page.url_path == ""))
st.session_state.page = page.url_path or "start"
history.begin()
begin_run(name_of_view)
theme.style_buttons()
theme_change.follow()
projector.begin()
figure_downloads.begin()
work_strip.show()
card.show_beside(session.page(), page.run)
session.write_link()
