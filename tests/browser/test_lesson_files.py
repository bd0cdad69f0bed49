"""Lessons as files: opened from disk with the network cut, by keyboard, on a phone, on a projector."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.lesson_files.lesson_file import MOST_BYTES, lesson_file
from explorer.lessons.lesson import lessons
from explorer.lessons.right_answer import right_option
from tests.browser.test_accessibility import grave
from tests.browser.test_lessons_by_keyboard import LESSONS

pytestmark = pytest.mark.browser

SIZES = {"light": (1280, 720), "dark": (390, 844)}


@pytest.fixture(scope="session")
def file_of(tmp_path_factory):
    """file_of(name) is the file of a lesson, made once for all tests."""
    folder, made = tmp_path_factory.mktemp("lessons"), {}

    def make(name: str) -> Path:
        if name not in made:
            made[name] = folder / f"{name}.html"
            made[name].write_bytes(lesson_file(lessons()[name]))
        return made[name]

    return make


@pytest.fixture
def opened(chromium):
    """opened(path, **context) is a page of a file, offline; what goes wrong and what it asks for is in
    page.faults."""
    contexts = []

    def open_(path: Path, at: str = "", **context):
        contexts.append(chromium.new_context(**{"viewport": {"width": 1280, "height": 720}} | context))
        contexts[-1].set_offline(True)
        page = contexts[-1].new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
        page.route(
            lambda address: not address.startswith(("file:", "data:", "blob:")),
            lambda route: refuse(page, route),
        )
        page.goto(f"{path.as_uri()}{at}")
        return page

    yield open_
    for context in contexts:
        context.close()


def api():
    return pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


def refuse(page, route) -> None:
    page.faults.append(f"asks for {route.request.url}")
    route.abort()


def place(page):
    """The part of the page that is on screen."""
    return page.locator(".place:not([hidden])")


def expect_drawn(page, count: int) -> None:
    page.wait_for_function(
        """(count) => {
          const shown = ".place:not([hidden]) .figure:not([hidden])";
          const figures = [...document.querySelectorAll(shown)];
          return figures.length === count && figures.every((figure) => {
            const player = figure.firstElementChild?.shadowRoot?.querySelector(".player");
            if (player) return player.dataset.frame !== undefined;
            return figure.querySelector("svg .mark-group") !== null;
          });
        }""",
        arg=count,
        timeout=60_000,
    )


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_taken_by_keyboard_from_disk_without_a_network(file_of, opened, name):
    expect = api().expect
    lesson, path = lessons()[name], file_of(name)
    assert path.stat().st_size <= MOST_BYTES
    page = opened(path)
    expect(place(page).get_by_role("heading", name=lesson.title)).to_be_visible()
    if lesson.quiz:
        page.keyboard.press("n")
        for _ in lesson.quiz:
            page.keyboard.press("1")
        expect(place(page).locator("input:checked")).to_have_count(len(lesson.quiz))
        expect(place(page).locator(".reason")).to_have_count(0)  # nothing is marked yet
    for step in lesson.steps:
        page.keyboard.press("n")
        expect(page.locator(":focus")).to_have_text(step.title)
        open_first = place(page).locator(".figure:not([hidden])").count()
        assert open_first >= 1
        expect_drawn(page, open_first)
        if step.ask:
            expect(
                place(page).locator(".finding, .picked-told, .frame-told").filter(visible=True)
            ).to_have_count(0)
            page.keyboard.press("2")
            expect(place(page).locator(".reason").filter(visible=True)).to_have_attribute("data-option", "1")
        expect(place(page).locator(".beyond[hidden]:not(.opened)")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    if lesson.quiz:
        right = sum(right_option(question) == 0 for question in lesson.quiz)
        for number in range(len(lesson.quiz)):
            place(page).locator("fieldset").nth(number).locator("input").first.focus()
            page.keyboard.press("1")
        page.keyboard.press("n")
        expect(place(page).locator(".change")).to_contain_text(f"{right} of {len(lesson.quiz)}")
        expect(place(page).locator(".answers .reason").filter(visible=True)).to_have_count(len(lesson.quiz))
    expect(place(page)).to_have_attribute("data-place", "end")
    assert page.faults == []


@pytest.mark.parametrize("theme", SIZES)
def test_nobody_is_shut_out_and_nothing_reaches_beyond_the_window(file_of, opened, theme):
    width, height = SIZES[theme]
    page = opened(
        file_of("why"),
        color_scheme=theme,
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    found = []
    for at in page.evaluate("[...document.querySelectorAll('.place')].map((place) => place.dataset.place)"):
        page.evaluate("(at) => { location.hash = at; }", at)
        page.wait_for_function("(at) => !document.querySelector(`[data-place='${at}']`).hidden", arg=at)
        if at.isdigit():
            page.keyboard.press("1")
        if at in ("start", "before", "0", "3", "7", "end"):
            found += [f"{at}: {fault}" for fault in grave(page)]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, at
    assert found == []
    assert page.faults == []


def test_a_film_at_rest_is_played_when_the_prediction_has_been_made(file_of, opened):
    page = opened(file_of("why"), "#0")
    player = place(page).locator(".main .player")
    player.locator("canvas").wait_for()
    assert player.get_attribute("data-frame") == "0"
    page.keyboard.press("2")
    page.wait_for_function(
        """() => {
          const place = document.querySelector(".place:not([hidden]) .main > div");
          const { dataset } = place.shadowRoot.querySelector(".player");
          return Number(dataset.frame) === Number(dataset.frames) - 1 && dataset.playing === "false";
        }"""
    )


def test_answers_and_place_stay_and_can_be_forgotten(file_of, opened):
    expect = api().expect
    page = opened(file_of("why"), "#1")
    page.keyboard.press("2")
    page.reload()
    expect(place(page).locator("input:checked")).to_have_attribute("value", "1")
    expect(place(page).locator(".reason").filter(visible=True)).to_have_count(1)
    page.evaluate("location.hash = 'end'")
    place(page).get_by_role("button", name="Start again").click()
    expect(place(page)).to_have_attribute("data-place", "start")
    page.evaluate("location.hash = '1'")
    expect(place(page).locator("input:checked")).to_have_count(0)
    expect(place(page).locator(".reason").filter(visible=True)).to_have_count(0)


def test_a_frame_without_rights_takes_the_lesson_and_says_that_nothing_is_kept(file_of, opened):
    expect = api().expect
    path = file_of("why")
    outer = path.with_name("platform.html")
    outer.write_text(f'<iframe sandbox="allow-scripts" src="{path.name}" width="1200" height="700">', "utf-8")
    page = opened(outer)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".kept")).to_contain_text("keeps nothing")
    frame.get_by_role("button", name="Start the lesson").click()
    expect(frame.locator(".place:not([hidden]) .main canvas")).to_be_visible()
    assert page.faults == []


def test_large_letters_for_a_projector_and_dark_by_a_button(file_of, opened):
    expect = api().expect
    page = opened(file_of("why"), "#1", color_scheme="light")
    size = "parseFloat(getComputedStyle(document.querySelector('.place:not([hidden]) .card')).fontSize)"
    before = page.evaluate(size)
    page.keyboard.press("p")
    assert page.evaluate(size) > 1.3 * before
    expect(page.get_by_role("button", name="projector")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 20, 32)"


def test_samples_are_drawn_in_the_page(file_of, opened):
    expect = api().expect
    page = opened(file_of("why"), "#3")
    page.keyboard.press("2")
    place(page).get_by_role("button", name="Draw 10,000 more").click()
    expect(place(page).locator(".draws [role=status]")).to_contain_text(
        "Of 10,000 drawn here", timeout=60_000
    )
    place(page).get_by_role("button", name="New noise").click()
    expect(place(page).locator(".draws [role=status]")).to_contain_text("samples of new noise")
    place(page).get_by_role("button", name="As before").click()
    assert page.faults == []
