"""Lonsun open-government platform (README.md, section 8): a shell of a page, its rows by ``/site/label/8888``.

Wrong values of ``file`` and ``siteId`` give an empty answer, so both are taken from the script of the page.
"""

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from scraper.cms.endpoint import (
    address_in,
    ajax_headers,
    around,
    endpoint_words,
    fields_of,
    head_of,
    shell_of,
    value_in,
    with_fields,
)
from scraper.cms.fragment import objects_in, rows_of_html, string_in
from scraper.cms.scripts import fragment_text, read_json
from scraper.model import Link, Listing, Page, Request
from scraper.urls import resolve

NAME = "lonsun"
_LABEL = "site/label/8888"
_REPORTS = "3"
_CALL_WIDTH = 3000
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_MAX_NODES = 2000
# Values that a page may set far from the call.
_ANYWHERE = ("siteId", "file")
_COLUMN = re.compile(r"(?P<prefix>(?:/[\w-]{1,40}){0,5}?)/public/column/(?P<organ>\d{1,20})", re.ASCII)
_ARTICLE = re.compile(r"/public/(?:content|\d{1,20})/\d{1,20}", re.ASCII)
_PAGES = re.compile(r"\b(?:pageCount|totalPages?|pageTotal)[\"']?\s{0,9}[:=]\s{0,9}[\"']?(\d{1,6})", re.ASCII)


def fits_url(url: str) -> bool:
    """Whether the address is of one of the platform's shapes."""
    path = urlsplit(url).path
    return any(part in path for part in ("/public/column/", "/openness/", "/site/tpl/", f"/{_LABEL}"))


def fits(page: Page) -> bool:
    """Whether the page calls the endpoint of labels."""
    return fits_url(page.url) or f"/{_LABEL}" in head_of(page)


def read(page: Page, asked: Request) -> Listing:
    """How to ask for the list of a shell and for the tree of agencies, and the column of reports of its agency; for
    an answer its rows."""
    if asked.family == NAME:
        return _read_tree(page, asked) if asked.state["step"] == "tree" else _read_list(page, asked)
    if _ARTICLE.search(urlsplit(page.url).path):
        return Listing()
    url = resolve(page.url, address_in(page.text, _LABEL)) if _LABEL in page.text else None
    return Listing(_reports(page), _list(page, url) if url else (), _tree(page))


def _reports(page: Page) -> tuple[Link, ...]:
    """The column of reports of the agency whose column this is: its tab may be a script."""
    column = _COLUMN.search(urlsplit(page.url).path)
    if not column or _type(page) == _REPORTS or f"{column['organ']}?type={_REPORTS}" in page.text:
        return ()
    url = resolve(page.url, f"{column[0]}?type={_REPORTS}&action=list")
    return (Link(url, endpoint_words()[NAME]["tab"], kind="row", guessed=True),) if url else ()


def _type(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("type", [""])[0]


def _list(page: Page, url: str) -> tuple[Request, ...]:
    """The first page by GET, then by POST; the second where the page shows the first itself."""
    address, form = url.partition("?")[0], _fields(page, url)
    first, second = (with_fields(form, pageIndex=number) for number in (1, 2))
    headers = ajax_headers(page.url)
    states = [{"step": "list", "page": number} for number in ("1", "2")]
    get = Request(f"{address}?{first}", "GET", "", headers, NAME, states[0])
    post = Request(address, "POST", first, (*headers, ("Content-Type", _FORM)), NAME, states[0])
    next_one = Request(f"{address}?{second}", "GET", "", headers, NAME, states[1])
    return (get, post, next_one) if _ARTICLE.search(page.text) else (get, post)


def _fields(page: Page, url: str) -> str:
    """The fields of the list: as its address names them, else the call's script, the page's address, the usual."""
    fields = {name: quote(value, safe="") for name, value in endpoint_words()[NAME]["form"].items()}
    call = around(page.text, _LABEL, _CALL_WIDTH)
    own = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    column = _COLUMN.search(page.url)
    if column:
        own["organId"] = column["organ"]
    for name in fields:
        # What the address of the page says is what the visitor chose; a script may hold a default.
        told = own.get(name) or value_in(call, name) or (value_in(page.text, name) if name in _ANYWHERE else "")
        if told and (name != "type" or told.isdecimal()):
            fields[name] = quote(unquote(told), safe="")
    named = fields_of(urlsplit(url).query)
    fields |= {name: value for name, value in named.items() if value and name != "_" and name not in own}
    return "&".join(f"{name}={value}" for name, value in fields.items())


def _tree(page: Page) -> tuple[Request, ...]:
    """The tree of agencies, where the page prints the address that gives it."""
    address = address_in(page.text, f"{_LABEL}?labelName=columnTree")
    url = resolve(page.url, address) if address else None
    return (Request(url, "GET", "", ajax_headers(page.url), NAME, {"step": "tree"}),) if url else ()


def _read_list(page: Page, asked: Request) -> Listing:
    rows = rows_of_html(page.text, shell_of(asked))
    number = int(asked.state["page"])
    pages = _PAGES.search(page.text)
    if not rows or (pages and number >= int(pages[1])):
        return Listing(rows)
    url, state = asked.url, {"step": "list", "page": str(number + 1)}
    if asked.method == "POST":
        body = with_fields(asked.body, pageIndex=number + 1)
        return Listing(rows, (Request(url, "POST", body, asked.headers, NAME, state),))
    head, _, query = url.partition("?")
    following = f"{head}?{with_fields(query, pageIndex=number + 1)}"
    return Listing(rows, (Request(following, "GET", "", asked.headers, NAME, state),))


def _read_tree(page: Page, asked: Request) -> Listing:
    """The agencies or columns of a tree, with those under them."""
    waiting = objects_in(read_json(page.text))
    rows: list[Link] = []
    while waiting and len(rows) < _MAX_NODES:
        node = waiting.pop(0)
        url = resolve(shell_of(asked), path) if (path := string_in(node, "htmlPath", "url")) else None
        if url:
            rows.append(Link(url, fragment_text(string_in(node, "name")), kind="row"))
        waiting += objects_in(node.get("children"))
    return Listing(tuple(rows))
