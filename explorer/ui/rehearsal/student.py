"""A student who follows a lesson at a browser: comes into the room, answers, turns a view, goes on."""

from __future__ import annotations

import asyncio
import random
import time
from urllib.parse import urlencode

from explorer.ui.rehearsal.protocol import Browser, BrowserError

LOOKED_AT = r"view\.(?:k|show|region|figure|snapshot|motion|lanes|colour|judge|loop)"
ANSWERS = r"lesson-answer-[\w-]+"
PAUSE = (2.0, 4.0)  # seconds between what a person does


class Student:
    """A student in a room, with everything that student does drawn from a seed.

    took    seconds until the answer to each look was drawn
    """

    def __init__(self, address: str, seed: int, code: str = "") -> None:
        self.seed, self.code = seed, code
        self.browser, self.dice = Browser(address), random.Random(seed)
        self.took: list[float] = []

    async def sit_down(self, **link: object) -> None:
        """Come into the room by its link, with what else the link says. Raises BrowserError."""
        await self.browser.open("room", urlencode({"code": self.code, **link}))
        await self.browser.click("Join")
        if not self.browser.has("leave_room"):
            raise BrowserError(f"A student did not get into the room {self.code}.")

    async def take_the_lesson(self) -> None:
        """From the room to the step that the class is at."""
        await self.sit_down()
        await self.browser.click("to_lesson")

    async def look(self) -> None:
        """Do one thing that somebody does who follows: answer, turn a view, go on or back. Raises
        BrowserError if the page has nothing of that."""
        browser = self.browser
        choices = [*browser.keys(LOOKED_AT), *browser.keys(ANSWERS)]
        steps = [key for key in ("lesson_next", "lesson_previous", "lesson_back") if browser.has(key)]
        if not (choices or steps):
            raise BrowserError("There is nothing on the page that a student could do.")
        key = self.dice.choice([*choices, *steps] if self.dice.random() < 0.7 or not steps else steps)
        if key in steps:
            self.took.append(await browser.click(key))
        else:
            option = self.dice.randrange(len(browser.options(key)))
            self.took.append(await browser.choose(key, option))

    async def keep_looking(self, until: float, pause: tuple[float, float] = PAUSE) -> None:
        """Look and think, in turn, until that time of the monotonic clock."""
        await asyncio.sleep(self.dice.uniform(0, pause[1]))
        while time.monotonic() < until:
            await self.look()
            await asyncio.sleep(self.dice.uniform(*pause))
