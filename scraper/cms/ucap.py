"""UCAP static sites (section 6): ``/<site>/c100122/xxgk_list.shtml``, articles ``<YYYYMM>/<32 hex>.shtml``.

The pager is ``createPageHTML('page_div', total, current, stem, extension, rows)`` with ``stem_2`` as the second page,
on a few sites ``stem_1``. Columns without rows of their own ask a JSON endpoint (``ucap_json``).
"""

import re

from scraper.cms import ucap_json
from scraper.cms.pagers import count_on, file_request, follow_next, page_name
from scraper.cms.scripts import Pager, find_pager
from scraper.model import Listing, Page, Request

NAME = "ucap"
_HEAD = 200_000
_ORDER = (2, 1)
# The letter code of a column before a .shtml, an article by its path, and names that only these lists have.
_URL = re.compile(
    r"/[cC]\d{2,7}(?:/[\w-]+)*/[\w.-]+\.shtml(?:[?#]|$)"
    r"|/20\d{4}/(?:[0-9a-f]{32}|c\d\d_\d+)\.shtml(?:[?#]|$)"
    r"|/(?:xxgk|zfxxgk|zfxxgklby|nav|common|jczwgk|zwgk)_\w+\.shtml(?:[?#]|$)"
    r"|/(?:zfxxgkMultiList|zfxxgklby|listDisplay\w+|redirect_\w+Channel)\.shtml(?:[?#]|$)"
)
_MARK = re.compile(
    r"\bUCAP-?(?:TITLE|CONTENT)\b|<meta\s[^<>]{0,80}name\s?=\s?[\"']?channelid\b|createPageHTML\s?\(\s?[\"']page_div",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\bUCAP-?(?:TITLE|CONTENT)\b", re.IGNORECASE)
_LIST_NAME = re.compile(r"list|lby|nb", re.IGNORECASE)
_ROW = re.compile(r"/20\d{4}/(?:[0-9a-f]{32}|c\d\d_\d+)\.shtml")


def fits_url(url: str) -> bool:
    """Whether the address has the shape of a UCAP list or article."""
    return _URL.search(url) is not None


def fits(page: Page) -> bool:
    """Whether address, elements, channel meta or pager of the page are those of UCAP."""
    return fits_url(page.url) or _MARK.search(page.text[:_HEAD]) is not None


def read(page: Page, asked: Request) -> Listing:
    """The next page of a static list, or the list that the JSON endpoint of the column holds."""
    if ucap_json.KIND in asked.state:
        return ucap_json.read_answer(page, asked, NAME)
    if "alone" in asked.state:
        return Listing()
    pager = find_pager(page)
    if pager or "stem" in asked.state:
        return Listing(more=count_on(page, asked, NAME, pager, _ORDER), lists=_passed_over(page, asked, pager))
    if more := follow_next(page, asked, NAME):
        return Listing(more=more)
    return _scripted(page)


def _passed_over(page: Page, asked: Request, pager: Pager | None) -> tuple[Request, ...]:
    """The second page, where ``stem_2`` was taken for it and says that it is the third."""
    name = page_name(page.url)[0]
    if not pager or pager.current != 3 or asked.state.get("first") != "2" or name != f"{pager.stem}_2":
        return ()
    request = file_request(page.url, NAME, pager, 1, 1)
    return (Request(request.url, family=NAME, state={"alone": "1"}),) if request else ()


def _scripted(page: Page) -> Listing:
    """The requests of a page that builds its rows by script; none for articles and for lists with rows."""
    requests, printed = ucap_json.find_endpoints(page, NAME)
    if _ARTICLE.search(page.text[:_HEAD]):
        return Listing()
    if printed:
        return Listing(lists=requests)
    # Only the channel is known: both paths of the endpoint are tried, for a list that shows no rows.
    is_empty_list = _LIST_NAME.search(page_name(page.url)[0]) and not _ROW.search(page.text)
    return Listing(more=requests) if is_empty_list else Listing()
