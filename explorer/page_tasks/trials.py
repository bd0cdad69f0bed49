"""A million samples of a run, counted."""

from __future__ import annotations

from collections.abc import Generator

from explorer.compute.device import spare_processors
from explorer.detection.streamed_counts import StreamedCounts
from explorer.experiments.large_counts import CountSpec, count_samples
from explorer.experiments.run import Result


def count_on_spare_processors(
    result: Result, counting: CountSpec
) -> Generator[StreamedCounts | None, None, StreamedCounts]:
    """Samples of a run counted as they pass."""
    return count_samples(result, counting, workers=spare_processors())
