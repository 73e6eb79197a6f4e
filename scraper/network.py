"""Names to addresses, connections to public addresses only, and how they are encrypted.

A name is looked up once, every address of the answer is judged, and the connection goes to an address that was
judged: a name server that answers differently the second time (DNS rebinding) gains nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import certifi
import httpcore

IpAddress = IPv4Address | IPv6Address
# Host and port in, addresses as text out; raises OSError where the name has none.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

# An address that does not answer must leave time for the next one of the name.
CONNECT_SECONDS = 10.0
# A name server may answer with hundreds; nobody waits for all of them.
MAX_TRIED = 4
# Networks that ipaddress takes for public in some versions of Python: those shared by the customers of a provider
# (RFC 6598), protocols, relays of 6to4, benchmarks, documentation.
_NOT_PUBLIC = tuple(
    ip_network(text) for text in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "3fff::/20")
)
# All that is handed out for IPv6; what lies outside is special or not yet anything.
_IPV6_UNICAST = IPv6Network("2000::/3")
# Stands for the IPv4 address in its last 32 bits (RFC 6052), for machines that have IPv6 only.
_NAT64 = IPv6Network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """A host has an address that must not be asked; the message is one line for a person."""


def is_public(address: IpAddress) -> bool:
    """Whether an address is one of the open internet.

    False for loopback, private, link-local, shared, reserved and multicast networks, and for IPv6 addresses that
    stand for such an IPv4 address.

    >>> is_public(ip_address("::ffff:127.0.0.1"))
    False
    """
    carried = _carried_address(address)
    if carried is not None:
        return is_public(carried)
    if isinstance(address, IPv6Address) and address not in _IPV6_UNICAST:
        return False
    special = address.is_multicast or address.is_reserved or any(address in net for net in _NOT_PUBLIC)
    return address.is_global and not special


def _carried_address(address: IpAddress) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for. Teredo is not among them: all of it counts as not public."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def read_literal(host: str) -> IpAddress | None:
    """The address that a host is in itself, or None for a name.

    Also the spellings that the C library takes: ``2130706433``, ``0x7f.1`` and ``127.1`` are all 127.0.0.1.
    """
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, from the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects for httpcore, to public addresses only unless ``allow_private``.

    ``addresses`` tells to which address each host and port was connected last; ``connects`` counts connections.
    """

    def __init__(self, allow_private: bool = False, resolver: Resolver = look_up) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._sockets = httpcore.AnyIOBackend()
        self.addresses: dict[tuple[str, int], str] = {}
        self.connects = 0

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of ``host`` that takes it. Raises PrivateAddressError, or OSError or an
        error of httpcore where no address does."""
        failure: Exception = OSError(f"{host} has no address")
        seconds = min(timeout or CONNECT_SECONDS, CONNECT_SECONDS)
        for address in (await self.find_addresses(host, port))[:MAX_TRIED]:
            try:
                stream = await self._sockets.connect_tcp(str(address), port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                self.addresses[host, port] = str(address)
                self.connects += 1
                return stream
        raise failure

    async def find_addresses(self, host: str, port: int) -> list[IpAddress]:
        """The addresses of a host, those of IPv4 first, as IPv6 is announced and broken on many hosts.

        Raises PrivateAddressError where even one of them is not public: which one a connection would take is chance.
        """
        literal = read_literal(host)
        found = [literal] if literal else [ip_address(text) for text in await self._resolver(host, port)]
        for address in found:
            if not self._allow_private and not is_public(address):
                raise PrivateAddressError(
                    f"{host}: its address {address} is not of the public internet; allow_private = true would allow it"
                )
        return sorted(dict.fromkeys(found), key=lambda address: address.version)


@cache
def tls_context(tls: str) -> ssl.SSLContext:
    """``normal`` checks certificates; ``legacy`` checks nothing and speaks with servers of 2005."""
    if tls == "normal":
        return ssl.create_default_context(cafile=certifi.where())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    # Named ssl.OP_LEGACY_SERVER_CONNECT from Python 3.12 on: old servers lack secure renegotiation.
    context.options |= 0x4
    return context
