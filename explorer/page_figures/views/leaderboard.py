"""What the link of the Leaderboard page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.leaderboard.standings import DETECTOR_MEASURES, REMEDY_MEASURES
from explorer.leaderboard.store import Leaderboard
from explorer.page_figures.views.parameter import SigmaView, parameter

BOARDS = ("detectors", "cures")
RANKINGS = ("rate", "seconds", "calls")


@dataclass(frozen=True)
class View(SigmaView):
    """board: which table. standing: what is told of detectors. left: what is told of cures. ranked: what the
    rows are in the order of. column: the preset that is ranked by, "" the first."""

    board: str = parameter(BOARDS[0], BOARDS)
    standing: str = parameter("auroc", tuple(DETECTOR_MEASURES))
    left: str = parameter("rate", tuple(REMEDY_MEASURES))
    ranked: str = parameter(RANKINGS[0], RANKINGS)
    column: str = parameter("", ("", *PRESETS, *PICTURE_PRESETS))


def asked_column(view: View, table: Leaderboard) -> str:
    """The preset that a view ranks by, or the first of the table."""
    return view.column if view.column in table.spec.presets else table.spec.presets[0]
