"""What the link of the Detect page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.detection.judged_trial import KEEP, JudgedTrial
from explorer.detection.scanned_windows import ScannedWindows
from explorer.page_figures import detect_findings as findings
from explorer.page_figures.views.parameter import SamplerView, SigmaView, Text, parameter

COUNTS = (0, 5_000, 20_000, 100_000)
JUDGES = ("threshold", "curves", "windows", "rivals")


@dataclass(frozen=True)
class View(SigmaView, SamplerView):
    """judge: what is shown. window: "first:last" steps, "" the authors'. cut: the threshold's name or value.
    n: how many samples are drawn, 0 the default. million: 1 to count a million."""

    judge: str = parameter(JUDGES[0], JUDGES)
    window: str = parameter("", Text(20))
    cut: str = parameter(KEEP, Text(20))
    n: int = parameter(0, COUNTS)
    million: int = parameter(0, (0, 1))


def said_of_threshold(view: View, judged: JudgedTrial, frame: int) -> list[str]:
    """What is said under the film at the threshold of a frame, line by line."""
    lines = (
        findings.describe_choice(judged, frame),
        findings.describe_threshold(judged, frame),
        findings.describe_flattery(judged) if view.judge != "curves" else None,
        findings.describe_kinds_caught(judged, frame),
    )
    return [line for line in lines if line is not None]


def said_of_windows(judged: JudgedTrial, found: ScannedWindows) -> list[str]:
    """What is said under the map of all windows, line by line."""
    lines = findings.describe_best_window(judged, found.best), findings.compare_windows(judged, found.scan)
    return [line for line in lines if line is not None]


def cell_of_window(steps: np.ndarray, window: tuple[int, int]) -> int:
    """The cell of a window in the map of windows between these steps."""
    first, last = (min(int(np.searchsorted(steps, t)), len(steps) - 1) for t in window)
    return last * len(steps) + first


def window_of_cell(steps: np.ndarray, cell: int) -> tuple[int, int] | None:
    """The window of a cell of that map; None for a cell that is none."""
    last, first = divmod(cell, len(steps))
    return (int(steps[first]), int(steps[last])) if first < last < len(steps) else None
