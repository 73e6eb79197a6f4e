"""Replicas that nobody serves, and what they answer."""

import re
from functools import cache

from starlette.responses import Response

from xxgk.demo.addresses import give_addresses
from xxgk.demo.columns import Column
from xxgk.demo.sites import SITES
from xxgk.demo.sites.base import Site
from xxgk.demo.web import make_asked

ADDRESSES = {name: tuple(f"{a}:8400" for a in found) for name, found in give_addresses().items()}


def make_site(name: str, night: int = 1) -> Site:
    """A replica as it is on a night."""
    return SITES[name](name, ADDRESSES[name], ADDRESSES, night)


@cache
def shared_site(name: str) -> Site:
    """The replica of the first night, for tests that change nothing of it."""
    return make_site(name)


def ask(site: Site, address: str, method: str = "GET", body: str = "", **headers: str) -> Response:
    """What the replica answers; the address may be absolute. Underscores in names of headers stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.answer(make_asked(method, re.sub(r"^http://[^/]+", "", address), named, body.encode()))


def text_of(response: Response) -> str:
    """The body as text."""
    return bytes(response.body).decode()


def longest(site: Site) -> Column:
    """The column with reports that has the longest list."""
    columns = [c for c in site.content.root.walk() if any(article.report for article in c.articles)]
    return max(columns, key=lambda column: len(column.articles))


def titles(text: str) -> list[str]:
    """The title attributes in an answer, in order."""
    return re.findall(r"""title=\\?['"]([^'"\\]+)""", text)


def listed(column: Column) -> list[str]:
    return [article.title for article in column.articles]
