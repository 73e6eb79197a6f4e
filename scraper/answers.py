"""What an answer is: the page, or a challenge, a refusal, a soft 404, waste. The words and signs are in answers.toml.

Nearly all answers are decided by status, size, title and one search; a page is only looked at closely where it is
small, has no link at all, or has a title that says something else.
"""

import re
from enum import StrEnum
from typing import NamedTuple

import msgspec

from scraper.fetch import CUT, TIMEOUT, Answer
from scraper.signs import find_shield, find_shield_of_error, find_title, find_words
from scraper.urls import resolve

# Where the title stands, if there is one.
# So much of the end of a page is looked at.
_TAIL = 200
HEAD = 4096
# Titles that are a message are short, in bytes.
MAX_TITLE = 120
# Pages below this size are looked at closely: script shells have up to 2.5 KB, their links none.
MAX_SHELL = 4096
# A page that only says something has less than this (README.md 16.9) ...
MAX_MESSAGE = 2000
# ... and one that says nothing at all no more than this (16.12).
MAX_STUB = 60
# So many bytes that are not ASCII (some 500 Chinese characters) are a text: such a page is what it is, whatever words
# stand in it.
RICH = 1500
# Bytes that are searched for signs at most.
_SEARCHED = 1 << 16

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MISSING = frozenset((404, 410))
_THROTTLED = frozenset((429, 503))
_SHIELDS = frozenset((412, 521))
# Of the errors from 400 on that are laid to the request, not to who sends it.
_MALFORMED = frozenset((400, 408, 413, 414, 416, 425, 431))
_ASCII = bytes(range(128))
_SPACE = b"\xef\xbb\xbf \t\r\n"
_TITLE = re.compile(rb"<title[^>]{0,100}>\s*(.{0,400}?)\s*</title", re.IGNORECASE | re.DOTALL)
_CONTENT = re.compile(rb"<(?:a|p|td|li)[\s>]", re.IGNORECASE)
_WAY_ON = re.compile(rb"<a\s[^>]*href|<i?frame\s", re.IGNORECASE)
_SCRIPT = re.compile(rb"document\s*\.\s*cookie\s*=|document\s*\[\s*['\"]cookie|\beval\s*\(", re.IGNORECASE)
_LEADS_ON = re.compile(rb"location|http-equiv|href|src\s*=|<\?xml", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_CALLBACK = re.compile(rb"[\w.$]+\s*\(.*\)\s*;?\s*\Z", re.DOTALL)


class Kind(StrEnum):
    """What an answer is."""

    PAGE = "page"
    NOT_MODIFIED = "not modified"
    REDIRECT = "redirect"
    CHALLENGE = "challenge"
    REFUSED = "refused"
    THROTTLED = "throttled"
    MISSING = "missing"
    BROKEN = "broken"


class Verdict(NamedTuple):
    """``reason`` is a phrase for a person, empty for a page; ``location`` the absolute target of a redirect.

    ``failing``: the server is at fault and may do better later (5xx, an answer that broke off), which is not so of a
    stub or of a file that is too large.
    """

    kind: Kind
    reason: str = ""
    location: str = ""
    failing: bool = False


def judge_answer(answer: Answer) -> Verdict:
    """What the answer is, by its status, its headers and its body."""
    verdict = _judge(answer)
    if verdict.kind is Kind.BROKEN and not verdict.failing and answer.request.url.endswith("/robots.txt"):
        # It may be empty, or have 13 bytes; and an odd one means no rules, not a host that fails (RFC 9309, 2.3.1.3).
        return Verdict(Kind.PAGE) if 200 <= answer.status < 300 else Verdict(Kind.MISSING, verdict.reason)
    return verdict


def _judge(answer: Answer) -> Verdict:
    status = answer.status
    if status == 304:
        return Verdict(Kind.NOT_MODIFIED)
    if status in _REDIRECTS:
        return _judge_redirect(answer)
    if not 200 <= status < 300:
        return _judge_error(answer)
    # A wrong Content-Length is common; a page that ends as pages end has all of its text.
    if answer.fault and not (answer.fault == CUT and answer.body[-_TAIL:].rstrip(_SPACE).lower().endswith(b"</html>")):
        return Verdict(Kind.BROKEN, f"not whole: {answer.fault}", failing=answer.fault in (CUT, TIMEOUT))
    start = answer.body[:HEAD].lstrip(_SPACE)
    if start.startswith(b"<"):
        return _judge_markup(answer)
    if not start:
        return Verdict(Kind.BROKEN, "empty")
    return _judge_plain(answer.body, bool(answer.request.family))


def _judge_redirect(answer: Answer) -> Verdict:
    # Addresses are sent as they are, in UTF-8 or in GBK; what a header holds was read as latin-1.
    sent = answer.header("location").encode("latin-1", "replace")
    try:
        target = sent.decode("utf-8")
    except UnicodeDecodeError:
        target = sent.decode("gb18030", "replace")
    location = resolve(answer.request.url, target) if target.strip() else None
    if location is None:
        return Verdict(Kind.BROKEN, f"HTTP {answer.status} that leads nowhere: {target[:100]!r}")
    return Verdict(Kind.REDIRECT, f"HTTP {answer.status}", location)


def _judge_error(answer: Answer) -> Verdict:
    status = answer.status
    told = f"HTTP {status}"
    if status in _MISSING:
        return Verdict(Kind.MISSING, told)
    is_refusal = 400 <= status < 500 and status not in _MALFORMED
    # The headers that name a shield come with all answers of some delivery networks: they tell only who refuses.
    shield = find_shield_of_error(answer.body[:_SEARCHED] + (_head_of(answer) if is_refusal else b""))
    if shield or status in _SHIELDS:
        return Verdict(Kind.CHALLENGE, f"{told}: {shield or 'a script in place of the page'}")
    if status in _THROTTLED:
        return Verdict(Kind.THROTTLED, told, failing=True)
    if is_refusal:
        return Verdict(Kind.REFUSED, told)
    return Verdict(Kind.BROKEN, told, failing=status >= 500 or status == 408)


def _head_of(answer: Answer) -> bytes:
    return "".join(f"\n{name}: {value}" for name, value in answer.headers).encode("latin-1", "replace")


def _judge_markup(answer: Answer) -> Verdict:
    body = answer.body
    found = _TITLE.search(body, 0, HEAD)
    title = found[1] if found else b""
    said = find_title(title) if title and len(title) <= MAX_TITLE else None
    # Pages that say "not found" are often set into the whole frame of the site, with all its menus.
    if said and ((said.first and said.kind == Kind.MISSING) or not _is_rich(body)):
        return Verdict(Kind(said.kind), said.reason)
    if len(body) > MAX_SHELL and _CONTENT.search(body):
        return Verdict(Kind.PAGE)
    return Verdict(Kind.PAGE) if _is_rich(body) else _judge_shell(body, bool(answer.request.family))


def _judge_shell(body: bytes, is_list: bool) -> Verdict:
    """A page with hardly any text. ``is_list``: a script was asked for rows, and may have few or none."""
    shield = find_shield(body[:_SEARCHED])
    if shield:
        return Verdict(Kind.CHALLENGE, shield)
    if len(body) <= MAX_SHELL and b"<script" in body.lower() and _SCRIPT.search(body) and not _WAY_ON.search(body):
        return Verdict(Kind.CHALLENGE, "a script in place of the page")
    said = find_words(body) if len(body) < MAX_MESSAGE else None
    if said:
        return Verdict(Kind(said.kind), said.reason)
    if len(body) <= MAX_STUB and not is_list and not _LEADS_ON.search(body):
        return Verdict(Kind.BROKEN, f"a stub of {len(body)} bytes")
    return Verdict(Kind.PAGE)


def _judge_plain(body: bytes, is_list: bool) -> Verdict:
    """What is no markup: files, data, scripts, and messages in plain text."""
    if len(body) >= MAX_MESSAGE or body.lstrip(_SPACE).startswith((b"{", b"[")):
        return Verdict(Kind.PAGE)
    said = find_words(body)
    if said:
        return Verdict(Kind(said.kind), said.reason)
    if len(body) <= MAX_STUB and not is_list and not _is_data(body) and not _BINARY.search(body):
        return Verdict(Kind.BROKEN, f"a stub of {len(body)} bytes")
    return Verdict(Kind.PAGE)


def _is_data(body: bytes) -> bool:
    """Whether a few bytes are JSON, or a call with it."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _CALLBACK.match(body) is not None
    return True


def _is_rich(body: bytes) -> bool:
    return len(body) >= RICH and len(body[:_SEARCHED].translate(None, _ASCII)) >= RICH
