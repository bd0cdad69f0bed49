"""A model of one's own in a browser: drawn, ranked, its window moved, its pictures labelled."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import expect

diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed")

from tests.benchmarks.served import free_port  # noqa: E402
from tests.browser.conftest import ROOT, started  # noqa: E402
from tests.tiny_unet import tiny_unet  # noqa: E402

pytestmark = pytest.mark.browser
PIXELS = """element => {
  const canvas = document.createElement("canvas");
  canvas.width = element.naturalWidth || element.width;
  canvas.height = element.naturalHeight || element.height;
  const drawing = canvas.getContext("2d");
  drawing.drawImage(element, 0, 0);
  return [...drawing.getImageData(0, 0, canvas.width, canvas.height).data].join(" ");
}"""


@pytest.fixture(scope="module")
def models_app(tmp_path_factory):
    """The address of an explorer that was started with a model in colour, ant, and an empty folder, bee."""
    root = tmp_path_factory.mktemp("shelf")
    unet = tiny_unet(3)
    diffusers.DDPMPipeline(unet, diffusers.DDPMScheduler()).save_pretrained(root / "ant")
    (root / "bee").mkdir()
    port = free_port()
    server = started(ROOT / "app.py", port, EXPLORER_MODELS=str(root))
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(timeout=10)


def test_samples_are_ranked_their_window_moves_and_they_are_labelled_in_their_colours(models_app, open_page):
    page = open_page(f"{models_app}/shapes?preset=shapes-32&model_samples=12&model_steps=10")
    page.get_by_role("link", name="A model of your own").click()
    page.get_by_role("button", name="Draw", exact=True).click()
    highest = page.get_by_role("group", name="Samples with the highest Hal").locator("img")
    expect(highest).to_have_count(12)
    scores = [float(re.search(r"Hal ([\d.]+)", image.get_attribute("alt"))[1]) for image in highest.all()]
    assert scores == sorted(scores, reverse=True)
    expect(page.get_by_text("guidance: none")).to_be_visible()
    expect(page.locator("p", has_text="10 of 10 steps")).to_be_visible()
    page.get_by_role("slider").first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("p", has_text="6 of 10 steps")).to_be_visible()
    expect(page).to_have_url(re.compile("snr_from="))
    shown = {image.evaluate(PIXELS) for image in highest.all()}
    page.get_by_role("button", name="Label these by hand").click()
    page.get_by_role("textbox", name="A short name").fill(f"m{secrets.token_hex(4)}")
    page.get_by_role("button", name="Begin").click()
    canvas = page.locator(".label canvas").first
    expect(canvas).to_have_attribute("aria-label", "Picture 1 of 12")
    assert canvas.evaluate(PIXELS) in shown
    for key in "121111111111":
        page.keyboard.press(key)
    expect(page.get_by_text("Of 12 pictures you call")).to_be_visible()  # after the last one
    expect(page.locator("strong", has_text="By your labels")).to_be_visible()
    assert not [error for error in page.errors if "404" not in error]


def test_a_path_in_the_link_is_refused_and_a_folder_without_a_model_is_told(models_app, open_page):
    page = open_page(f"{models_app}/model?own_model=../ant")
    expect(page.get_by_text("There is no model '../ant' on this server; there are ant, bee.")).to_be_visible()
    page = open_page(f"{models_app}/model?own_model=bee")
    expect(page.get_by_text("bee has no model_index.json")).to_be_visible()
    expect(page.get_by_role("button", name="Draw", exact=True)).to_have_count(0)
