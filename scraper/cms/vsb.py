"""VSB sites (section 7): columns ``zfxxgknb.htm``, articles ``info/<tree>/<news>.htm``, pages counted backwards.

The numbers shift when a row is added, so no page is counted: the link 下页 of each page is followed as it is printed.
"""

import re

from lxml import etree

from scraper.cms.pagers import follow_next
from scraper.model import Listing, Page, Request
from scraper.urls import resolve, url_key

NAME = "vsb"
_HEAD = 200_000
_URL = re.compile(
    r"/info/\d{3,6}/\d{3,9}\.htm(?:[?#]|$)|/n(?:19|20)\d\dn/(?:\w+/)*\w+\.htm(?:[?#]|$)"
    r"|[?&]urltype=(?:news\.NewsContentUrl|tree\.TreeTempUrl)\b"
)
_MARK = re.compile(
    r"class\s?=\s?[\"'](?:p_pages|p_next(?:_d)? p_fun(?:_d)?)[\"']|\bid\s?=\s?[\"']vsb_content|\b_showDynClick",
    re.IGNORECASE,
)
_ROW = re.compile(r"[\"'/]info/(\d{3,6}/\d{3,9})\.htm[\"']")
_NEXT = "//*[contains(concat(' ', normalize-space(@class), ' '), ' p_next ')]/descendant-or-self::a[@href]"


def fits_url(url: str) -> bool:
    """Whether the address has the shape of a VSB article, year folder or script page."""
    return _URL.search(url) is not None


def fits(page: Page) -> bool:
    """Whether address, pager, body block or two rows of the page are those of VSB."""
    head = page.text[:_HEAD]
    return fits_url(page.url) or _MARK.search(head) is not None or len(set(_ROW.findall(head))) > 1


def read(page: Page, asked: Request) -> Listing:
    """The page that 下页 leads to, relative to the page it is printed on; none where the link is disabled."""
    if page.tree is None:
        return Listing()
    links = page.tree.xpath(_NEXT)
    if isinstance(links, list) and links and isinstance(links[0], etree._Element):
        url = resolve(page.url, links[0].get("href") or "")
        is_other = url is not None and url_key(url) != url_key(page.url)
        return Listing(more=(Request(url, family=NAME),)) if url and is_other else Listing()
    return Listing() if "p_next_d" in page.text else Listing(more=follow_next(page, asked, NAME))
