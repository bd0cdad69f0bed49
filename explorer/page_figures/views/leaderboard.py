"""What the link of the Leaderboard page holds, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.leaderboard.standings import DETECTOR_MEASURES, REMEDY_MEASURES
from explorer.leaderboard.store import Leaderboard
from explorer.page_figures.views.parameter import SigmaView, parameter

BOARDS = ("detectors", "cures")
RANKINGS = ("rate", "seconds", "calls")
DATA = ("line", "plane", "pictures")
MOST_COLUMNS = 7  # presets that a table shows side by side


@dataclass(frozen=True)
class View(SigmaView):
    """board: which table. standing: what is told of detectors. left: what is told of cures. ranked: what the
    rows are in the order of. data: of a table of many presets, those that are its columns. column: the preset
    that is ranked by, "" the first."""

    board: str = parameter(BOARDS[0], BOARDS)
    standing: str = parameter("auroc", tuple(DETECTOR_MEASURES))
    left: str = parameter("rate", tuple(REMEDY_MEASURES))
    ranked: str = parameter(RANKINGS[0], RANKINGS)
    data: str = parameter(DATA[0], DATA)
    column: str = parameter("", ("", *PRESETS, *PICTURE_PRESETS))


def kinds_of_data(table: Leaderboard) -> tuple[str, ...]:
    """The kinds of data among the presets of a table that is too wide to be shown at once; nothing for
    another."""
    if len(table.spec.presets) <= MOST_COLUMNS:
        return ()
    found = {kind_of_data(name) for name in table.spec.presets}
    return tuple(kind for kind in DATA if kind in found)


def asked_presets(view: View, table: Leaderboard) -> tuple[str, ...]:
    """The presets that are the columns: all, or of a wide table those of a kind, of the first that there is
    where it has none of the one asked for."""
    kinds = kinds_of_data(table)
    if not kinds:
        return table.spec.presets
    asked = view.data if view.data in kinds else kinds[0]
    return tuple(name for name in table.spec.presets if kind_of_data(name) == asked)


def asked_column(view: View, table: Leaderboard) -> str:
    """The preset that a view ranks by, or the first of its columns."""
    columns = asked_presets(view, table)
    return view.column if view.column in columns else columns[0]


def kind_of_data(name: str) -> str:
    """Of a preset: one of DATA."""
    mixture = preset(name).experiment.mixture
    return "pictures" if mixture is None else "line" if mixture.dimensions == 1 else "plane"
