"""Figures on the pages: presets and dots are reached by keyboard, words can be read, and all have room."""

from __future__ import annotations

import re

import pytest

from explorer.figures.palette import contrast
from tests.browser.conftest import ROOT
from tests.browser.test_app import wait_until
from tests.browser.test_player import Handle

pytestmark = pytest.mark.browser


@pytest.fixture
def app(serve) -> str:
    return serve(ROOT / "app.py")


def test_the_presets_obey_the_arrows(open_page, settled, app):
    page = open_page(f"{app}/learn?preset=three-modes")
    radios = page.get_by_role("radiogroup", name="Data distribution").get_by_role("radio")
    radios.first.wait_for()
    assert [radio.get_attribute("tabindex") for radio in radios.all()].count("0") == 1
    page.locator('[data-preset="three-modes"]').focus()

    def checked():
        return page.locator('.presets [aria-checked="true"]').get_attribute("data-preset")

    def focused():
        return page.evaluate(
            """() => {
                let found = document.activeElement;
                while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
                return found?.dataset.preset ?? "";
            }"""
        )

    names = [radio.get_attribute("data-preset") for radio in radios.all()]
    page.keyboard.press("ArrowRight")
    assert checked() == focused() == names[1]
    page.wait_for_url(re.compile(f"preset={names[1]}"))
    settled(page)
    page.wait_for_timeout(500)
    assert checked() == focused() == names[1]  # also after the page has drawn it anew
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert checked() == focused() == names[-1]
    page.keyboard.press("Home")
    page.wait_for_url(re.compile(f"preset={names[0]}|learn$|learn\\?(?!.*preset)"))
    settled(page)
    assert checked() == names[0]


def test_a_hallucinated_dot_among_a_hundred_thousand_is_found_by_key(open_page, app):
    page = open_page(f"{app}/detect?preset=three-modes")
    wait_until(page, lambda: "n = 100,000" in page.inner_text("body"), 90)
    player = Handle(page, "threshold")
    said = player.root.locator(".said")
    assert said.get_attribute("aria-live") == "polite"
    player.canvas.focus()
    page.keyboard.press("h")
    first = said.inner_text()
    assert re.match(r"Sample [\d,]+ of 100,000, hallucinated, removed, x and variance \(", first)
    assert player.root.get_attribute("data-picked") == str(int(re.sub(r"\D", "", first.split(" of ")[0])) - 1)
    page.keyboard.press("h")
    assert said.inner_text() != first
    page.keyboard.press("Shift+H")
    assert said.inner_text() == first

    def variance():
        text = re.search(r", (?:[≤≥] )?([\d.]+)(?: × 10⁻(.))?\)\.$", said.inner_text())
        power = "⁰¹²³⁴⁵⁶⁷⁸⁹".index(text[2]) if text[2] else 0
        return float(text[1]) * 10**-power

    found = []
    for _ in range(4):
        page.keyboard.press("s")
        found.append(variance())
    assert found[0] >= found[-1] > 0.01  # the honest ones settle below 0.001


@pytest.mark.parametrize(("scheme", "ground"), [("light", "#ffffff"), ("dark", "#0f1420")])
def test_what_is_read_off_a_figure_can_be_read(open_page, settled, app, scheme, ground):
    page = open_page(f"{app}/learn?preset=three-modes", color_scheme=scheme)
    settled(page)
    player = Handle(page, "learned")
    page.mouse.move(*player.at(0.4, 0.4))
    rows = player.root.locator(".readout > div")
    rows.first.wait_for()
    assert rows.count() >= 3
    for colour in rows.evaluate_all("rows => rows.map((row) => getComputedStyle(row).color)"):
        red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", ground) >= 4.5


@pytest.mark.parametrize("page_of", ["learn?preset=three-modes", "recursive?preset=three-modes", "sweep"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_side_curves_are_tall(open_page, settled, app, page_of, size):
    page = open_page(f"{app}/{page_of}", viewport=dict(zip(("width", "height"), size, strict=True)))
    settled(page)
    charts = page.locator(".st-key-side-charts canvas.marks, .st-key-side-charts svg.marks")
    wait_until(page, lambda: charts.count() == 2, 20)
    page.wait_for_timeout(500)
    assert min(chart.bounding_box()["height"] for chart in charts.all()) >= 160


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_a_gallery_fills_its_place(open_page, settled, app, size):
    page = open_page(f"{app}/shapes", viewport=dict(zip(("width", "height"), size, strict=True)))
    settled(page)
    player = Handle(page, "gallery-samples")
    page.wait_for_timeout(500)
    box = player.canvas.evaluate(
        """(canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let [left, right, top, bottom] = [canvas.width, 0, canvas.height, 0];
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 200) continue;
                const [x, y] = [(i / 4) % canvas.width, Math.floor(i / 4 / canvas.width)];
                [left, right] = [Math.min(left, x), Math.max(right, x)];
                [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
            }
            const [across, up] = [(right - left) / canvas.width, (bottom - top) / canvas.height];
            return { across, up, left: left / canvas.width };
        }"""
    )
    assert min(box["across"], box["up"]) > 0.8
    page.mouse.click(*player.at(box["left"] + 0.02, 0.18))
    assert int(player.root.get_attribute("data-picked")) == 45  # the first picture, by its number of old


@pytest.mark.parametrize("page_of", ["learn", "recursive", "detect", "shapes"])
def test_on_a_projector_letters_are_larger_and_the_sentence_has_room(open_page, settled, app, page_of):
    page = open_page(f"{app}/{page_of}?projector=1")
    settled(page)
    wait_until(page, lambda: page.locator("canvas").count() > 0, 90)
    page.wait_for_timeout(1500)
    assert float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")) >= 25
    film = page.locator(".player").first.bounding_box()
    assert film["y"] + film["height"] <= 720 - 60
