"""What a link holds: the preset, what differs from it, and the parameters of every page's view."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.data.own.world_file import is_own
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import DEFAULT, PICTURE_PRESETS, own_presets, preset
from explorer.page_figures.views.label import HandView
from explorer.page_figures.views.parameter import ProjectorView, StartView, read_parameter
from explorer.ui.lesson.view import View as LessonView
from explorer.ui.room.view import View as RoomView
from explorer.ui.shell.pages import PAGES

PERSONAL_VIEWS = (LessonView, RoomView, ProjectorView, HandView)
VIEWS = (
    *(page.view for page in PAGES if page.view is not None),
    *(LessonView, ProjectorView, StartView, HandView),
)
PERSONAL = {field.name for view in PERSONAL_VIEWS for field in dataclasses.fields(view)}
# Every parameter by its name in the link. Pages that share one inherit the same declaration.
PARAMETERS: dict[str, dataclasses.Field[Any]] = {
    field.name: field for view in VIEWS for field in dataclasses.fields(view)
}


@dataclass(frozen=True)
class LinkState:
    """What a link stands for: a preset's name, the experiment, and the value of every parameter.

    problems    what did not fit and was left at its default, each in a sentence
    """

    preset: str
    experiment: Experiment
    parameters: dict[str, Any]
    problems: tuple[str, ...] = ()


def read_link(link: Mapping[str, str]) -> LinkState:
    """The state that a link stands for; what it leaves open has its default."""
    name, parameters = DEFAULT, {key: field.default for key, field in PARAMETERS.items()}
    problems = []
    try:
        name = preset(link.get("preset", _preset_of(link.get("pictures", "")))).name
    except ValueError as error:
        problems.append(str(error))
    experiment = preset(name).experiment
    try:
        experiment = experiment.with_differences(dict(link))
    except ValueError as error:
        problems.append(str(error))
    for key, field in PARAMETERS.items():
        if key in link:
            try:
                parameters[key] = read_parameter(field, link[key])
            except ValueError as error:
                problems.append(str(error))
    return LinkState(name, experiment, parameters, tuple(problems))


def _preset_of(pictures: str) -> str:
    """The preset that a link means which names pictures alone; the default if it names none."""
    known = PICTURE_PRESETS | (own_presets() if is_own(pictures) else {})
    return next((name for name, entry in known.items() if entry.experiment.pictures == pictures), DEFAULT)


def link_text(preset_name: str, experiment: Experiment, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The link to a state: its preset, and what differs from that or from the defaults."""
    changed = experiment.differences(preset(preset_name).experiment)
    seen = {key: str(parameters[key]) for key, f in PARAMETERS.items() if parameters[key] != f.default}
    return {"preset": preset_name, **changed, **seen}
