"""The player: the one animation of the app, a canvas that plays a film without asking the server."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.figures.film.film import Film
from explorer.figures.film.message import pack
from explorer.server.cache import cached
from explorer.ui.player.bundle import bundle

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "explorer_player",
    html=(_HERE / "player.html").read_text("utf-8"),
    css=(_HERE / "player.css").read_text("utf-8"),
    js=bundle(_HERE / "player.js"),
)

_packed = cached(pack)  # for all who look at that film


@dataclass(frozen=True, slots=True)
class Shown:
    """What a player shows: the frame it came to rest on, and the number of what was picked."""

    frame: int
    picked: int | None


def player(
    film: Film,
    *,
    key: str,
    height: int,
    start: int = 0,
    edition: int = 0,
    on_frame: bool = False,
    picked: int | None = None,
    on_pick: bool = False,
    play: bool = False,
) -> Shown:
    """Show a film, `height` pixels high with its controls, and say what it shows.

    start     the frame shown first; a new value later on moves the film there
    edition   a new number moves the film to start even if that has not changed
    on_frame  rerun the script when the film comes to rest on another frame (slider released, pause, step);
              otherwise nothing is reported and the answer is `start`
    picked    the number that is picked in every layer that may be picked; a new value later on replaces it
    on_pick   rerun the script when another is clicked
    play      play once when the film is first shown, unless the viewer asks for reduced motion
    New data under the same key keep frame, zoom and play, as long as the number of frames stays.
    Raises ValueError if start is not a frame of the film, or picked is below 0.
    """
    frames = len(film.captions)
    if not 0 <= start < frames:
        raise ValueError(f"start must be a frame of the film, 0 to {frames - 1}, not {start}.")
    if picked is not None and picked < 0:
        raise ValueError(f"What is singled out has a number of 0 or more, not {picked}.")
    flags = on_frame | on_pick << 1 | play << 2 | edition << 3
    message = player_message(film, start, flags, height, picked)
    # What was reported stays in the component's state; it holds until the caller asks for something else.
    held = st.session_state.setdefault(f"player.{key}", {"news": set()})
    for name, asked in (("frame", (frames, start, edition)), ("picked", picked)):
        if held.get(f"asked {name}", held) != asked:
            held |= {f"asked {name}": asked, name: None}
    callbacks: dict[str, Any] = {
        f"on_{name}_change": partial(held["news"].add, name)
        for name, wanted in (("frame", on_frame), ("picked", on_pick))
        if wanted
    }
    reported = _MOUNT(key=key, data=message, height=height, **callbacks)
    for name in held["news"]:
        held[name] = reported.get(name)
    held["news"].clear()
    frame, clicked = held["frame"], held["picked"]
    return Shown(
        frame if isinstance(frame, int) and 0 <= frame < frames else start,
        clicked if isinstance(clicked, int) and clicked >= 0 else picked,
    )


def player_message(film: Film, start: int, flags: int, height: int, picked: int | None) -> bytes:
    """What message.js reads: four u32, then the packed film.

    flags   the sum of 1 to report frames, 2 to report picks, 4 to play at first, and 8 times the edition
    """
    return struct.pack("<IIII", start, flags, height, 0 if picked is None else picked + 1) + _packed(film)
