"""NFCMS, the static portals of Guangdong (section 5): articles ``content/post_<id>.html``, pages ``index_<k>.html``."""

import re

from scraper.cms.pagers import count_on, follow_next, is_full
from scraper.cms.scripts import Pager, find_pager
from scraper.model import Listing, Page, Request

NAME = "nfcms"
_HEAD = 200_000
_ORDER = (2,)
_ARTICLE = re.compile(r"/content/m?post_\d{4,12}\.html(?:[?#]|$)")
_MARK = re.compile(r"\bNFCMS_(?:SITE|POST)_ID\b|\bnfw-cms-attachment\b")
_ROW = re.compile(r"[\"'/]content/m?post_(\d{4,12})\.html[\"']")


def fits_url(url: str) -> bool:
    """Whether the address is that of an article; the catalogue platform of the same maker has another path."""
    return _ARTICLE.search(url) is not None and "/gkmlpt/" not in url


def fits(page: Page) -> bool:
    """Whether address, script variables or two rows of the page are those of NFCMS."""
    head = page.text[:_HEAD]
    return fits_url(page.url) or _MARK.search(head) is not None or len(set(_ROW.findall(head))) > 1


def read(page: Page, asked: Request) -> Listing:
    """The next page: as the pager says, as its link says, else counted on while the pages are full of rows."""
    if pager := find_pager(page):
        return Listing(more=count_on(page, asked, NAME, pager, _ORDER))
    if more := follow_next(page, asked, NAME):
        return Listing(more=more)
    has_rows = len(set(_ROW.findall(page.text))) > 1
    return Listing(more=count_on(page, asked, NAME, Pager(), _ORDER) if has_rows and is_full(page) else ())
