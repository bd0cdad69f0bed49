"""What is sent leaves at once."""

import asyncio
import socket

import pytest

from explorer.ui.shell.tcp_nodelay import TcpNodelay


class Transport:
    def __init__(self, connection):
        self.connection = connection

    def get_extra_info(self, name):
        return {"socket": self.connection}[name]


class Protocol:
    """A server's end of a connection, as far as an app sees it."""

    def __init__(self, connection):
        self.transport = Transport(connection)

    async def send(self, message):
        pass


async def receive():
    return {}


async def unknown(message):
    pass


@pytest.mark.parametrize(("kind", "prompt"), [("websocket", True), ("http", False)])
def test_a_websocket_waits_for_no_acknowledgement(kind, prompt):
    passed = []

    async def app(scope, receive, send):
        passed.append((scope, send))

    with socket.socket() as connection:
        assert not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        send = Protocol(connection).send
        asyncio.run(TcpNodelay(app)({"type": kind}, receive, send))
        assert bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) == prompt
    assert passed == [({"type": kind}, send)]


def test_a_server_that_hides_its_connection_is_served_as_well():
    passed = []

    async def app(scope, receive, send):
        passed.append(send)

    asyncio.run(TcpNodelay(app)({"type": "websocket"}, receive, unknown))
    assert passed == [unknown]
