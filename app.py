"""streamlit run app.py: warm up, tell browsers apart, answer /api/status, and show the pages."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.compute.device import prepare
from explorer.ui.shell.first_visit import visit
from explorer.ui.shell.pages import PAGES
from explorer.ui.shell.server import COOKIE, close, manager, new_cookie
from explorer.ui.shell.tcp_nodelay import TcpNodelay
from explorer.ui.shell.warm_up import warm_up

WARM = asyncio.Event()  # every page has been opened once


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Pay for imports and first uses before the first visitor comes; end all jobs when the server ends."""
    prepare()
    manager()  # its workers prepare themselves meanwhile
    await anyio.to_thread.run_sync(warm_up)
    first, *others = ["", *(page.name for page in PAGES[1:])]
    await visit([first])
    gc.collect()
    gc.freeze()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_visit_all, others)
        yield {}
        tasks.cancel_scope.cancel()
    close()


async def _visit_all(pages: list[str]) -> None:
    await visit(pages)
    WARM.set()


class BrowserCookie:
    """Gives every browser that asks for a page an identity, so that a reload finds its training again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] != "http" or COOKIE in HTTPConnection(scope).cookies
        if known or b"text/html" not in dict(scope["headers"]).get(b"accept", b""):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", new_cookie().encode())]
            await send(message)

        await self.app(scope, receive, send_with_cookie)


async def status(request: Request) -> JSONResponse:
    """How many computations are running, and whether every page has been opened once."""
    return JSONResponse({"running": manager().running(), "warm": WARM.is_set()})


app = st.App(
    "explorer/ui/shell/navigation.py",
    lifespan=lifespan,
    routes=[Route("/api/status", status)],
    middleware=[Middleware(TcpNodelay), Middleware(BrowserCookie)],
)
