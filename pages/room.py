"""Room: a class at one lesson."""

import streamlit as st

from explorer.rooms import NoRoom
from explorer.ui import classroom, frame, projector, teaching

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container():
        frame.title(
            "A lesson together", "A teacher opens a room; a class joins it with a code, without an account."
        )
    projector.switch()
frame.problem()
try:
    held = classroom.seat()
    if held is None:
        teaching.door()
    elif held.teacher:
        teaching.desk(held)
    else:
        teaching.seated(held)
except NoRoom as error:
    st.warning(str(error), icon=":material/info:")
