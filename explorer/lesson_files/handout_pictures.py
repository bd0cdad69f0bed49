"""The pictures of a lesson's handout, drawn for paper."""

from __future__ import annotations

from collections.abc import Generator

from explorer.compute.progress import finish
from explorer.lesson_files.handout import handout
from explorer.lesson_files.steps import step_figure
from explorer.lessons.lesson import Lesson
from explorer.page_figures.main_figure import FilmFigure, figure_file_in_steps

WIDE_MM, NARROW_MM = 174.0, 112.0  # a figure of several panels or of pictures, and of one panel


def handout_in_steps(lesson: Lesson) -> Generator[float, None, bytes]:
    """The handout of a lesson, with the pictures of the steps that are to be printed: yields the share that
    is done, 0 to 1, and returns the PDF. Raises ValueError for a step that has no such figure."""
    printed = [number for number, step in enumerate(lesson.steps) if step.printed]
    figures = {}
    for done, number in enumerate(printed):
        yield done / len(printed)
        figures[number] = picture_of(lesson, number)
    return handout(lesson, figures)


def picture_of(lesson: Lesson, number: int) -> bytes:
    """The printed figure of a step as it is before its question has been answered, as PNG with 300 dots per
    inch. Raises ValueError if it has none."""
    step = lesson.steps[number]
    shown = step_figure(step)
    before = shown.before if step.ask else None
    figures = shown.figures if before is None else (before, *shown.figures[1:])
    if not 1 <= step.printed <= len(figures):
        raise ValueError(f"{step.title} has {len(figures)} figures; there is no number {step.printed}.")
    figure = figures[step.printed - 1]
    several = isinstance(figure, FilmFigure) and len(figure.film.panels) > 1
    width = WIDE_MM if several or step.page == "shapes" else NARROW_MM
    return finish(figure_file_in_steps(figure, "png", width_mm=width))
