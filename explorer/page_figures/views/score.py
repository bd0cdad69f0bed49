"""What the link of the Score page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.schedule import NoiseSchedule
from explorer.page_figures.score import Region, opening_step, regions
from explorer.page_figures.views.parameter import SnapshotView, StepView, Text, parameter


@dataclass(frozen=True)
class View(StepView, SnapshotView):
    """show: the score, or the score scaled by the noise. figure: curves at one t, or the error over all t.
    region: the name of the part of the space that is shown."""

    show: str = parameter("scaled score", ("scaled score", "score"))
    figure: str = parameter("curves", ("curves", "map"))
    region: str = parameter("all", Text(40))


def asked_region(view: View, mixture: GaussianMixture | None) -> Region:
    """The part of the space that a view asks for; all of it where it names none."""
    places = regions(mixture)
    return next((region for region in places if region.name == view.region), places[0])


def asked_snapshot(view: View, count: int) -> int:
    """The number of a snapshot among so many; -1, the last, where the view names none."""
    return view.snapshot if -count <= view.snapshot < count else -1


def asked_step(view: View, schedule: NoiseSchedule) -> int:
    """The step at which the film opens."""
    return view.t if view.t >= 0 else opening_step(schedule)


def is_scaled(view: View) -> bool:
    """Whether the score is scaled by the noise."""
    return view.show == "scaled score"
