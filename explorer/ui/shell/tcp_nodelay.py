"""Packets that leave at once: otherwise every rerun waits for an acknowledgement, 40 ms under Linux."""

from __future__ import annotations

import contextlib
import socket

from starlette.types import ASGIApp, Receive, Scope, Send


class TcpNodelay:
    """Turns Nagle's algorithm off for each websocket.

    asyncio does so by itself for sockets that are declared as TCP. Streamlit's listening socket leaves that
    open, and what follows a rerun's first packet would wait for the browser's delayed acknowledgement.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with contextlib.suppress(
                AttributeError, OSError
            ):  # a server that hides its transport is only slower
                connection = send.__self__.transport.get_extra_info("socket")  # type: ignore[attr-defined]
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await self.app(scope, receive, send)
