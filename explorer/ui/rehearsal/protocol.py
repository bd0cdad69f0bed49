"""A browser's half of Streamlit's protocol: it keeps what is on screen, sends back every widget, ticks."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from explorer.ui.rehearsal.widgets import WIDGETS, initial, widget_of

PATIENCE = 30.0  # seconds for a rerun to end


class BrowserError(RuntimeError):
    """The app did not do what a browser needs; the message is one sentence."""


@dataclass(frozen=True)
class Placed:
    """An element on screen, and the run, the fragment and the script that drew it."""

    element: Element
    run: str
    fragment: str
    script: str


@dataclass
class _Awaited:
    """A rerun that was asked for: of a fragment, or of everything."""

    fragment: str
    done: asyncio.Future[None]
    begun: bool = False


@dataclass
class Browser:
    """One browser with one tab: open() it, click(), choose(), turn_to() a page; each says its seconds.

    address   of the server, like http://127.0.0.1:8501, with the path under which it answers, if there is one
    cookies   as the server has given them, so that a second tab is the same browser
    runs      how many scripts and fragments have run to their end, those on a timer included
    errors    what the app showed as an exception, and what went wrong with the connection
    """

    address: str
    cookies: str = ""
    runs: int = 0
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket: ClientConnection | None = None
        self._listener: asyncio.Task[None] | None = None
        self._forget()

    def _forget(self) -> None:
        """What a tab that was just opened knows: nothing."""
        self._shown: dict[tuple[int, ...], Placed] = {}
        self._states: dict[str, WidgetState] = {}
        self._kept: dict[str, ForwardMsg] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._pages: dict[str, str] = {}
        self._page = self._main = self._query = self._run = ""
        self._running: tuple[str, ...] = ()  # the fragments that run; all of the script, if it is empty
        self._awaited: _Awaited | None = None

    # ---- what a person does ------------------------------------------------------------------------------

    async def open(self, page: str = "", query: str = "") -> float:
        """Open a tab at a page, with the link's query; seconds until all is drawn."""
        self._forget()
        if not self.cookies:
            self.cookies = await asyncio.to_thread(_cookies, self.address)
        at = urlsplit(self.address)
        stream = f"ws://{at.netloc}{at.path}/_stcore/stream"
        headers = {"Cookie": self.cookies, "Origin": f"{at.scheme}://{at.netloc}"}
        self._socket = await connect(
            stream,
            additional_headers=headers,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
        )
        self._listener = asyncio.create_task(self._listen(self._socket))
        self._query, name = query, page
        return await self._rerun(page_name=name)

    async def close(self) -> None:
        """Close the tab."""
        self._stop_timers()
        if self._listener is not None:
            self._listener.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def click(self, key: str) -> float:
        """Press a button, which may be that of a form."""
        placed = self.find(key)
        if widget_of(placed.element).disabled:
            raise BrowserError(f"The button {key} cannot be pressed.")
        pressed = WidgetState(id=widget_of(placed.element).id, trigger_value=True)
        return await self._rerun(fragment=placed.fragment, pressed=pressed)

    async def choose(self, key: str, option: int) -> float:
        """Choose an option of a radio, a list or a row of buttons; move a slider of values there."""
        placed = self.find(key)
        widget = widget_of(placed.element)
        texts = self.options(key)[option]
        state = WidgetState(id=widget.id)
        if placed.element.WhichOneof("type") in ("radio", "selectbox"):
            state.string_value = texts
        else:
            state.string_array_value.data.append(texts)
        self._states[widget.id] = state
        return await self._rerun(fragment=placed.fragment)

    async def turn_to(self, page: str) -> float:
        """Go to another page by the navigation."""
        if page not in self._pages:
            raise BrowserError(f"There is no page {page!r}; there are {', '.join(self._pages)}.")
        kept = {widget_of(p.element).id for p in self._widgets() if p.script == self._main}
        self._states = {name: state for name, state in self._states.items() if name in kept}
        self._query, self._page = "", self._pages[page]
        return await self._rerun()

    # ---- what a person sees ------------------------------------------------------------------------------

    def find(self, key: str) -> Placed:
        """The widget of that key. Raises BrowserError if there is none."""
        for placed in self._widgets():
            if widget_of(placed.element).id.endswith(f"-{key}") or widget_of(placed.element).label == key:
                return placed
        raise BrowserError(f"There is no widget {key!r} on the page.")

    def has(self, key: str) -> bool:
        """Whether that widget is there and can be used."""
        with contextlib.suppress(BrowserError):
            return not widget_of(self.find(key).element).disabled
        return False

    def keys(self, pattern: str) -> list[str]:
        """The keys of the choices on the page, that can be used and fit a pattern."""
        found = []
        for placed in self._widgets():
            widget = widget_of(placed.element)
            match = re.search(rf"-({pattern})$", widget.id)
            if match and not widget.disabled and hasattr(widget, "options"):
                found.append(match[1])
        return found

    def options(self, key: str) -> list[str]:
        """What can be chosen, as it is written."""
        element = self.find(key).element
        options = widget_of(element).options
        is_row = element.WhichOneof("type") == "button_group"
        return [option.content for option in options] if is_row else list(options)

    def text(self) -> str:
        """All that can be read on the page."""
        texts = []
        for placed in self._shown.values():
            kind = placed.element.WhichOneof("type")
            if kind in ("markdown", "html", "alert"):
                texts.append(getattr(placed.element, kind).body)
        return "\n".join(texts)

    def _widgets(self) -> Iterator[Placed]:
        return (p for p in self._shown.values() if p.element.WhichOneof("type") in WIDGETS)

    # ---- the connection ----------------------------------------------------------------------------------

    async def _rerun(
        self, *, page_name: str = "", fragment: str = "", pressed: WidgetState | None = None
    ) -> float:
        """Ask for a run and wait for its end, and for those of the runs it leads to; the seconds it took."""
        started = time.perf_counter()
        self._awaited = _Awaited(fragment, asyncio.get_running_loop().create_future())
        await self._ask(page_name=page_name, fragment=fragment, pressed=pressed)
        try:
            await asyncio.wait_for(self._awaited.done, PATIENCE)
        except TimeoutError:
            self.errors.append(f"A rerun did not end within {PATIENCE:g} s.")
        finally:
            self._awaited = None
        return time.perf_counter() - started

    async def _ask(
        self,
        *,
        page_name: str = "",
        fragment: str = "",
        pressed: WidgetState | None = None,
        timed: bool = False,
    ) -> None:
        assert self._socket is not None
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.page_name = self._query, self._page, page_name
        asked.fragment_id, asked.is_auto_rerun = fragment, timed
        asked.widget_states.widgets.extend(self._states.values())
        if pressed is not None:
            asked.widget_states.widgets.append(pressed)
        asked.cached_message_hashes.extend(self._kept)
        asked.context_info.url = f"{self.address}/{page_name}"
        asked.context_info.color_scheme = "light"
        try:
            await self._socket.send(message.SerializeToString())
        except ConnectionClosed as error:
            self._lost(error)

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                self._receive(ForwardMsg.FromString(data))
        except ConnectionClosed as error:
            self._lost(error)

    def _lost(self, error: ConnectionClosed) -> None:
        self.errors.append(f"The connection was lost: {error}.")
        self._stop_timers()
        if self._awaited is not None and not self._awaited.done.done():
            self._awaited.done.set_result(None)

    def _receive(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            known, metadata = self._kept[message.ref_hash], message.metadata
            message = ForwardMsg()
            message.CopyFrom(known)
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable and message.hash:
            self._kept[message.hash] = message
        handle = getattr(self, f"_on_{kind}", None)
        if handle is not None:
            handle(message)

    def _on_new_session(self, message: ForwardMsg) -> None:
        self._page, self._main = message.new_session.page_script_hash, message.new_session.main_script_hash
        run = message.metadata.run
        self._run, self._running = run.script_run_id, tuple(run.fragment_ids)
        if not self._running:
            self._stop_timers()
        if self._awaited is not None and (not self._running or self._awaited.fragment in self._running):
            self._awaited.begun = True

    def _on_navigation(self, message: ForwardMsg) -> None:
        self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        self._page = message.navigation.page_script_hash

    def _on_page_info_changed(self, message: ForwardMsg) -> None:
        self._query = message.page_info_changed.query_string

    def _on_delta(self, message: ForwardMsg) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        element, metadata = message.delta.new_element, message.metadata
        placed = Placed(element, self._run, message.delta.fragment_id, metadata.active_script_hash)
        self._shown[tuple(metadata.delta_path)] = placed
        if element.WhichOneof("type") == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        if element.WhichOneof("type") in WIDGETS:
            widget = widget_of(element)
            if widget.id not in self._states or getattr(widget, "set_value", False):
                state = initial(element)
                if state is not None:
                    self._states[widget.id] = state

    def _on_script_finished(self, message: ForwardMsg) -> None:
        status = message.script_finished
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors.append("The script could not be compiled.")
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self.runs += 1
        self._shown = {
            path: placed
            for path, placed in self._shown.items()
            if placed.run == self._run or (self._running and placed.fragment not in self._running)
        }
        here = {widget_of(placed.element).id for placed in self._widgets()}
        self._states = {name: state for name, state in self._states.items() if name in here}
        if self._awaited is not None and self._awaited.begun and not self._awaited.done.done():
            self._awaited.done.set_result(None)

    def _on_auto_rerun(self, message: ForwardMsg) -> None:
        asked = message.auto_rerun
        if asked.fragment_id in self._timers:
            self._timers.pop(asked.fragment_id).cancel()
        self._timers[asked.fragment_id] = asyncio.create_task(self._tick(asked.fragment_id, asked.interval))

    def _on_stop_auto_rerun(self, message: ForwardMsg) -> None:
        for fragment in message.stop_auto_rerun.fragment_ids:
            if fragment in self._timers:
                self._timers.pop(fragment).cancel()

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._ask(fragment=fragment, timed=True)

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


def _cookies(address: str) -> str:
    """The cookies that the server gives to a browser that asks for its page."""
    request = urllib.request.Request(f"{address}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        given = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.split(";", 1)[0] for cookie in given)
