"""What the link of the Detect page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.detection.judged_trial import KEEP
from explorer.ui.shell.view import SamplerView, SigmaView, Text, parameter

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
