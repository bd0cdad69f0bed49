"""A room in a real browser: a teacher and two students, each in a browser of their own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_detection import faults
from tests.browser.waiting import has, ready, wait_until

pytestmark = pytest.mark.browser


def test_a_teacher_and_two_students(open_page, app, settled):
    teacher = open_page(f"{app}/room")
    has(teacher, "Open a room")
    teacher.get_by_role("button", name="Open a room").click()
    settled(teacher)
    has(teacher, "0 here")
    code = teacher.locator("[aria-label='Room code']").inner_text()
    assert re.fullmatch(r"\w{6}", code)
    expect(teacher.get_by_alt_text("QR code of the link")).to_have_count(1)

    students = [open_page(f"{app}/room?code={code}") for _ in range(2)]
    for student, option in zip(students, ("anywhere", "between neighbouring modes"), strict=True):
        has(student, "Come in")
        student.get_by_role("button", name="Join").click()
        has(student, "You are in room")
        student.get_by_role("button", name="To the lesson").click()
        has(student, "the class is here")
        student.get_by_text(option, exact=True).first.click()
    has(teacher, "2 here · 2 have predicted")

    teacher.get_by_role("button", name="Show predictions").click()
    settled(teacher)
    for student in students:
        has(student, "✓")
    teacher.get_by_role("button", name="Bring all to the next step").click()
    settled(teacher)
    for student in students:
        has(student, "It learns, and it does not stop")
    students[0].get_by_test_id("stTopNavLink").filter(has_text="Sweep").click()
    has(students[0], "How does it depend?")
    teacher.get_by_role("button", name="Back", exact=True).click()
    settled(teacher)
    has(students[0], "the class is here")
    teacher.get_by_role("button", name="Bring all to the next step").click()
    settled(teacher)
    teacher.get_by_text("The class follows").click()
    settled(teacher)
    for student in students:
        has(student, "It learns, and it does not stop")
        wait_until(student, lambda page=student: page.get_by_test_id("stTopNavLink").count() == 0)
    teacher.get_by_text("The class follows").click()
    settled(teacher)
    for student in students:
        wait_until(student, lambda page=student: page.get_by_test_id("stTopNavLink").count() > 0)

    stranger = open_page(f"{app}/room?code={code}")
    ready(stranger, settled, "Come in")
    assert "Bring all" not in stranger.inner_text("body")

    teacher.reload()
    has(teacher, "Bring all to the next step")
    students[0].reload()
    has(students[0], "It learns, and it does not stop")
    teacher.get_by_role("button", name="End the room").click()
    settled(teacher)
    teacher.get_by_role("button", name="End it").click()
    settled(teacher)
    has(teacher, "can be opened again")
    for page in (teacher, *students):
        assert faults(page) == []
