"""Take it with you: a lesson's files are made elsewhere, once for all, and saved from Start, at the end of a
lesson and at the desk."""

from __future__ import annotations

import dataclasses
import time

import pytest
import streamlit as st

from explorer.lessons.lesson import lessons
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import Database
from explorer.ui.lesson import files
from explorer.ui.room import membership
from tests.ui.test_pages import opened

WHY = lessons()["why"]


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Which files were made, in place of the lessons' own, which take up to half a minute each."""
    made = []

    def maker(kind):
        def make(lesson):
            made.append((kind, lesson))
            yield 0.5
            return f"{kind} of {lesson}".encode()

        return make

    for name in ("PAGE", "HANDOUT"):
        kind = getattr(files, name)
        apart = f"{kind.name} {tmp_path.name}"  # results are kept for all tests
        monkeypatch.setattr(files, name, dataclasses.replace(kind, name=apart, make=maker(kind.name)))
    return made


@pytest.fixture
def saved(monkeypatch):
    """The content and the name of each file that is offered, by the label of its button."""
    offered, draw = {}, st.download_button

    def noted(label, data, file_name, *rest, **options):
        offered[label] = (data, file_name)
        return draw(label, data, file_name, *rest, **options)

    monkeypatch.setattr(st, "download_button", noted)
    return offered


def labels(app):
    return [button.label for button in app.button] + [one.proto.label for one in app.get("download_button")]


def pressed(app, label):
    next(button for button in app.button if button.label == label).click().run()
    deadline = time.monotonic() + 60
    while f"Save the {label[0].lower()}{label[1:]}" not in labels(app):
        assert time.monotonic() < deadline, labels(app)
        assert not app.exception
        time.sleep(0.1)
        app.run()


def test_start_has_the_files_of_any_lesson(asked, saved):
    app = opened("start")
    assert "Page (HTML)" not in labels(app)
    app.session_state["take_with_you"] = True
    app.run()
    app.selectbox(key="taken_lesson").set_value("cure").run()
    pressed(app, "Page (HTML)")
    pressed(app, "Handout (PDF)")
    assert asked == [("page", "cure"), ("handout", "cure")]
    assert saved["Save the page (HTML)"] == (b"page of cure", "cure.html")
    assert saved["Save the handout (PDF)"] == (b"handout of cure", "cure.pdf")


def test_what_was_made_once_is_saved_by_others_at_once(asked, saved, tmp_path, monkeypatch):
    first = opened("start")
    first.session_state["take_with_you"] = True
    first.run()
    first.selectbox(key="taken_lesson").set_value("why").run()
    pressed(first, "Page (HTML)")

    database = Database(f"sqlite:///{tmp_path}/rooms.sqlite")
    held = Rooms(database)
    monkeypatch.setattr(membership, "rooms", lambda: held)
    desk = opened("room")
    desk.button(key="open_room").click().run()
    assert {"Save the page (HTML)", "Handout (PDF)"} <= set(labels(desk))
    database.close()

    last = len(WHY.steps) - 1
    step = WHY.steps[last]
    end = opened(step.page, lesson="why", step=str(last), choice="0", **step.link)
    assert "Save the page (HTML)" not in labels(end)
    end.session_state["take_with_you"] = True
    end.run()
    assert {"Save the page (HTML)", "Handout (PDF)"} <= set(labels(end))
    assert asked == [("page", "why")]


def test_the_real_pages_are_html_and_pdf():
    """What workers are asked for exists under its name, and begins as such a file does."""
    from explorer.compute.progress import finish
    from explorer.page_tasks.files import handout_in_file, lesson_in_page

    assert finish(lesson_in_page("cure")).startswith(b"<!doctype html>")
    assert finish(handout_in_file("cure")).startswith(b"%PDF-")
