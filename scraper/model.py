"""What the parts of the crawl hand to each other: requests, links, pages, listings."""

from functools import cached_property
from typing import Literal

import msgspec
from lxml import etree

from scraper.decode import decode

Method = Literal["GET", "POST"]
LinkKind = Literal["anchor", "frame", "refresh", "script", "row"]


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to ask a server for.

    ``family`` and ``state`` are for the module of the CMS family that made the request: it reads them when the answer
    comes (which page of which list this is). They are not sent.
    """

    url: str
    method: Method = "GET"
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    family: str = ""
    state: dict[str, str] = {}


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """One address that a page leads to, with what the page says of it.

    ``text`` is the text of the anchor, ``title`` its title attribute (complete where the text is cut), ``date`` a date
    printed beside it, ``near`` the heading or menu that it stands under. ``kind`` says how it was found: ``row`` is a
    row of a list that a family module read. ``guessed`` marks an address that nobody printed (made by counting): that
    it leads nowhere is no failure.
    """

    url: str
    text: str = ""
    title: str = ""
    date: str = ""
    near: str = ""
    kind: LinkKind = "anchor"
    guessed: bool = False

    @property
    def label(self) -> str:
        """The fuller of text and title."""
        cut = self.text.rstrip(".…")
        return self.title if self.title and (len(self.title) > len(cut) or not cut) else self.text


class Listing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a family module reads of a page or of an answer.

    ``rows`` are links that no anchor of the page holds (rows of an XML island, of a JSON answer).
    ``more`` asks for the next page of the same list: the first request is tried, the others only where the one before
    fails or brings no new address. ``lists`` begins other lists (or a step towards one, such as a script that holds
    the id of the site).
    """

    rows: tuple[Link, ...] = ()
    more: tuple[Request, ...] = ()
    lists: tuple[Request, ...] = ()


class Page:
    """One answer of a server, decoded (no content encoding). ``url`` is the address that answered at last."""

    def __init__(self, url: str, body: bytes, content_type: str = "") -> None:
        self.url = url
        self.body = body
        self.content_type = content_type

    @cached_property
    def text(self) -> str:
        """The body as text; a charset that the header names is only a hint."""
        return decode(self.body, self.content_type)

    @cached_property
    def tree(self) -> etree._Element | None:
        """The parsed HTML, or None where the body holds no element."""
        return parse_html(self.text)


def parse_html(text: str) -> etree._Element | None:
    """The root element of an HTML text or fragment, or None where there is none."""
    if "<" not in text:
        return None
    # huge_tree: without it a page nested more than 250 deep loses its content without a word.
    parser = etree.HTMLParser(huge_tree=True, recover=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
