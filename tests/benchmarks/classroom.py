"""A class on this machine: python tests/benchmarks/classroom.py [--students 30] [--training 10] [--json]

Starts a server of its own and plays a class against it, over the loopback alone: a teacher with a room,
students who train, one with a recursive loop, and the rest, who look. First one student is alone. Prints how
long those who look waited, beside the one who was alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # it is run as a script, too

from pupils import FIRST_SEED, Pupil, open_room
from served import Server, served

from explorer.ui.rehearsal.protocol import Browser, BrowserError
from explorer.ui.rehearsal.student import PAUSE

STUDENTS_RANGE, SECONDS_RANGE, RERUNS_RANGE = (1, 60), (5, 600), (0, 20_000)
ALONE_SHARE, ALONE_PAUSE = 0.25, (0.2, 0.4)  # the one student alone takes less time, and thinks less
SHOWN_ERRORS = 5
PAGES = (
    "",
    "learn",
    "score",
    "trajectories",
    "atlas",
    "detect",
    "shapes",
    "recursive",
    "remedies",
    "sweep",
    "room",
)

Figures = dict[str, Any]


class Lesson:
    """A class at a server, and what is measured of it."""

    def __init__(self, server: Server, students: int, training: int) -> None:
        self.server, self.training = server, training
        self.pupils = [Pupil(server, seed) for seed in range(students)]
        self.trainers = self.pupils[:training]
        self.looping = self.pupils[training : training + 1]
        self.lookers = self.pupils[training + 1 :]
        self.memory: list[tuple[float, float]] = []  # time, MB
        self.workers_memory = 0.0  # MB, at their height
        self.workers_computed: dict[int, float] = {}  # seconds, also of those that have ended

    async def play(self, seconds: float, reruns: int) -> Figures:
        """The whole lesson: one alone, the class, Stop, and all at the same training."""
        teacher, code = await open_room(self.server)
        watching = asyncio.create_task(self._watch())
        for pupil in self.pupils:
            pupil.code = code
        alone = Pupil(self.server, len(self.pupils), code)
        try:
            figures = {"first_page_s": await self._pages(), "second_page_s": await self._pages()}
            figures |= await self._alone(alone, seconds * ALONE_SHARE)
            figures |= await self._class(seconds)
            if reruns:
                figures |= await self._many(reruns)
            figures |= await self._stops()
            figures |= await self._same_training()
        finally:
            watching.cancel()
        browsers = [teacher, alone.browser, *(pupil.browser for pupil in self.pupils)]
        figures |= {
            "peak_memory_mb": round(max(mb for _, mb in self.memory), 1),
            "peak_workers_memory_mb": round(self.workers_memory, 1),
        }
        figures |= _errors(browsers)
        for browser in browsers:
            await browser.close()
        return figures

    async def _pages(self) -> dict[str, float]:
        """Seconds until each page is drawn for somebody who comes to it by a link."""
        took = {}
        for page in PAGES:
            browser = Browser(self.server.address)
            took[page or "start"] = round(await browser.open(page), 2)
            await browser.close()
        return took

    async def _alone(self, pupil: Pupil, seconds: float) -> Figures:
        await pupil.take_the_lesson()
        await pupil.keep_looking(time.monotonic() + seconds, ALONE_PAUSE)
        await pupil.browser.close()
        return {"alone_p50_ms": _ms(pupil.took, 50), "alone_p95_ms": _ms(pupil.took, 95)} | {
            "alone_n": len(pupil.took)
        }

    async def _class(self, seconds: float) -> Figures:
        for pupil in self.trainers:
            await pupil.train()
        for pupil in self.looping:
            await pupil.run_a_loop()
        await asyncio.gather(*(pupil.take_the_lesson() for pupil in self.lookers))
        for pupil in self.trainers:
            await _until(lambda pupil=pupil: pupil.step() > 0)
        before, began = [pupil.step() for pupil in self.trainers], time.monotonic()
        runs, computed = self._runs(), self.server.processor_seconds()
        work = sum(self.workers_computed.values())
        until = began + seconds
        await asyncio.gather(
            *(pupil.keep_looking(until, PAUSE) for pupil in self.lookers), asyncio.sleep(seconds)
        )
        lasted, took = time.monotonic() - began, [s for pupil in self.lookers for s in pupil.took]
        runs, computed = self._runs() - runs, self.server.processor_seconds() - computed
        work = sum(self.workers_computed.values()) - work
        after = [pupil.step() for pupil in self.trainers]
        end = self.server.memory_mb()
        middle = statistics.median(mb for at, mb in self.memory if abs(at - began - lasted / 2) < lasted / 8)
        return {
            "look_p50_ms": _ms(took, 50),
            "look_p95_ms": _ms(took, 95),
            "look_n": len(took),
            "reruns_per_s": round(runs / lasted, 1),
            "processor_share": round(computed / lasted, 2),
            "workers_processor_share": round(work / lasted, 2),
            "processor_ms_per_run": round(1000 * computed / runs, 1),
            "trainings_advanced": sum(a > b for a, b in zip(after, before, strict=True)),
            "steps_per_training": [a - b for a, b in zip(after, before, strict=True)],
            "memory_mb": round(end, 1),
            "memory_growth_mb": round(end - middle, 1),
        }

    async def _many(self, reruns: int) -> Figures:
        """That many reruns of those who look, as fast as they come: an hour of a class in minutes."""
        left, middle = reruns, 0.0

        async def hurry(pupil: Pupil) -> None:
            nonlocal left, middle
            while left > 0:
                left -= 1
                if left == reruns // 2:
                    middle = self.server.memory_mb()
                await pupil.look()

        before = self.server.memory_mb()
        await asyncio.gather(*(hurry(pupil) for pupil in self.lookers))
        return {
            "reruns": reruns,
            "reruns_memory_mb": [round(mb, 1) for mb in (before, middle, self.server.memory_mb())],
        }

    async def _stops(self) -> Figures:
        """Stop, one trainer after the other while the rest goes on; then the loop."""
        took = [await pupil.stop() for pupil in self.trainers]
        loop = [await pupil.stop("stop_loop") for pupil in self.looping]
        return {
            "stop_s": {"median": _seconds(statistics.median, took), "max": _seconds(max, took)},
            "stop_loop_s": _seconds(max, loop),
        }

    async def _same_training(self) -> Figures:
        """Everybody presses Train on one preset and seed: how many computations run."""
        link = urlencode(self.pupils[0].ready_to_train(FIRST_SEED - 1))
        for pupil in self.pupils:
            await pupil.browser.close()
            await pupil.browser.open("learn", link)
        await _until(lambda: self.server.running() == 0)  # what pages had asked for
        await asyncio.gather(*(pupil.browser.click("train") for pupil in self.pupils))
        holding = sum(pupil.browser.has("stop") for pupil in self.pupils)
        jobs = await asyncio.to_thread(self.server.running)
        for pupil in self.pupils:
            await pupil.browser.click("stop")
        await _until(lambda: self.server.running() == 0)
        return {"same_training": {"students": holding, "jobs": jobs}}

    def _runs(self) -> int:
        return sum(pupil.browser.runs for pupil in self.pupils)

    async def _watch(self) -> None:
        while True:
            self.memory.append((time.monotonic(), self.server.memory_mb()))
            self.workers_memory = max(self.workers_memory, self.server.workers_memory_mb())
            self.workers_computed |= self.server.worker_processor_seconds()
            await asyncio.sleep(0.5)


async def _until(true: Any, patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise BrowserError(f"What the class waited for did not come within {patience:g} s.")
        await asyncio.sleep(0.1)


def _ms(seconds: Sequence[float], percentile: int) -> float | None:
    if not seconds:
        return None
    ranked = sorted(seconds)
    return round(1000 * ranked[min(math.ceil(len(ranked) * percentile / 100), len(ranked)) - 1], 1)


def _seconds(of: Any, took: Sequence[float]) -> float | None:
    return round(of(took), 3) if took else None


def _errors(browsers: Sequence[Browser]) -> Figures:
    found = [error for browser in browsers for error in browser.errors]
    return {"errors": len(found), "error_texts": sorted(set(found))[:SHOWN_ERRORS]}


def measured(students: int, training: int, seconds: float, reruns: int = 0) -> Figures:
    """Play a class of that size for that long, and say what it waited for."""
    with served() as server:
        figures = asyncio.run(Lesson(server, students, training).play(seconds, reruns))
    ratio = None
    if figures["look_p50_ms"] and figures["alone_p50_ms"]:
        ratio = round(figures["look_p50_ms"] / figures["alone_p50_ms"], 2)
    return {"students": students, "training": training, "seconds": seconds, "ratio_p50": ratio} | figures


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says; ends with code 2 and one sentence if it does not fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--training", type=int, default=10, help="how many of them train")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--reruns", type=int, default=0, help="then so many reruns, as fast as they come")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args(words)
    bounds = {"students": STUDENTS_RANGE, "training": (0, said.students), "seconds": SECONDS_RANGE}
    for name, (low, high) in (bounds | {"reruns": RERUNS_RANGE}).items():
        if not low <= getattr(said, name) <= high:
            sys.stderr.write(f"--{name} is {low} to {high}, not {getattr(said, name):g}.\n")
            raise SystemExit(2)
    return said


def main() -> None:
    said = arguments()
    for ending in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(ending, lambda *_: sys.exit(1))  # so that the server is ended, too
    figures = measured(said.students, said.training, said.seconds, said.reruns)
    if said.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):22} {value}")


if __name__ == "__main__":
    main()
