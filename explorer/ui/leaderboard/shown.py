"""The leaderboard that the page shows: the one that ships, or one's own."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from explorer.leaderboard.store import SHIPPED_LEADERBOARD, TABLE, Leaderboard, load_leaderboard
from explorer.storage.files import CheckpointError
from explorer.ui.shell import session

ENVIRONMENT = "EXPLORER_LEADERBOARD"  # a folder of the command leaderboard, to be shown in its place


def folder() -> Path:
    """Where it lies."""
    return Path(os.environ.get(ENVIRONMENT) or SHIPPED_LEADERBOARD)


def origin() -> str:
    """Whose it is."""
    return "your own" if os.environ.get(ENVIRONMENT) else "shipped"


def shown_leaderboard() -> Leaderboard | None:
    """The table; None if there is none, and a sentence on the page if it is damaged."""
    path = folder() / TABLE
    if not path.is_file():
        return None
    found = _loaded(path.parent, path.stat().st_mtime_ns)
    if isinstance(found, CheckpointError):
        session.report_problem(str(found))
        return None
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded(folder: Path, changed: int) -> Leaderboard | CheckpointError:
    try:
        return load_leaderboard(folder)
    except CheckpointError as error:
        return error
