"""What is sent: the parts of an address, headers that cannot be misread, the request as bytes."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from scraper.model import Request

Headers = list[tuple[bytes, bytes]]

_PORTS = {"http": 80, "https": 443}
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_STANDARD = (
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("Accept-Language", "zh-CN,zh;q=0.9"),
    ("Accept-Encoding", "gzip, deflate"),
)
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
# Headers that say how a request is sent or who sends it: not for the maker of a request to set.
_OURS = frozenset(
    "host user-agent accept-encoding connection content-length transfer-encoding cookie te upgrade expect".split()
)


class Target(NamedTuple):
    """An address in the parts that are sent. ``authority`` is the host, and the port where it is not the default."""

    scheme: str
    host: str
    port: int
    authority: str
    path: bytes


def split_address(url: str) -> Target:
    """The parts of an absolute address; names and paths that are not ASCII in the spelling that is sent.

    Raises ValueError where it cannot be asked.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.scheme not in _PORTS:
        raise ValueError("it has no host, or a scheme other than http and https")
    host = host if host.isascii() else host.encode("idna").decode()
    authority = f"[{host}]" if ":" in host else host
    port = parts.port or _PORTS[parts.scheme]
    if port != _PORTS[parts.scheme]:
        authority += f":{port}"
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(parts.scheme, host, port, authority, quote(path, safe=_PRINTABLE).encode())


def build_headers(
    target: Target, request: Request, agent: str, length: int, extra: Iterable[tuple[str, str]]
) -> Headers:
    """All headers of a request with ``length`` bytes of body, the name of each once, Host first (RFC 9110, 7.2).

    ``extra`` are those that come of earlier answers; empty values are left out.
    """
    pairs = [("Host", target.authority), ("User-Agent", agent), *_STANDARD]
    if request.method == "POST":
        pairs += [("Content-Type", _FORM), ("Content-Length", str(length))]
    pairs += [pair for pair in request.headers if _TOKEN.match(pair[0]) and pair[0].lower() not in _OURS]
    pairs += [pair for pair in extra if pair[1]]
    return [(name.encode(), clean(value)) for name, value in {pair[0].lower(): pair for pair in pairs}.values()]


def as_bytes(method: str, target: Target, headers: Headers, body: bytes) -> bytes:
    """The request as it goes over the wire."""
    lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    return b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method.encode(), target.path, lines, body)


def clean(value: str) -> bytes:
    """A header value that holds no line break and nothing but ASCII."""
    if not (value.isascii() and value.isprintable()):
        value = quote(_CONTROL.sub(" ", value), safe=_PRINTABLE + " ", errors="replace")
    return value.strip().encode()
