"""Hanweb JCMS with jpage (README.md, section 2): rows in an XML island, the others by dataproxy.jsp.

Some servers obey only ``page``, some only ``startrecord``. So both are sent, and page p of size n always goes with
record (p-1)*n+1: whichever the server obeys, counting p up skips no row. How many pages of the server the island holds
is not known, so the first request is page 2 of the island's size, then others where that brings nothing new.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from scraper.cms.endpoint import (
    address_in,
    ajax_headers,
    fields_of,
    head_of,
    shell_of,
    value_in,
    with_fields,
    with_query,
)
from scraper.cms.fragment import number_in, records_in, rows_of_html, rows_of_records
from scraper.cms.scripts import whole_number
from scraper.model import Link, Listing, Method, Page, Request
from scraper.urls import resolve

NAME = "hanweb-jpage"
_ENDPOINT = "dataproxy.jsp"
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_MAX_ISLANDS = 20
# Some servers cut answers that are long.
_MAX_SIZE = 100
_USUAL_SIZE = 15
_COPIED = ("appid", "webid", "path", "columnid", "unitid", "webname", "permissiontype", "sourceContentType")
_COLUMN = re.compile(r"/col/col(\d{1,20})/", re.ASCII)


class _Island(NamedTuple):
    """One list block: its rows, the number of its records, of all records, and of those on a page (0: not told)."""

    rows: tuple[Link, ...]
    records: int
    total: int
    size: int
    address: str


def fits_url(url: str) -> bool:
    """Whether the address is that of the endpoint itself; ``/col/col1/`` is also that of other Hanweb products."""
    return urlsplit(url).path.endswith(_ENDPOINT)


def fits(page: Page) -> bool:
    """Whether the page names dataproxy.jsp or holds an island of rows."""
    head = head_of(page)
    island = "text/xml" in head and ("<datastore" in head or "<recordset" in head)
    # The islands of TrueCMS look the same.
    return fits_url(page.url) or _ENDPOINT in head or (island and "getmessage.do" not in head)


def read(page: Page, asked: Request) -> Listing:
    """The rows of the islands and how to ask for those that follow; for an answer its rows and the next page."""
    if asked.family == NAME:
        return _read_answer(page, asked)
    islands = _islands(page)
    if not islands:
        return Listing(more=_from_start(page))
    rows = tuple(row for island in islands for row in island.rows)
    longest, *others = sorted(islands, key=lambda island: -island.records)
    lists = tuple(requests[0] for island in others if (requests := _following(island, page.url)))
    return Listing(rows, _following(longest, page.url), lists)


def _islands(page: Page) -> list[_Island]:
    text = page.text
    chunks = text.split("<datastore", _MAX_ISLANDS)[1:] or ([text] if "<recordset" in text else [])
    if not chunks:
        return []
    chunks = [chunk.partition("</datastore>")[0] for chunk in chunks]
    total = whole_number(value_in(text, "totalRecord")) if len(chunks) == 1 else 0
    script = _Island((), 0, total, whole_number(value_in(text, "perPage")), _script_address(page))
    return [_island(chunk, page.url, script) for chunk in chunks]


def _island(chunk: str, base: str, script: _Island) -> _Island:
    """What an island says, and what the script of the page says where the island does not."""
    group = chunk.partition("<nextgroup>")[2].partition("</nextgroup>")[0]
    address = (resolve(base, address_in(group, _ENDPOINT)) if _ENDPOINT in group else "") or script.address
    size = whole_number(fields_of(urlsplit(address).query).get("perpage")) or script.size
    records = records_in(chunk)
    total = number_in(chunk, "totalrecord") or script.total
    return _Island(rows_of_records(records, base), len(records), total, size, address)


def _script_address(page: Page) -> str:
    """The endpoint as the script of the page names it, with what it needs from elsewhere on the page."""
    address = resolve(page.url, address_in(page.text, _ENDPOINT)) if _ENDPOINT in page.text else None
    if not address:
        return ""
    column = _COLUMN.search(page.url)
    known = fields_of(urlsplit(address).query)
    found = {name: value_in(page.text, name) for name in _COPIED if not known.get(name)}
    if column and not known.get("columnid") and not found["columnid"]:
        found["columnid"] = column[1]
    return with_query(address, **{name: value for name, value in found.items() if value})


def _from_start(page: Page) -> tuple[Request, ...]:
    """The first page of a list without an island; the second for where the anchors of the page are all of the first."""
    address = _script_address(page)
    size = min(whole_number(value_in(page.text, "perPage")) or _USUAL_SIZE, _MAX_SIZE)
    starts: tuple[tuple[Method, int], ...] = (("POST", 1), ("GET", 1), ("POST", 2))
    return tuple(_request(address, method, start, size, page.url) for method, start in starts) if address else ()


def _following(island: _Island, referer: str) -> tuple[Request, ...]:
    """The page after the island, in the ways in which it may have to be asked for."""
    if not island.address or (island.total and island.records >= island.total):
        return ()
    posts = [_request(island.address, "POST", *start, referer) for start in _starts(island)]
    if len(posts) == 1 and 0 < island.records <= _MAX_SIZE:
        # The list has most likely ended within the island.
        return tuple(posts)
    number, size = _starts(island)[-1]
    return (*posts, _request(island.address, "GET", number, size, referer))


def _starts(island: _Island) -> list[tuple[int, int]]:
    """Number and size of the page after the island, for as many pages of the server as the island may hold.

    Of a server that obeys only the number, too high a one would skip rows, and too low a one brings known rows: so the
    lowest is asked for first.
    """
    count = island.records
    size = min(island.size or _size_of(count), _MAX_SIZE)
    number = count // size + 1
    if not 0 < count <= _MAX_SIZE or count % size:
        return [(number, size)]
    return [(lower, count // (lower - 1)) for lower in sorted({2, min(3, number), number})]


def _size_of(count: int) -> int:
    """The size of a page where it is not told: a third of the island, else a half, else all of it."""
    if not count:
        return _USUAL_SIZE
    return next(count // pages for pages in (3, 2, 1) if count % pages == 0)


def _request(address: str, method: Method, number: int, size: int, referer: str) -> Request:
    url, _, query = address.partition("?")
    form = with_fields(query, page=number, startrecord=(number - 1) * size + 1, endrecord=number * size, perpage=size)
    headers = ajax_headers(referer)
    state = {"page": str(number), "size": str(size)}
    if method == "GET":
        return Request(f"{url}?{form}", "GET", "", headers, NAME, state)
    return Request(url, "POST", form, (*headers, ("Content-Type", _FORM)), NAME, state)


def _read_answer(page: Page, asked: Request) -> Listing:
    records = records_in(page.text)
    shell = shell_of(asked)
    rows = rows_of_records(records, shell) if records else rows_of_html(page.text, shell)
    number, size = int(asked.state["page"]), int(asked.state["size"])
    if not rows or _is_last(page.text, number, size, len(records)):
        return Listing(rows)
    address = asked.url if asked.method == "GET" else f"{asked.url}?{asked.body}"
    return Listing(rows, (_request(address, asked.method, number + 1, size, shell),))


def _is_last(text: str, number: int, size: int, count: int) -> bool:
    """Whether the totals of an answer say so. A number of pages alone, or rows that do not add up to the total, prove
    nothing: the server may have pages of its own size."""
    total, pages = number_in(text, "totalrecord"), number_in(text, "totalpage")
    if number < pages:
        return False
    return (number - 1) * size + count == total if total else pages > 0 and count < size
