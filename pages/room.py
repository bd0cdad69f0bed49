"""Room: a class at one lesson."""

import streamlit as st

from explorer.server.classroom.database import NoRoom
from explorer.ui.room import membership
from explorer.ui.room.join_form import join_form, student_view
from explorer.ui.room.teacher_view import teacher_view
from explorer.ui.shell import header, projector

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container():
        header.title(
            "A lesson together", "A teacher opens a room; a class joins it with a code, without an account."
        )
    projector.switch()
header.show_problem()
try:
    held = membership.current()
    if held is None:
        join_form()
    elif held.teacher:
        teacher_view(held)
    else:
        student_view(held)
except NoRoom as error:
    st.warning(str(error), icon=":material/info:")
