"""The disclosure catalogue of Guangdong (README.md, section 4): a tree of categories in the page, lists by JSON.

The categories of annual reports are asked for; where none is named so, the newest pages of everything are.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from scraper.cms.endpoint import ajax_headers, balanced, endpoint_words, head_of, shell_of, value_in, with_query
from scraper.cms.fragment import date_in, inside, objects_in, string_in
from scraper.cms.scripts import fragment_text, read_json, whole_number
from scraper.model import Link, Listing, Page, Request
from scraper.urls import resolve

NAME = "gkmlpt"
_PREFIX = "/gkmlpt/"
_PAGE_ROWS = 100
# Of the category of everything no more pages than these are asked for.
_PAGES_OF_ALL = 5
_MAX_NODES = 5000
_TREE = re.compile(r"\bTREE[\"']?\s{0,20}:\s{0,20}(?=\[)")
_CHINA = timedelta(hours=8)
_ID = re.compile(r"\w{1,40}", re.ASCII)


def fits_url(url: str) -> bool:
    """Whether the address is one of the catalogue, with or without a unit in front."""
    return _PREFIX in f"{urlsplit(url).path}/"


def fits(page: Page) -> bool:
    """Whether the page holds the catalogue's configuration."""
    head = head_of(page)
    return fits_url(page.url) or ("window._config" in head and "sid" in head and "tree" in head)


def read(page: Page, asked: Request) -> Listing:
    """The lists of the categories of reports, and rows for those that lead elsewhere; for an answer its rows."""
    if asked.family == NAME:
        return _read_answer(page, asked)
    found = _TREE.search(page.text)
    nodes = list(_nodes(read_json(balanced(page.text, found.end())))) if found else []
    if not nodes:
        return Listing()
    reports = [(node, names) for node, names in nodes if _is_of_reports(names)]
    rows = tuple(row for node, names in reports if (row := _jump(node, names, page.url)))
    counted = any(whole_number(node.get("post_count")) for node, _ in reports)
    wanted = [
        string_in(node, "id")
        for node, _ in reports
        if not string_in(node, "jump_url") and (whole_number(node.get("post_count")) or not counted)
    ]
    requests = [_request(page, identity) for identity in wanted if _ID.fullmatch(identity)]
    return Listing(rows, lists=tuple(requests) if reports else (_request(page, "0"),))


def _nodes(tree: object) -> Iterator[tuple[dict[str, object], tuple[str, ...]]]:
    """The categories of a tree, each with the names of those above it and its own."""
    waiting: list[tuple[dict[str, object], tuple[str, ...]]] = [(node, ()) for node in reversed(objects_in(tree))]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node, above = waiting.pop()
        names = (*above[-9:], string_in(node, "name"))
        yield node, names
        waiting += [(child, names) for child in reversed(objects_in(node.get("children")))]


def _is_of_reports(names: tuple[str, ...]) -> bool:
    return any(word in name for name in names for word in endpoint_words()[NAME]["reports"])


def _jump(node: dict[str, object], names: tuple[str, ...], base: str) -> Link | None:
    target = string_in(node, "jump_url")
    url = resolve(base, target) if target else None
    return Link(url, names[-1], near=names[-2] if len(names) > 1 else "", kind="row") if url else None


def _request(page: Page, category: str) -> Request:
    path = f"{urlsplit(page.url).path}/"
    unit = path[: path.index(_PREFIX)] if _PREFIX in path else ""
    sid = value_in(page.text, "SID")
    # A path that came out of an address is resolved to one again.
    url = resolve(page.url, f"{unit}{_PREFIX}api/all/{category}") or page.url
    url = with_query(url, page=1, sid=sid) if sid else with_query(url, page=1)
    state = {"page": "1", "all": "yes"} if category == "0" else {"page": "1"}
    return Request(url, headers=ajax_headers(page.url), family=NAME, state=state)


def _read_answer(page: Page, asked: Request) -> Listing:
    answer = read_json(page.text)
    articles = objects_in(inside(answer, "articles"))
    rows = tuple(row for article in articles if (row := _row(article, shell_of(asked))))
    number = int(asked.state["page"])
    total = whole_number(inside(answer, "total")) or whole_number(inside(answer, "classify", "post_count"))
    ended = number * _PAGE_ROWS >= total if total else len(articles) < _PAGE_ROWS
    if not articles or ended or ("all" in asked.state and number >= _PAGES_OF_ALL):
        return Listing(rows)
    state = {**asked.state, "page": str(number + 1)}
    return Listing(rows, (Request(with_query(asked.url, page=number + 1), "GET", "", asked.headers, NAME, state),))


def _row(article: dict[str, object], base: str) -> Link | None:
    target = string_in(article, "url", "post_url")
    url = resolve(base, target) if target else None
    if not url:
        return None
    title = fragment_text(string_in(article, "title"))
    return Link(url, title, date=_date(article), near=string_in(article, "classify_main_name"), kind="row")


def _date(article: dict[str, object]) -> str:
    """The day of publication in China; the stamps are seconds, or a printed time."""
    for name in ("display_publish_time", "created_at", "create_time", "date"):
        stamp = article.get(name)
        if isinstance(stamp, str) and (printed := date_in(stamp)):
            return printed
        seconds = int(stamp) if isinstance(stamp, str) and stamp.isdecimal() and len(stamp) <= 10 else stamp
        if isinstance(seconds, int) and 0 < seconds < 4_102_444_800:
            return (datetime.fromtimestamp(seconds, UTC) + _CHINA).date().isoformat()
    return ""
