"""Who sits in a class: the teacher, those who train, the one with the loop, and those who look."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from protocol import Browser, BrowserError
from served import Server

LESSON = "why"
PRESET = "three-modes"
LOOKED_AT = r"view\.(?:k|show|region|figure|snapshot|motion|lanes|colour|judge|loop)"
ANSWERS = r"lesson-answer-[\w-]+"
LONG = 200_000  # steps of a training that outlasts the lesson
FIRST_SEED = 100
CLOSE_LOOK = 0.01  # seconds between two looks at whether a computation has ended


@dataclass
class Pupil:
    """A student at a browser, with everything that student does drawn from a seed."""

    server: Server
    seed: int
    code: str = ""
    took: list[float] = field(default_factory=list)  # seconds of every rerun that was asked for

    def __post_init__(self) -> None:
        self.browser = Browser(self.server.address)
        self.dice = random.Random(self.seed)

    async def sit_down(self, **link: object) -> None:
        """Come into the room by its link, with what else the link says."""
        await self.browser.open("room", urlencode({"code": self.code, **link}))
        await self.browser.click("Join")
        if not self.browser.has("leave_room"):
            raise BrowserError(f"A student did not get into the room {self.code}.")

    def ready_to_train(self, seed: int) -> dict[str, object]:
        """A link to a training that outlasts the lesson."""
        return {"preset": PRESET, "seed": seed, "training.steps": LONG}

    def step(self) -> int:
        """The step that the training on screen has reached; 0 before the first."""
        found = re.findall(r"step ([\d,]+) of", self.browser.text())
        return int(found[-1].replace(",", "")) if found else 0

    # ---- who looks ---------------------------------------------------------------------------------------

    async def take_the_lesson(self) -> None:
        """From the room to the step that the class is at."""
        await self.sit_down()
        await self.browser.click("to_lesson")

    async def look(self) -> None:
        """Do one thing that somebody does who follows: answer, turn a view, go on or back."""
        browser = self.browser
        choices = [*browser.keys(LOOKED_AT), *browser.keys(ANSWERS)]
        steps = [key for key in ("lesson_next", "lesson_previous", "lesson_back") if browser.has(key)]
        key = self.dice.choice([*choices, *steps] if self.dice.random() < 0.7 or not steps else steps)
        if key in steps:
            self.took.append(await browser.click(key))
        else:
            option = self.dice.randrange(len(browser.options(key)))
            self.took.append(await browser.choose(key, option))

    async def keep_looking(self, until: float, pause: tuple[float, float]) -> None:
        """Look and think, in turn, until that time."""
        await asyncio.sleep(self.dice.uniform(0, pause[1]))
        while time.monotonic() < until:
            await self.look()
            await asyncio.sleep(self.dice.uniform(*pause))

    # ---- who computes ------------------------------------------------------------------------------------

    async def train(self) -> None:
        """Sit down with a training of one's own, and start it."""
        await self.sit_down(**self.ready_to_train(FIRST_SEED + self.seed), lesson=LESSON)
        await self.browser.turn_to("learn")
        await self.browser.click("train")

    async def run_a_loop(self) -> None:
        """Sit down with a recursive loop of one's own, and start it."""
        await self.sit_down(preset=PRESET, seed=FIRST_SEED + self.seed, lesson=LESSON, step=6)
        await self.browser.turn_to("recursive")
        await self.browser.click("run_loop")

    async def stop(self, key: str = "stop") -> float:
        """Press Stop; the seconds until the page says so and the server has let go of the computation."""
        before = await asyncio.to_thread(self.server.running)
        started = time.perf_counter()
        await self.browser.click(key)
        while self.browser.has(key) or await asyncio.to_thread(self.server.running) >= before:
            if time.perf_counter() - started > 30:
                raise BrowserError("A computation did not stop within 30 s.")
            await asyncio.sleep(CLOSE_LOOK)
        return time.perf_counter() - started


async def open_room(server: Server) -> tuple[Browser, str]:
    """The teacher's browser, at the desk of a room that it has opened, and the room's code."""
    teacher = Browser(server.address)
    await teacher.open("room")
    await teacher.click("open_room")
    found = re.search(r'aria-label="Room code">(\w+)<', teacher.text())
    if found is None:
        raise BrowserError("The teacher got no room.")
    return teacher, found[1]
