"""Figures on the pages: presets and dots are reached by keyboard, words can be read, and all have room."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from explorer.figures.palette import contrast
from tests.browser.test_player import Handle
from tests.browser.waiting import becomes, has, rests, wait_until

pytestmark = pytest.mark.browser


def test_the_presets_obey_the_arrows(open_page, settled, app):
    page = open_page(f"{app}/learn?preset=three-modes")
    radios = page.get_by_role("radiogroup", name="Data distribution").get_by_role("radio")
    radios.first.wait_for()
    becomes(page, lambda: [radio.get_attribute("tabindex") for radio in radios.all()].count("0"), 1)
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

    def chosen():
        return checked(), focused()

    names = [radio.get_attribute("data-preset") for radio in radios.all()]
    page.keyboard.press("ArrowRight")
    becomes(page, chosen, (names[1], names[1]))
    page.wait_for_url(re.compile(f"preset={names[1]}"))
    settled(page)
    page.wait_for_timeout(500)
    becomes(page, chosen, (names[1], names[1]))  # also after the page has drawn it anew
    page.keyboard.press("ArrowLeft")
    becomes(page, chosen, (names[0], names[0]))
    page.keyboard.press("ArrowLeft")
    becomes(page, chosen, (names[-1], names[-1]))
    page.keyboard.press("Home")
    page.wait_for_url(re.compile(f"preset={names[0]}|learn$|learn\\?(?!.*preset)"))
    settled(page)
    becomes(page, checked, names[0])


def test_a_hallucinated_dot_among_a_hundred_thousand_is_found_by_key(open_page, app, settled):
    page = open_page(f"{app}/detect?preset=three-modes")
    has(page, "n = 100,000")
    player = Handle(page, "threshold")
    said = player.root.locator(".said")
    expect(said).to_have_attribute("aria-live", "polite")
    settled(page)
    player.canvas.focus()
    page.keyboard.press("h")
    expect(said).to_have_text(
        re.compile(r"Sample [\d,]+ of 100,000, hallucinated, removed, x and variance \("), use_inner_text=True
    )
    first = said.inner_text()
    picked = str(int(re.sub(r"\D", "", first.split(" of ")[0])) - 1)
    expect(player.root).to_have_attribute("data-picked", picked)
    page.keyboard.press("h")
    wait_until(page, lambda: said.inner_text() != first)
    page.keyboard.press("Shift+H")
    becomes(page, said.inner_text, first)

    def variance():
        text = re.search(r", (?:[≤≥] )?([\d.]+)(?: × 10⁻(.))?\)\.$", said.inner_text())
        power = "⁰¹²³⁴⁵⁶⁷⁸⁹".index(text[2]) if text[2] else 0
        return float(text[1]) * 10**-power

    found = []
    for _ in range(4):
        before = said.inner_text()
        page.keyboard.press("s")
        wait_until(page, lambda before=before: said.inner_text() != before)
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
    wait_until(page, lambda: rows.count() >= 3)
    for colour in rows.evaluate_all("rows => rows.map((row) => getComputedStyle(row).color)"):
        red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", ground) >= 4.5


@pytest.mark.parametrize("page_of", ["learn?preset=three-modes", "recursive?preset=three-modes", "sweep"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_side_curves_are_tall(open_page, settled, app, page_of, size):
    page = open_page(f"{app}/{page_of}", viewport=dict(zip(("width", "height"), size, strict=True)))
    settled(page)
    charts = page.locator(".st-key-side-charts canvas.marks, .st-key-side-charts svg.marks")
    becomes(page, lambda: charts.count(), 2)
    heights = rests(page, lambda: [chart.bounding_box()["height"] for chart in charts.all()])
    assert min(heights) >= 160


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_a_gallery_fills_its_place(open_page, settled, app, size):
    page = open_page(f"{app}/shapes", viewport=dict(zip(("width", "height"), size, strict=True)))
    settled(page)
    player = Handle(page, "gallery-samples")
    rests(page, player.canvas.bounding_box)
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
    expect(player.root).to_have_attribute("data-picked", "45")  # the first picture, by its number of old


@pytest.mark.parametrize("page_of", ["learn", "recursive", "detect", "shapes"])
def test_on_a_projector_letters_are_larger_and_the_sentence_has_room(open_page, settled, app, page_of):
    page = open_page(f"{app}/{page_of}?projector=1")
    settled(page)
    wait_until(page, lambda: page.locator("canvas").count() > 0)
    film = rests(page, page.locator(".player").first.bounding_box, 750)
    assert float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")) >= 25
    assert film["y"] + film["height"] <= 720 - 60
