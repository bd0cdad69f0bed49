"""axe-core on every page, in both themes: nothing serious, and nothing critical."""

from __future__ import annotations

import pytest

from tests.browser.waiting import has, rests, wait_until

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
EVERYTHING: dict[str, object] = {"resultTypes": ["violations"]}
COLOURS = EVERYTHING | {
    "runOnly": ["color-contrast", "link-in-text-block"]
}  # the rules that a theme can break
# How much there is on the page, and how much of it is on its way to somewhere else, once.
DRAWN = """() => [
  document.querySelectorAll("*").length,
  document.getAnimations().filter(({ playState, effect }) =>
    playState === "running" && effect.getComputedTiming().iterations !== Infinity).length,
]"""
# Streamlit's own, which the explorer cannot mend: the rule, a piece of the element's HTML, and why.
STREAMLITS_OWN: list[tuple[str, str, str]] = []
PLACES = [
    "/",
    "/learn",
    "/learn?lesson=why&quiz=before",
    "/atlas?preset=grid-25&lesson=why&step=8&quiz=after&before=22122&after=22124",
    "/score",
    "/trajectories",
    "/detect?judge=windows&projector=1",
    "/atlas",
    "/shapes",
    "/label?labeller=Anna",
    "/model",
    "/dimension",
    "/memorise",
    "/recursive",
    "/remedies?preset=three-modes&treatment=guidance%3D0.5&doing=cure-1",
    "/leaderboard",
    "/samplers",
    "/sweep",
    "/room",
]
OTHER_VIEWS = [
    "/learn?preset=grid-25",
    "/learn?lesson=why&step=0",
    "/score?figure=map",
    "/trajectories?motion=one step",
    "/detect",
    "/detect?judge=rivals",
    "/atlas?preset=grid-25",
    "/atlas?preset=grid-25&atlas=across",
    "/label",
    "/label?labeller=Anna&layout=twelve&preset=hands-48",
    "/recursive?loop=curves",
    "/remedies",
    "/leaderboard?board=cures",
]


def grave(page, asked: dict[str, object] = EVERYTHING) -> list[str]:
    """What axe-core finds that is serious or critical: the rule, and the elements."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for _ in range(4):  # what fades in, or is half drawn, is no fault: a fault stays
        rests(page, lambda: page.evaluate(DRAWN))
        found = _found(axe.run(page, options=asked).response["violations"])
        if not found:
            break
        page.wait_for_timeout(800)
    return found


def _found(violations: list[dict]) -> list[str]:
    found = []
    for violation in violations:
        for node in violation["nodes"]:
            known = any(violation["id"] == rule and part in node["html"] for rule, part, _ in STREAMLITS_OWN)
            if violation["impact"] in GRAVE and not known:
                found.append(f"{violation['id']}: {node['html'][:200]}")
    return found


def grave_in_both_themes(page, settled) -> list[str]:
    """The same, as the page is, and what only colours can break when the system turns dark."""
    found = grave(page)
    light = ground(page)
    page.emulate_media(color_scheme="dark")
    wait_until(page, lambda: ground(page) != light)
    page.wait_for_timeout(300)  # until the page is asked for anew, if it is
    return found + grave(settled(page), COLOURS)


def ground(page) -> str:
    """The colour behind everything."""
    return page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")


@pytest.mark.parametrize(
    "place", PLACES + [pytest.param(place, marks=pytest.mark.slow) for place in OTHER_VIEWS]
)
def test_no_page_shuts_anybody_out(app, open_page, settled, place):
    assert grave_in_both_themes(open_page(f"{app}{place}", color_scheme="light"), settled) == []


def test_nor_does_a_room(app, open_page, settled):
    teacher = open_page(f"{app}/room", color_scheme="light")
    teacher.get_by_role("button", name="Open a room").click()
    has(teacher, "0 here")
    assert grave_in_both_themes(teacher, settled) == []


def test_axe_would_find_a_fault(app, open_page):
    page = open_page(f"{app}/learn")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button></button><img src=x>')")
    assert {line.split(":")[0] for line in grave(page)} == {"button-name", "image-alt"}
