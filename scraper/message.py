"""What is sent: headers that cannot be misread, and the request as bytes for the archive."""

import re
from collections.abc import Iterable
from urllib.parse import quote

import httpx

from scraper.model import Request

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


def build_message(request: Request, agent: str, extra: Iterable[tuple[str, str]] = ()) -> httpx.Request:
    """The message that asks for ``request``, the name of each header once.

    ``extra`` are headers that come of earlier answers; empty values are left out. Raises ValueError where the address
    cannot be asked.
    """
    try:
        url = httpx.URL(request.url)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from None
    if not url.raw_host or url.scheme not in ("http", "https"):
        raise ValueError("it has no host, or a scheme other than http and https")
    if url.port is not None and not 0 < url.port < 1 << 16:
        raise ValueError("its port is no port")
    post = request.method == "POST"
    pairs = [("User-Agent", agent), *_STANDARD, *([("Content-Type", _FORM)] if post else ())]
    pairs += [pair for pair in request.headers if _TOKEN.match(pair[0]) and pair[0].lower() not in _OURS]
    pairs += [pair for pair in extra if pair[1]]
    headers = {name.lower(): (name, clean(value)) for name, value in pairs}
    content = request.body.encode("utf-8", "replace") if post else None
    return httpx.Request(request.method, url, headers=list(headers.values()), content=content)


def as_bytes(message: httpx.Request) -> bytes:
    """The request as it goes over the wire."""
    lines = b"".join(b"%s: %s\r\n" % pair for pair in message.headers.raw)
    return b"%s %s HTTP/1.1\r\n%s\r\n%s" % (message.method.encode(), message.url.raw_path, lines, message.content)


def clean(value: str) -> str:
    """A header value that holds no line break and nothing but ASCII."""
    if not (value.isascii() and value.isprintable()):
        value = quote(_CONTROL.sub(" ", value), safe=_PRINTABLE + " ", errors="replace")
    return value.strip()
