"""The player: the one animation of the app, a canvas that plays a film without asking the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from explorer.figures.film.film import Film, Zoom
from explorer.figures.film.message import pack
from explorer.figures.player.bundle import bundle
from explorer.figures.player.files import CSS, HTML
from explorer.figures.player.message import (
    EDITION,
    PLAYS,
    REPORTS_FRAMES,
    REPORTS_PICKS,
    REPORTS_VIEWS,
    player_message,
)
from explorer.server.cache import cached

_COMPONENT = st.components.v2.component(
    "explorer_player",
    html=HTML.read_text("utf-8"),
    css=CSS.read_text("utf-8"),
    js=bundle(Path(__file__).with_name("component.js")),
)

_packed = cached(pack)  # for all who look at that film
_RUN, _NAME = "runs of the script", "name of the player's files"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a player shows: the frame it came to rest on, the number of what was picked, and the part of each
    panel that is seen; () where all of every panel is."""

    frame: int
    picked: int | None = None
    zoom: tuple[Zoom | None, ...] = ()


@dataclass(slots=True)
class _Mount:
    """What the canvas of a player was last told, and what it has reported since: so that a message that asks
    for nothing new stays the same, and is not sent again.

    run         the last run of the script in which the player was drawn
    frames      of its film
    opened      the frame that the caller asked for last
    asked       frame and pick that the message asks for
    reported    frame and pick that the canvas shows, as far as it has said
    seen        the part of each panel that it shows, as it says that; "" for all of them
    edition     how often another frame was asked for, or that it be played
    plays       the edition that is to be played, None if none is
    wished      whether it was to be played in the last run
    news        what it has reported in this run
    """

    run: int
    frames: int
    opened: int
    asked: dict[str, int | None]
    reported: dict[str, int | None]
    edition: int = 0
    seen: str = ""
    plays: int | None = None
    wished: bool = False
    news: set[str] = field(default_factory=set)


def begin_run(name: Callable[[], str] = str) -> None:
    """Count a run of the whole script: a player that was not drawn in the one before is mounted anew.

    name    says what the names of the files begin with that a player saves: what is on screen
    """
    st.session_state[_RUN], st.session_state[_NAME] = _run() + 1, name


def player(
    film: Film,
    *,
    key: str,
    height: int,
    frame: int = 0,
    on_frame: bool = False,
    free: bool = False,
    picked: int | None = None,
    on_pick: bool = False,
    on_zoom: bool = False,
    play: bool = False,
) -> Shown:
    """Show a film, `height` pixels high with its controls, and say what it shows.

    frame     the frame to be shown: what the caller holds. A player that is mounted anew opens there; one
              that is on screen goes there, unless it is there already
    on_frame  rerun the script when the film comes to rest on another frame (slider released, pause, step);
              otherwise nothing is reported and the answer is `frame`
    free      with on_frame: the caller holds no frame; the canvas stays where it was moved to until another
              `frame` is asked for
    picked    the number that is picked in every layer that may be picked, likewise
    on_pick   rerun the script when another is clicked
    on_zoom   rerun the script when another part of a panel is seen, which only the canvas holds
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
    mount = _mount(key, frames, {"frame": frame, "picked": picked}, free)
    if play and not mount.wished:
        mount.edition += mount is before
        mount.plays = mount.edition
    mount.wished = play
    plays = mount.plays == mount.edition
    flags = EDITION * mount.edition
    for wanted, flag in (
        (on_frame, REPORTS_FRAMES),
        (on_pick, REPORTS_PICKS),
        (plays, PLAYS),
        (on_zoom, REPORTS_VIEWS),
    ):
        flags |= wanted * flag
    name = st.session_state.get(_NAME, str)()
    message = player_message(
        _packed(film), mount.asked["frame"] or 0, flags, height, mount.asked["picked"], name
    )
    callbacks: dict[str, Any] = {
        f"on_{name}_change": partial(mount.news.add, name)
        for name, wanted in (("frame", on_frame), ("picked", on_pick), ("seen", on_zoom))
        if wanted
    }
    said = _COMPONENT(key=key, data=message, height=height, **callbacks)
    for name in mount.news:
        value = said.get(name)
        if name == "seen":
            mount.seen = value if isinstance(value, str) else ""
        elif isinstance(value, int) and value >= 0 and (name == "picked" or value < frames):
            mount.reported[name] = value
    mount.news.clear()
    return Shown(mount.reported["frame"] or 0, mount.reported["picked"], seen_parts(mount.seen, film))


def seen_parts(text: str, film: Film) -> tuple[Zoom | None, ...]:
    """The part of each panel of a film that is seen, from what the canvas says: seenParts() in views.js.

    () where all of every panel is, and for what names no parts of this film's panels.
    """
    try:
        ends = np.array(json.loads(text), float) if text else np.empty(0)
    except (ValueError, TypeError):
        return ()
    if ends.shape != (len(film.panels), 4) or not np.isfinite(ends).all():
        return ()
    parts: list[Zoom | None] = []
    for panel, (left, right, bottom, top) in zip(film.panels, ends.tolist(), strict=True):
        x = max(left, panel.x.low), min(right, panel.x.high)
        y = max(bottom, panel.y.low), min(top, panel.y.high)
        if x[0] >= x[1] or y[0] >= y[1]:
            return ()
        whole = x == (panel.x.low, panel.x.high) and y == (panel.y.low, panel.y.high)
        parts.append(None if whole else Zoom(x, y))
    return tuple(parts)


def _mount(key: str, frames: int, wanted: dict[str, int | None], free: bool) -> _Mount:
    """The mount of a player, asking for what is wanted where the canvas does not show it already."""
    held: _Mount | None = st.session_state.get(f"player.{key}")
    if held is None or held.run < _run() - 1 or held.frames != frames:
        edition = 0 if held is None else held.edition + 1
        held = _Mount(_run(), frames, wanted["frame"] or 0, dict(wanted), dict(wanted), edition)
        st.session_state[f"player.{key}"] = held
    held.run = _run()
    before, held.opened = held.opened, wanted["frame"] or 0
    if free and held.opened == before:
        wanted = wanted | {"frame": held.reported["frame"]}
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
