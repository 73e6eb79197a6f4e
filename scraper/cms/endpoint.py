"""What a page says of a script endpoint: its address, the values its script gives; and query strings that are copied.

Everything here is read from strangers' pages: what is cut off gives "", nothing raises, and time stays linear.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any
from urllib.parse import quote

from scraper.model import Page, Request

_HEAD = 200_000
_MAX_TRIES = 50
_BEFORE = re.compile(r"[^\s\"'()<>]{0,300}\Z")
_AFTER = re.compile(r"[^\s\"'()<>]{0,1800}")
# Braces are doubled: the name is filled in.
_SCRIPT_VALUE = (
    r"(?<![\w$&?-])[\"']?{name}[\"']?\s{{0,9}}[:=]\s{{0,9}}"
    r"(?:\"([^\"\s<>]{{1,600}})\"|'([^'\s<>]{{1,600}})'|(\d{{1,20}})(?![\w.]))"
)
_QUERY_VALUE = r"|[?&]{name}=([^&\"'\s<>#]{{1,600}})"
_WIDE = re.compile(r"[^\x00-\x7f]{1,200}")
_TOKEN = re.compile(r"[\"'\[\]{}\\]")


@cache
def endpoint_words() -> dict[str, Any]:
    """The words and the fields of forms of endpoints.toml, by family."""
    return tomllib.loads(files("scraper.cms").joinpath("endpoints.toml").read_text(encoding="utf-8"))


def head_of(page: Page) -> str:
    """The part of a page that tells its family, in lower case."""
    return page.text[:_HEAD].lower()


def ajax_headers(shell: str) -> tuple[tuple[str, str], ...]:
    """The headers with which the script of the page ``shell`` asks; some servers answer no other."""
    return (("Referer", _ascii(shell)), ("X-Requested-With", "XMLHttpRequest"))


def shell_of(asked: Request) -> str:
    """The page whose script asks: the addresses of an answer are relative to it, not to the endpoint."""
    return next((value for name, value in asked.headers if name == "Referer"), asked.url)


def address_in(text: str, needle: str) -> str:
    """The first address with ``needle`` (any case) that markup or script prints, one with a query before one without.

    It goes from the quote, bracket or blank before to the one after, so that one put together by script is cut there.
    "" where there is none.
    """
    found = ""
    for match in _matches(re.escape(needle), text):
        before = _BEFORE.search(text, max(0, match.start() - 300), match.start())
        after = _AFTER.match(text, match.end())
        address = _ascii(unescaped((before[0] if before else "") + match[0] + (after[0] if after else "")))
        if "=" in address:
            return address
        found = found or address
    return found


def around(text: str, needle: str, width: int) -> str:
    """The text up to ``width`` characters before and after the first ``needle`` (any case); "" where there is none."""
    match = next(_matches(re.escape(needle), text), None)
    return text[max(0, match.start() - width) : match.end() + width] if match else ""


def value_in(text: str, name: str, in_queries: bool = True) -> str:
    """What a script gives the name: ``name: 'value'``, ``name = 12``, or ``&name=value`` in a query; "" where nothing.

    A value that the script puts together (``"&name=" + other``) is none. Queries also stand in links that have nothing
    to do with it; they can be left out.
    """
    pattern = _SCRIPT_VALUE.format(name=name) + (_QUERY_VALUE.format(name=name) if in_queries else "")
    for match in _matches(pattern, text):
        value = next((group for group in match.groups() if group), "")
        if value and "+" not in (value[0], value[-1]):
            return value
    return ""


def unescaped(address: str) -> str:
    """An address out of markup; only ``&amp;`` is undone, so that ``&copy=1`` stays what it is."""
    return address.replace("&amp;", "&")


def with_fields(form: str, **values: object) -> str:
    """A query string or form body with some fields set; all others stay as they are, to the letter."""
    left = {name: quote(str(value), safe="") for name, value in values.items()}
    parts: list[str] = []
    for part in filter(None, form.split("&")):
        name = part.partition("=")[0]
        if name not in values:
            parts.append(part)
        elif name in left:
            parts.append(f"{name}={left.pop(name)}")
    return "&".join([*parts, *(f"{name}={value}" for name, value in left.items())])


def with_query(url: str, **values: object) -> str:
    """An address with some parameters set; all others stay as they are, to the letter."""
    head, _, query = url.partition("?")
    return f"{head}?{with_fields(query, **values)}"


def fields_of(form: str) -> dict[str, str]:
    """The fields of a query string or form body, their values as written (still escaped)."""
    pairs = (part.partition("=") for part in form.split("&") if part)
    return {name: value for name, _, value in pairs}


def balanced(text: str, start: int) -> str:
    """The bracketed part of a script that begins at ``start``, to its closing bracket; "" where it is cut off."""
    depth, quoted, escaped = 0, "", -1
    for match in _TOKEN.finditer(text, start):
        token = match[0]
        if match.start() == escaped:
            continue
        if token == "\\":
            escaped = match.end()
        elif token in "\"'":
            quoted = ("" if quoted == token else quoted) if quoted else token
        elif not quoted:
            depth += 1 if token in "[{" else -1
            if depth <= 0:
                return text[start : match.end()]
    return ""


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    return islice(re.finditer(pattern, text, re.IGNORECASE | re.ASCII), _MAX_TRIES)


def _ascii(address: str) -> str:
    """The address as it is sent: other characters escaped, all else to the letter."""
    return address if address.isascii() else _WIDE.sub(lambda match: quote(match[0], errors="replace"), address)
