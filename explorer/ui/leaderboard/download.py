"""What people take away of the leaderboard: both tables, and all of it."""

from __future__ import annotations

import streamlit as st

from explorer.leaderboard.store import Leaderboard, table_bytes
from explorer.leaderboard.tables import detectors_csv, markdown, remedies_csv
from explorer.ui.shared.downloads import file_button


def downloads(table: Leaderboard) -> None:
    """The tables as files."""
    with st.container(horizontal=True):
        text = "A line for each detector on each network."
        file_button("Detectors (CSV)", "detectors", "csv", lambda: detectors_csv(table), text)
        text = "A line for each cure on each network."
        file_button("Cures (CSV)", "cures", "csv", lambda: remedies_csv(table), text)
        text = "Both tables to paste: a column a preset."
        file_button("Tables (Markdown)", "tables", "md", lambda: markdown(table), text)
        text = "Every row with all that is known of it; explorer/leaderboard/README.md says what is in it."
        file_button("Everything (JSON)", "all", "json", lambda: table_bytes(table), text)
