"""Every window of a judged trial; and the best of them, chosen on one half of the samples and judged on the
other."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from explorer.compute.progress import rescaled
from explorer.detection.judged_trial import RETENTION, JudgedTrial
from explorer.detection.statistics.held_out import held_out
from explorer.detection.statistics.thresholds import Confusion, threshold_at_retention
from explorer.detection.statistics.window_scan import WindowScan, scan_windows


@dataclass(frozen=True, eq=False)
class BestWindow:
    """The window (from t, to t) that one half of the samples chooses, and what the threshold that keeps 96 %
    of that half makes of the other."""

    window: tuple[int, int]
    judged: Confusion


@dataclass(frozen=True, eq=False)
class ScannedWindows:
    """scan: every window of all samples. best: None where a half has too few samples of a class."""

    scan: WindowScan
    best: BestWindow | None


def scan_trial(judged: JudgedTrial) -> Generator[float, None, ScannedWindows]:
    """Scan every window of a trial and of the half that chooses; yields the share done."""
    windows, flags, parts = judged.trial.windows, judged.hallucinated, judged.halves
    if parts is None or parts.too_few is not None:
        return ScannedWindows((yield from scan_windows(windows, flags, RETENTION)), None)
    whole = yield from rescaled(scan_windows(windows, flags, RETENTION), 0.0, 2 / 3)
    half = yield from rescaled(scan_windows(windows, flags, RETENTION, parts.choosing), 2 / 3, 1.0)
    window = half.best()
    assert window is not None  # both classes are there
    found = held_out(judged.trial.hal(window), flags, partial(threshold_at_retention, retention=RETENTION))
    assert found is not None
    return ScannedWindows(whole, BestWindow(window, found.judged))
