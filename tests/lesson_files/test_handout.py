"""The handout of a lesson: how many pages it has, and what stands on which."""

from __future__ import annotations

import dataclasses
import io
import subprocess

import pytest
from PIL import Image

from explorer.compute.progress import finish, map_progress
from explorer.lesson_files.handout import handout
from explorer.lesson_files.handout_pictures import handout_in_steps
from explorer.lessons.claims import filled
from explorer.lessons.lesson import lessons
from explorer.lessons.right_answer import right_option


def picture(width_mm: float = 174, height_mm: float = 60) -> bytes:
    """A grey picture of that size on paper."""
    pixels = (round(width_mm / 25.4 * 300), round(height_mm / 25.4 * 300))
    file = io.BytesIO()
    Image.new("L", pixels, 200).save(file, "png", dpi=(300, 300))
    return file.getvalue()


def pages(pdf: bytes, tmp_path) -> list[str]:
    """The text of every page, with single spaces."""
    path = tmp_path / "handout.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout
    return [" ".join(page.split()) for page in text.decode().split("\f")][:-1]


@pytest.mark.parametrize("name", lessons())
def test_the_class_has_two_pages_and_the_quiz_and_the_teacher_the_answers(name, tmp_path):
    lesson = lessons()[name]
    figures = {number: picture() for number, step in enumerate(lesson.steps) if step.printed}
    found = pages(handout(lesson, figures), tmp_path)
    assert [page.endswith(f"for the class {number}") for number, page in enumerate(found, 1)][:4] == [
        *(True,) * 3,
        False,
    ]
    assert all("for the teacher" in page for page in found[3:])
    assert len(found) <= 5
    assert len(found[-1]) > 1_000
    for_class, quiz, teacher = " ".join(found[:2]), found[2], " ".join(found[3:])
    for step in lesson.steps:
        assert plain(step.say) in teacher
        if step.ask:
            assert plain(step.ask) in for_class
            assert all(plain(option) in for_class for option in step.options)
            reason = plain(step.reasons[right_option(step)])
            assert reason in teacher
            assert reason not in for_class + quiz
    for question in lesson.quiz:
        assert plain(question.ask) in quiz
        assert plain(question.reasons[right_option(question)]) not in for_class + quiz


def plain(text: str) -> str:
    """A text of a lesson without its marks, as a page has it."""
    return " ".join(filled(text).replace("*", "").split())


def test_pictures_that_are_too_large_are_made_smaller_and_too_many_questions_are_refused(tmp_path):
    lesson = lessons()["cure"]
    large = {number: picture(height_mm=110) for number in range(4)}
    assert "for the class 3" in pages(handout(lesson, large), tmp_path)[2]
    many = dataclasses.replace(lesson, steps=lesson.steps * 8, minutes=8 * 11 + 4)
    with pytest.raises(ValueError, match="The 40 questions of Can we cure it"):
        handout(many, {})


def test_a_step_whose_printed_figure_there_is_none_is_named():
    lesson = lessons()["cure"]
    odd = dataclasses.replace(
        lesson, steps=(dataclasses.replace(lesson.steps[0], printed=9), *lesson.steps[1:])
    )
    with pytest.raises(ValueError, match=r"Pull it to a mode has \d figures; there is no number 9"):
        list(handout_in_steps(odd))


def test_the_work_tells_how_far_it_is_and_ends_with_a_pdf():
    shares, lesson = [], lessons()["cure"]
    pdf = finish(map_progress(handout_in_steps(lesson), shares.append))
    assert pdf.startswith(b"%PDF")
    assert shares == sorted(shares)
    assert (shares[0], len(shares)) == (0.0, sum(step.printed > 0 for step in lesson.steps))
