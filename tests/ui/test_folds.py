"""What is folded is built when it is opened, and what was said in it stays."""

from streamlit.testing.v1 import AppTest
from test_pages import opened

from explorer.ui.shared.folds import ABOUT


def expanders(app: AppTest) -> list[str]:
    return [one.label for one in app.expander]


def test_help_is_built_while_it_is_open():
    app = opened()
    assert ABOUT in expanders(app)
    before = len(app.markdown)
    app.session_state["about_learn"] = True
    app.run()
    assert len(app.markdown) > before
    app.session_state["about_learn"] = False
    app.run()
    assert len(app.markdown) == before


def test_settings_are_built_from_their_first_opening_on_and_keep_what_was_said():
    app = opened()
    boxes = len(app.number_input)
    app.session_state["more_settings"] = True
    app.run()
    assert len(app.number_input) > boxes
    app.number_input(key="edit.network.width").set_value(32).run()
    app.session_state["more_settings"] = False
    app.run()
    assert app.number_input(key="edit.network.width").value == 32
    assert app.session_state["experiment"].network.width == 32
