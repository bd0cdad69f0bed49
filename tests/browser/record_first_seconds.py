"""Record what one sees in the first seconds, for the README: python -m tests.browser.record_first_seconds

Start plays, then Learn plays its training; one animated WebP for each theme, in explorer/ui/screenshots.
"""

from __future__ import annotations

import base64
import io
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.benchmarks.served import served
from tests.browser.conftest import AT_REST, CHROMIUM, QUIET

FOLDER = Path(__file__).parents[2] / "explorer" / "ui" / "screenshots"
WINDOW = {"width": 1280, "height": 720}
SIZE = (896, 504)
FRAMES_PER_SECOND = 8
QUALITY = 70
MOST_BYTES = 1_500_000


def record(page: Any, address: str) -> list[tuple[float, bytes]]:
    """The times in seconds and JPEG files of what the window shows."""
    shots: list[tuple[float, bytes]] = []
    page.goto(address)
    page.wait_for_selector(AT_REST)
    page.wait_for_selector("section.player canvas")
    screencast = page.context.new_cdp_session(page)

    def shot(event: dict[str, Any]) -> None:
        shots.append((event["metadata"]["timestamp"], base64.b64decode(event["data"])))
        screencast.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    screencast.on("Page.screencastFrame", shot)
    screencast.send("Page.startScreencast", {"format": "jpeg", "quality": 95})
    page.wait_for_timeout(5_500)
    page.get_by_role("button", name="Explore").click()
    page.get_by_role("heading", name="What does a model learn").wait_for()
    page.wait_for_selector(AT_REST)
    page.locator("section.player button[aria-label=Play]").click()
    page.wait_for_timeout(4_500)
    screencast.send("Page.stopScreencast")
    return shots


def write_film(shots: list[tuple[float, bytes]], path: Path) -> None:
    """The shots at even times as an animated WebP that plays again and again.

    Raises ValueError if it is too large.
    """
    start, end = shots[0][0], shots[-1][0]
    frames = []
    for number in range(int((end - start) * FRAMES_PER_SECOND)):
        newest = [data for at, data in shots if at <= start + number / FRAMES_PER_SECOND][-1]
        frames.append(Image.open(io.BytesIO(newest)).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS))
    file = io.BytesIO()
    frames[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=1000 // FRAMES_PER_SECOND,
        loop=0,
        quality=QUALITY,
        method=6,
    )
    if file.tell() > MOST_BYTES:
        raise ValueError(f"The film takes {file.tell():,} of {MOST_BYTES:,} bytes.")
    path.write_bytes(file.getvalue())


def main() -> None:
    with served() as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        for theme in ("light", "dark"):
            page = browser.new_context(viewport=WINDOW, color_scheme=theme).new_page()
            path = FOLDER / f"first-seconds-{theme}.webp"
            write_film(record(page, server.address), path)
            print(f"{path}: {path.stat().st_size:,} bytes, {time.strftime('%H:%M:%S')}")
        browser.close()


if __name__ == "__main__":
    main()
