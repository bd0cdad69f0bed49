"""Samples of a run looked at more closely: every window scanned, or a million counted."""

from __future__ import annotations

from collections.abc import Generator

from explorer.compute.device import spare_processors
from explorer.compute.progress import rescaled
from explorer.detection.judged_trial import RETENTION, JudgedTrial
from explorer.detection.statistics.window_scan import WindowScan, scan_windows
from explorer.detection.streamed_counts import StreamedCounts
from explorer.experiments.large_counts import CountSpec, count_samples
from explorer.experiments.run import Result

Scans = tuple[WindowScan, WindowScan | None]


def window_scans(judged: JudgedTrial) -> Generator[float, None, Scans]:
    """Every window of all samples, and of the half that chooses the best; None where no choice is judged."""
    windows, flags, parts = judged.trial.windows, judged.hallucinated, judged.halves
    if parts is None or parts.too_few is not None:
        return (yield from scan_windows(windows, flags, RETENTION)), None
    whole = yield from rescaled(scan_windows(windows, flags, RETENTION), 0.0, 2 / 3)
    half = yield from rescaled(scan_windows(windows, flags, RETENTION, parts.choosing), 2 / 3, 1.0)
    return whole, half


def count_on_spare_processors(
    result: Result, counting: CountSpec
) -> Generator[StreamedCounts | None, None, StreamedCounts]:
    """Samples of a run counted as they pass."""
    return count_samples(result, counting, workers=spare_processors())
