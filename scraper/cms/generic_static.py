"""Everything else that is plain (section 14): rows are links, the next page is a link or the next number.

Shapes of addresses and words of pagers are data (``pagers.toml``).
"""

import re

from scraper.cms.pagers import DATA, count_on, follow_next, is_full
from scraper.cms.scripts import find_pager, find_row_pager
from scraper.model import Listing, Page, Request
from scraper.urls import resolve

NAME = "generic-static"
_ROW_PAGER_ORDER, _PAGER_ORDER = (2, 1), (1, 2)
_SHAPES = tuple(re.compile(shape) for shape in DATA["shapes"].values())
_COUNTED = tuple((re.compile(shape["pattern"]), shape.get("before", "")) for shape in DATA["counted"])


def fits_url(url: str) -> bool:
    """Whether the address has one of the shapes that are known by sight."""
    return any(shape.search(url) for shape in _SHAPES)


def fits(page: Page) -> bool:
    """Whether the address is known, or the page prints any kind of pager."""
    return fits_url(page.url) or bool(read(page, Request(page.url)).more)


def read(page: Page, asked: Request) -> Listing:
    """The next page: by a pager call, by its link, else the next number in the address while the pages are full."""
    if rows := find_row_pager(page):
        return Listing(more=count_on(page, asked, NAME, rows, _ROW_PAGER_ORDER))
    if (pager := find_pager(page)) or "stem" in asked.state:
        return Listing(more=count_on(page, asked, NAME, pager, _PAGER_ORDER))
    if more := follow_next(page, asked, NAME):
        return Listing(more=more)
    counted = _next_number(page.url) if is_full(page) else None
    return Listing(more=(Request(counted, family=NAME),)) if counted else Listing()


def _next_number(url: str) -> str | None:
    """The address with the next number in it, None where no number of it is that of a page."""
    for shape, before in _COUNTED:
        if match := shape.search(url):
            number = int(match["n"] or 1) + 1
            return resolve(url, f"{url[: match.start()]}{match['head']}{before}{number}{match['tail']}")
    return None
