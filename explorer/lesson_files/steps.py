"""The figure of a lesson's step, as its page in the app shows it."""

from __future__ import annotations

from functools import cache

from explorer.experiments import checkpoints
from explorer.experiments.presets import DEFAULT, preset
from explorer.experiments.run import Result
from explorer.figures.palette import Mode
from explorer.lesson_files.shown_pages import PAGES
from explorer.lesson_files.step_figure import StepFigure
from explorer.lessons.lesson import Step, Suggestion


def step_figure(step: Step | Suggestion, mode: Mode = "light") -> StepFigure:
    """What the page of a step shows before anybody has touched it, of the run that ships.

    mode    of the charts; films hold the colours of both
    Raises ValueError for a page without a figure, and for what does not come with the explorer.
    """
    if step.page not in PAGES:
        raise ValueError(
            f"A step of a lesson is on one of the pages {', '.join(PAGES)}, not {step.page!r:.40}."
        )
    name = step.link.get("preset", DEFAULT)
    if preset(name).experiment.with_differences(dict(step.link)) != preset(name).experiment:
        raise ValueError(f"A step shows a run that comes with the explorer: {name}, not edited.")
    return PAGES[step.page](_run(name), step.link, mode)


@cache
def _run(name: str) -> Result:
    return checkpoints.shipped().load_preset(name).result
