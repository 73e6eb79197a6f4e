"""Shaanxi sites (section 13): lists ``<column>/1.html``, ``2.html``; articles have names of 19 digits or 24 hex digits.

In one folder short numbers are lists and long names are articles.
"""

import re

from scraper.cms.pagers import follow_next, is_full, page_name
from scraper.model import Listing, Page, Request
from scraper.urls import resolve

NAME = "numbered-page"
_HEAD = 200_000
_URL = re.compile(r"/\d{0,8}[a-z]\w*/1\.html(?:[?#]|$)|/(?:\d{19}|[0-9a-f]{24})\.html(?:[?#]|$)")
_ROW = re.compile(r"[\"'/](\d{19}|[0-9a-f]{24})\.html[\"']")


def fits_url(url: str) -> bool:
    """Whether the address is ``1.html`` in a folder with a name, or a long name of an article."""
    return _URL.search(url) is not None


def fits(page: Page) -> bool:
    """Whether the address fits, or the page holds articles of such names."""
    needed = 1 if _list_number(page.url) else 2
    return fits_url(page.url) or len(set(_ROW.findall(page.text[:_HEAD]))) >= needed


def read(page: Page, asked: Request) -> Listing:
    """The next page: as its link says, else the next number while the pages are full of rows.

    A column of one report shows the text at ``1.html``: it has no rows, and nothing is asked for.
    """
    if more := follow_next(page, asked, NAME):
        return Listing(more=more)
    number = _list_number(page.url)
    url = resolve(page.url, f"{number + 1}.html")
    if not number or not url or not is_full(page) or not _ROW.search(page.text):
        return Listing()
    return Listing(more=(Request(url, family=NAME),))


def _list_number(url: str) -> int:
    """The number of a list page; 0 where the name is no short number."""
    name, extension = page_name(url)
    return int(name) if extension == "html" and re.fullmatch(r"\d{1,3}", name, re.ASCII) else 0
