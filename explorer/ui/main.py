"""Navigation, and what happens around every page."""

from __future__ import annotations

import streamlit as st

from explorer.axes import AXES
from explorer.diffusion.schedule import MAX_STEPS
from explorer.generations import RULES
from explorer.sweep_catalogue import BUDGET
from explorer.sweep_measures import MEASURES
from explorer.trials import DEFAULT_SWITCH, SAMPLERS
from explorer.ui import (
    figures,
    frame,
    lesson_card,
    projector,
    recursion_controls,
    server,
    state,
    sweep_controls,
)
from explorer.ui.bench import KEEP
from explorer.ui.detection_controls import COUNTS, JUDGES
from explorer.ui.gallery import ORDERS, VIEWS
from explorer.ui.icon import icon
from explorer.ui.on_the_way import COMPARED
from explorer.ui.remedy_controls import BESIDE, PRICES
from explorer.ui.remedying import CURES
from explorer.ui.state import PAGES

state.view_parameter("k", 5, (4, 5, 6, 8))
state.view_parameter("t", -1)
state.view_parameter("snapshot", -1)
state.view_parameter("show", "scaled score", ("scaled score", "score"))
state.view_parameter("figure", "curves", ("curves", "map"))
state.view_parameter("region", "all")
state.view_parameter("sampler", SAMPLERS[0], SAMPLERS)
state.view_parameter("switch", DEFAULT_SWITCH, range(MAX_STEPS))
state.view_parameter("motion", "many", ("many", "one step"))
state.view_parameter("lanes", "both", ("both", "model"))
state.view_parameter("colour", "throughout", ("throughout", "at the end"))
state.view_parameter("dots", "x̂₀", ("x̂₀", "x_t"))
state.view_parameter("sample", -1)
state.view_parameter("judge", JUDGES[0], JUDGES)
state.view_parameter("window", "")
state.view_parameter("cut", KEEP)
state.view_parameter("n", 0, COUNTS)
state.view_parameter("million", 0, (0, 1))
state.view_parameter("gallery", VIEWS[0], VIEWS)
state.view_parameter("order", ORDERS[0])
state.view_parameter("picture", 0, range(COMPARED))
state.view_parameter("loop", recursion_controls.VIEWS[0], recursion_controls.VIEWS)
state.view_parameter("arms", "")
state.view_parameter("generations", 0)
state.view_parameter("kept", 0)
state.view_parameter("drop", 0.05)
state.view_parameter("rule", RULES[0], RULES)
state.view_parameter("mixed", 0.2)
state.view_parameter("over", "")
state.view_parameter("x", "modes", tuple(AXES))
state.view_parameter("xs", "")
state.view_parameter("y", "spacing", tuple(AXES))
state.view_parameter("ys", "")
state.view_parameter("repeats", sweep_controls.USUAL_SEEDS)
state.view_parameter("budget", BUDGET)
state.view_parameter("measure", "rate", tuple(MEASURES))
state.view_parameter("cell", "")
state.view_parameter("treatment", "")
state.view_parameter("price", "shares", tuple(PRICES))
state.view_parameter("cures", CURES[0], CURES)
state.view_parameter("beside", "density", BESIDE)
state.view_parameter("lesson", "")
state.view_parameter("step", 0)
state.view_parameter("code", "")
state.view_parameter("projector", 0, (0, 1))

st.set_page_config(
    page_title="Why diffusion models hallucinate",
    page_icon=icon(),
    layout="wide",
    initial_sidebar_state="collapsed",
)
server.owner()
state.restore()
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
if page.url_path == "" and state.linked():
    st.switch_page(PAGES / "learn.py")  # a link to an experiment from before there was a start page
frame.readable()
projector.begin()
figures.begin()
with server.manager().drawing():
    lesson_card.beside(page.url_path or "start", page.run)
state.write_link()
