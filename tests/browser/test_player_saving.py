"""Save what I see: the file is the picture on the screen, pixel for pixel."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_player import Handle
from tests.browser.waiting import becomes, wait_until

pytestmark = pytest.mark.browser

APP = """
import numpy as np
import streamlit as st
from explorer.figures.film.film import Film, Panel
from explorer.figures.film.layers import Axis, HeatMap, Lines, Points
from explorer.ui.player import player

st.set_page_config(layout="wide")
x, frames = np.linspace(0, 10, 101), np.arange(20)
line = Lines(x, frames[:, None, None] / 19 * x, "truth", "slope", width=4)
cloud = Points(np.random.default_rng(0).uniform(0, 10, (20, 50, 2)), "hallucinated", size=8, pick=True)
axis = Axis(0, 10)
film = Film(
    (Panel("Line", "truth", axis, axis, (line,)), Panel("Cloud", "hallucinated", axis, axis, (cloud,))),
    tuple(f"step {i},000 · 7 min · {i}.5 % [{i}.2, {i}.8] of all that there are" for i in frames),
    "step", ("first", "last"), "A line and a cloud",
)
player(film, key="film", height=420)
cells = HeatMap(np.arange(6).reshape(1, 2, 3) / 6, 0, 1, "sequential", sharp=True)
still = Film((Panel("Map", "neutral", axis, axis, (cells,)),), ("",), "", ("", ""), "A map")
player(still, key="still", height=300)
"""

NAME = "Save what I see"
GROUNDS = {"light": (0xFF, 0xFF, 0xFF), "dark": (0x0F, 0x14, 0x20)}


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    script = tmp_path_factory.mktemp("saving") / "app.py"
    script.write_text(APP, "utf-8")
    return serve(script)


@pytest.fixture
def film(open_page, url):
    """The film of a fresh page; whatever the test does, the console stays free of errors."""
    page = open_page(url)
    yield Handle(page, "film")
    assert page.errors == []


def saved(player, press=None):
    """The file that a click on the button, or `press`, saves: its name, and (rows, columns, 3)."""
    with player.page.expect_download() as download:
        (press or player.button(NAME).click)()
    content = download.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    picture = Image.open(io.BytesIO(content))
    assert picture.convert("RGBA").getextrema()[3] == (255, 255)  # opaque
    return download.value.suggested_filename, np.asarray(picture.convert("RGB"))


def on_screen(player, scheme="light"):
    """The canvas's pixels laid over the theme's background by arithmetic, and their opacity."""
    content = base64.b64decode(player.canvas.evaluate("canvas => canvas.toDataURL()").split(",")[1])
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"), dtype=float)
    alpha = pixels[..., 3:] / 255
    return pixels[..., :3] * alpha + np.array(GROUNDS[scheme]) * (1 - alpha), alpha[..., 0]


def assert_same(picture, player, scheme="light"):
    due, alpha = on_screen(player, scheme)
    assert picture.shape == due.shape
    plain = (alpha == 0) | (alpha == 1)
    assert 0 < (alpha == 1).sum() < plain.sum()
    assert (picture[plain] == due[plain]).all()
    assert np.abs(picture - due).max() <= 2  # where colours are laid over each other, up to rounding


def test_the_file_is_the_picture_on_the_screen(film):
    film.slider.press("End")
    becomes(film.page, lambda: film.frame, 19)
    name, picture = saved(film)
    assert name == "line-cloud-step-19000.png"
    assert picture.shape[:2] == tuple(film.canvas.evaluate("canvas => [canvas.height, canvas.width]"))
    assert_same(picture, film)


def test_frame_zoom_and_pick_change_the_file(film):
    pictures = [saved(film)[1]]
    film.button("Step forward").click()
    becomes(film.page, lambda: film.frame, 1)
    pictures.append(saved(film)[1])
    film.canvas.focus()
    film.page.keyboard.press(".")
    wait_until(film.page, lambda: film.root.get_attribute("data-picked") != "")
    pictures.append(saved(film)[1])
    film.page.mouse.move(*film.at(0.25, 0.5))
    film.page.keyboard.down("Control")
    film.page.mouse.wheel(0, -300)
    film.page.keyboard.up("Control")
    film.button("Reset zoom").wait_for()
    pictures.append(saved(film)[1])
    assert_same(pictures[-1], film)
    for before, after in zip(pictures, pictures[1:], strict=False):
        assert before.shape == after.shape
        assert (before != after).any()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_background_is_that_of_the_theme_on_a_screen_of_double_density(open_page, url, scheme):
    page = open_page(url, color_scheme=scheme, device_scale_factor=2)
    player = Handle(page, "film")
    _, picture = saved(player)
    assert tuple(picture[0, 0]) == GROUNDS[scheme]
    assert picture.shape[1] == pytest.approx(2 * player.canvas.bounding_box()["width"], abs=2)
    assert_same(picture, player, scheme)


def test_the_keyboard_reaches_the_button_and_it_says_what_it_does(film):
    film.button("Speed").focus()
    film.page.keyboard.press("Tab")
    focused = film.root.locator(":focus")
    expect(focused).to_have_attribute("aria-label", NAME)
    expect(focused).to_have_attribute("title", re.compile(f"^{NAME}"))
    for key in ("Enter", "Space"):
        saved(film, lambda key=key: film.page.keyboard.press(key))
    assert not film.playing
    assert film.frame == 0


def test_a_long_caption_leaves_room_for_the_buttons_of_a_phone(open_page, url):
    page = open_page(url, viewport={"width": 390, "height": 844}, has_touch=True)
    player = Handle(page, "film")
    for name in (NAME, "Speed 1×", "Step forward"):
        box = player.button(name).bounding_box()
        assert box["width"] >= 24
        assert 0 <= box["x"] <= 390 - box["width"]
    caption = player.root.locator(".caption .now").bounding_box()
    assert 150 < caption["width"] <= 390 - caption["x"]
    _, picture = saved(player, player.button(NAME).tap)
    assert_same(picture, player)


def test_a_still_shows_the_button_while_the_viewer_is_there(film):
    still = Handle(film.page, "still")
    opacity = "button => Number(getComputedStyle(button).opacity)"
    film.page.mouse.move(1, 1)
    becomes(film.page, lambda: still.button(NAME).evaluate(opacity), 0)
    film.page.mouse.move(*still.at(0.5, 0.5))
    wait_until(film.page, lambda: still.button(NAME).evaluate(opacity) > 0.5)
    expect(still.button("Play")).to_be_hidden()
    film.page.mouse.move(1, 1)
    name, picture = saved(still)
    assert name == "map.png"
    assert_same(picture, still)
    still.button(NAME).focus()
    film.page.mouse.move(1, 1)
    film.page.wait_for_timeout(300)
    assert still.button(NAME).evaluate(opacity) > 0.5
