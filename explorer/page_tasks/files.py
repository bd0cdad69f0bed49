"""Figures of a page and lessons as files: what takes longer than a page may wait is drawn elsewhere."""

from __future__ import annotations

from collections.abc import Generator

from explorer.figures.palette import Mode
from explorer.lessons.lesson import lessons
from explorer.page_figures.main_figure import MainFigure, figure_file_in_steps


def figure_in_file(
    figure: MainFigure, kind: str, mode: Mode, width_mm: float
) -> Generator[float, None, bytes]:
    """A chart, a film's frame or the whole film as a file, in steps, as figure_file has it."""
    return figure_file_in_steps(figure, kind, mode=mode, width_mm=width_mm)


def lesson_in_page(lesson: str) -> Generator[float, None, bytes]:
    """A lesson that ships, by its name, as one HTML file; yields the share that is done."""
    from explorer.lesson_files.lesson_file import lesson_file_in_steps

    return lesson_file_in_steps(lessons()[lesson])


def handout_in_file(lesson: str) -> Generator[float, None, bytes]:
    """The handout of a lesson that ships, by its name, as PDF; yields the share that is done."""
    from explorer.lesson_files.handout_pictures import handout_in_steps

    return handout_in_steps(lessons()[lesson])
