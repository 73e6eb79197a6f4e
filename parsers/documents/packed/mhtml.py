"""Pages saved as one file (MHTML): the page with its frames set in where they stand.

The parts are told by their Content-ID and Content-Location; a frame whose part is missing stays empty. Of a page
whose frames do not lead to the report (its parts renamed), the part with the most of a report is read.
"""

import email
import email.policy
import re
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from typing import NamedTuple
from urllib.parse import unquote, urljoin

from parsers.documents.encoding import decode, drop_zero_width
from parsers.documents.html import read_html
from parsers.documents.model import Document
from parsers.documents.packed.weigh import find_twins, weigh
from parsers.errors import NotAReport

MAX_PARTS = 500
MAX_FRAMES = 32
# Lines that may part two parts, or end a comment.
_MAX_LINES = 20_000
_MAX_DEPTH = 4
_MAX_PAGE = 40 * 2**20
_HEAD = 4096
# A header of a mail begins the file, and among the first ones are these two.
_FIRST = re.compile(rb"[A-Za-z][A-Za-z-]{1,40}:[^\n]*\n")
_SIGNS = (b"mime-version:", b"content-type: multipart/related")
_FRAME = re.compile(r"<i?frame\b[^<>]{0,2000}>(?:\s*</i?frame\s*>)?", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^<>]{0,4000}>(.*?)(?:</body\s*>|\Z)", re.IGNORECASE | re.DOTALL)


class _Part(NamedTuple):
    place: str
    text: str


def is_mhtml(data: bytes) -> bool:
    """Whether the bytes begin with the headers of a saved page."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\r\n")
    lowered = head.lower()
    return _FIRST.match(head) is not None and all(sign in lowered for sign in _SIGNS)


def read_mhtml(data: bytes) -> Document:
    """The document of a saved page; raises NotAReport where it holds no page."""
    # Counted in the bytes first: each part costs a hundred times its length.
    if data.count(b"\n--") > _MAX_LINES:
        raise NotAReport(f"a saved page (MHTML) of more than {MAX_PARTS} parts; it is not read")
    try:
        return _read_message(email.message_from_bytes(data, policy=email.policy.compat32))
    except RecursionError:
        raise NotAReport("a saved page (MHTML) whose parts hold each other too deep; it is not read") from None


def _read_message(message: Message) -> Document:
    # Without the mark of its end, the last rows may be missing and nobody would know.
    if any(isinstance(defect, CloseBoundaryNotFoundDefect) for item in message.walk() for defect in item.defects):
        raise NotAReport("a saved page (MHTML) that is cut off")
    parts, by_name = _collect(message)
    if not parts:
        raise NotAReport("a saved page (MHTML) without a page in it; it is broken or cut off")
    root = by_name.get(_plain_id(message.get_param("start")), parts[0])
    document = _read(_set_in(root, by_name, [MAX_FRAMES], 0))
    if len(parts) > 1 and not _is_report(document):
        document = _choose([document, *map(_read_alone, parts)])
    document.source_format = "mhtml"
    return document


def _choose(documents: list[Document]) -> Document:
    """The document with the most of a report; raises NotAReport where there are several with other numbers."""
    weights = [weigh(document.blocks) for document in documents]
    if find_twins(weights):
        raise NotAReport("a saved page (MHTML) with several reports in its frames; save the one that is meant")
    return max(zip(weights, documents, strict=True), key=lambda pair: pair[0].size)[1]


def _is_report(document: Document) -> bool:
    weight = weigh(document.blocks)
    return weight.has_tables or weight.has_text


def _collect(message: Message) -> tuple[list[_Part], dict[str, _Part]]:
    """The pages among the parts, and each by all of its names."""
    parts: list[_Part] = []
    by_name: dict[str, _Part] = {}
    base = message.get("Content-Location", "")
    for number, item in enumerate(message.walk()):
        if number > MAX_PARTS:
            raise NotAReport(f"a saved page (MHTML) of more than {MAX_PARTS} parts; it is not read")
        if item.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        payload = item.get_payload(decode=True)
        place = urljoin(base, str(item.get("Content-Location", "")).strip())
        part = _Part(place, drop_zero_width(decode(payload)[0]) if isinstance(payload, bytes) else "")
        parts.append(part)
        for name in (place, unquote(place), _plain_id(item.get("Content-ID"))):
            if name:
                by_name.setdefault(name, part)
    return parts, by_name


def _plain_id(written: object) -> str:
    return f"cid:{str(written).strip().strip('<>')}" if written else ""


def _set_in(part: _Part, by_name: dict[str, _Part], left: list[int], depth: int) -> str:
    """The text of a page with the bodies of its frames in their place; ``left`` counts the frames still allowed."""

    def replace(match: re.Match[str]) -> str:
        source = _SOURCE.search(match[0])
        address = (source[1] or source[2] or source[3] or "") if source else ""
        frame = by_name.get(address) or by_name.get(urljoin(part.place, address))
        if frame is None or frame is part or depth >= _MAX_DEPTH or left[0] <= 0:
            return ""
        left[0] -= 1
        text = _set_in(frame, by_name, left, depth + 1)
        body = _BODY.search(text)
        return f"<div>{body[1] if body else text}</div>"

    text = _FRAME.sub(replace, part.text)
    if len(text) > _MAX_PAGE:
        raise NotAReport("a saved page (MHTML) whose frames make it outsize; it is not read")
    return text


def _read(text: str) -> Document:
    return read_html(text.encode("utf-8", "replace"))


def _read_alone(part: _Part) -> Document:
    try:
        return _read(part.text)
    except NotAReport:
        return Document([], "mhtml")
