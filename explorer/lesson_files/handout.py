"""A lesson on paper, as PDF: two pages and a quiz for the class, then the teacher's pages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any

import matplotlib
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    Image,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from explorer.lessons.claims import filled
from explorer.lessons.glossary import Term, terms_in
from explorer.lessons.lesson import Lesson, Question, Step
from explorer.lessons.right_answer import right_option

MARGIN, FOOT = 16 * mm, 14 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - MARGIN - FOOT  # of what is printed, in points
ROOM = HEIGHT - 2  # of a page, with some points for rounding
FONT = "DejaVuSans"
FACES = {FONT: "DejaVuSans", f"{FONT}-Bold": "DejaVuSans-Bold", f"{FONT}-Oblique": "DejaVuSans-Oblique"}
GREY = HexColor("#666666")
SMALLEST_PICTURE = 0.6  # of the size in which it was drawn
MOST_WORDS = 10  # of the glossary
NEARLY_EMPTY = 0.3  # of a page: a last page with less on it is saved by smaller letters, if they do it
SMALLER = (0.97, 0.94, 0.91, 0.88)  # times the size of the teacher's letters
BOX = "☐"
LINES = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0, 15.0, 14.0, 13.0)  # points between lines to write on

Part = Callable[[float], list[Flowable]]  # of a page, by the points between its lines


def handout(lesson: Lesson, figures: Mapping[int, bytes]) -> bytes:
    """A lesson's PDF on A4: exactly two pages for the class, its quiz on a page of its own if it has one, and
    what the teacher needs: minutes, what to expect, usual wrong ideas, what to say, and the answers.

    figures     PNG files by the numbers of the steps that they belong to, each with its size in dots per inch

    Raises ValueError where the class's questions do not fit on two pages.
    """
    _register_fonts()
    file = io.BytesIO()
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=f"{lesson.title}: handout",
        author="An explorer of mode interpolation",
        subject=filled(lesson.summary),
        lang="en",
    )
    frame = Frame(MARGIN, FOOT, WIDTH, HEIGHT, 0, 0, 0, 0)
    document.addPageTemplates(
        [
            PageTemplate("class", [frame], onPage=partial(_foot, f"{lesson.title} · for the class")),
            PageTemplate("teacher", [frame], onPage=partial(_foot, f"{lesson.title} · for the teacher")),
        ]
    )
    story = _class_pages(lesson, figures)
    if lesson.quiz:
        story += [PageBreak(), *_quiz_page(lesson)]
    story += [NextPageTemplate("teacher"), PageBreak(), *_teacher_pages(lesson)]
    document.build(story)
    return file.getvalue()


# ---- for the class ---------------------------------------------------------------------------------------


def _class_pages(lesson: Lesson, figures: Mapping[int, bytes]) -> list[Flowable]:
    """The questions of the steps with their pictures, on exactly two pages: what is left of a page is room to
    write; where there is too little, pictures are made smaller, or the steps' texts are left out."""
    words = _glossary(lesson)
    asked = [number for number, step in enumerate(lesson.steps) if step.ask or number in figures]
    for texts, size in ((True, 1.0), (True, 0.85), (False, 1.0), (False, 0.85), (False, SMALLEST_PICTURE)):
        parts = [_asked(lesson.steps[number], number, figures.get(number), size, texts) for number in asked]
        heights = [_height(part(LINES[-1])) for part in parts]
        head = _head(lesson, "A lesson to answer on paper", name=True)
        top, foot = _height(head), _height(words)
        for cut in _by_balance(heights, top, foot):
            if max(top + sum(heights[:cut]), sum(heights[cut:]) + foot) > ROOM:
                continue
            first = _spread([head], parts[:cut], [])
            second = _spread([], parts[cut:], [words])
            if first is not None and second is not None:
                return [*first, PageBreak(), *second]
    raise ValueError(f"The {len(asked)} questions of {lesson.title} do not fit on two pages.")


def _by_balance(heights: Sequence[float], head: float, foot: float) -> list[int]:
    """How many parts may stand on the first page, the most even division first."""
    cuts = range(1, len(heights)) if len(heights) > 1 else [len(heights)]

    def uneven(cut: int) -> float:
        return abs(head + sum(heights[:cut]) - foot - sum(heights[cut:]))

    return sorted(cuts, key=uneven)


def _spread(
    before: list[list[Flowable]], parts: Sequence[Part], after: list[list[Flowable]]
) -> list[Flowable] | None:
    """A page of parts, with as much room to write as there is; None if they do not fit."""
    for line in LINES:
        page = [flow for block in (*before, *(part(line) for part in parts), *after) for flow in block]
        if _height(page) <= ROOM:
            return page
    return None


def _asked(step: Step, number: int, picture: bytes | None, size: float, texts: bool) -> Part:
    """A function that makes a step's part of the page, with lines to write on that are so far apart."""

    def part(line: float) -> list[Flowable]:
        title = f"<b>{number + 1} {_rich(step.title)}</b>"
        flows: list[Flowable] = [Spacer(1, 7), Paragraph(title, _style("question", 10.5, after=2))]
        if texts:
            flows.append(Paragraph(_rich(filled(step.text)), _style("read", 8.8, after=3)))
        if picture is not None:
            flows += [_picture(picture, size), Spacer(1, 3)]
        if not step.ask:
            flows.append(Paragraph(_rich(filled(step.look)), _style("text", 9.5)))
        else:
            flows.append(Paragraph(_rich(filled(step.ask)), _style("text", 9.5, after=2)))
            flows.append(_options(step.options))
        flows += [_line(line, "because" if step.ask else ""), _line(line)]
        return flows

    return part


def _options(options: Sequence[str]) -> Paragraph:
    """The options with boxes to tick, one after another as long as they fit."""
    boxes = (f"<nobr>{BOX} {_rich(filled(option))}</nobr>" for option in options)
    return Paragraph("&nbsp;&nbsp;&nbsp; ".join(boxes), _style("options", 9.5, leading=14))


def _quiz_page(lesson: Lesson) -> list[Flowable]:
    """The quiz, to be given out before the lesson and again after it."""
    when = f"{BOX} before the lesson &nbsp;&nbsp;&nbsp; {BOX} after it"
    flows = _head(lesson, f"Quiz: {len(lesson.quiz)} questions · {when}", name=True)
    flows.append(Paragraph("One answer each. Leave open what you do not know.", _style("text", 9.5, after=4)))
    for number, question in enumerate(lesson.quiz, 1):
        ask = Paragraph(f"<b>{number}</b> &nbsp; {_rich(filled(question.ask))}", _style("ask", 11, after=4))
        options = [
            Paragraph(f"{BOX} &nbsp; {_rich(filled(option))}", _style("option", 11, leading=17, indent=14))
            for option in question.options
        ]
        flows.append(KeepTogether([Spacer(1, 12), ask, *options]))
    return flows


def _glossary(lesson: Lesson) -> list[Flowable]:
    """The words of the field that the lesson uses, each in a sentence."""
    words = _terms(lesson)
    if not words:
        return []
    told = " &nbsp; ".join(f"<b>{_rich(term.word)}</b>: {_rich(term.says)}" for term in words)
    return [Spacer(1, 8), _rule(), Paragraph(told, _style("words", 7.8, leading=10.2))]


def _terms(lesson: Lesson) -> list[Term]:
    text = " ".join(
        part for step in lesson.steps for part in (step.title, step.text, step.ask, *step.options)
    )
    return terms_in(text)[:MOST_WORDS]


# ---- for the teacher -------------------------------------------------------------------------------------


def _teacher_pages(lesson: Lesson) -> list[Flowable]:
    """In letters a little smaller where that saves a last page that would be nearly empty."""
    blocks = _teacher_blocks(lesson, 1.0)
    whole, over = divmod(sum(map(_height, blocks)), HEIGHT)
    if whole and over < NEARLY_EMPTY * HEIGHT:
        for size in SMALLER:
            smaller = _teacher_blocks(lesson, size)
            if sum(map(_height, smaller)) <= whole * HEIGHT - 2:
                blocks = smaller
                break
    return [KeepTogether(block) for block in blocks]


def _teacher_blocks(lesson: Lesson, size: float) -> list[list[Flowable]]:
    """What stands together: the head, a step each, the quiz; with letters of this size."""
    head = _head(lesson, f"For the teacher · {lesson.minutes} minutes")
    head.append(Paragraph(_rich(filled(lesson.closing)), _style("text", 9 * size, after=2 * size)))
    blocks, passed = [head], lesson.quiz_minutes
    if passed:
        head.append(
            Paragraph(f"<b>0 to {passed:g} min</b> &nbsp; The quiz, page 3.", _style("text", 9 * size))
        )
    for number, step in enumerate(lesson.steps):
        until = passed + step.minutes
        blocks.append(_taught(number, step, passed, until, size))
        passed = until
    if lesson.quiz:
        blocks.append([Spacer(1, 6 * size), *_quiz_answered(lesson, passed, size)])
    return blocks


def _quiz_answered(lesson: Lesson, start: float, size: float) -> list[Flowable]:
    flows: list[Flowable] = []
    if lesson.quiz_minutes:
        time = f"<b>{start:g} to {start + lesson.quiz_minutes:g} min</b> &nbsp; The quiz once more."
        flows.append(Paragraph(time, _style("text", 9 * size, after=3 * size)))
    flows.append(Paragraph("<b>The quiz, answered</b>", _style("question", 10.5 * size, after=2 * size)))
    for number, question in enumerate(lesson.quiz, 1):
        told = f"<b>{number}</b> &nbsp; {_answered(question)}"
        flows.append(Paragraph(told, _style("text", 8.8 * size, after=2 * size)))
    return flows


def _taught(number: int, step: Step, start: float, end: float, size: float) -> list[Flowable]:
    """What a teacher knows of a step: when, what to say, what to expect, and what is right."""
    time = f"{start:g} to {end:g} min" if end > start else ""
    rows = [f"<b>Say</b> &nbsp; {_rich(filled(step.say))}"]
    if step.ask:
        rows.append(f"<b>Right</b> &nbsp; {_answered(step)}")
    if step.expect:
        rows.append(f"<b>Expect</b> &nbsp; {_rich(filled(step.expect))}")
    if step.misconception:
        rows.append(f"<b>Wrong idea</b> &nbsp; {_rich(filled(step.misconception))}")
    text = _style("text", 8.8 * size, after=1.5 * size)
    left = [Paragraph(f"<b>{number + 1}</b><br/>{time}", _style("time", 8.8 * size))]
    right = [Paragraph(f"<b>{_rich(step.title)}</b>", _style("question", 9.5 * size, after=2 * size))]
    right += [Paragraph(row, text) for row in rows]
    table = Table([[left, right]], colWidths=[24 * mm, WIDTH - 24 * mm])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()])
    return [Spacer(1, 4 * size), _rule(), table]


def _answered(asked: Step | Question) -> str:
    """The right option of a question, and its reason."""
    right = right_option(asked)
    said = f"<b>{_rich(filled(asked.options[right]))}.</b> {_rich(filled(asked.reasons[right]))}"
    return said if isinstance(asked, Step) else f"{_rich(filled(asked.ask))} {said}"


# ---- parts of a page -------------------------------------------------------------------------------------


def _head(lesson: Lesson, line: str, *, name: bool = False) -> list[Flowable]:
    title = Paragraph(f"<b>{_rich(lesson.title)}</b>", _style("title", 16, leading=20))
    write = Paragraph("Name" if name else "", _style("name", 9, colour=GREY))
    table = Table([[title, write]], colWidths=[WIDTH * 0.62, WIDTH * 0.38])
    bottom = [("LINEBELOW", (1, 0), (1, 0), 0.5, GREY)] if name else []
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM"), *_no_padding(), *bottom])
    under = Paragraph(f"{line} · {_rich(filled(lesson.summary))}", _style("under", 9.5, colour=GREY, after=3))
    return [table, Spacer(1, 3), under]


def _picture(png: bytes, size: float) -> Image:
    """A picture, in the size in which it was drawn times `size`, at most as wide as the page."""
    image = Image(io.BytesIO(png))
    from PIL import Image as Pictures

    with Pictures.open(io.BytesIO(png)) as opened:
        dpi = float(opened.info.get("dpi", (300, 300))[0])
        pixels = opened.size
    width, height = (side / dpi * 72 * size for side in pixels)
    fit = min(1.0, WIDTH / width)
    image.drawWidth, image.drawHeight = width * fit, height * fit
    image.hAlign = "LEFT"
    return image


def _line(room: float, word: str = "") -> Table:
    """A line to write on."""
    table = Table(
        [[Paragraph(word, _style("because", 8, colour=GREY))]], colWidths=[WIDTH], rowHeights=[room]
    )
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.4, GREY)
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM"), *_no_padding(), line])
    return table


def _no_padding() -> list[tuple[Any, ...]]:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(side, (0, 0), (-1, -1), 0) for side in sides]


def _rule() -> HRFlowable:
    return HRFlowable(width="100%", thickness=0.4, color=GREY, spaceBefore=0, spaceAfter=3)


def _height(flows: Sequence[Flowable]) -> float:
    """How much of a page flowables take, from top to bottom."""
    return sum(flow.wrap(WIDTH, HEIGHT)[1] + flow.getSpaceBefore() + flow.getSpaceAfter() for flow in flows)


def _foot(text: str, canvas: Canvas, document: Any) -> None:
    canvas.setFont(FONT, 7.5)
    canvas.setFillColor(GREY)
    canvas.drawString(MARGIN, FOOT - 14, text)
    canvas.drawRightString(A4[0] - MARGIN, FOOT - 14, str(document.page))


@cache
def _style(
    name: str,
    size: float,
    *,
    leading: float | None = None,
    after: float = 0,
    indent: float = 0,
    colour: HexColor | None = None,
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=FONT,
        fontSize=size,
        leading=leading or 1.3 * size,
        spaceAfter=after,
        leftIndent=indent,
        textColor=colour or HexColor("#000000"),
    )


def _rich(text: str) -> str:
    """Markdown's bold and italic as ReportLab writes them, everything else as it is."""
    told = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text, quote=False))
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", told)


@cache
def _register_fonts() -> None:
    """DejaVu Sans, which has Greek letters and subscripts, and comes with matplotlib."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in FACES.items():
        pdfmetrics.registerFont(TTFont(name, folder / f"{file}.ttf"))
    bold, italic = f"{FONT}-Bold", f"{FONT}-Oblique"
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=bold, italic=italic, boldItalic=bold)
