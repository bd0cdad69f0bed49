"""The promises of the pages, kept in a real browser: first figure, live training, stop, links, others."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import status
from tests.browser.waiting import becomes, has, rests, wait_until

pytestmark = pytest.mark.browser

WATCH = """() => {
  window.seen = { opacity: 1, removed: 0 };
  const chart = "canvas, svg.marks";
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.removedNodes) {
      if (node.nodeType === 1 && (node.matches(chart) || node.querySelector(chart))) window.seen.removed += 1;
    }
  }).observe(document.body, { subtree: true, childList: true });
  const look = () => {
    for (const element of document.querySelectorAll("[data-testid=stElementContainer]")) {
      if (!element.getBoundingClientRect().height) continue;  // styles, which nobody sees
      window.seen.opacity = Math.min(window.seen.opacity, Number(getComputedStyle(element).opacity));
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def running(app: str) -> int:
    return status(app)["running"]


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def frames(page) -> tuple[int, int]:
    """The frame on screen and the number of frames of the page's player."""
    player = page.locator("section.player[data-frame]")
    player.locator("canvas").wait_for()
    return int(player.get_attribute("data-frame")), int(player.get_attribute("data-frames"))


def test_the_first_figure_needs_no_training(idle_app, open_page):
    page = open_page(f"{idle_app}/learn")
    frame, count = frames(page)
    assert count >= 10
    assert frame == count - 1
    page.get_by_text("shipped, seed 0").wait_for()
    assert running(idle_app) == 0
    wait_until(page, lambda: "preset=three-modes" in page.url)
    assert not [error for error in page.errors if "404" not in error]


def test_train_watch_it_move_and_stop(idle_app, open_page, settled):
    app = idle_app
    page = open_page(f"{app}/?preset=two-modes&seed=7&training.steps=60000")
    page.get_by_text("not trained yet").first.wait_for()
    button(page, "Train").click()
    page.get_by_text("steps/s").wait_for()
    before = frames(page)[1]
    wait_until(page, lambda: frames(page)[1] > before)  # the live figure has come
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    before = frames(page)[1]
    wait_until(page, lambda: frames(page)[1] >= before + 2)
    seen = page.evaluate("window.seen")
    assert seen["removed"] == 0
    assert seen["opacity"] > 0.99
    assert running(app) == 1
    button(page, "Pause").click()
    page.get_by_text("paused").first.wait_for()
    becomes(page, lambda: running(app), 0)
    button(page, "Resume").click()
    becomes(page, lambda: running(app), 1)
    button(page, "Stop").click()
    becomes(page, lambda: running(app), 0)
    page.get_by_text("stopped at step").wait_for()
    expect(button(page, "Resume")).to_be_enabled()
    button(page, "Discard").click()
    expect(button(page, "Train")).to_be_enabled()
    expect(button(page, "Stop")).to_be_disabled()


def test_a_finished_training_is_kept_and_found_by_its_link(idle_app, open_page, settled):
    app = idle_app
    page = open_page(f"{app}/?preset=two-modes&seed=11&training.steps=600")
    button(page, "Train").click()
    has(page, "trained here")
    other = open_page(page.url)
    has(other, "trained here")
    settled(page)
    becomes(page, lambda: frames(other), frames(page))
    becomes(page, lambda: running(app), 0)


def test_a_reload_finds_the_training_and_another_browser_is_left_alone(idle_app, open_page, settled):
    app = idle_app
    page = open_page(f"{app}/?preset=two-modes&seed=8&training.steps=60000")
    bystander = open_page(f"{app}/score?preset=three-modes")
    bystander.locator("section.player canvas").wait_for()
    shown = rests(bystander, lambda: frames(bystander), 1000)
    bystander.evaluate(WATCH)
    button(page, "Train").click()
    page.get_by_text("steps/s").wait_for()
    page.reload()
    settled(page)
    page.get_by_text("steps/s").wait_for()
    assert running(app) == 1
    bystander.wait_for_timeout(1500)
    assert frames(bystander) == shown
    assert bystander.evaluate("window.seen") == {"opacity": 1, "removed": 0}
    bystander.locator("section.player input[type=range]").focus()
    bystander.keyboard.press("ArrowLeft")
    becomes(bystander, lambda: frames(bystander)[0], shown[0] - 1)
    wait_until(bystander, lambda: "t=" in bystander.url)  # the page has answered
    settled(bystander)
    assert bystander.get_by_text("steps/s").count() == 0
    button(page, "Stop").click()
    becomes(page, lambda: running(app), 0)


def test_a_link_restores_the_view(app, open_page, settled):
    page = open_page(f"{app}/?preset=grid-25&k=8&snapshot=4")
    page.get_by_text("lie beyond 8 σ").wait_for()
    becomes(page, lambda: frames(page)[0], 4)
    page.get_by_test_id("stTopNavLink").filter(has_text="Score").click()
    settled(page)
    page.get_by_role("heading", name="Where does the learned score go wrong?").wait_for()
    wait_until(page, lambda: "preset=grid-25" in page.url and "k=8" in page.url)


def test_the_step_on_screen_goes_into_the_link(app, open_page, settled):
    page = open_page(f"{app}/score?preset=three-modes&t=40")
    caption = page.locator("section.player .caption .now")
    wait_until(page, lambda: caption.inner_text().startswith("t = 4"))
    page.locator("section.player input[type=range]").focus()
    page.keyboard.press("End")
    wait_until(page, lambda: "t=0" in page.url)
    again = open_page(page.url)
    becomes(again, lambda: frames(again)[0], frames(again)[1] - 1)


def test_choosing_a_picture_changes_the_data_everywhere(app, open_page, settled):
    page = open_page(f"{app}/learn")
    page.get_by_role("radio", name="Ring", exact=True).click()
    wait_until(page, lambda: "preset=ring-8" in page.url)
    page.get_by_test_id("stTopNavLink").filter(has_text="Score").click()
    settled(page)
    page.get_by_role("heading", name="Where does the learned score go wrong?").wait_for()
    expect(page.locator("section.player")).to_have_attribute("data-frames", re.compile(r"\d+"))
    page.get_by_text("shipped, seed 0").wait_for()
    assert not [error for error in page.errors if "404" not in error]


def test_scrubbing_the_score_sends_nothing_until_it_rests(app, open_page, settled):
    page = open_page(f"{app}/score?preset=three-modes")
    frames(page)
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    page.reload()
    settled(page)
    frames(page)
    rests(page, lambda: len(sent), 1000)
    sent.clear()
    box = page.locator("section.player input[type=range]").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.8, middle)
    page.mouse.down()
    for i in range(40):
        page.mouse.move(box["x"] + box["width"] * (0.8 - 0.015 * i), middle)
    assert not sent
    page.mouse.up()
    wait_until(page, lambda: len(sent) >= 1)


def test_a_forged_link_is_one_sentence_and_the_page_stands(app, open_page):
    page = open_page(f"{app}/?preset=nonsense&training.steps=99999999&seed=-3&k=17&mixture=1;2;NaN")
    page.get_by_text("The link was not quite right").wait_for()
    assert frames(page)[1] >= 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/score", "/score?figure=map", "/score?preset=grid-25&region=gap"])
def test_pages_fit_their_window(app, open_page, scheme, path):
    page = open_page(f"{app}{path}", color_scheme=scheme)
    figure = page.locator("section.player, [data-testid=stPlotlyChart]").first
    figure.wait_for()
    box = rests(page, figure.bounding_box)
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    assert box["y"] + box["height"] <= 720
