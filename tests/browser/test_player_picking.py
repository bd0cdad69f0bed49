"""The player in a real browser: what is picked, dragged, judged and read off."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_player import Handle, go_to, sent_by
from tests.browser.waiting import becomes, rests, wait_until

pytestmark = pytest.mark.browser

APP = """
import numpy as np
import streamlit as st
from explorer.figures.film.film import Film, Panel, Reading
from explorer.figures.film.layers import Axis, HeatMap, Judged, Lines, Points
from explorer.ui.player import player

st.set_page_config(layout="wide")
axis = Axis(0, 10)

lattice = np.stack(np.meshgrid([2, 5, 8], [2, 5, 8]), -1).reshape(-1, 2).astype(float)
rising = lattice + np.linspace(0, 1, 21)[:, None, None] * [0, 1]
panels = tuple(
    Panel(role, "neutral", axis, axis, (Points(xy, role, size=6, pick=True),))
    for role, xy in (("truth", lattice[None]), ("model", rising))
)
twins = Film(panels, tuple(f"frame {i}" for i in range(21)), "step t", ("noise", "clean"), "Two clouds")
asked = st.session_state.get("asked")
if st.button("ask for 7"):
    asked = st.session_state.asked = 7
shown = player(twins, key="twins", height=360, picked=asked, on_pick=True)
st.text(f"picked {shown.picked}")

bounds = np.geomspace(1e-3, 1, 31)
scores = Axis(1e-3, 1, "Hal", log=True)
line = Lines(bounds, np.linspace(0, 10, 31)[None, None], "kept")
count = 100_000
rng = np.random.default_rng(0)
level = rng.integers(0, 32, count)
dots = Judged(rng.uniform(1, 9, (count, 2)), level, np.arange(count) % 1000 == 0, pick=True)
kept = [int((level <= frame).sum()) for frame in range(31)]
film = Film(
    (
        Panel("bound", "neutral", scores, axis, (line,), cursor=tuple(bounds), scrub=True),
        Panel("dots", "neutral", axis, axis, (dots,)),
    ),
    tuple(f"bound {b:.3g}" for b in bounds), "bound", ("strict", "lax"), "A bound and its dots",
    shared_x=False,
    readings=tuple(Reading(name, tuple(f"{name} {k}" for k in kept), "kept") for name in "abcdefgh"),
)
frame = player(film, key="film", height=420, on_frame=True).frame
st.text(f"heard {frame}")

steps = Axis(0, 4, "step t", names=("999", "600", "300", "100", "clean"))
lines = np.linspace(1, 9, 3)[:, None] * np.ones(5)
paths = Lines(
    np.arange(5), lines[None], "model", category=np.array([1, 0, 0]), colours=("model", "truth"), pick=True
)
cells = HeatMap(np.arange(6).reshape(1, 2, 3) / 6, 0, 1, "sequential", pick=True, sharp=True)
columns, rows = Axis(-0.5, 2.5, names=("a", "b", "c")), Axis(-0.5, 1.5, names=("low", "high"))
named = Film(
    (Panel("paths", "neutral", steps, axis, (paths,)), Panel("map", "neutral", columns, rows, (cells,))),
    ("only",), "step t", ("", ""), "Lines and a map", shared_x=False,
)
shown = player(named, key="named", height=360, on_pick=True)
st.text(f"chose {shown.picked}")
"""

TRUTH, MODEL, HALLUCINATED, KEPT = (
    (0x00, 0x72, 0xB2),
    (0xE6, 0x9F, 0x00),
    (0xD5, 0x5E, 0x00),
    (0x00, 0x9E, 0x73),
)
NEUTRAL, TEXT = (0x6B, 0x73, 0x85), (0x10, 0x16, 0x24)

# The pixels of a part of the canvas that are nearer to one colour than `within`, and their box as shares.
FIND = """(canvas, [[red, green, blue], from, to, within]) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = { count: 0, left: 1, right: 0, top: 1, bottom: 0 };
    for (let i = 0; i < canvas.width * canvas.height; i += 1) {
        const [x, y] = [(i % canvas.width) / canvas.width, Math.floor(i / canvas.width) / canvas.height];
        const away = Math.hypot(data[4 * i] - red, data[4 * i + 1] - green, data[4 * i + 2] - blue);
        if (x < from || x > to || data[4 * i + 3] < 200 || away > within) continue;
        found.count += 1;
        Object.assign(found, { left: Math.min(found.left, x), right: Math.max(found.right, x) });
        Object.assign(found, { top: Math.min(found.top, y), bottom: Math.max(found.bottom, y) });
    }
    return found;
}"""


# What is picked after each key of a row that are pressed faster than any machine is slow.
PRESS_AT_ONCE = """(canvas, keys) => keys.map((key) => {
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return canvas.closest(".player").dataset.picked;
})"""


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    script = tmp_path_factory.mktemp("picking") / "app.py"
    script.write_text(APP, "utf-8")
    return serve(script)


@pytest.fixture
def page(open_page, url):
    """A fresh page of three players; whatever the test does, the console stays free of errors."""
    page = open_page(url, viewport={"width": 1280, "height": 1400})
    yield page
    assert page.errors == []


def shown(page, key):
    """The player of this name, scrolled into view."""
    player = Handle(page, key)
    player.root.scroll_into_view_if_needed()
    return player


def find(player, colour, start=0.0, end=1.0, within=6):
    return player.canvas.evaluate(FIND, [colour, start, end, within])


def middle(found):
    return (found["left"] + found["right"]) / 2, (found["top"] + found["bottom"]) / 2


def cursor(player):
    return player.canvas.evaluate("canvas => canvas.style.cursor")


def picked(player):
    return player.root.get_attribute("data-picked")


def drag(player, *places):
    player.page.mouse.move(*player.at(*places[0]))
    player.page.mouse.down()
    for place in places[1:]:
        player.page.mouse.move(*player.at(*place), steps=4)


def touches(page):
    """touch(kind, *points) puts that many fingers on the screen, or none."""
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    return touch


# ---- picking -----------------------------------------------------------------------------------------------


def test_a_click_on_a_dot_rings_its_twin_and_is_reported(page, url, settled):
    sent = sent_by(page, url)
    settled(page)
    player = shown(page, "twins")
    rests(page, lambda: len(sent), 500)
    sent.clear()
    dots = find(player, TRUTH, 0.0, 0.5, 40)
    page.mouse.move(*player.at(*middle(dots)))
    becomes(page, lambda: cursor(player), "pointer")
    page.mouse.down()
    page.mouse.up()
    becomes(page, lambda: picked(player), "4")
    page.get_by_text("picked 4").wait_for()
    assert len(sent) == 1
    page.mouse.move(5, 5)
    go_to(player, 20)
    twin = find(player, TEXT, 0.5, 1.0)  # the ring, and no title or tick has this colour
    model = find(player, MODEL, 0.5, 1.0, 40)
    assert twin["count"] > 30
    assert middle(twin) == pytest.approx(middle(model), abs=0.03)
    go_to(player, 0)
    assert find(player, TEXT, 0.5, 1.0)["top"] > twin["top"]


def test_a_click_far_from_everything_or_a_drag_picks_nothing(page):
    player = shown(page, "twins")
    dots = find(player, TRUTH, 0.0, 0.5, 40)
    x, y = middle(dots)
    page.mouse.click(*player.at(x + 0.06, y + 0.1))
    becomes(page, lambda: picked(player), "")
    drag(player, (x, y), (x + 0.05, y + 0.02))
    page.mouse.up()
    becomes(page, lambda: picked(player), "")
    player.button("Reset zoom").wait_for()


def test_the_keyboard_picks_one_after_the_other_and_reports_the_last(page, url, settled):
    sent = sent_by(page, url)
    settled(page)
    player = shown(page, "twins")
    rests(page, lambda: len(sent), 500)
    sent.clear()
    assert player.canvas.evaluate(PRESS_AT_ONCE, list("..,,..")) == ["0", "1", "0", "8", "0", "1"]
    page.get_by_text("picked 1", exact=True).wait_for()
    assert len(sent) == 1


def test_a_new_choice_of_the_page_replaces_that_of_the_viewer_and_an_old_one_does_not(page, settled):
    player = shown(page, "twins")
    player.canvas.focus()
    page.keyboard.press(".")
    page.get_by_text("picked 0").wait_for()
    page.get_by_role("button", name="ask for 7").click()
    player.wait("player.dataset.picked === '7'")
    settled(page)
    player.canvas.focus()
    page.keyboard.press(".")
    page.get_by_text("picked 8").wait_for()
    becomes(page, lambda: picked(player), "8")


def test_a_tap_picks_too(open_page, url):
    page = open_page(url, viewport={"width": 1280, "height": 1400}, has_touch=True)
    player = shown(page, "twins")
    page.touchscreen.tap(*player.at(*middle(find(player, TRUTH, 0.0, 0.5, 40))))
    player.wait("player.dataset.picked === '4'")


def test_lines_and_cells_are_picked_by_their_number(page):
    player = shown(page, "named")
    truth = find(player, TRUTH, 0.0, 0.5, 90)  # line 0, the lowest, has the second colour; its edges count
    thin = truth["count"]
    page.mouse.click(*player.at(*middle(truth)))
    becomes(page, lambda: picked(player), "0")
    page.mouse.move(5, 5)
    wait_until(page, lambda: find(player, TRUTH, 0.0, 0.5, 90)["count"] > 1.4 * thin)
    cell = find(player, TEXT, 0.5, 1.0)  # cell 0 lies at the low end of both axes
    assert cell["left"] < 0.58
    assert cell["bottom"] > 0.75
    page.mouse.click(*player.at(0.95, 0.2))
    page.get_by_text("chose 5").wait_for()


# ---- names, readings and judged dots -----------------------------------------------------------------------


def test_a_named_axis_is_read_by_its_names(page):
    player = shown(page, "named")
    readout = player.root.locator(".readout")
    for share, name in ((0.06, "999"), (0.27, "300"), (0.47, "clean")):
        page.mouse.move(*player.at(share, 0.4))
        becomes(page, lambda: (readout.first.inner_text().splitlines() or [""])[0], f"step t {name}")
    page.mouse.move(*player.at(0.95, 0.2))
    becomes(page, lambda: readout.nth(1).inner_text().splitlines()[:2], ["x c", "y high"])


def test_readings_show_the_text_of_the_frame_and_never_move(page):
    player = shown(page, "film")
    values = player.root.locator(".reading .shown")
    go_to(player, 0)
    first = values.first.inner_text()
    boxes = [values.nth(i).bounding_box() for i in range(8)]
    assert len({box["y"] for box in boxes}) == 1
    go_to(player, 30)
    last = values.first.inner_text()
    assert int(first.removeprefix("a ")) < int(last.removeprefix("a ")) <= 100_000
    assert [values.nth(i).bounding_box()["x"] for i in range(8)] == [box["x"] for box in boxes]
    outer, bar = player.root.bounding_box(), player.root.locator(".bar").bounding_box()
    assert bar["y"] + bar["height"] <= outer["y"] + outer["height"] + 1


def test_a_hundred_thousand_dots_change_from_removed_to_kept(page, capsys):
    player = shown(page, "film")
    go_to(player, 0)
    strict = [find(player, colour, 0.55, 1.0, 40)["count"] for colour in (NEUTRAL, KEPT)]
    crosses = find(player, HALLUCINATED, 0.55, 1.0, 10)["count"]
    go_to(player, 30)
    lax = [find(player, colour, 0.55, 1.0, 40)["count"] for colour in (NEUTRAL, KEPT)]
    assert strict[0] > 10_000 > strict[1]
    assert lax[1] > 10_000 > lax[0]
    assert find(player, HALLUCINATED, 0.55, 1.0, 10)["count"] > 500 < crosses  # on top of them all
    go_to(player, 15)
    halfway = player.canvas.evaluate("canvas => canvas.toDataURL()")
    go_to(player, 3)
    go_to(player, 15)
    assert player.canvas.evaluate("canvas => canvas.toDataURL()") == halfway
    median = player.canvas.evaluate(
        """async (canvas) => {
            const slider = canvas.closest(".player").querySelector("input");
            const times = [];
            for (let i = 0; i < 31; i += 1) {
                const start = performance.now();
                slider.value = (i * 7) % 31;
                slider.dispatchEvent(new Event("input"));
                canvas.getContext("2d").getImageData(0, 0, 1, 1);
                times.push(performance.now() - start);
                await new Promise(requestAnimationFrame);
            }
            return times.sort((a, b) => a - b)[15];
        }"""
    )
    with capsys.disabled():
        print(f"\n100,000 judged dots: {median:.1f} ms a frame")


def test_a_judged_dot_is_ringed(page):
    player = shown(page, "film")
    page.mouse.click(*player.at(0.75, 0.4))
    wait_until(page, lambda: picked(player) != "")
    page.mouse.move(5, 5)
    ring = find(player, TEXT, 0.6, 1.0)
    assert middle(ring) == pytest.approx((0.75, 0.4), abs=0.03)


# ---- dragging ----------------------------------------------------------------------------------------------


def test_dragging_the_line_moves_the_film_and_is_reported_once(page, url, settled):
    sent = sent_by(page, url)
    settled(page)
    player = shown(page, "film")
    rests(page, lambda: len(sent), 500)
    sent.clear()
    curve = find(player, KEPT, 0.0, 0.5, 40)
    place = lambda share: (curve["left"] + share * (curve["right"] - curve["left"]), 0.3)  # noqa: E731
    drag(player, place(0.1), place(0.9), place(0.5))
    # The axis is log: half of it lies in the middle of the frames.
    wait_until(page, lambda: player.frame == pytest.approx(15, abs=1))
    page.wait_for_timeout(400)
    assert sent == []
    page.mouse.up()
    page.get_by_text(f"heard {player.frame}", exact=True).wait_for()
    assert len(sent) == 1
    expect(player.button("Reset zoom")).to_be_hidden()
    becomes(page, lambda: cursor(player), "ew-resize")
    expect(player.root.locator(".hint .on")).to_have_text("drag to move the line", use_inner_text=True)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    player.button("Reset zoom").wait_for()


def test_two_fingers_zoom(open_page, url):
    page = open_page(url, viewport={"width": 1280, "height": 1400}, has_touch=True)
    player = shown(page, "twins")
    touch = touches(page)
    x, y = player.at(0.25, 0.4)
    touch("touchStart", (x - 20, y))
    touch("touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 6):
        touch("touchMove", (x - 20 - 10 * step, y), (x + 20 + 10 * step, y))
    touch("touchEnd")
    player.button("Reset zoom").wait_for()
    becomes(page, lambda: picked(player), "")


def test_a_finger_drags_the_line(open_page, url):
    page = open_page(url, viewport={"width": 1280, "height": 1400}, has_touch=True)
    player, touch = shown(page, "film"), touches(page)
    touch("touchStart", player.at(0.1, 0.3))
    assert player.frame == 0  # it may be about to scroll the page
    for share in (0.15, 0.2, 0.25):
        touch("touchMove", player.at(share, 0.3))
    touch("touchEnd")
    page.get_by_text("heard 0", exact=True).wait_for(state="hidden")
    wait_until(page, lambda: 10 <= player.frame <= 20)
    expect(page.get_by_text(f"heard {player.frame}", exact=True)).to_be_visible()
