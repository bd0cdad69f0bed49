"""A lesson as one HTML file: every step with its text, its prediction and its figures, alive offline."""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from explorer.compute.progress import finish
from explorer.figures.film.message import pack
from explorer.figures.icon import icon
from explorer.figures.palette import INK, PALETTE, Mode
from explorer.figures.player.bundle import bundle
from explorer.figures.player.files import CSS, HTML
from explorer.figures.player.message import REPORTS_FRAMES, REPORTS_PICKS, player_message
from explorer.lesson_files.chart_block import chart_block, vega_code
from explorer.lesson_files.markup import formula_svg, html_of
from explorer.lesson_files.packed import PackedBlocks
from explorer.lesson_files.step_figure import StepFigure
from explorer.lesson_files.steps import step_figure
from explorer.lesson_files.typeface import FAMILY, typeface_style
from explorer.lesson_files.words import Words, own_words
from explorer.lessons.claims import filled
from explorer.lessons.glossary import Term, terms_in
from explorer.lessons.lesson import ANSWERED, CHANGED, Lesson, Question, Step, lessons
from explorer.lessons.right_answer import right_option
from explorer.page_figures.main_figure import ChartFigure, FilmFigure, MainFigure
from explorer.page_figures.sampler_table import WordTable

PAGE = Path(__file__).parent / "page"
MOST_BYTES = 6 * 2**20
MOST_WORDS = 3  # of the glossary, on a card
FILM_HEIGHT, CHART_HEIGHT, SMALL_HEIGHT = 420, 420, 250  # pixels on the page
BESIDE_CHART_HEIGHT = 400  # of a film that is the only figure beside a chart
MOST_BESIDE = 2  # figures beside the main one, in a wide window
APP_COMMAND = (
    "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt && .venv/bin/streamlit run app.py"
)
# Of the two themes, beside the palette: the accent, and the ground of what stands out, as in the app.
ACCENTS: dict[Mode, tuple[str, str]] = {"light": ("#0b5cad", "#f5f7fa"), "dark": ("#7cc4ff", "#182030")}


@dataclass(frozen=True)
class _Figure:
    """A figure of a step in the page: its kind, its height in pixels, and the block that holds it."""

    kind: str
    height: int
    block: int
    moves: bool


@dataclass(frozen=True)
class _Step:
    """A step as the template writes it: its texts as HTML."""

    asked: Step
    title: str
    text: tuple[Markup, ...]
    look: Markup
    say: Markup
    terms: tuple[Term, ...]
    right: int | None
    reasons: tuple[Markup, ...]
    figures: tuple[_Figure, ...]
    beside: int
    side_plays: bool
    side_large: bool
    open_first: int
    opens: bool
    finding: Markup
    caption: Markup
    table: WordTable | None
    left_out: Markup
    needs_app: Markup
    draws: bool


def lesson_file(lesson: Lesson, words: Words | None = None) -> bytes:
    """The lesson as one HTML page that asks no address for anything, at most 6 MB.

    words       of the page itself, as words.read_words() gives them; in English without any

    Raises ValueError for a lesson with claims or links that mean nothing, or whose file would be larger.
    """
    return finish(lesson_file_in_steps(lesson, words))


def lesson_file_in_steps(lesson: Lesson, words: Words | None = None) -> Generator[float, None, bytes]:
    """The same in steps: yields the share that is done, 0 to 1, and returns the file."""
    said, blocks = words or own_words(), PackedBlocks()
    vega = blocks.add(b"")
    steps: list[_Step] = []
    data: list[dict[str, Any]] = []
    for number, step in enumerate(lesson.steps):
        yield number / len(lesson.steps)
        shown = step_figure(step)
        steps.append(_step(step, shown, blocks))
        data.append(_step_data(steps[-1], shown, blocks))
    if any(figure.kind == "chart" for step in steps for figure in step.figures):
        vega = blocks.add(vega_code())
    page = said["page"]
    told = page | {name: html_of(page[name]) for name in ("change", "after_only")}
    quiz = [_question(question) for question in lesson.quiz]
    held = {
        "key": f"explorer lesson {lesson.name} {zlib.crc32(repr((lesson.steps, lesson.quiz)).encode()):08x}",
        "steps": data,
        "quiz": [question["right"] for question in quiz],
        "vega": vega,
        "words": told,
        "player": said["player"],
    }
    following = lessons().get(lesson.next)
    text = _template().render(
        lesson=lesson,
        words=page,
        steps=steps,
        quiz_reasons=quiz,
        closing=html_of(filled(lesson.closing)),
        suggestion=html_of(filled(lesson.suggestion.text)) if lesson.suggestion else "",
        tasks=[html_of(filled(task.text)) for task in lesson.tasks],
        following=following,
        icon=_icon(),
        style=Markup(_style()),
        player=Markup(HTML.read_text("utf-8")),
        player_style=Markup(CSS.read_text("utf-8")),
        data=Markup(json.dumps(held, ensure_ascii=False).replace("<", "\\u003c")),
        blocks=[Markup(block) for block in blocks.texts],
        script=Markup(bundle(PAGE / "lesson_page.js").replace("</script", "<\\/script")),
        app_command=APP_COMMAND,
    )
    blob = text.encode()
    if len(blob) > MOST_BYTES:
        raise ValueError(
            f"The lesson {lesson.name} would be a file of {len(blob):,} bytes of {MOST_BYTES:,}."
        )
    return blob


def _template() -> Any:
    environment = Environment(loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"html": html_of, "formula": formula_svg}
    return environment.get_template("page.html")


def _step(step: Step, shown: StepFigure, blocks: PackedBlocks) -> _Step:
    figures = tuple(_figure(step, shown, number, blocks) for number in range(len(shown.figures)))
    return _Step(
        asked=step,
        title=step.title,
        text=tuple(html_of(part) for part in filled(step.text).split("\n\n")),
        look=html_of(filled(step.look)),
        say=html_of(step.say),
        terms=tuple(terms_in(step.text)[:MOST_WORDS]),
        right=_right(step, step.title) if step.ask else None,
        reasons=tuple(html_of(filled(reason)) for reason in step.reasons),
        figures=figures,
        beside=min(len(figures) - 1, MOST_BESIDE),
        side_plays=any(figure.moves for figure in figures[1 : 1 + MOST_BESIDE]),
        side_large=_side_large(shown),
        open_first=shown.open_first if step.ask else len(figures),
        opens=any(shown.opens),
        finding=html_of(shown.finding),
        caption=html_of(shown.caption),
        table=shown.table,
        left_out=html_of(shown.left_out),
        needs_app=html_of(shown.needs_app),
        draws=shown.draws is not None,
    )


def _figure(step: Step, shown: StepFigure, number: int, blocks: PackedBlocks) -> _Figure:
    figure = shown.figures[number]
    if isinstance(figure, FilmFigure):
        height = _film_height(shown, number)
        return _Figure("film", height, blocks.add(_message(step, figure, height)), figure.moves)
    height = SMALL_HEIGHT if number else CHART_HEIGHT
    dark = step_figure(step, "dark").figures[number]
    assert isinstance(dark, ChartFigure)
    return _Figure(
        "chart",
        height,
        blocks.add_json(chart_block({"light": figure, "dark": dark}, legend=not number)),
        False,
    )


def _side_large(shown: StepFigure) -> bool:
    """Whether there are a chart and one film beside it, which are looked at together."""
    kinds = [type(figure) for figure in shown.figures]
    return kinds == [ChartFigure, FilmFigure]


def _film_height(shown: StepFigure, number: int) -> int:
    if number == 0:
        return FILM_HEIGHT
    return BESIDE_CHART_HEIGHT if _side_large(shown) else SMALL_HEIGHT


def _message(step: Step, figure: FilmFigure, height: int) -> bytes:
    """What the player is shown, opened at the figure's frame."""
    name = " ".join(filter(None, (step.page, step.link.get("preset", ""))))
    flags = REPORTS_FRAMES | REPORTS_PICKS
    start = figure.frame % len(figure.film.captions)
    return player_message(pack(figure.film), start, flags, height, figure.picked, name)


def _step_data(step: _Step, shown: StepFigure, blocks: PackedBlocks) -> dict[str, Any]:
    """What page/step_place.js reads of a step."""
    told = {
        "frames": [html_of(text) for text in shown.told_frame],
        "picked": [html_of(text) for text in shown.told_picked],
    }
    verb = step.asked.done.partition(" ")[0]
    draws = None
    if shown.draws is not None:
        draws = {
            "header": blocks.add(shown.draws.header.encode()),
            "values": blocks.add(shown.draws.values),
        }
    return {
        "right": step.right,
        "plays": step.asked.plays,
        "done": verb if verb in (ANSWERED, CHANGED) else "seen",
        "figures": [
            {"kind": figure.kind, "block": figure.block, "moves": figure.moves} for figure in step.figures
        ],
        "before": _before(step.asked, shown.before, blocks) if step.asked.ask and shown.before else None,
        "told": blocks.add_json(told) if any(told.values()) else None,
        "pickedAt": shown.picked_at,
        "replaces": _tells_its_pick(shown),
        "opens": [
            None if film is None else blocks.add(_message(step.asked, film, SMALL_HEIGHT))
            for film in shown.opens
        ],
        "draws": draws,
    }


def _before(step: Step, figure: MainFigure, blocks: PackedBlocks) -> int:
    """The block of the main figure as it is until the question has been answered."""
    if isinstance(figure, FilmFigure):
        return blocks.add(_message(step, figure, FILM_HEIGHT))
    dark = step_figure(step, "dark").before
    assert isinstance(dark, ChartFigure)
    return blocks.add_json(chart_block({"light": figure, "dark": dark}, legend=True))


def _tells_its_pick(shown: StepFigure) -> bool:
    """Whether the finding is what is said of the item that is picked at first: another takes its place."""
    main = shown.figures[0]
    if isinstance(main, ChartFigure):
        return shown.finding in shown.told_picked
    picked = main.picked
    return (
        picked is not None and picked < len(shown.told_picked) and shown.told_picked[picked] == shown.finding
    )


def _question(question: Question) -> dict[str, Any]:
    return {
        "ask": html_of(question.ask),
        "right": _right(question, question.ask),
        "reasons": [html_of(filled(reason)) for reason in question.reasons],
    }


def _right(asked: Step | Question, where: str) -> int:
    """The number of the option that is right. Raises ValueError, naming the place, for one that is none."""
    right = filled(asked.answer)
    if not right.isdecimal() and right not in asked.options:
        raise ValueError(f"{where}: the right answer is {right!r}, which is none of its options.")
    return right_option(asked)


def _icon() -> str:
    written = io.BytesIO()
    icon().save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def _style() -> str:
    """The colours of both themes as variables, which the player reads by Streamlit's names, and the style."""
    dark, light = _colours("dark"), _colours("light")
    return "\n".join(
        (
            typeface_style(),
            f":root {{ {light} }}",
            f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ {dark} }} }}",
            f':root[data-theme="dark"] {{ {dark} }}',
            (PAGE / "page.css").read_text("utf-8"),
        )
    )


def _colours(mode: Mode) -> str:
    accent, second = ACCENTS[mode]
    palette = PALETTE[mode]
    named = {
        "ground": palette["ground"],
        "text": palette["text"],
        "line": palette["grid"],
        "quiet": INK[mode]["neutral"],
        "accent": accent,
        "second": second,
        "st-font": FAMILY,
        "st-base-font-size": "18px",
        "st-text-color": palette["text"],
        "st-primary-color": accent,
        "st-background-color": palette["ground"],
        "st-secondary-background-color": second,
        "st-border-color": palette["grid"],
        "st-button-radius": "8px",
    }
    named |= {f"ink-{role}": value for role, value in INK[mode].items()}
    named |= {f"mark-{role}": value for role, value in palette.items()}
    scheme = f"color-scheme: {mode};"
    return scheme + " ".join(f"--{name}: {value};" for name, value in named.items())
