"""Hanweb jpaas (README.md, section 2b): blocks of a page that name themselves in ``queryData``, filled by an endpoint
that takes page number and size only inside ``paramJson``.

Installations that answer page 1 for every number are left to the caller, who sees that nothing new comes.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup
from lxml import etree

from scraper.cms.endpoint import ajax_headers, endpoint_words, head_of, shell_of, with_query
from scraper.cms.fragment import inside, rows_of_html
from scraper.cms.scripts import read_json, whole_number
from scraper.model import Listing, Page, Request
from scraper.urls import resolve

NAME = "hanweb-jpaas"
_ENDPOINT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_USUAL_SIZE = 15
_MAX_BLOCKS = 8
# Empty blocks that are no lists by name are asked for where there is no other.
_MAX_OTHERS = 2


class _Block(NamedTuple):
    """A block of a page: its endpoint, whether it shows links, what its pager says, whether it is a list."""

    address: str
    filled: bool
    size: int
    total: int
    is_list: bool


def fits_url(url: str) -> bool:
    """Whether the address is that of the endpoint itself."""
    return "/jpaas-publish-server/" in urlsplit(url).path


def fits(page: Page) -> bool:
    """Whether the page names the endpoint or holds a block with ``queryData``."""
    head = head_of(page)
    return fits_url(page.url) or "jpaas-publish-server" in head or "querydata=\"{'webid'" in head


def read(page: Page, asked: Request) -> Listing:
    """How to ask for what the blocks of a page do not show; for an answer its rows and the next page."""
    if asked.family == NAME:
        return _read_answer(page, asked)
    blocks = list(islice(_blocks(page), _MAX_BLOCKS))
    wanted = [block for block in blocks if block.is_list] or [block for block in blocks if not block.filled][
        :_MAX_OTHERS
    ]
    lists = [requests for block in wanted if (requests := _missing(block, page.url))]
    return Listing(more=lists[0], lists=tuple(requests[0] for requests in lists[1:])) if lists else Listing()


def _blocks(page: Page) -> Iterator[_Block]:
    if page.tree is None:
        return
    elements = [element for element in page.tree.iter(etree.Element) if element.get("querydata")]
    for element in elements:
        fields = read_json(element.get("querydata", "").replace("'", '"'))
        address = resolve(page.url, element.get("url") or _ENDPOINT)
        if not isinstance(fields, dict) or not address:
            continue
        pager = _pager(element) if len(elements) > 1 else _pager(page.tree)
        size, total = (whole_number(pager.get(name)) for name in ("rows", "count")) if pager is not None else (0, 0)
        values = {name: value for name, value in fields.items() if isinstance(value, str | int)}
        named = any(word in str(values.get("tagId", "")).lower() for word in endpoint_words()[NAME]["lists"])
        query = urlencode({"parseType": "bulidstatic", "pageType": "column", **values})
        filled = any(anchor.get("href") for anchor in element.iter("a"))
        yield _Block(f"{address.partition('?')[0]}?{query}", filled, size, total, named or pager is not None)


def _pager(element: etree._Element) -> etree._Element | None:
    return next((part for part in element.iter("div", "ul", "span") if "pagination" in part.get("class", "")), None)


def _missing(block: _Block, referer: str) -> tuple[Request, ...]:
    """The pages of a block that the page itself may not show, the likeliest first."""
    if not block.filled:
        numbers: tuple[int, ...] = (1,)
    elif block.size and block.total:
        numbers = (2,) if block.total > block.size else ()
    else:
        # How many rows are a page here is not known: only page 1 is sure to leave none out.
        numbers = (1, 2)
    return tuple(_request(block.address, number, block.size or _USUAL_SIZE, referer) for number in numbers)


def _request(address: str, number: int, size: int, referer: str) -> Request:
    # The size is a string, as the site's own script sends it.
    wanted = json.dumps({"pageNo": number, "pageSize": str(size)}, separators=(",", ":"))
    url = with_query(address, paramJson=wanted)
    return Request(url, "GET", "", ajax_headers(referer), NAME, {"page": str(number), "size": str(size)})


def _read_answer(page: Page, asked: Request) -> Listing:
    data = inside(read_json(page.text), "data")
    html = data if isinstance(data, str) else inside(data, "html")
    if not isinstance(html, str):
        return Listing()
    rows = rows_of_html(html, shell_of(asked))
    number = int(asked.state["page"])
    pager = BeautifulSoup(html[-20_000:], "lxml").select_one(".pagination[count], [rows][count]")
    size = whole_number(pager.get("rows") if pager else "") or int(asked.state["size"])
    total = whole_number(pager.get("count") if pager else "")
    if not rows or (total and number * size >= total):
        return Listing(rows)
    return Listing(rows, (_request(asked.url, number + 1, size, shell_of(asked)),))
