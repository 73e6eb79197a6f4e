"""The JSON endpoints of UCAP columns (section 6): ``/common/search/<channel>``, ``/searchList/<channel>``, Suzhou."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree

from scraper.cms.scripts import MAX_PAGES, fragment_text, read_json, script_text, whole_number
from scraper.model import Link, Listing, Page, Request
from scraper.urls import resolve

KIND = "answer"
_SEARCH_QUERY = (("_pageSize", "15"), ("_isAgg", "true"), ("_isJson", "true"), ("_template", "index"))
_EMPTY_QUERY = (("_rangeTimeGte", ""), ("_channelName", ""))
_PATHS = ("/common/search/", "/searchList/")
_CHANNEL = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_CHANNEL_IN_SCRIPT = re.compile(r"\bchannel_?id[\"']?\s{0,9}[:=]\s{0,9}[\"']([0-9a-f-]{32,36})[\"']", re.IGNORECASE)
_SEARCH = re.compile(r"[\"'`]((?:/[\w-]{1,40}){0,4}/(?:common/search|searchList)/)([0-9a-f]{32})?", re.IGNORECASE)
_LOAD = re.compile(r"[\"'`]((?:/[\w-]{1,40}){1,6}/loadData)\b")
_FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
_CHINA = timedelta(hours=8)


def find_endpoints(page: Page, family: str) -> tuple[tuple[Request, ...], bool]:
    """The first requests for the list of the page, and whether the page prints the endpoint (else it is guessed)."""
    script = script_text(page)
    named = _CHANNEL_IN_SCRIPT.search(script)
    if load := _LOAD.search(script):
        found = _load_request(page.url, family, load[1], named[1] if named else "", 1)
        return ((found,) if found else ()), True
    printed = _SEARCH.search(script)
    channel = (printed[2] if printed else "") or _meta_channel(page) or (named[1] if named else "")
    if not _CHANNEL.fullmatch(channel):
        return (), False
    paths = (printed[1],) if printed else _PATHS
    requests = (_search_request(page.url, family, path + channel, 1, page.url) for path in paths)
    return tuple(filter(None, requests)), printed is not None


def read_answer(page: Page, asked: Request, family: str) -> Listing:
    """Rows and next page of an answer of either endpoint."""
    value = read_json(page.text)
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        return Listing()
    is_search = asked.state.get(KIND) == "search"
    rows = tuple(_rows(page.url, data.get("results" if is_search else "list"), is_search))
    number = whole_number(asked.state.get("page")) or 1
    total = _search_pages(data) if is_search else whole_number(data.get("totalPage"))
    if not rows or number >= min(total, MAX_PAGES):
        return Listing(rows=rows)
    following = _next_request(asked, family, number + 1)
    return Listing(rows=rows, more=(following,) if following else ())


def _next_request(asked: Request, family: str, number: int) -> Request | None:
    path = urlsplit(asked.url).path
    if asked.state.get(KIND) == "search":
        referer = next((value for name, value in asked.headers if name == "Referer"), asked.url)
        return _search_request(asked.url, family, path, number, referer)
    return _load_request(asked.url, family, path, dict(parse_qsl(asked.body)).get("channel_id", ""), number)


def _search_request(base: str, family: str, path: str, number: int, referer: str) -> Request | None:
    url = resolve(base, f"{path}?{urlencode([('page', number), *_SEARCH_QUERY, *_EMPTY_QUERY])}")
    headers = (("Referer", referer), ("X-Requested-With", "XMLHttpRequest"))
    return Request(url, headers=headers, family=family, state={KIND: "search", "page": str(number)}) if url else None


def _load_request(base: str, family: str, path: str, channel: str, number: int) -> Request | None:
    url = resolve(base, f"{path}?pageSize=15")
    body = urlencode({"pageIndex": number} | ({"channel_id": channel} if channel else {}))
    state = {KIND: "load", "page": str(number)}
    return Request(url, "POST", body, (_FORM,), family, state) if url else None


def _meta_channel(page: Page) -> str:
    metas: Iterator[etree._Element] = page.tree.iter("meta") if page.tree is not None else iter(())
    found = (meta.get("content") or "" for meta in metas if (meta.get("name") or "").lower() == "channelid")
    return next(found, "").strip()


def _search_pages(data: dict[str, Any]) -> int:
    size = whole_number(data.get("rows")) or 15
    return -(-whole_number(data.get("total")) // size)


def _rows(base: str, found: object, is_search: bool) -> Iterator[Link]:
    title, address = ("title", "url") if is_search else ("TITLE", "URL")
    for row in found if isinstance(found, list) else ():
        target = row.get(address) if isinstance(row, dict) else None
        if isinstance(target, str) and target.strip() and (url := resolve(base, target)):
            yield Link(url, fragment_text(row.get(title)), date=_date_of(row), kind="row")


def _date_of(row: dict[str, Any]) -> str:
    """The day of a row: as printed, else by its milliseconds, in Chinese time."""
    for name in ("publishedTimeStr", "PUBLISHED_TIME_FORMAT"):
        if isinstance(row.get(name), str):
            return str(row[name])[:10]
    stamp = row.get("publishedTime")
    if not isinstance(stamp, int) or not 0 < stamp < 10**13:
        return ""
    return str((datetime.fromtimestamp(stamp / 1000, UTC) + _CHINA).date())
