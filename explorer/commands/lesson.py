"""lesson: a lesson as files that need no server: one HTML page, and a handout to print."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from explorer.commands.command import Report, command
from explorer.commands.options import new_file
from explorer.compute.progress_bar import with_bar
from explorer.lesson_files.handout_pictures import handout_in_steps
from explorer.lesson_files.lesson_file import MOST_BYTES, lesson_file_in_steps
from explorer.lesson_files.words import FILE, read_words
from explorer.lessons.lesson import Lesson, lessons, read
from explorer.storage.files import write_file


def add(commands: Any) -> None:
    sub = command(
        commands,
        "lesson",
        _lesson,
        "Write a lesson as one HTML page that opens from disk, its figures alive, and as a handout to print.",
        computes=False,
    )
    sub.add_argument(
        "lesson",
        metavar="LESSON",
        help=f"{', '.join(lessons())}, or the TOML file of one, as of a translation",
    )
    sub.add_argument(
        "--out", type=new_file, metavar="FILE", help=f"the page, .html; at most {MOST_BYTES // 2**20} MB"
    )
    sub.add_argument(
        "--words",
        type=Path,
        metavar="FILE",
        help=f"the page's own words in another language, with the keys of {FILE.parent.name}/{FILE.name}",
    )
    sub.add_argument("--handout", type=new_file, metavar="FILE", help="the handout, .pdf")


def _lesson(options: argparse.Namespace) -> Report:
    if options.out is None and options.handout is None:
        raise ValueError("Name the file of the page with --out, or that of the handout with --handout.")
    if options.words is not None and options.out is None:
        raise ValueError("--words goes with --out: they are the words of the page.")
    for path, kinds in ((options.out, (".html", ".htm")), (options.handout, (".pdf",))):
        if path is not None and path.suffix.lower() not in kinds:
            raise ValueError(f"{path.name!r} should end with {kinds[0]}.")
    lesson = named_lesson(options.lesson)
    report: Report = {"lesson": lesson.title, "steps": len(lesson.steps)}
    if options.out is not None:
        words = None if options.words is None else read_words(options.words)
        blob = with_bar(lesson_file_in_steps(lesson, words), "making the page")
        write_file(options.out, blob)
        report |= {"file": str(options.out), "bytes": len(blob)}
    if options.handout is not None:
        blob = with_bar(handout_in_steps(lesson), "drawing the handout")
        write_file(options.handout, blob)
        report |= {"handout": str(options.handout), "handout_bytes": len(blob)}
    return report


def named_lesson(name: str) -> Lesson:
    """The lesson of that name, or in the TOML file there. Raises ValueError if there is none, or for a broken
    one."""
    if name in lessons():
        return lessons()[name]
    if Path(name).is_file():
        return read(Path(name))
    raise ValueError(f"{name[:200]!r} is neither a lesson ({', '.join(lessons())}) nor a file of one.")
