"""Navigation, and what happens around every page."""

from __future__ import annotations

import streamlit as st

from explorer.diffusion.schedule import MAX_STEPS
from explorer.experiments.trials import DEFAULT_SWITCH, SAMPLERS
from explorer.recursion.spec import RULES
from explorer.sweeps.axes import AXES
from explorer.sweeps.measures import MEASURES
from explorer.sweeps.presets import BUDGET
from explorer.ui.detect.controls import COUNTS, JUDGES
from explorer.ui.detect.judged_trial import KEEP
from explorer.ui.lesson import card
from explorer.ui.recursive import controls as recursive_controls
from explorer.ui.remedies.controls import BESIDE, PRICES
from explorer.ui.remedies.results import CURES
from explorer.ui.shapes.gallery import ORDERS, VIEWS
from explorer.ui.shapes.strips import COMPARED
from explorer.ui.shell import header, projector, server, session
from explorer.ui.shell.icon import icon
from explorer.ui.shell.session import PAGES
from explorer.ui.sweep import controls as sweep_controls

session.view_parameter("k", 5, (4, 5, 6, 8))
session.view_parameter("t", -1)
session.view_parameter("snapshot", -1)
session.view_parameter("show", "scaled score", ("scaled score", "score"))
session.view_parameter("figure", "curves", ("curves", "map"))
session.view_parameter("region", "all")
session.view_parameter("sampler", SAMPLERS[0], SAMPLERS)
session.view_parameter("switch", DEFAULT_SWITCH, range(MAX_STEPS))
session.view_parameter("motion", "many", ("many", "one step"))
session.view_parameter("lanes", "both", ("both", "model"))
session.view_parameter("colour", "throughout", ("throughout", "at the end"))
session.view_parameter("dots", "x̂₀", ("x̂₀", "x_t"))
session.view_parameter("sample", -1)
session.view_parameter("judge", JUDGES[0], JUDGES)
session.view_parameter("window", "")
session.view_parameter("cut", KEEP)
session.view_parameter("n", 0, COUNTS)
session.view_parameter("million", 0, (0, 1))
session.view_parameter("gallery", VIEWS[0], VIEWS)
session.view_parameter("order", ORDERS[0])
session.view_parameter("picture", 0, range(COMPARED))
session.view_parameter("loop", recursive_controls.VIEWS[0], recursive_controls.VIEWS)
session.view_parameter("arms", "")
session.view_parameter("generations", 0)
session.view_parameter("kept", 0)
session.view_parameter("drop", 0.05)
session.view_parameter("rule", RULES[0], RULES)
session.view_parameter("mixed", 0.2)
session.view_parameter("over", "")
session.view_parameter("x", "modes", tuple(AXES))
session.view_parameter("xs", "")
session.view_parameter("y", "spacing", tuple(AXES))
session.view_parameter("ys", "")
session.view_parameter("repeats", sweep_controls.USUAL_SEEDS)
session.view_parameter("budget", BUDGET)
session.view_parameter("measure", "rate", tuple(MEASURES))
session.view_parameter("cell", "")
session.view_parameter("treatment", "")
session.view_parameter("price", "shares", tuple(PRICES))
session.view_parameter("cures", CURES[0], CURES)
session.view_parameter("beside", "density", BESIDE)
session.view_parameter("lesson", "")
session.view_parameter("step", 0)
session.view_parameter("code", "")
session.view_parameter("projector", 0, (0, 1))

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
