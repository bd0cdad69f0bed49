"""Who sits in a class: the teacher, those who train, the one with the loop, and those who look."""

from __future__ import annotations

import asyncio
import re
import time

from served import Server

from explorer.ui.rehearsal.protocol import Browser, BrowserError
from explorer.ui.rehearsal.student import Student

LESSON = "why"
PRESET = "three-modes"
LONG = 200_000  # steps of a training that outlasts the lesson
FIRST_SEED = 100
CLOSE_LOOK = 0.01  # seconds between two looks at whether a computation has ended


class Pupil(Student):
    """A student who may also compute, at a server of the benchmark's own."""

    def __init__(self, server: Server, seed: int, code: str = "") -> None:
        super().__init__(server.address, seed, code)
        self.server = server

    def ready_to_train(self, seed: int) -> dict[str, object]:
        """A link to a training that outlasts the lesson."""
        return {"preset": PRESET, "seed": seed, "training.steps": LONG}

    def step(self) -> int:
        """The step that the training on screen has reached; 0 before the first."""
        found = re.findall(r"step ([\d,]+) of", self.browser.text())
        return int(found[-1].replace(",", "")) if found else 0

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
