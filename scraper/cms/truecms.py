"""TrueCMS (README.md, section 11): the first rows in a hidden block, those after them by JSONP.

The page sizes that are allowed differ, and only ``startrecord`` says where the next rows begin: it goes on after the
rows that came, however many were asked for.
"""

import re
from urllib.parse import urlsplit

from lxml import etree

from scraper.cms.endpoint import address_in, ajax_headers, head_of, shell_of, value_in, with_query
from scraper.cms.fragment import inside, number_in, records_in, rows_of_html, rows_of_records
from scraper.cms.scripts import read_json
from scraper.model import Link, Listing, Page, Request
from scraper.urls import resolve

NAME = "truecms"
_ENDPOINT = "messageController/getMessage.do"
# In this order: 50 or 100 is too much for some servers.
_SIZES = (50, 20, 10)
_CALLBACK = re.compile(r"\s{0,99}[\w$.]{1,60}\s{0,9}\(", re.ASCII)


def fits_url(url: str) -> bool:
    """Whether the address is that of the endpoint itself."""
    return urlsplit(url).path.lower().endswith(_ENDPOINT.lower())


def fits(page: Page) -> bool:
    """Whether the page names the endpoint."""
    return fits_url(page.url) or _ENDPOINT.lower() in head_of(page)


def read(page: Page, asked: Request) -> Listing:
    """The rows of the hidden block and how to ask for those after them; for an answer its rows and the next ones."""
    if asked.family == NAME:
        return _read_answer(page, asked)
    rows, count = _first_rows(page)
    column = value_in(page.text, "columnId")
    url = resolve(page.url, address_in(page.text, _ENDPOINT)) if column else None
    if not url or 0 < number_in(page.text, "totalrecord") <= count:
        return Listing(rows)
    url = with_query(url, columnId=column)
    return Listing(rows, tuple(_request(url, count + 1, size, page.url) for size in _SIZES))


def _first_rows(page: Page) -> tuple[tuple[Link, ...], int]:
    """The rows of the hidden block and their number; it may be an island, escaped HTML, or plain HTML."""
    records = records_in(page.text)
    if records:
        return rows_of_records(records, page.url), len(records)
    block = _block(page)
    if block is None:
        return (), 0
    text = "".join(block.itertext())
    rows = rows_of_html(text if "<" in text else etree.tostring(block, encoding="unicode", with_tail=False), page.url)
    return rows, len(rows)


def _block(page: Page) -> etree._Element | None:
    if page.tree is None:
        return None
    return next((element for element in page.tree.iter(etree.Element) if element.get("id") == "initData"), None)


def _request(url: str, start: int, size: int, referer: str) -> Request:
    """The Referer is a must on some servers."""
    url = with_query(
        url, startrecord=start, endrecord=start + size - 1, perpage=size, contentTemplate="", callback="cb"
    )
    return Request(url, "GET", "", ajax_headers(referer), NAME, {"start": str(start), "size": str(size)})


def _read_answer(page: Page, asked: Request) -> Listing:
    island = inside(read_json(_without_callback(page.text)), "result")
    if not isinstance(island, str):
        return Listing()
    records = records_in(island)
    rows = rows_of_records(records, shell_of(asked))
    start, total = int(asked.state["start"]) + len(records), number_in(island, "totalrecord")
    if not rows or 0 < total < start:
        return Listing(rows)
    return Listing(rows, (_request(asked.url, start, int(asked.state["size"]), shell_of(asked)),))


def _without_callback(text: str) -> str:
    """The JSON that a JSONP answer hands to its callback."""
    match = _CALLBACK.match(text)
    return text[match.end() : text.rfind(")")] if match else text
