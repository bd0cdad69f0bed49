"""The player in a real browser: what a viewer and a network monitor notice."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import becomes, rests, wait_until

pytestmark = pytest.mark.browser

APP = """
import numpy as np
import streamlit as st
from explorer.figures.film.film import Film, Panel
from explorer.figures.film.galleries import gallery_film
from explorer.figures.film.layers import Axis, Lines, Points
from explorer.ui.player import player

st.set_page_config(layout="wide")
draw = st.session_state.setdefault("draw", 0)
if st.button("draw again"):
    draw = st.session_state.draw = draw + 1
x, frames = np.linspace(0, 10, 101), np.arange(60)
slopes = frames[:, None, None] / 59
line = Lines(x, slopes * x, "truth", "slope", width=4)
cloud = Points(np.random.default_rng(draw).uniform(0, 10, (60, 50, 2)), "hallucinated")
axis = Axis(0, 10)
film = Film(
    (Panel("line", "truth", axis, axis, (line,)), Panel("cloud", "hallucinated", axis, axis, (cloud,))),
    tuple(f"draw {draw}, frame {i}" for i in frames),
    "step t", ("T (noise)", "0 (clean)"), "A line that rises and a cloud", frame_seconds=0.05,
)
heard = player(film, key="film", height=420, on_frame=True).frame
st.text(f"heard {heard}")
quiet = player(film, key="quiet", height=300, frame=7).frame
st.text(f"quiet {quiet}")
photographs = np.ones((1, 12, 8, 8, 3)) * (np.array([200, 30, 90]) / 127.5 - 1)
photographs[0, 5] = np.array([10, 180, 240]) / 127.5 - 1
colours = gallery_film(
    [("photographs", "truth", photographs, np.zeros((1, 12), bool))], ("only",), columns=4, slider="",
    ends=("", ""), alt="Twelve photographs", colormap="photo",
)
player(colours, key="colours", height=300)
"""


PLAYED_TO_THE_SIXTH = """async (player, play) => {
  const start = performance.now();
  play.click();
  while (Number(player.dataset.frame) < 6) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    script = tmp_path_factory.mktemp("player") / "app.py"
    script.write_text(APP, "utf-8")
    return serve(script)


@pytest.fixture
def film(open_page, url):
    """The first player of a fresh page; whatever the test does, the console stays free of errors."""
    page = open_page(url)
    player = Handle(page, "film")
    yield player
    assert page.errors == []


class Handle:
    """One player on a page, by the names a person would use."""

    def __init__(self, page, key):
        self.page, self.root = page, page.locator(f".st-key-{key} .player")
        self.canvas, self.slider = self.root.locator("canvas"), self.root.locator("input[type=range]")
        self.root.and_(page.locator("[data-frame]")).wait_for()

    def button(self, name):
        return self.root.get_by_role("button", name=name)

    @property
    def frame(self):
        return int(self.root.get_attribute("data-frame"))

    @property
    def playing(self):
        return self.root.get_attribute("data-playing") == "true"

    def wait(self, condition):
        self.page.wait_for_function(f"player => {condition}", arg=self.root.element_handle())

    def at(self, x, y):
        """A place on the page by shares of the canvas."""
        box = self.canvas.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def shows_colour(self, red, green, blue):
        script = """(canvas, wanted) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Uint32Array(data.buffer).includes(wanted);
        }"""
        wanted = int.from_bytes([red, green, blue, 255], "little")
        return self.canvas.evaluate(script, wanted)


def go_to(player, frame):
    """Move the slider of a player to a frame, as a hand that does not let go."""
    player.slider.evaluate("(s, f) => { s.value = f; s.dispatchEvent(new Event('input')); }", frame)
    becomes(player.page, lambda: player.frame, frame)


def sent_by(page, url):
    """Reload the page and count from then on what its websockets send."""
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(url)
    return sent


def test_play_advances_and_pause_holds(film):
    film.button("Play").click()
    film.wait("player.dataset.frame > 3")
    assert film.playing
    film.button("Pause").click()
    film.wait("player.dataset.playing === 'false'")
    held = film.frame
    film.page.wait_for_timeout(300)
    assert (film.frame, film.playing) == (held, False)


def test_play_stops_at_the_end_and_starts_over(film):
    film.slider.press("End")
    film.button("Step back").click()
    film.button("Play").click()
    film.wait("player.dataset.frame === '59' && player.dataset.playing === 'false'")
    film.button("Play").click()
    film.wait("player.dataset.frame > 0 && player.dataset.frame < 30 && player.dataset.playing === 'true'")


def test_the_keyboard_reaches_everything(film):
    film.slider.focus()
    for key, frame in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 59), ("Home", 0)]:
        film.page.keyboard.press(key)
        becomes(film.page, lambda: film.frame, frame)
    expect(film.slider).to_have_attribute("aria-label", "step t")
    expect(film.slider).to_have_attribute("aria-valuetext", "draw 0, frame 0")
    film.page.keyboard.press("Space")
    film.wait("player.dataset.playing === 'true'")
    film.page.keyboard.press("Space")
    film.wait("player.dataset.playing === 'false'")
    film.canvas.focus()
    film.page.keyboard.press("End")
    becomes(film.page, lambda: film.frame, 59)
    expect(film.canvas).to_have_attribute("aria-label", "A line that rises and a cloud")


def test_speed_is_chosen_in_four_steps(film):
    for speed in ("1×", "2×", "0.25×", "0.5×"):
        film.button(f"Speed {speed}").click()
    expect(film.button("Speed 1×")).to_be_visible()


def test_playing_and_scrubbing_never_ask_the_server_and_release_reports_once(film, settled, url):
    sent = sent_by(film.page, url)
    settled(film.page)
    film = Handle(film.page, "film")
    rests(film.page, lambda: len(sent), 500)
    sent.clear()
    box = film.slider.bounding_box()
    film.page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    film.page.mouse.down()
    for share in (0.2, 0.4, 0.6, 0.5):
        film.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2, steps=5)
        film.page.wait_for_timeout(250)
    wait_until(film.page, lambda: 25 <= film.frame <= 35)
    frame = film.frame
    assert sent == []
    film.page.mouse.up()
    film.page.get_by_text(f"heard {frame}", exact=True).wait_for()
    assert len(sent) == 1
    settled(film.page)
    sent.clear()
    film.button("Play").click()
    film.page.wait_for_timeout(700)
    told = len(sent)
    assert film.playing
    assert told == 0
    film.button("Pause").click()
    film.wait("player.dataset.playing === 'false'")
    film.page.get_by_text(f"heard {film.frame}", exact=True).wait_for()
    assert len(sent) == 1


def test_without_on_frame_nothing_is_ever_reported(film, settled, url):
    sent = sent_by(film.page, url)
    settled(film.page)
    quiet = Handle(film.page, "quiet")
    rests(film.page, lambda: len(sent), 500)
    becomes(film.page, lambda: quiet.frame, 7)
    sent.clear()
    quiet.slider.press("End")
    quiet.button("Step back").click()
    becomes(film.page, lambda: quiet.frame, 58)
    film.page.wait_for_timeout(600)
    assert sent == []
    expect(film.page.get_by_text("quiet 7", exact=True)).to_be_visible()


def test_new_data_keep_the_element_the_frame_and_the_play(film):
    film.canvas.evaluate("canvas => { canvas.stays = true; }")
    film.button("Speed 1×").click()
    film.button("Speed 2×").click()  # now at a quarter: the film is still playing when the data arrive
    film.button("Play").click()
    film.wait("player.dataset.frame > 2")
    before = film.frame
    film.page.get_by_role("button", name="draw again").click()
    film.root.locator(".now").get_by_text("draw 1").wait_for()
    assert film.canvas.evaluate("canvas => canvas.stays")
    assert film.playing
    assert film.frame >= before
    film.wait(f"player.dataset.frame > {film.frame}")


def test_colours_follow_the_theme(film):
    film.slider.press("End")
    film.page.emulate_media(color_scheme="light")
    wait_until(film.page, lambda: film.shows_colour(0x00, 0x72, 0xB2))
    film.page.emulate_media(color_scheme="dark")
    wait_until(film.page, lambda: film.shows_colour(0x56, 0xB4, 0xE9))
    assert not film.shows_colour(0x00, 0x72, 0xB2)


def test_the_pointer_reads_values_off_both_panels(film):
    film.slider.press("End")  # the slope is 1: y is x
    becomes(film.page, lambda: film.frame, 59)
    film.page.mouse.move(*film.at(0.3, 0.5))
    expect(film.root.locator(".readout").nth(1)).to_be_visible()
    texts = film.root.locator(".readout").all_inner_texts()
    x, y = (float(number) for number in re.findall(r"[\d.]+", texts[0]))
    assert y == pytest.approx(x, abs=0.02)
    assert texts[1].splitlines()[0] == texts[0].splitlines()[0]
    film.page.mouse.move(5, 5)
    expect(film.root.locator(".readout").first).to_be_hidden()


def test_a_drag_zooms_and_a_double_click_undoes_it(film):
    expect(film.button("Reset zoom")).to_be_hidden()
    film.page.mouse.move(*film.at(0.2, 0.3))
    film.page.mouse.down()
    film.page.mouse.move(*film.at(0.3, 0.31), steps=4)
    film.page.mouse.up()
    film.button("Reset zoom").wait_for()
    film.page.mouse.dblclick(*film.at(0.25, 0.5))
    film.button("Reset zoom").wait_for(state="hidden")


def test_the_wheel_belongs_to_the_page_until_ctrl_is_held(film):
    film.page.mouse.move(*film.at(0.25, 0.5))
    film.page.mouse.wheel(0, -200)
    film.page.wait_for_timeout(200)
    assert not film.button("Reset zoom").is_visible()
    film.page.keyboard.down("Control")
    film.page.mouse.wheel(0, -200)
    film.page.keyboard.up("Control")
    film.button("Reset zoom").wait_for()


def test_reduced_motion_shows_at_most_four_frames_a_second(open_page, url):
    film = Handle(open_page(url, reduced_motion="reduce"), "film")
    seconds = film.root.evaluate(PLAYED_TO_THE_SIXTH, film.button("Play").element_handle())
    assert seconds > 1.4  # six quarters of a second, and a frame of the screen less; without it, 0.3


def test_panels_stack_on_a_phone_and_keep_the_page_inside_its_width(open_page, url):
    page = open_page(url, viewport={"width": 390, "height": 844}, has_touch=True)
    film = Handle(page, "film")
    film.wait("player.clientHeight > 420")
    box, canvas = rests(page, lambda: (film.root.bounding_box(), film.canvas.bounding_box()))
    assert canvas["height"] > canvas["width"]
    assert box["x"] + box["width"] <= 390
    film.button("Step forward").tap()
    becomes(page, lambda: film.frame, 1)
    below = page.get_by_text("heard").bounding_box()
    assert below["y"] >= box["y"] + box["height"] - 1


def test_photographs_have_their_colours_however_their_rows_are_broken(open_page, url):
    for width in (1280, 390):
        page = open_page(url, viewport={"width": width, "height": 900})
        shown = Handle(page, "colours")
        wait_until(page, lambda shown=shown: shown.shows_colour(200, 30, 90))
        assert shown.shows_colour(10, 180, 240)
        assert not shown.shows_colour(90, 30, 200)
        assert page.errors == []
