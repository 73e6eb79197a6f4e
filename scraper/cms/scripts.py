"""What the scripts of a page say of its pager, and the small formats in which script endpoints answer.

Forms of the pager calls: sections 1, 6 and 14 of the notes on sites. Everything here is read from strangers' pages:
names are held to word characters, numbers are capped, and no pattern looks further than a few hundred characters.
"""

import re
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from scraper.model import Page

MAX_PAGES = 1000
_CALL = re.compile(r"\bcreatePage(?:\d?HTML\d?)?\s{0,9}\(([^()<>;{}]{1,300})\)")
_ROW_CALL = re.compile(r"\bnsetpage\s{0,9}\(\s{0,9}(\d{1,9})\s{0,9},\s{0,9}(\d{1,9})\s{0,9},\s{0,9}(\d{1,9})\s{0,9}\)")
_COUNT = re.compile(r"\bcountPage\s{0,9}=\s{0,9}(\d{1,9})")
_CURRENT = re.compile(r"\bcurrentPage\s{0,9}=\s{0,9}(\d{1,9})")
# "<a href=\"index\"+"_" + nextPage + "."+"html\"> in the pager that older templates write out themselves.
_WRITTEN = re.compile(
    r"""href=\\?["']?([\w.-]{1,80})\\?["']\s{0,9}\+\s{0,9}["']_["']\s{0,9}\+\s{0,9}[\w()+-]{1,30}\s{0,9}\+"""
    r"""\s{0,9}["']\.["']\s{0,9}\+\s{0,9}["'](\w{1,8})""",
    re.ASCII,
)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_STEM = re.compile(r"(?!\.+$)[\w.-]{1,80}", re.ASCII)
_EXTENSION = re.compile(r"\w{1,8}", re.ASCII)


class Pager(NamedTuple):
    """What a page says of its pager.

    ``total`` is the number of pages, 0 where it is not told. ``current`` is printed as the site counts (from 0 or
    from 1), None where it is not told. ``stem`` and ``extension`` name the files, "" where they are not told.
    """

    total: int = 0
    current: int | None = None
    stem: str = ""
    extension: str = ""


def script_text(page: Page) -> str:
    """The text of all scripts of the page; what HTML comments hide does not count."""
    if page.tree is None:
        return ""
    return "\n".join(script.text or "" for script in page.tree.iter("script"))


def find_pager(page: Page) -> Pager | None:
    """The pager that the page writes by script: ``createPageHTML(...)``, else the variables of older templates.

    Of several calls the one with most pages counts: short lists stand beside the long one.
    """
    text = script_text(page)
    return max(_called_pagers(text), key=lambda pager: pager.total, default=None) or _written_pager(text)


def find_row_pager(page: Page) -> Pager | None:
    """The pager of ``nsetpage(page, rows, size)``, which counts rows and names no file."""
    match = _ROW_CALL.search(script_text(page))
    if not match or int(match[3]) == 0:
        return None
    return Pager(_capped(-(-int(match[2]) // int(match[3]))), int(match[1]))


def read_json(text: str) -> Any:
    """The value of a JSON text, None where it is broken or nested too deep."""
    try:
        return msgspec.json.decode(text.strip().encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def fragment_text(html: object) -> str:
    """The words of a small HTML fragment (a title with markup and entities in it) in one line."""
    if not isinstance(html, str):
        return ""
    with warnings.catch_warnings():
        # A title that looks like a file name or an address is a title all the same.
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        words = BeautifulSoup(html[:2000], "lxml").get_text() if set("<&") & set(html[:2000]) else html[:2000]
    return " ".join(words.split())


def whole_number(value: object) -> int:
    """A count out of JSON, where it may stand as a string; 0 where it is none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    return value if isinstance(value, int) and 0 < value < 10**9 else 0


def _called_pagers(text: str) -> Iterator[Pager]:
    for match in _CALL.finditer(text):
        if not _is_commented(text, match.start()) and (pager := _pager_of(match[1].split(","))):
            yield pager


def _pager_of(arguments: list[str]) -> Pager | None:
    """The pager of a call's arguments; the id of an element may come first, the number of rows last."""
    words = [word.strip() for word in arguments]
    if _is_quoted(words[0]):
        words = words[1:]
    # A total that is no number is a variable of the script: then the first number is not it.
    counted = bool(words) and _NUMBER.fullmatch(words[0]) is not None
    numbers = [int(word) for word in words if _NUMBER.fullmatch(word)] if counted else []
    names = [word.strip("\"'").strip() for word in words if _is_quoted(word)]
    stem, extension = (*names, "", "")[:2]
    if not (numbers or stem) or not _is_name(_STEM, stem) or not _is_name(_EXTENSION, extension):
        return None
    current = numbers[1] if len(numbers) > 1 else None
    return Pager(_capped(numbers[0] if numbers else 0), current, stem, extension)


def _written_pager(text: str) -> Pager | None:
    count, current = _COUNT.search(text), _CURRENT.search(text)
    if not count or not current:
        return None
    written = _WRITTEN.search(text)
    stem, extension = written.groups() if written and _is_name(_STEM, written[1]) else ("", "")
    return Pager(_capped(int(count[1])), int(current[1]), stem, extension)


def _capped(total: int) -> int:
    return min(total, MAX_PAGES)


def _is_name(form: re.Pattern[str], name: str) -> bool:
    return not name or form.fullmatch(name) is not None


def _is_quoted(word: str) -> bool:
    return len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"


def _is_commented(text: str, at: int) -> bool:
    """Whether ``//`` stands before the place on its line (that of an address does not count)."""
    line = text[max(0, at - 200) : at].rpartition("\n")[2]
    return re.search(r"(?<![:\"'])//", line) is not None
