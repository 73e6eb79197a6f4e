"""TRS WCM static sites (section 1): columns are pinyin folders, articles ``YYYYMM/tYYYYMMDD_<id>.html``.

The rows are plain links. The pager is a call in a script, ``createPageHTML(total, current, "index", "html")``, or the
variables of older templates; the second page is ``index_1``, on some sites ``index_2``.
"""

import re

from scraper.cms.pagers import count_on, follow_next
from scraper.cms.scripts import find_pager
from scraper.model import Listing, Page, Request

NAME = "trs-tdate"
_HEAD = 200_000
_ORDER = (1, 2)
_ARTICLE = re.compile(r"/t(?:(?:19|20)\d{6}_\d{4,10}(?:_\d{1,3})?(?:_wap)?|\d{6,9})\.s?html?(?:[?#]|$)")
# The id of an element may come first; UCAP, whose calls all have it, is asked before.
_CALL = re.compile(
    r"\bcreatePage(?:HTML)?\s{0,9}\(\s{0,9}(?:[\"'][\w-]{1,40}[\"']\s{0,9},\s{0,9})?\d|\bcountPage\s{0,9}=\s{0,9}\d"
)
_EDITOR = re.compile(r"\btrs_(?:editor|ueditor|paper_default)", re.IGNORECASE)
_ROW = re.compile(r"[\"'/]t(?:19|20)\d{6}_\d{4,10}\.s?html?[\"']")


def fits_url(url: str) -> bool:
    """Whether the address is that of a TRS article; addresses of columns tell nothing."""
    return _ARTICLE.search(url) is not None


def fits(page: Page) -> bool:
    """Whether address, pager call, editor class or two rows of the page are those of a TRS site."""
    head = page.text[:_HEAD]
    if fits_url(page.url) or _CALL.search(head) or _EDITOR.search(head):
        return True
    return len(set(_ROW.findall(head))) > 1


def read(page: Page, asked: Request) -> Listing:
    """The next page of the list, or of a long text that is split into pages."""
    pager = find_pager(page)
    if pager or "stem" in asked.state:
        return Listing(more=count_on(page, asked, NAME, pager, _ORDER))
    return Listing(more=follow_next(page, asked, NAME))
