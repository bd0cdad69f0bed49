"""Room: a class at one lesson."""

import streamlit as st

from explorer.server.classroom.rooms import NoRoom
from explorer.ui.room import membership, views
from explorer.ui.shell import header, projector

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container():
        header.title(
            "A lesson together", "A teacher opens a room; a class joins it with a code, without an account."
        )
    projector.switch()
header.show_problem()
try:
    held = membership.seat()
    if held is None:
        views.door()
    elif held.teacher:
        views.desk(held)
    else:
        views.seated(held)
except NoRoom as error:
    st.warning(str(error), icon=":material/info:")
