"""Leaderboard: which method is best?"""

import streamlit as st

from explorer.page_figures import leaderboard as figures
from explorer.page_figures.leaderboard_published import published_lines
from explorer.page_figures.views.leaderboard import View
from explorer.ui.leaderboard import board, controls, download, help, shown
from explorer.ui.shared import folds, prediction
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session, theme

COMMAND = "python -m explorer leaderboard --out leaderboard"

table = shown.shown_leaderboard()

header.header(
    "Which method is best?",
    "All detectors and all cures, on the same networks.",
    preset_box=False,
    seeds=False,
)
prediction.predict(
    "leaderboard",
    "Is one detector among the best on all data?",
    figures.ANSWERS,
    figures.answer(table) if table is not None else None,
    "Among the best: its interval overlaps with the best one’s.",
)

left, main = header.columns()
with left:
    if table is not None:
        controls.choices(table)

with main:
    if table is None:
        st.info(help.MISSING.format(command=COMMAND))
    else:
        view = session.view(View)
        board.show(figures.board(table, view), view.ranked)
        if said := figures.describe(table, view):
            theme.sentence(f"{said} {figures.describe_everywhere(table, view)}")
        fold = folds.opened(st.expander, help.PUBLISHED, "published")
        if fold is not None:
            fold.markdown("\n".join([help.UNEQUAL, "", *published_lines(table)]))
        st.caption(f"{figures.describe_numbers(table, view)} · {shown.origin()} · made by `{COMMAND}`")

about, away = st.columns(2)
with about:
    folds.about(lambda: help.LEADERBOARD, "leaderboard")
with away:
    if table is not None:
        found = table
        take_away(lambda: download.downloads(found))
