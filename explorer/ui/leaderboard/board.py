"""One table of the leaderboard, every cell a link to the page that shows the method on that preset."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from explorer.experiments.presets import preset
from explorer.figures.palette import PALETTE, Role
from explorer.leaderboard.standings import VERDICTS, Verdict
from explorer.page_figures.leaderboard import Board, BoardCell, BoardLine
from explorer.ui.shell import session, theme
from explorer.ui.shell.link import PERSONAL

COLOURS: dict[Verdict, Role] = {
    "best": "kept",
    "better": "truth",
    "none": "neutral",
    "worse": "hallucinated",
}
FEW, WIDE = 3, 7  # presets that have room for large numbers; from which on one of the two prices has to do
LONG = 9  # letters of a number beyond which that is so for fewer presets, too
ROLES = {"bound": "bound", "reference": "to compare with", "own": "your own"}


def show(board: Board, ranked: str) -> None:
    """The table, ranked by that, and what its colours mean."""
    head = "".join(
        f"<th class='{_place(name, board)}' scope='col'>{escape(preset(name).title)}</th>"
        for name in board.presets
    )
    here = escape(preset(board.column).title)
    head = f"<th scope='col'><span class='unseen'>method</span></th>{head}"
    head += f"<th scope='col' class='price calls'>calls<small>on {here}</small></th>"
    head += f"<th scope='col' class='price seconds'>time<small>on {here}</small></th>"
    lines = "".join(_line(one, board) for one in board.lines)
    many = " many" if len(board.presets) > FEW else ""
    tight = len(board.presets) > FEW and _longest(board) > LONG
    many += " tight" * tight
    if tight or len(board.presets) >= WIDE:
        many += " no-calls" if ranked == "seconds" else " no-seconds"
    st.html(
        f"{_style()}{_legend()}<div class='board{many}' tabindex='0' role='region' aria-label='leaderboard'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _longest(board: Board) -> int:
    """How many letters the longest number has."""
    return max((len(cell.number) for line in board.lines for cell in line.cells), default=0)


def _line(one: BoardLine, board: Board) -> str:
    note = ROLES.get(one.role, one.dial and f"dial {one.dial}")
    small = f"<small>{escape(note)}</small>" if note else ""
    cells = "".join(
        f"<td class='{_place(name, board)} {cell.verdict or ''}'>{_cell(one, cell, name)}</td>"
        for name, cell in zip(board.presets, one.cells, strict=True)
    )
    return (
        f"<tr class='{one.role}'><th scope='row'>{escape(one.title)}{small}</th>{cells}"
        f"<td class='price calls'>{one.calls}</td><td class='price seconds'>{one.seconds}</td></tr>"
    )


def _cell(line: BoardLine, cell: BoardCell, name: str) -> str:
    """A number, its interval, and the way to where it is shown; a dash with its reason where there is
    none."""
    if cell.verdict is None and cell.number == "–":
        return f"<span class='gap' title='{escape(cell.why, quote=True)}'>–</span>"
    said = VERDICTS[cell.verdict] if cell.verdict else ""
    interval = cell.interval.replace(" · ", "&nbsp;·&nbsp;")  # breaks between its ends, where it has to
    label = f"{line.title} on {preset(name).title}: {cell.number} {cell.interval}, {said}"
    return (
        f"<a href='{escape(_address(cell), quote=True)}' aria-label='{escape(label, quote=True)}' "
        f"title='{escape(said, quote=True)}'>{cell.number}<small>{interval or '&nbsp;'}</small></a>"
    )


def _address(cell: BoardCell) -> str:
    """The link of a cell, with what belongs to the person."""
    own = {name: text for name, text in session.link().items() if name in PERSONAL}
    return f"{cell.page}?{urlencode({**cell.link, **own})}"


def _place(name: str, board: Board) -> str:
    return "here" if name == board.column else "elsewhere"


def _legend() -> str:
    parts = (f"<span><i class='{name}'></i>{text}</span>" for name, text in VERDICTS.items())
    return f"<p class='board-legend'>{''.join(parts)}</p>"


def _style() -> str:
    mode = theme.mode()
    ground = "".join(
        f".board td.{name} {{ background: {PALETTE[mode][role]}24 }}"
        f".board td.{name}, .board-legend i.{name} {{ border-left-color: {PALETTE[mode][role]} }}"
        f".board-legend i.{name} {{ background: {PALETTE[mode][role]}24 }}"
        for name, role in COLOURS.items()
    )
    text, line = PALETTE[mode]["text"], PALETTE[mode]["grid"]
    return f"<style>{_RULES.replace('TEXT', text).replace('LINE', line)}{ground}</style>"


_RULES = """
.board { overflow-x: auto; }
.board table { border-collapse: separate; border-spacing: .25rem; width: 100%;
               font-variant-numeric: tabular-nums; }
.board th { font-weight: 600; text-align: left; line-height: 1.15; padding: .1rem .5rem .1rem 0; }
.board thead th { font-size: .95rem; vertical-align: bottom; padding-left: .6rem; }
.board thead th.here { text-decoration: underline; text-underline-offset: .25em; }
.board tbody th { font-size: 1rem; min-width: 8.5rem; }
.board small { display: block; font-size: .72rem; font-weight: 400; opacity: .78; line-height: 1.2; }
.board td { padding: 0; border-radius: .3rem; border-left: .28rem solid LINE; }
.board td.price { border-left: 0; }
.board td a { display: block; padding: .22rem .5rem; border-radius: .3rem;
              font-size: 1.3rem; font-weight: 650; line-height: 1.12; color: TEXT; text-decoration: none;
              white-space: nowrap; }
.board td a:hover, .board td a:focus-visible { outline: 2px solid TEXT; }
.board td.elsewhere a { font-weight: 500; }
.board td.price { font-size: .95rem; text-align: right; white-space: nowrap; padding: 0 .3rem; }
.board thead th.price { text-align: right; font-weight: 400; }
.board tr.bound th, .board tr.reference th { font-weight: 400; font-style: italic; }
.board tr.bound td a, .board tr.reference td a { font-weight: 400; }
.board .gap { display: block; padding: .22rem .8rem; opacity: .6; cursor: help; }
.board .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.board-legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 .2rem; font-size: .85rem; }
.board-legend i { display: inline-block; width: 1.5rem; height: .8rem; margin-right: .4rem;
                  border-left: .28rem solid; border-radius: .2rem; vertical-align: -.05rem; }
.board.many td a { font-size: 1.08rem; padding: .2rem .35rem; }
.board.many small { font-size: .66rem; white-space: normal; }
.board.many thead small { display: none; }
.board.many tbody th { font-size: .95rem; min-width: 7.5rem; }
@media (min-width: 641px) and (max-width: 1599px) {
  .board.tight td a { font-size: .98rem; padding: .2rem .25rem; }
  .board.no-calls .calls, .board.no-seconds .seconds { display: none; }
  .board.no-calls tbody th, .board.no-seconds tbody th { min-width: 6.5rem; padding-right: .2rem; }
}
@media (min-width: 1600px) {
  .board.many td a { font-size: 1.3rem; }
  .board.many small { font-size: .72rem; }
}
@media (max-width: 640px) {
  .board .elsewhere, .board thead small { display: none; }
  .board tbody th, .board.many tbody th { min-width: 5.5rem; font-size: .85rem; padding-right: .2rem; }
  .board thead th { padding-left: .3rem; }
  .board td a, .board.many td a { font-size: 1.05rem; padding: .2rem .35rem; }
  .board td.price { font-size: .8rem; padding: 0 .1rem; }
}
"""
