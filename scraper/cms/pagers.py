"""The next page of a list: by counting file names, by the link that a person would click, by its number."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import chain, islice, pairwise
from urllib.parse import urlsplit

from lxml import etree

from scraper.cms.scripts import MAX_PAGES, Pager, whole_number
from scraper.links import links_of_html
from scraper.model import Page, Request
from scraper.urls import host_of, resolve, url_key

DATA = tomllib.loads(files("scraper.cms").joinpath("pagers.toml").read_text("utf-8"))
_WORDS, _ARROWS, _CLASSES = frozenset(DATA["words"]), tuple(DATA["arrows"]), frozenset(DATA["classes"])
_ARROW_SIGNS = re.compile(r"[\s<>«»‹›＞→\[\]]+")
_MAX_LINKS, _MAX_TRIES, _MAX_CHILDREN = 5000, 10, 20
# What a person clicks to turn the page is a word or two.
_LONGEST_LABEL = 12
_Labelled = tuple[str, etree._Element]
_NUMBERED = re.compile(r"(.{1,80})_(\d{1,3})")
# Rows of a list have dates; a page with fewer is no full page of a list.
_DATE = re.compile(r"20\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}")
FULL_PAGE = 10


def page_name(url: str) -> tuple[str, str]:
    """Stem and extension of the file that an address names: ("index_2", "html"); ("", "") of a folder."""
    stem, _, extension = urlsplit(url).path.rpartition("/")[2].rpartition(".")
    return stem, extension


def count_on(page: Page, asked: Request, family: str, pager: Pager | None, order: Sequence[int]) -> tuple[Request, ...]:
    """Requests for the next page of a list whose files are ``stem``, ``stem_<n>``, ``stem_<n+1>``.

    ``order`` holds what <n> may be on the second page, the likelier one first: both are offered there, and the one
    that answers is kept in the state. Nothing past the total that the page prints.
    """
    pager = pager or _pager_of_state(asked)
    if not pager:
        return ()
    name, extension = page_name(page.url)
    stem = pager.stem or _stem_of(name, pager)
    number = name.removeprefix(f"{stem}_") if name.startswith(f"{stem}_") else ""
    known = whole_number(asked.state.get("first"))
    if number.isascii() and number.isdigit() and int(number) > 0:
        first = known or order[0]
        place, numbers = int(number) + 2 - first, {first: int(number) + 1}
    else:
        place, numbers = 1, {first: first for first in order}
    if place >= min(pager.total or MAX_PAGES, MAX_PAGES):
        return ()
    file = Pager(pager.total, pager.current, stem, pager.extension or extension or "html")
    requests = (file_request(page.url, family, file, number, first) for first, number in numbers.items())
    return tuple(filter(None, requests))


def file_request(base: str, family: str, file: Pager, number: int, first: int) -> Request | None:
    """The request for ``stem_<number>``; the state tells what the second page is called (``first``)."""
    url = resolve(base, f"./{file.stem}_{number}.{file.extension}")
    state = {"first": str(first), "total": str(file.total), "stem": file.stem, "extension": file.extension}
    return Request(url, family=family, state=state) if url else None


def follow_next(page: Page, asked: Request, family: str) -> tuple[Request, ...]:
    """The request that the link to the next page names (下一页, an arrow, else the next number); () without one."""
    if page.tree is None:
        return ()
    current = whole_number(asked.state.get("page")) or 1
    links = list(islice(page.tree.iter("a"), _MAX_LINKS))
    short = [(text, link) for link in links if len(text := label_of(link)) <= _LONGEST_LABEL]
    likely = chain(_by_word(short), _by_arrow(short), _by_class(links), _by_number(page.tree, current))
    url = next(filter(None, (_target(page, link) for link in islice(likely, _MAX_TRIES))), None)
    return (Request(url, family=family, state={"page": str(current + 1)}),) if url else ()


def is_full(page: Page) -> bool:
    """Whether the page holds so many dates that a list of its rows may go on."""
    return sum(1 for _ in islice(_DATE.finditer(page.text), FULL_PAGE)) == FULL_PAGE


def label_of(element: etree._Element) -> str:
    """The text of a small element without white space; of a nested monster only the beginning."""
    if not len(element):
        return "".join((element.text or "").split())[:40]
    return "".join("".join(islice(element.itertext(), 20)).split())[:40]


def _pager_of_state(asked: Request) -> Pager | None:
    state = asked.state
    if "stem" not in state:
        return None
    return Pager(whole_number(state.get("total")), None, state["stem"], state.get("extension", ""))


def _stem_of(name: str, pager: Pager) -> str:
    """The stem of the first page by the name of any page of the list."""
    numbered = _NUMBERED.fullmatch(name)
    # A first page may be called index_181: it says that it is the first.
    return numbered[1] if numbered and pager.current != 0 else name or "index"


def _target(page: Page, link: etree._Element) -> str | None:
    """Where a link leads, by its address or its script, if that is another page of the same host."""
    href = link.get("href") or ""
    url = resolve(page.url, href) if href and not href.startswith("#") else None
    if not url and len(link) < _MAX_CHILDREN:
        scripted = links_of_html(etree.tostring(link, encoding="unicode", with_tail=False), page.url)
        url = scripted[0].url if scripted else None
    is_other = url is not None and _host(url) == _host(page.url) and url_key(url) != url_key(page.url)
    return url if is_other else None


def _host(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _by_word(links: Sequence[_Labelled]) -> Iterator[etree._Element]:
    for label, link in links:
        texts = (label, link.get("title") or "")
        if any(_ARROW_SIGNS.sub("", text).lower() in _WORDS for text in texts if text):
            yield link


def _by_arrow(links: Sequence[_Labelled]) -> Iterator[etree._Element]:
    """Links whose text is an arrow, in a block that holds numbers as well; the plainest arrow first."""
    for arrow in _ARROWS:
        yield from (link for text, link in links if text == arrow and _beside_numbers(link))


def _by_class(links: Sequence[etree._Element]) -> Iterator[etree._Element]:
    for link in links:
        if _CLASSES & set((link.get("class") or "").lower().split()) and _beside_numbers(link):
            yield link


def _by_number(tree: etree._Element, current: int) -> Iterator[etree._Element]:
    """Links with the number after ``current``, where they stand behind it."""
    for (before, _), (text, link) in pairwise(_numbers(tree)):
        if link.tag == "a" and (before, text) == (str(current), str(current + 1)):
            yield link


def _numbers(tree: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Elements of a line that hold nothing but a number, in the order of the page."""
    for element in islice(tree.iter("a", "span", "strong", "b", "em", "font", "li"), _MAX_LINKS):
        text = (element.text or "").strip()
        if text.isascii() and text.isdigit() and len(text) < 5:
            parent = element.getparent()
            yield text, parent if parent is not None and parent.tag == "a" else element


def _beside_numbers(link: etree._Element) -> bool:
    parent = link.getparent()
    block = parent if parent is not None and len(parent) > 1 else (parent.getparent() if parent is not None else None)
    if block is None:
        return False
    return any(label_of(child).isdigit() for child in islice(block, 40))
