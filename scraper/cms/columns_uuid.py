"""Hebei ``columns/<uuid>`` sites (section 12): ``columns/<uuid>/index.html``, articles ``<YYYYMM>/<DD>/<uuid>.html``.

Lists were seen without static links; where a page prints a pager or a link to the next page, it is followed.
"""

import re

from scraper.cms.pagers import count_on, follow_next
from scraper.cms.scripts import find_pager
from scraper.model import Listing, Page, Request

NAME = "columns-uuid"
_HEAD = 200_000
_ORDER = (1, 2)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_URL = re.compile(rf"/columns/{_UUID}(?:/|[?#]|$)", re.IGNORECASE)
_ROW = re.compile(rf"/columns/{_UUID}/20\d{{4}}/\d\d/({_UUID})\.html", re.IGNORECASE)


def fits_url(url: str) -> bool:
    """Whether the path goes through a column with a UUID."""
    return _URL.search(url) is not None


def fits(page: Page) -> bool:
    """Whether the address fits, or the page holds two texts of such columns."""
    return fits_url(page.url) or len(set(_ROW.findall(page.text[:_HEAD]))) > 1


def read(page: Page, asked: Request) -> Listing:
    """The next page by the pager of the page, else by its link."""
    if (pager := find_pager(page)) or "stem" in asked.state:
        return Listing(more=count_on(page, asked, NAME, pager, _ORDER))
    return Listing(more=follow_next(page, asked, NAME))
