"""Which loopback address belongs to which replica, and sockets that listen there."""

import errno
import socket
import struct
from collections.abc import Collection

from xxgk.demo.sites import FORBIDDEN, SITES

_FIRST = 2
_TRIES = 50


class ReplicaError(Exception):
    """The replicas cannot be started; one line for a person."""


def give_addresses() -> dict[str, tuple[str, ...]]:
    """The addresses of each name, forbidden hosts first; they are the same whichever replicas are started."""
    numbers = iter(range(_FIRST, 255))
    counts = dict.fromkeys(FORBIDDEN, 1) | {name: site.host_count for name, site in SITES.items()}
    return {name: tuple(f"127.0.0.{next(numbers)}" for _ in range(count)) for name, count in counts.items()}


def listen_on(addresses: Collection[str], port: int, abrupt: Collection[str] = ()) -> tuple[list[socket.socket], int]:
    """A listening socket per address, all with one port: any that is free on all where ``port`` is 0.

    Connections to an ``abrupt`` address end by a reset.
    """
    for _ in range(_TRIES):
        sockets: list[socket.socket] = []
        number = port
        try:
            for address in addresses:
                sockets.append(_listen(address, number, address in abrupt))
                number = sockets[0].getsockname()[1]
            return sockets, number
        except OSError as error:
            address = list(addresses)[len(sockets)]
            for opened in sockets:
                opened.close()
            if port or error.errno != errno.EADDRINUSE:
                raise ReplicaError(_why_not(address, number, error)) from None
    raise ReplicaError("no port is free on all addresses of the replicas; try again, or name one")


def _listen(address: str, port: int, abrupt: bool) -> socket.socket:
    # With the protocol named, asyncio sends what it has at once (TCP_NODELAY); without, each answer takes 40 ms.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if abrupt:
            # Accepted sockets take this over from the listening one.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        opened.bind((address, port))
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    return opened


def _why_not(address: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken on {address}; name another one"
    reason = f"{address} cannot be used ({error.strerror})"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{reason}; this system wants it added first, as macOS does: sudo ifconfig lo0 alias {address}"
    return reason
