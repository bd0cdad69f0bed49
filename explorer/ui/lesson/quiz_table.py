"""What a class knew before a lesson and after it, as a table that the back row can read."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from explorer.detection.statistics.rates import Rate
from explorer.lessons.claims import filled
from explorer.lessons.lesson import Lesson
from explorer.lessons.quiz_results import QuestionResult
from explorer.lessons.right_answer import right_option

_CELL = "padding:.35rem .8rem .35rem 0;vertical-align:top"
_NUMBER = f"{_CELL};white-space:nowrap"


def quiz_table(lesson: Lesson, results: Sequence[QuestionResult], *, brief: bool = False) -> None:
    """For each question its right answer, how many had it right before and after, and the change.

    brief   without the questions, so that it fits beside a desk's controls
    """
    heads = ("", "Right before", "Right after", "Change")
    rows = [f'<th style="{_CELL};text-align:left;font-weight:600">{head}</th>' for head in heads]
    rows = ["<tr>" + "".join(rows) + "</tr>"]
    for number, (asked, result) in enumerate(zip(lesson.quiz, results, strict=True), 1):
        question = f"<b>{number}</b> {'' if brief else escape(filled(asked.ask)) + '<br>'}"
        answer = f"<b>✓ {escape(asked.options[right_option(asked)])}</b>"
        cells = [f'<td style="{_CELL}">{question}{answer}</td>']
        told = (share(result.before), share(result.after), change(result))
        cells += [f'<td style="{_NUMBER}">{text}</td>' for text in told]
        rows.append(f'<tr style="border-top:1px solid rgba(128,128,128,.35)">{"".join(cells)}</tr>')
    st.html(f'<table style="border-collapse:collapse;width:100%">{"".join(rows)}</table>')
    st.caption(
        "Open answers count as not right. The change is of those who answered both times, in percentage "
        "points, with its 95 % interval."
    )


def share(rate: Rate | None) -> str:
    """How many had a question right: 12 of 28, 43 %."""
    return "–" if rate is None else f"{rate.count} of {rate.n}, {rate.value:.0%}"


def change(result: QuestionResult) -> str:
    """By how many percentage points the share has changed, with its interval, and of how many people."""
    if result.change is None:
        return "–"
    low, high = result.change.interval
    return f"{100 * result.change.value:+.0f} [{100 * low:+.0f}, {100 * high:+.0f}] of {result.change.n}"
