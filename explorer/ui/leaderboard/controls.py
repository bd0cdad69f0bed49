"""The Leaderboard page's controls: which table, what is told, and the order of its lines."""

from __future__ import annotations

from explorer.experiments.presets import preset
from explorer.leaderboard.standings import DETECTOR_MEASURES, REMEDY_MEASURES
from explorer.leaderboard.store import Leaderboard
from explorer.page_figures.views.leaderboard import (
    BOARDS,
    RANKINGS,
    View,
    asked_presets,
    kind_of_data,
    kinds_of_data,
)
from explorer.ui.leaderboard import help
from explorer.ui.shared import view_controls
from explorer.ui.shared.view_controls import view_choice
from explorer.ui.shell import session

IN_WORDS = {"line": "on a line", "plane": "in the plane", "pictures": "pictures"}


def choices(table: Leaderboard) -> None:
    """All of them."""
    view_choice(View, "board", BOARDS, "Table", help.BOARD, str.capitalize)
    if kinds := kinds_of_data(table):
        view_choice(View, "data", kinds, "Data", help.DATA, IN_WORDS.__getitem__)
    view = session.view(View)
    if view.board == BOARDS[0]:
        titles = {name: one.title for name, one in DETECTOR_MEASURES.items()}
        view_choice(View, "standing", tuple(titles), "Number", help.STANDING, titles.__getitem__)
    else:
        titles = {name: make(view.k).title for name, make in REMEDY_MEASURES.items()}
        view_choice(View, "left", tuple(titles), "Number", help.LEFT, titles.__getitem__)
        if view.left == "rate" and {kind_of_data(name) for name in asked_presets(view, table)} != {
            "pictures"
        }:
            view_controls.threshold()
    view_choice(View, "ranked", RANKINGS, "In the order of", help.RANKED, _ranking)
    view_choice(
        View, "column", asked_presets(view, table), "on", help.COLUMN, lambda name: preset(name).title
    )


def _ranking(name: str) -> str:
    return "number" if name == "rate" else name
