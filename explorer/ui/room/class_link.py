"""The link that leads a class into a room, at an address that other machines reach."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

ELSEWHERE = ("192.0.2.1", 9)  # of no machine (RFC 5737): nothing is sent there
ANYWHERE = ("", "0.0.0.0", "::")  # a server of these addresses is reached from other machines


@dataclass(frozen=True)
class ClassLink:
    """An address, and what to know before it is handed out, in a sentence; "" if there is nothing."""

    address: str
    warning: str = ""


def class_link(url: str, code: str, listens: str, network: str | None) -> ClassLink:
    """The link to a room for other machines.

    url      of the teacher's page
    listens  the address at which the server listens; "" for all
    network  this machine's address in its network; None without one
    """
    page = urlsplit(url)
    path = page.path.rpartition("/")[0]
    own = ClassLink(f"{page.scheme}://{page.netloc}{path}/room?code={code}")
    if not _is_loopback(page.hostname or ""):
        return own
    only_here = f"{page.hostname} is this machine alone: nobody else can open this link. "
    if listens not in ANYWHERE:
        return ClassLink(own.address, only_here + "Start the server with --server.address 0.0.0.0.")
    if network is None:
        return ClassLink(own.address, only_here + "It is in no network now; connect it, then reload.")
    host = f"[{network}]" if ":" in network else network
    port = "" if page.port is None else f":{page.port}"
    return ClassLink(
        f"{page.scheme}://{host}{port}{path}/room?code={code}",
        f"You opened {page.hostname}, which is this machine alone. The link names it in its network, "
        f"{network}: try it on one other machine.",
    )


def network_address() -> str | None:
    """The address of this machine from which it reaches others; None if it is in no network."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(ELSEWHERE)
        address = str(probe.getsockname()[0])
        return None if _is_loopback(address) else address
    return None


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    return host == "localhost" or host.endswith(".localhost")
