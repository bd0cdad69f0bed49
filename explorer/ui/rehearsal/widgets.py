"""The states of a page's widgets, as a browser sends them."""

from __future__ import annotations

from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState

BUTTONS = ("button", "download_button")
WIDGETS = (*BUTTONS, "button_group", "checkbox", "number_input", "radio", "selectbox", "slider", "text_input")


def widget_of(element: Element) -> Any:
    """The widget in an element: its id, its label, its options."""
    return getattr(element, str(element.WhichOneof("type")))


def initial(element: Element) -> WidgetState | None:
    """The state of a widget that was just drawn; None for one that has none yet."""
    kind, widget = element.WhichOneof("type"), widget_of(element)
    state = WidgetState(id=widget.id)
    if kind == "checkbox":
        state.bool_value = widget.value if widget.set_value else widget.default
    elif kind in ("number_input", "text_input"):
        name = "value" if widget.set_value else "default"
        if not widget.HasField(name):
            return None
        setattr(state, "double_value" if kind == "number_input" else "string_value", getattr(widget, name))
    elif kind in ("radio", "selectbox"):
        if widget.set_value and widget.HasField("raw_value"):
            state.string_value = widget.raw_value
        elif not widget.set_value and widget.HasField("default"):
            state.string_value = widget.options[widget.default]
        else:
            return None
    elif kind == "button_group":
        chosen = [widget.options[i].content for i in widget.default]
        state.string_array_value.data.extend(widget.raw_values if widget.set_value else chosen)
    elif kind == "slider" and widget.type == Slider.SELECT_SLIDER:
        chosen = [widget.options[int(i)] for i in widget.default]
        state.string_array_value.data.extend(widget.raw_value if widget.set_value else chosen)
    elif kind == "slider":
        state.double_array_value.data.extend(widget.value if widget.set_value else widget.default)
    else:
        return None
    return state
