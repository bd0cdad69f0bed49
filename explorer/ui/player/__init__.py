"""The player: the one animation of the app, a canvas that plays a film without asking the server."""

from __future__ import annotations

import struct
from pathlib import Path

import streamlit as st

from explorer.charts.film import Film, pack

_HERE = Path(__file__).parent
_MODULE = ("message.js", "scale.js", "colour.js", "layers.js", "picture.js", "readout.js", "player.js")
_MOUNT = st.components.v2.component(
    "explorer_player",
    html=(_HERE / "player.html").read_text("utf-8"),
    css=(_HERE / "player.css").read_text("utf-8"),
    js="\n".join((_HERE / name).read_text("utf-8") for name in _MODULE),
)


def player(film: Film, *, key: str, height: int, start: int = 0, on_frame: bool = False) -> int:
    """Show a film, `height` pixels high with its controls, and return the frame it stands on.

    start     the frame shown first; a new value later on moves the film there
    on_frame  rerun the script when the film comes to rest on another frame (slider released, pause, step);
              otherwise nothing is reported and the answer is `start`
    New data under the same key keep frame, zoom and play, as long as the number of frames stays.
    Raises ValueError if start is not a frame of the film.
    """
    frames = len(film.captions)
    if not 0 <= start < frames:
        raise ValueError(f"start must be a frame of the film, 0 to {frames - 1}, not {start}.")
    message = struct.pack("<IIII", start, on_frame, height, 0) + pack(film)
    if not on_frame:
        _MOUNT(key=key, data=message, height=height)
        return start
    reported = _MOUNT(key=key, data=message, height=height, on_frame_change=lambda: None).get("frame")
    return reported if isinstance(reported, int) and 0 <= reported < frames else start
