"""Trajectories and the detector in a real browser: nothing asks the server while a hand moves."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from explorer.__main__ import main
from tests.browser.test_player import Handle, go_to, sent_by
from tests.browser.waiting import becomes, choose, has, ready, rests, wait_until

pytestmark = pytest.mark.browser

PACE = """async (player) => {
  const times = [];
  await new Promise((done) => {
    const look = (now) => {
      times.push(now);
      if (now - times[0] < 1000) requestAnimationFrame(look); else done();
    };
    requestAnimationFrame(look);
  });
  return 1000 * (times.length - 1) / (times.at(-1) - times[0]);
}"""
STEP = """(slider) => {
  const times = [];
  for (let value = 20; value < 220; value += 9) {
    const start = performance.now();
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}"""


def readings(page) -> dict[str, str]:
    """The numbers under the film, by name."""
    strips = page.locator(".st-key-threshold .reading")
    strips.first.wait_for()
    return {
        strip.locator(".name").inner_text(): strip.locator(".shown").inner_text() for strip in strips.all()
    }


def faults(page) -> list[str]:
    """Errors of ours: Streamlit first looks for its own files below a page, and does not find them."""
    return [error for error in page.errors if "404 (Not Found)" not in error]


def test_the_threshold_is_dragged_without_a_message_until_it_is_let_go(open_page, app, settled):
    page = open_page(f"{app}/detect?preset=grid-25&n=5000")
    ready(page, settled, "n = 5,000")
    sent = sent_by(page, page.url)
    ready(page, settled, "n = 5,000")
    player = Handle(page, "threshold")
    quiet = rests(page, lambda: len(sent), 500)
    before, start = readings(page), player.frame
    page.mouse.move(*player.at(0.45, 0.6))
    page.mouse.down()
    seen = set()
    for share in (0.42, 0.4, 0.47, 0.52, 0.58):
        page.mouse.move(*player.at(share, 0.5), steps=6)
        seen.add(player.frame)
        seen.add(readings(page)["recall"])
    assert len(sent) == quiet
    assert len(seen) > 6
    page.mouse.up()
    wait_until(page, lambda: len(sent) > quiet)
    # From where it was dragged, one click brings the paper's threshold back; then it is dragged again.
    page.get_by_role("button", name="Keep 96 %").click()
    becomes(page, lambda: readings(page), before)
    wait_until(page, lambda: "cut=" not in page.url)
    settled(page)
    becomes(page, lambda: player.frame, start)
    player.slider.focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    wait_until(page, lambda: "cut=" in page.url)
    settled(page)
    assert player.frame != start
    assert readings(page) != before
    # The link brings the same threshold back, and one click the paper's.
    again = open_page(page.url)
    ready(again, settled, "n = 5,000")
    becomes(again, lambda: readings(again), readings(page))
    again.get_by_role("button", name="Keep 96 %").click()
    becomes(again, lambda: readings(again), before)
    assert faults(page) == faults(again) == []


def test_the_numbers_are_those_of_the_command_line(open_page, app, settled, capsys):
    page = open_page(f"{app}/detect?preset=grid-25&n=5000&window=0:4")
    ready(page, settled, "n = 5,000")
    assert main(["detect", "grid-25", "--n", "5000", "--window", "0:4", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    shown = readings(page)
    wanted = {"recall": "recall", "retention": "retention", "rate before": "hallucination_rate"}
    for name, field in (wanted | {"rate after": "rate_after_filter", "precision": "precision"}).items():
        assert float(shown[name].removesuffix(" %")) == pytest.approx(100 * report[field], rel=0.006), name
    has(page, f"AUROC {report['auroc']:.3f}")


def test_keyboard_moves_the_threshold(open_page, app, settled):
    page = open_page(f"{app}/detect?preset=grid-25&n=5000")
    ready(page, settled, "n = 5,000")
    player = Handle(page, "threshold")
    start = player.frame
    player.slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    becomes(page, lambda: player.frame, start + 5)
    wait_until(page, lambda: "cut=" in page.url)


def test_a_cell_of_the_map_becomes_the_window(open_page, app, settled):
    page = open_page(f"{app}/detect?preset=grid-25&n=5000&judge=windows")
    ready(page, settled, "the best 0:")
    player = Handle(page, "windows")
    page.mouse.click(*player.at(0.06, 0.3))
    wait_until(page, lambda: "window=" in page.url)
    ready(page, settled, "this window 0:" if "window=0%3A" in page.url else "this window")
    has(page, "0:9")
    assert faults(page) == []


def test_a_hundred_thousand_samples_follow_the_hand(open_page, app, settled):
    page = open_page(f"{app}/detect?preset=three-modes")
    ready(page, settled, "n = 100,000")
    player = Handle(page, "threshold")
    first = readings(page)["recall"]
    median = player.slider.evaluate(STEP)
    print(f"\none step of the threshold at 100,000 samples: {median:.1f} ms")
    wait_until(page, lambda: readings(page)["recall"] != first)


def test_trajectories_play_quietly_and_a_click_singles_a_sample_out(open_page, app, settled):
    page = open_page(f"{app}/trajectories?preset=grid-25")
    ready(page, settled, "hallucinated")
    sent = sent_by(page, page.url)
    ready(page, settled, "Comes to rest")
    player = Handle(page, "many")
    quiet = rests(page, lambda: len(sent), 800)
    player.button("Play").click()
    wait_until(page, lambda: 5 < player.frame < 60)
    pace = player.root.evaluate(PACE)
    print(f"\n2 x 1,000 samples over 100 frames: {pace:.0f} screen frames a second")
    told = len(sent)
    assert player.playing
    assert told == quiet
    wait_until(page, lambda: not player.playing)
    settled(page)
    told = page.inner_text("body")
    # The middle mode of the model's panel: an honest sample ends there.
    page.mouse.click(*player.at(0.262, 0.41))
    wait_until(page, lambda: "sample=" in page.url)
    settled(page)
    wait_until(page, lambda: page.inner_text("body") != told)
    has(page, "From the same noise the truth")
    player.canvas.focus()
    row = page.url
    page.keyboard.press(".")
    wait_until(page, lambda: page.url != row)
    assert faults(page) == []


def test_one_step_in_slow_motion_names_its_beats(open_page, app, settled):
    page = open_page(f"{app}/trajectories?preset=two-modes&motion=one+step")
    ready(page, settled, "times the median")
    player = Handle(page, "slow")
    caption = player.root.locator(".caption .now")
    said = set()
    for beat in range(4):
        go_to(player, 14 * beat)
        said.add(caption.inner_text().split("·")[1].strip())
    assert said == {"1 predict the noise", "2 form x̂₀", "3 take the mean", "4 add fresh noise"}


@pytest.mark.parametrize(
    ("kind", "start"),
    [("PNG", b"\x89PNG"), ("SVG", b"<"), ("PDF", b"%PDF"), ("GIF", b"GIF89a"), ("WebP", b"RIFF")],
)
def test_a_figure_is_taken_away(open_page, app, settled, kind, start):
    page = open_page(f"{app}/learn?preset=two-modes")
    page.get_by_text("Take away", exact=True).click()
    offered = page.get_by_role("button", name=kind, exact=True)
    if kind in ("GIF", "WebP"):  # it is drawn first
        offered.click()
        offered = page.get_by_role("button", name=f"Save {kind}")
        offered.wait_for()
    with page.expect_download() as waiting:
        offered.click()
    file = waiting.value
    assert file.suggested_filename.endswith(f".{kind.lower()}")
    assert file.path().read_bytes().startswith(start)


def test_the_file_shows_frame_and_zoom_as_they_are_on_screen(open_page, app, settled):
    page = open_page(f"{app}/score?preset=two-modes&t=0")
    page.get_by_text("Take away").click()
    settled(page)

    def file() -> str:
        settled(page)  # a file is asked for by the button as it was drawn last
        with page.expect_download() as waiting:
            page.get_by_role("button", name="SVG", exact=True).click()
        return waiting.value.path().read_text("utf-8")

    def file_in_which(condition) -> str:
        """The file once the page has heard of what is on screen: a player reports it when it rests."""
        found: list[str] = []
        wait_until(page, lambda: condition(found.append(file()) or found[-1]))
        return found[-1]

    def ticks(text: str) -> set[float]:
        found = re.findall(r">(−?[\d.]+)</text>", text)
        return {float(each.replace("−", "-")) for each in found}

    whole = file()
    assert "largest error at t = 0" in whole
    film = Handle(page, "score")
    film.canvas.scroll_into_view_if_needed()
    film.canvas.focus()
    page.mouse.move(*film.at(0.15, 0.5))
    for _ in range(3):
        page.mouse.wheel(0, -200)
    expect(film.root.locator(".reset")).to_be_visible()
    page.wait_for_timeout(1_000)  # until the player has reported its zoom
    zoomed = file_in_which(lambda text: ticks(text) != ticks(whole))
    assert max(ticks(zoomed) - {5.0}) < max(ticks(whole) - {5.0})
    film.slider.press("Home")
    snippet = page.get_by_text("print(describe_error_at(found, found.frame_of(")
    wait_until(page, lambda: "frame_of(0)" not in snippet.inner_text())
    file_in_which(lambda text: "largest error at t = 0" not in text)


def test_a_chart_is_taken_away_as_wide_as_a_column(open_page, app, settled):
    page = open_page(f"{app}/learn?preset=two-modes")
    page.get_by_text("Take away").click()
    figure = page.get_by_role("combobox", name="Figure")
    figure.wait_for()
    settled(page)
    choose(page, figure, "loss")
    expect(page.get_by_role("button", name="GIF", exact=True)).to_be_disabled()
    page.get_by_role("radio", name="column, 85 mm").click()
    settled(page)
    expect(page.get_by_role("button", name="GIF", exact=True)).to_be_disabled()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="SVG", exact=True).click()
    file = waiting.value
    assert file.suggested_filename.endswith("-loss.svg")
    text = file.path().read_text("utf-8")
    assert 'width="85.000mm"' in text
    assert ">training step</text>" in text
