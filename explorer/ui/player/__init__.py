"""The player: the one animation of the app, a canvas that plays a film without asking the server."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.figures.film.film import Film
from explorer.figures.film.message import pack
from explorer.server.cache import cached
from explorer.ui.player.bundle import bundle

_HERE = Path(__file__).parent
_COMPONENT = st.components.v2.component(
    "explorer_player",
    html=(_HERE / "player.html").read_text("utf-8"),
    css=(_HERE / "player.css").read_text("utf-8"),
    js=bundle(_HERE / "player.js"),
)

_packed = cached(pack)  # for all who look at that film
_RUN = "runs of the script"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a player shows: the frame it came to rest on, and the number of what was picked."""

    frame: int
    picked: int | None


@dataclass(slots=True)
class _Mount:
    """What the canvas of a player was last told, and what it has reported since: so that a message that asks
    for nothing new stays the same, and is not sent again.

    run         the last run of the script in which the player was drawn
    frames      of its film
    asked       frame and pick that the message asks for
    reported    frame and pick that the canvas shows, as far as it has said
    edition     how often another frame was asked for, or that it be played
    plays       the edition that is to be played, None if none is
    wished      whether it was to be played in the last run
    news        what it has reported in this run
    """

    run: int
    frames: int
    asked: dict[str, int | None]
    reported: dict[str, int | None]
    edition: int = 0
    plays: int | None = None
    wished: bool = False
    news: set[str] = field(default_factory=set)


def begin_run() -> None:
    """Count a run of the whole script: a player that was not drawn in the one before is mounted anew."""
    st.session_state[_RUN] = _run() + 1


def player(
    film: Film,
    *,
    key: str,
    height: int,
    frame: int = 0,
    on_frame: bool = False,
    picked: int | None = None,
    on_pick: bool = False,
    play: bool = False,
) -> Shown:
    """Show a film, `height` pixels high with its controls, and say what it shows.

    frame     the frame to be shown: what the caller holds. A player that is mounted anew opens there; one
              that is on screen goes there, unless it is there already
    on_frame  rerun the script when the film comes to rest on another frame (slider released, pause, step);
              otherwise nothing is reported and the answer is `frame`
    picked    the number that is picked in every layer that may be picked, likewise
    on_pick   rerun the script when another is clicked
    play      play once from `frame` when the film is first shown, or as soon as it is asked for; who asks for
              reduced motion sees that frame at first, and the last one as soon as it is asked for

    The caller keeps what is reported and asks for it in the next run: the player itself remembers nothing.
    New data under the same key keep zoom and play, as long as the number of frames stays.
    Raises ValueError if `frame` is not a frame of the film, or picked is below 0.
    """
    frames = len(film.captions)
    if not 0 <= frame < frames:
        raise ValueError(f"frame must be a frame of the film, 0 to {frames - 1}, not {frame}.")
    if picked is not None and picked < 0:
        raise ValueError(f"What is singled out has a number of 0 or more, not {picked}.")
    before = st.session_state.get(f"player.{key}")
    mount = _mount(key, frames, {"frame": frame, "picked": picked})
    if play and not mount.wished:
        mount.edition += mount is before
        mount.plays = mount.edition
    mount.wished = play
    flags = on_frame | on_pick << 1 | (mount.plays == mount.edition) << 2 | mount.edition << 3
    message = player_message(film, mount.asked["frame"] or 0, flags, height, mount.asked["picked"])
    callbacks: dict[str, Any] = {
        f"on_{name}_change": partial(mount.news.add, name)
        for name, wanted in (("frame", on_frame), ("picked", on_pick))
        if wanted
    }
    said = _COMPONENT(key=key, data=message, height=height, **callbacks)
    for name in mount.news:
        value = said.get(name)
        if isinstance(value, int) and value >= 0 and (name == "picked" or value < frames):
            mount.reported[name] = value
    mount.news.clear()
    return Shown(mount.reported["frame"] or 0, mount.reported["picked"])


def _mount(key: str, frames: int, wanted: dict[str, int | None]) -> _Mount:
    """The mount of a player, asking for what is wanted where the canvas does not show it already."""
    held: _Mount | None = st.session_state.get(f"player.{key}")
    if held is None or held.run < _run() - 1 or held.frames != frames:
        edition = 0 if held is None else held.edition + 1
        held = _Mount(_run(), frames, dict(wanted), dict(wanted), edition)
        st.session_state[f"player.{key}"] = held
    held.run = _run()
    if held.news:  # it has just said where it is
        return held
    if wanted["frame"] != held.reported["frame"]:
        held.edition += 1
    for name, value in wanted.items():
        if value != held.reported[name]:
            held.asked[name] = held.reported[name] = value
    return held


def _run() -> int:
    return st.session_state.get(_RUN, 0)


def player_message(film: Film, start: int, flags: int, height: int, picked: int | None) -> bytes:
    """What message.js reads: four u32, then the packed film.

    flags   the sum of 1 to report frames, 2 to report picks, 4 to play at first, and 8 times the edition
    """
    return struct.pack("<IIII", start, flags, height, 0 if picked is None else picked + 1) + _packed(film)
