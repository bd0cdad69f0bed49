"""One owner of the frame: the caller asks, the canvas reports, and nothing is remembered beside them."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from explorer.figures.film.film import Film, Panel, Zoom
from explorer.figures.film.layers import Axis, Points
from explorer.ui import player as module


def film(frames: int) -> Film:
    dots = Points(np.zeros((frames, 4, 2)), "truth")
    panel = Panel("panel", "truth", Axis(-1, 1), Axis(-1, 1), (dots,))
    return Film((panel,), tuple(f"frame {i}" for i in range(frames)), "t", ("noise", "clean"), "A film")


class Canvas:
    """What a browser does: it opens at the frame asked for, moves when another is asked for, and reports."""

    def __init__(self) -> None:
        self.state: dict[str, int] = {}
        self.sent: list[bytes] = []
        self.callbacks: dict[str, object] = {}

    def __call__(self, *, key, data, height, **callbacks):
        self.sent.append(data)
        self.callbacks = callbacks
        return self.state

    def report(self, **values: int) -> None:
        for name, value in values.items():
            self.state[name] = value
            self.callbacks[f"on_{name}_change"]()

    @property
    def asked(self) -> tuple[int, int, int | None]:
        """The frame, the edition and the pick of the last message."""
        start, flags, _, picked = struct.unpack_from("<IIII", self.sent[-1])
        return start, flags >> 4, picked - 1 if picked else None


@pytest.fixture
def canvas(monkeypatch):
    canvas = Canvas()
    monkeypatch.setattr(module, "_COMPONENT", canvas)
    monkeypatch.setattr(module.st, "session_state", {})
    return canvas


def shown(frame, frames=6, *, full=True, **more):
    if full:
        module.begin_run()
    return module.player(film(frames), key="film", height=300, frame=frame, on_frame=True, **more)


def test_what_is_reported_changes_no_message(canvas):
    assert shown(2).frame == 2
    canvas.report(frame=4)
    assert shown(2).frame == 4  # the caller learns it in this run
    assert shown(4).frame == 4
    assert canvas.sent[0] == canvas.sent[1] == canvas.sent[2]


def test_a_player_that_is_mounted_anew_opens_where_the_caller_is(canvas):
    shown(2)
    canvas.report(frame=4)
    shown(2)
    module.begin_run()  # another page: the player is not drawn
    assert shown(4).frame == 4
    assert canvas.asked[0] == 4
    module.begin_run()
    assert shown(1).frame == 1
    assert canvas.asked[0] == 1


def test_another_frame_is_asked_for_even_if_it_was_the_first(canvas):
    shown(2)
    canvas.report(frame=4)
    shown(2)
    shown(4)
    before = canvas.asked
    assert shown(2).frame == 2  # a button of the page goes back to where it opened
    assert canvas.asked[0] == 2
    assert canvas.asked[1] != before[1]  # and the canvas is told that this is news


def test_a_fragment_that_runs_alone_is_no_new_mount(canvas):
    shown(2)
    canvas.report(frame=5)
    assert shown(2, full=False).frame == 5
    assert shown(5, full=False).frame == 5
    assert len(set(canvas.sent)) == 1


def test_a_click_that_the_caller_refuses_is_taken_back(canvas):
    shown(0, picked=3, on_pick=True)
    canvas.report(picked=5)
    assert shown(0, picked=3, on_pick=True).picked == 5
    assert shown(0, picked=3, on_pick=True).picked == 3
    assert canvas.asked[2] == 3


def test_a_click_that_the_caller_takes_changes_no_message(canvas):
    shown(0, picked=3, on_pick=True)
    canvas.report(picked=5)
    shown(0, picked=3, on_pick=True)
    assert shown(0, picked=5, on_pick=True).picked == 5
    assert len(set(canvas.sent)) == 1


def plays(canvas) -> bool:
    """Whether the last message asks for a play; the canvas plays when its edition is news."""
    return bool(struct.unpack_from("<IIII", canvas.sent[-1])[1] & 4)


def test_a_film_on_screen_is_played_as_soon_as_that_is_asked_for_and_once(canvas):
    shown(0)
    assert not plays(canvas)
    edition = canvas.asked[1]
    shown(0, play=True)
    assert plays(canvas)
    assert canvas.asked[1] == edition + 1
    shown(0, play=True)
    assert len(set(canvas.sent)) == 2  # nothing new is sent
    canvas.report(frame=5)
    assert shown(0, play=True).frame == 5
    shown(5)
    assert len(set(canvas.sent)) == 2
    shown(2)  # the caller goes elsewhere: that is no play
    assert not plays(canvas)
    assert canvas.asked[:2] == (2, edition + 2)


def test_reports_of_no_frame_are_not_believed(canvas):
    shown(2)
    canvas.report(frame=600)
    assert shown(2).frame == 2
    canvas.report(frame=-1)
    assert shown(2).frame == 2


def test_another_number_of_frames_begins_where_the_caller_says(canvas):
    shown(2)
    canvas.report(frame=5)
    shown(2)
    assert shown(9, frames=10).frame == 9
    assert canvas.asked[0] == 9


@pytest.mark.parametrize("frame", [-1, 6])
def test_a_frame_that_the_film_has_not_is_refused(canvas, frame):
    with pytest.raises(ValueError, match="0 to 5"):
        shown(frame)


def test_a_free_player_stays_where_it_was_moved_to_until_another_frame_is_asked_for(canvas):
    assert shown(2, free=True).frame == 2
    canvas.report(frame=4)
    assert shown(2, free=True).frame == 4
    assert shown(2, free=True).frame == 4
    assert len(set(canvas.sent)) == 1
    assert shown(3, free=True).frame == 3
    assert canvas.asked[0] == 3
    canvas.report(frame=0)
    shown(3, free=True)
    module.begin_run()  # another page: the player is not drawn
    assert shown(3, free=True).frame == 3


def test_the_part_that_is_seen_is_told_while_the_player_stands_and_forgotten_with_it(canvas):
    assert shown(2, on_zoom=True).zoom == ()
    canvas.report(seen="[[-0.5, 0.25, -1, 1]]")
    assert shown(2, on_zoom=True).zoom == (Zoom((-0.5, 0.25), (-1.0, 1.0)),)
    assert shown(2, full=False, on_zoom=True).zoom == (Zoom((-0.5, 0.25), (-1.0, 1.0)),)
    assert len(set(canvas.sent)) == 1
    canvas.report(seen="")
    assert shown(2, on_zoom=True).zoom == ()
    canvas.report(seen="[[-0.5, 0.25, -1, 1]]")
    shown(2, on_zoom=True)
    module.begin_run()  # another page: the player is not drawn
    assert shown(2, on_zoom=True).zoom == ()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "7",
        "[[0, 1]]",
        "[[0, 1, 0, 1], [0, 1, 0, 1]]",
        "[[5, 6, 0, 1]]",
        "[[0, null, 0, 1]]",
        "[[NaN, 1, 0, 1]]",
    ],
)
def test_what_names_no_part_of_a_panel_is_as_if_nothing_were_zoomed(text):
    assert module.seen_parts(text, film(2)) == ()


def test_a_part_that_reaches_beyond_the_axes_is_cut_there():
    assert module.seen_parts("[[-3, 0.5, -1, 9]]", film(2)) == (Zoom((-1.0, 0.5), (-1.0, 1.0)),)
    assert module.seen_parts("[[-3, 3, -3, 3]]", film(2)) == (None,)
