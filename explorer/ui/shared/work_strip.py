"""One line on every page: what of one's own is running, how far it is, and the way to it."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from explorer.figures.palette import PALETTE
from explorer.server.tickets import State, Ticket
from explorer.ui.shared import refused, training
from explorer.ui.shared.job_buttons import stop, toggle
from explorer.ui.shared.progress import share_done, state_in_words, time_left
from explorer.ui.shell import projector, server, session, theme
from explorer.ui.shell.link import read_link
from explorer.ui.shell.pages import page_file

POLL_SECONDS = 1.0
PAGES_THAT_TRAIN = ("learn", "shapes")

# It hangs above the page's first line, takes no room, and stays below the navigation on a scrolled page.
_STYLE = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-work-place) {{
  position: sticky; top: {top}rem; height: 0; min-height: 0; margin-bottom: -{gap}rem; z-index: 999990
}}
.st-key-work {{
  position: absolute; left: 0; right: 0; top: -1.6rem; height: 1.55rem; flex-wrap: nowrap; overflow: hidden;
  background: {ground}; gap: .75rem
}}
.st-key-work > :first-child {{ flex: 1 1 0; min-width: 0 }}
.st-key-work button {{ min-height: 1.5rem; padding: 0 .3rem }}
.work {{
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-size: .875rem; line-height: 1.5rem;
  background: linear-gradient({ink}, {ink}) 0 100% / var(--done) 2px no-repeat
}}
</style>"""


def show() -> None:
    """The line, while anything of this session runs or waits for room; the page is drawn anew when something
    begins, ends, or is found again after a reload."""
    begun = _what_runs()
    manager, tab = server.manager(), server.tab()
    polled = bool(begun or refused.waiting()) or manager.may_inherit(tab)

    @st.fragment(run_every=POLL_SECONDS if polled else None, key="work-strip")
    def strip() -> None:
        server.tab()
        started = polled and refused.try_again()
        mine, waits = _mine(), refused.waiting()
        if started or _what_runs() != begun or (polled and not (mine or waits or manager.may_inherit(tab))):
            st.rerun()
        if mine or waits:
            _line(mine, waits)

    colours = PALETTE[theme.mode()]
    gap, top = (0.6, 4.7) if projector.on() else (1.0, 5.1)  # between what stands on a page, and above it
    st.html(_STYLE.format(ground=colours["ground"], ink=colours["truth"], gap=gap, top=top))
    with st.container(key="work-place"):
        strip()


def _mine() -> list[Ticket[Any]]:
    """What this session has asked for by a button and has not ended; first the newest."""
    tickets = server.manager().tickets(server.tab())
    return [ticket for ticket in reversed(tickets) if ticket.active and ticket.about is not None]


def _what_runs() -> set[tuple[str, bool]]:
    return {(ticket.key, ticket.state is State.PAUSED) for ticket in _mine()}


def _line(mine: list[Ticket[Any]], waits: dict[str, refused.Refused]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="work"):
        if not mine:
            purpose, one = next(iter(waits.items()))
            _text(one.title, f"{one.reason} It is tried again.", 0.0)
            st.button(
                ":material/close:",
                key="work_forget",
                type="tertiary",
                on_click=refused.forget,
                args=(purpose,),
                help="Do not try again.",
            )
            return
        first, *others = mine
        _text(first.about.title, _how_far(first), share_done(first))
        _buttons(first, "work")
        if others:
            with st.popover(f"+{len(others)}", type="tertiary", help="What else of yours is running."):
                for number, ticket in enumerate(others):
                    st.caption(f"{ticket.about.title} · {_how_far(ticket)}")
                    with st.container(horizontal=True, gap="small"):
                        _buttons(ticket, f"work{number}")


def _text(title: str, rest: str, share: float) -> None:
    st.html(
        f'<div class="work" style="--done:{100 * share:.1f}%" title="{escape(title)} · {escape(rest)}">'
        f"<b>{escape(title)}</b> · {escape(rest)}</div>"
    )


def _how_far(ticket: Ticket[Any]) -> str:
    """Where a job stands, and what the page's buttons would do to it."""
    replaced = ""
    if ticket.purpose == server.TRAINING and session.page() in PAGES_THAT_TRAIN and training.replaces():
        replaced = "Train replaces it"
    runs_here = ticket.state is State.RUNNING and ticket.elsewhere is None
    state = "" if runs_here else state_in_words(ticket)
    return " · ".join(filter(None, (state, f"{share_done(ticket):.0%}", time_left(ticket), replaced)))


def _buttons(ticket: Ticket[Any], key: str) -> None:
    paused = ticket.state is State.PAUSED
    st.button(
        ":material/play_arrow:" if paused else ":material/pause:",
        key=f"{key}_pause",
        type="tertiary",
        on_click=toggle,
        args=(ticket,),
        help="Let it go on." if paused else "Hold it; it goes on where it was.",
    )
    st.button(
        ":material/stop:",
        key=f"{key}_stop",
        type="tertiary",
        on_click=stop,
        args=(ticket, ticket.about.keeps),
        help="Stop it. What it has computed so far is kept.",
    )
    if not _here(ticket.about) and st.button(
        "Go there",
        key=f"{key}_go",
        type="tertiary",
        help="To the page and experiment that it belongs to.",
    ):
        session.open_link(ticket.about.link)
        st.switch_page(page_file(ticket.about.page))


def _here(about: server.About) -> bool:
    """Whether the page and the experiment of a job are on screen."""
    return session.page() == about.page and read_link(about.link).experiment == session.experiment()
