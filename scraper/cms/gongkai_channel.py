"""Shandong ``gongkai`` channels (section 9): ``/gongkai/channel_<24 hex>/doc_<24 hex>.html``.

How the lists are built is not known: links of the page and its link to the next page are all that is followed.
"""

import re

from scraper.cms.pagers import follow_next
from scraper.model import Listing, Page, Request

NAME = "gongkai-channel"
_URL = re.compile(r"/channel_(?:[0-9a-f]{24}|c_[0-9a-f]{24}_n_\d+\.\d+|c\d+|[a-z]_[\w.]+)(?:/|[?#]|$)")
_ROW = re.compile(r"/channel_(?:c_)?[0-9a-f]{24}\w{0,30}(?:\.\d{1,9})?/doc_([0-9a-f]{24})\.html")
_HEAD = 200_000


def fits_url(url: str) -> bool:
    """Whether the path goes through a channel."""
    return _URL.search(url) is not None


def fits(page: Page) -> bool:
    """Whether the address fits, or the page holds two texts of channels."""
    return fits_url(page.url) or len(set(_ROW.findall(page.text[:_HEAD]))) > 1


def read(page: Page, asked: Request) -> Listing:
    """The page that the link to the next page names."""
    return Listing(more=follow_next(page, asked, NAME))
