"""Whether a page is an annual disclosure report, and the digest of what it says.

The crawl keeps a page as a candidate when it bears the title of a report and shows parts of one (README.md 16.7).
Whether it can be read is found out later, by the parsers.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from lxml import etree

from scraper.model import Page
from scraper.words import is_report_title, squeezed, words, years_in

# Distinct names of parts or labels of tables that make a titled page, or an untitled one, a report.
_PARTS_WITH_TITLE = 3
_PARTS_WITHOUT_TITLE = 6
# A report of 2008 to 2013 may have headings of its own: then its title and so many characters outside links.
_MIN_TEXT = 500
_MIN_BODY = 200
_MAX_HEADINGS = 6
_TITLE_END = re.compile(r"[_|－–—]|-(?=[^-]{2,20}$)")
# What the body of a file begins with that no web page begins with.
_FILES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
)

_NO_TEXT = ("script", "style", "noscript")
_HEADINGS = ("h1", "h2", "h3", "ucaptitle")
_HEADING_CLASSES = ("title", "bt", "tit")


class ReportPage(NamedTuple):
    """A report: its title as the page gives it ("" where only its parts tell), and the digest of its text."""

    title: str
    text_digest: str


def file_kind(body: bytes) -> str:
    """The kind of file that the bytes are, by their beginning: "pdf", "zip" ...; "" for text of any sort."""
    return next((kind for start, kind in _FILES if body.startswith(start)), "")


def find_report(page: Page, label: str) -> ReportPage | None:
    """The report that a page is, or None. ``label`` is what the link to it said."""
    if page.tree is None or not _may_be(page.text):
        return None
    title = next((text for text in (*_titles(page.tree), label) if is_report_title(text)), "")
    # Scripts are in this text as well; they hold no part of a report, and leaving them in is much quicker.
    parts = _parts_shown(squeezed(etree.tostring(page.tree, method="text", encoding="unicode")))
    if parts >= (_PARTS_WITH_TITLE if title else _PARTS_WITHOUT_TITLE) or (
        title and _is_prose(page.tree, title, parts)
    ):
        return ReportPage(title, text_digest(page, title))
    return None


def text_digest(page: Page, title: str = "") -> str:
    """SHA-256 of the text of the article without its title, white space, counters and clocks; of the bytes where there
    is none.

    Two addresses of one report, and one report on two days, have the same digest.
    """
    if page.tree is None or file_kind(page.body):
        return hashlib.sha256(page.body).hexdigest()
    text = (_body_text(page.tree) or _visible(page.tree)).replace(squeezed(title) or " ", "")
    return hashlib.sha256(_volatile().sub("", text).encode("utf-8", "replace")).hexdigest()


def _may_be(text: str) -> bool:
    """A quick look at the markup: every report has one of these words somewhere, or spells its title with blanks."""
    return "公开" in text and ("报告" in text or "年报" in text or "申请" in text)


def _titles(tree: etree._Element) -> Iterator[str]:
    for meta in tree.iter("meta"):
        if meta.get("name", "").lower() in ("articletitle", "og:title"):
            yield meta.get("content", "")
    for heading in islice(_headings(tree), _MAX_HEADINGS):
        yield "".join(heading.itertext())[:200]
    for element in tree.iter("title"):
        yield _TITLE_END.split((element.text or "").strip())[0]


def _headings(tree: etree._Element) -> Iterator[etree._Element]:
    yield from tree.iter(*_HEADINGS)
    for element in tree.iter("div", "p", "span", "td"):
        if element.get("class") in _HEADING_CLASSES:
            yield element


def _parts_shown(text: str) -> int:
    """Distinct names of parts and labels of tables that stand in a text without white space."""
    lists = words()["parts"]
    return sum(name in text for name in lists["names"]) + sum(label in text for label in lists["labels"])


def _is_prose(tree: etree._Element, title: str, parts: int) -> bool:
    """Whether a page with the title of a report and few of its parts holds a long text, as reports of old do."""
    if not parts and not years_in(title):
        return False
    linked = sum(len(squeezed("".join(anchor.itertext()))) for anchor in tree.iter("a"))
    return len(_visible(tree)) - linked >= _MIN_TEXT


def _visible(element: etree._Element) -> str:
    """The text of an element without white space and without that of scripts and style sheets."""
    if next(element.iter(*_NO_TEXT), None) is None:
        return squeezed(etree.tostring(element, method="text", encoding="unicode", with_tail=False))
    hidden = {node for part in element.iter(*_NO_TEXT) for node in part.iter()}
    pieces = [
        text
        for node in element.iter()
        for text in (None if node in hidden else node.text, node.tail if node is not element else None)
        if text
    ]
    return squeezed("".join(pieces))


def _body_text(tree: etree._Element) -> str:
    """The text of the block that holds the article: the surest of those long enough to be one; "" where none is."""
    ranks = _body_ranks()
    blocks: list[tuple[int, etree._Element]] = []
    for element in tree.iter("ucapcontent", "div", "td", "section", "article", "form"):
        names = (
            (element.tag, "#" + element.get("id", ""), *element.get("class", "").split())
            if element.attrib or element.tag == "ucapcontent"
            else ()
        )
        rank = min((ranks[name] for name in names if name in ranks), default=None)
        if rank is not None:
            blocks.append((rank, element))
    for _, block in sorted(blocks, key=lambda found: found[0]):
        text = _visible(block)
        if len(text) >= _MIN_BODY:
            return text
    return ""


@cache
def _body_ranks() -> dict[str, int]:
    """Names of elements, ids (with a # in front) and classes of article blocks; the surest have the lowest rank."""
    lists = words()["body"]
    return {
        name: rank for rank, name in enumerate(["ucapcontent", *(f"#{i}" for i in lists["ids"]), *lists["classes"]])
    }


@cache
def _volatile() -> re.Pattern[str]:
    return re.compile("|".join(words()["volatile"]["patterns"]))
