"""Addresses: the spelling in which two of them are compared, the host that is asked, what is safe to follow."""

import re
from functools import lru_cache
from posixpath import normpath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from scraper.model import Request

MAX_LENGTH = 2000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION_IN_PATH = re.compile(r";+jsessionid=[^/?#]*", re.IGNORECASE)
# Parameters that change nothing of the page: sessions, tracking, cache breakers.
_NOISE = re.compile(
    r"(?:jsessionid|phpsessid|aspsessionid\w*|sessionid|utm_\w+|spm|from|isappinstalled|ismobile|timestamp|_t?|rnd|random)$",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|shtml|jsp|aspx?|php)$", re.IGNORECASE)
# Most references by far: a path of plain characters without dots between slashes. No need to take it apart.
_PLAIN = re.compile(r"(?:(/)(?=[\w-])|(?:\./)?(?=[\w-]))(?:[\w.-]+/)*[\w.-]*(?:\?[\w.=&%-]*)?(?:#[\w-]*)?", re.ASCII)
_DOTS = re.compile(r"/\.{1,2}(?:[/?#]|$)")
# Half a character, from JSON: no address and no file can hold it.
_SURROGATE = re.compile("[\ud800-\udfff]")
# White space of any script as well: at the end of an address it would be gone when the address is read again.
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"{}|\\^`]")
# Twins of one page for other devices.
_MOBILE_PAGE = re.compile(r"_wap(\.s?html?)$", re.IGNORECASE)
_CROSS_POST = re.compile(r"/mpost_(\d+\.html)$")


def resolve(base: str, reference: str) -> str | None:
    """The absolute http(s) address that ``reference`` on the page ``base`` names, without fragment.

    None where it is no such address: other schemes, broken ports and brackets, more than ``MAX_LENGTH`` characters.
    Backslashes are read as slashes and white space is dropped, as browsers do. The session id that some servers write
    into a path is left out: it would be another one on every page.
    """
    plain = _PLAIN.fullmatch(reference) if not _DOTS.search(reference) else None
    if plain and len(reference) + len(base) <= MAX_LENGTH:
        # An empty query is none: x? and x are one address.
        bare = reference.removeprefix("./").split("#")[0].removesuffix("?")
        return (_origin(base) if plain[1] else _folder(base)) + bare
    reference = re.sub(r"[\t\r\n]", "", reference).strip().replace("\\", "/")
    if len(reference) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(urljoin(base, reference))
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.username is not None or _SURROGATE.search(reference):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc += f":{port}"
    path = re.sub(r"//+", "/", _without_dots(_SESSION_IN_PATH.sub("", parts.path or "/")))
    found = urlunsplit((parts.scheme, netloc, _escaped(path), _escaped(parts.query), ""))
    return found if len(found) <= MAX_LENGTH else None


@lru_cache(maxsize=64)
def _origin(base: str) -> str:
    """Scheme and host of an absolute address that ``resolve`` made."""
    return "/".join(base.split("/", 3)[:3])


@lru_cache(maxsize=64)
def _folder(base: str) -> str:
    """The address up to the last slash of its path."""
    path = re.split(r"[?#]", base, maxsplit=1)[0]
    return path.rsplit("/", 1)[0] + "/" if path.count("/") > 2 else path + "/"


def host_of(url: str) -> str:
    """Host and, where it is not the default, port of an absolute address: what politeness counts by."""
    return urlsplit(url).netloc.lower()


def url_key(url: str) -> str:
    """The spelling by which addresses of one page are known to be the same.

    Folded: scheme, a leading www., session ids and tracking parameters, the name of an index file, double slashes,
    twins for mobile devices and cross-posted copies. The address itself is kept and asked for as it was found.
    """
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    path = _INDEX.sub("/", parts.path) or "/"
    path = _CROSS_POST.sub(r"/post_\1", _MOBILE_PAGE.sub(r"\1", path))
    path = unquote(path)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _NOISE.match(name)]
    query = urlencode(sorted(kept))
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def request_key(request: Request) -> str:
    """As ``url_key`` for what is asked: method and body count as well, where there are any."""
    key = url_key(request.url)
    return key if request.method == "GET" else f"{request.method} {key} {request.body}"


def exact_key(request: Request) -> str:
    """What is asked, to the letter: method, address, body. Validators and answers belong to this."""
    return request.url if request.method == "GET" else f"{request.method} {request.url} {request.body}"


def _without_dots(path: str) -> str:
    """The path without leading ``..`` that urljoin leaves, in one spelling."""
    if not _DOTS.search(path):
        return path
    clean = normpath(path).replace("//", "/")
    return clean + "/" if path.endswith(("/", "/.", "/..")) and clean != "/" else clean


def _escaped(part: str) -> str:
    return _UNSAFE.sub(lambda match: quote(match[0]), part)
