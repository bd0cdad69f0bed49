"""What the link of the Score page holds."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.ui.shell.view import SnapshotView, StepView, Text, parameter


@dataclass(frozen=True)
class View(StepView, SnapshotView):
    """show: the score, or the score scaled by the noise. figure: curves at one t, or the error over all t.
    region: the name of the part of the space that is shown."""

    show: str = parameter("scaled score", ("scaled score", "score"))
    figure: str = parameter("curves", ("curves", "map"))
    region: str = parameter("all", Text(40))
