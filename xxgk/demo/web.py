"""What a replica is made of: pages that are rendered once, scripts, and the answer to one request."""

import hashlib
from collections.abc import Callable
from datetime import date
from email.utils import formatdate
from functools import cached_property
from itertools import count
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from starlette.responses import Response

# When the files of the first night were written; each later night is a day later.
_FIRST_NIGHT = 1_764_000_000
_DAY = 86_400
# Stand in pages of script sites for what changes with each request.
CLICKS, SESSION, TODAY = b"@@CLICKS@@", b"@@SESSION@@", b"@@TODAY@@"
# A file that goes with an article and holds nothing.
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
_counter = count(1)


class Asked(NamedTuple):
    """One request: ``query`` and ``form`` hold the last value of each name; names of headers are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    body: bytes


Script = Callable[[Asked], Response]


def make_asked(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Asked:
    """The request for a path with its query. A session id in the path is no part of the name of a page."""
    path, _, query = target.partition("?")
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    fields = dict(parse_qsl(query, keep_blank_values=True))
    return Asked(method, unquote(path).partition(";")[0], fields, form, headers, body)


class Page:
    """A page whose text is made when it is first asked for.

    A ``static`` one is a file: it has validators and answers 304. Any other is made by a program: it has none, and
    what stands for click counts, session ids and today's date differs from answer to answer.
    """

    def __init__(
        self, make: Callable[[], str | bytes], kind: str = "text/html", codec: str = "utf-8", static: bool = True
    ) -> None:
        self._make = make
        self._codec = codec
        self.kind = kind
        self.static = static
        self.night = 1
        self.before: Page | None = None

    @cached_property
    def body(self) -> bytes:
        """The bytes of the page."""
        made = self._make()
        return made if isinstance(made, bytes) else made.encode(self._codec, "xmlcharrefreplace")

    @cached_property
    def etag(self) -> str:
        """The validator, as nginx would not make it but as good."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    @cached_property
    def written(self) -> int:
        """The night on which the bytes became what they are."""
        return self.before.written if self.before and self.before.body == self.body else self.night

    @property
    def last_modified(self) -> str:
        """When the file was last written."""
        return formatdate(_FIRST_NIGHT + self.written * _DAY, usegmt=True)

    def answer(self, asked: Asked) -> Response:
        """200 with the page, or 304 where the client has it."""
        headers = {"content-type": self.kind}
        if not self.static:
            return Response(fill_volatile(self.body), 200, headers | {"cache-control": "no-cache"})
        headers |= {"etag": self.etag, "last-modified": self.last_modified}
        if self._is_fresh(asked.headers):
            del headers["content-type"]
            return Response(b"", 304, headers)
        return Response(self.body, 200, headers)

    def _is_fresh(self, headers: dict[str, str]) -> bool:
        if "if-none-match" in headers:
            return self.etag in headers["if-none-match"]
        return headers.get("if-modified-since") == self.last_modified


def fill_volatile(body: bytes) -> bytes:
    """The page with a click count, a session id and a date that no other answer has."""
    if b"@@" not in body:
        return body
    number = next(_counter)
    session = hashlib.sha256(str(number).encode()).hexdigest()[:32].upper()
    today = f"今天是{date.today():%Y年%m月%d日}"
    body = body.replace(CLICKS, str(10_000 + number * 7).encode()).replace(SESSION, session.encode())
    return body.replace(TODAY, today.encode())


def redirect(location: str, status: int = 302) -> Script:
    """A script that sends the client elsewhere."""
    return lambda _asked: Response(b"", status, {"location": location})


def html(text: str) -> Response:
    """A made page without validators."""
    headers = {"content-type": "text/html;charset=UTF-8", "cache-control": "no-cache"}
    return Response(fill_volatile(text.encode()), 200, headers)


def not_found() -> Response:
    """What nginx says."""
    head = "<head><title>404 Not Found</title></head>"
    body = f"<html>\r\n{head}\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n"
    return Response(body, 404, {"content-type": "text/html"})
