"""Opens every page once after the start, so that no person waits for what is imported and drawn first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionClient

PAGE_SECONDS = 60.0  # for one page, on a slow machine


class _Visitor(SessionClient):
    """Sees nothing of a page but that it has been drawn."""

    def __init__(self) -> None:
        self.drawn = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        if msg.WhichOneof("type") == "script_finished":
            self.drawn.set()


async def visit(pages: Sequence[str]) -> None:
    """Open pages by their names in the address, "" for the first, one after the other. What is imported
    and computed for them stays. To be awaited on the server's event loop, once the runtime has started."""
    runtime, visitor = Runtime.instance(), _Visitor()
    session = runtime.connect_session(visitor, {})
    try:
        for page in pages:
            visitor.drawn.clear()
            message = BackMsg()
            message.rerun_script.page_name = page
            runtime.handle_backmsg(session, message)
            await asyncio.wait_for(visitor.drawn.wait(), PAGE_SECONDS)
    finally:
        runtime.close_session(session)
