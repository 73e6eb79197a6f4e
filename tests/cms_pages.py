"""Made-up pages for the tests of the CMS families, and what a family asks for next."""

import re

from scraper.cms import FAMILIES
from scraper.model import Page, Request

HOST = "http://www.qinghe.example"
# The channel of a column.
CHANNEL = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def page(path: str, html: str) -> Page:
    return Page(HOST + path, html.encode(), "text/html; charset=utf-8")


def more(family: str, path: str, html: str, **state: str) -> list[str]:
    """The paths that the family asks for next."""
    asked = Request(HOST + path, family=family if state else "", state=state)
    return [request.url.removeprefix(HOST) for request in FAMILIES[family].read(page(path, html), asked).more]


def script(code: str) -> str:
    return f"<html><body><ul><li><a href='./202601/t20260116_1234567.html'>年报</a></li></ul><script>{code}</script></body></html>"


def rows(address: str, count: int) -> str:
    items = "".join(f'<li><a href="{address % n}">年报</a><span>2026-01-{n + 10}</span></li>' for n in range(count))
    return f"<ul>{items}</ul>"


def vsb(next_block: str) -> str:
    return f'<span class="p_pages"><span class="p_no_d">1</span><span class="p_no"><a href="nb/9.htm">3</a></span>{next_block}</span>'


def walk(family: str, start: str, site: dict[str, str]) -> list[str]:
    """The pages that bring new rows, when a list is walked as the crawl does: a failure or nothing new tries the next."""
    seen: set[str] = set()
    visited: list[str] = []
    waiting: list[list[Request]] = [[Request(HOST + start)]]
    while waiting:
        for asked in waiting.pop(0):
            path = asked.url.removeprefix(HOST)
            new = set(re.findall(r"r\d+\.html", site.get(path, ""))) - seen
            if not new:
                continue
            seen |= new
            visited.append(path)
            listing = FAMILIES[family].read(page(path, site[path]), asked)
            waiting += [[request] for request in listing.lists] + [list(listing.more)]
            break
    return visited


def list_page(number: int, pager: str) -> str:
    """Two rows of their own for each page."""
    return f"<a href='r{number}1.html'>a</a><a href='r{number}2.html'>b</a><script>{pager}</script>"
