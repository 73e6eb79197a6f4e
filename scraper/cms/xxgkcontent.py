"""Anhui ``XxgkContent`` sites (section 8b): ``/XxgkContent/showList/<organ>/<category>/page_<n>.html``.

Reports have a type of their own, ``/XxgkAnnualReport/show/<id>.html``.
"""

import re

from scraper.cms.pagers import FULL_PAGE, follow_next
from scraper.model import Listing, Page, Request
from scraper.urls import resolve

NAME = "xxgkcontent"
_HEAD = 200_000
_URL = re.compile(r"/(?:XxgkContent|XxgkAnnualReport)/|/[A-Z][A-Za-z]+/(?:showList|opennessList)/")
_ROW = re.compile(r"/(?:XxgkContent|XxgkAnnualReport)/show/(\d{1,12})\.html")
_LIST_PAGE = re.compile(r"/page_(\d{1,4})\.html")
_TOTAL = re.compile(r"共\s{0,9}(\d{1,5})\s{0,9}页")


def fits_url(url: str) -> bool:
    """Whether the path is that of a list, a report or an item of this product."""
    return _URL.search(url) is not None


def fits(page: Page) -> bool:
    """Whether the address fits, or the page holds two items of this product."""
    return fits_url(page.url) or len(set(_ROW.findall(page.text[:_HEAD]))) > 1


def read(page: Page, asked: Request) -> Listing:
    """The next page: as its link says, else the next number while the total or full pages say that there is one."""
    if more := follow_next(page, asked, NAME):
        return Listing(more=more)
    listed = _LIST_PAGE.search(page.url)
    if not listed:
        return Listing()
    number, total = int(listed[1]), _TOTAL.search(page.text)
    goes_on = number < int(total[1]) if total else len(set(_ROW.findall(page.text))) >= FULL_PAGE
    url = resolve(page.url, f"page_{number + 1}.html")
    return Listing(more=(Request(url, family=NAME),)) if goes_on and url else Listing()
