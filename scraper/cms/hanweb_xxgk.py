"""Hanweb disclosure module (README.md, section 3): lists by ``search.jsp``, agencies by ``tree.jsp``, and report pages
by agency and year, which ``annual_years`` counts out.

A column may hold the rows of jpage as well; then both are read.
"""

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from bs4 import BeautifulSoup

from scraper.cms import hanweb_jpage
from scraper.cms.annual_years import guessed_reports, is_report_address, what_is_known
from scraper.cms.endpoint import (
    address_in,
    ajax_headers,
    around,
    endpoint_words,
    fields_of,
    head_of,
    shell_of,
    unescaped,
    value_in,
    with_fields,
    with_query,
)
from scraper.cms.fragment import rows_of_html
from scraper.model import Listing, Method, Page, Request
from scraper.urls import resolve

NAME = "hanweb-xxgk"
_SEARCH = "module/xxgk/search.jsp"
_TREE = "tree.jsp?area="
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_CALL_WIDTH = 1500
_MAX_HTML = 300_000
_TOTAL = re.compile(r"共\s{0,9}(\d{1,6})\s{0,9}页", re.ASCII)
_COLUMN = re.compile(r"/col/col(\d{1,20})/", re.ASCII)
# The page's own address narrows the list by these.
_NARROWED = {"area": "vc_xxgkarea", "infotypeId": "number"}


def fits_url(url: str) -> bool:
    """Whether the address is one of the module."""
    return "/module/xxgk/" in urlsplit(url).path


def fits(page: Page) -> bool:
    """Whether the page calls the list or the tree of the module, or leads to reports by agency."""
    head = head_of(page)
    return fits_url(page.url) or any(word in head for word in (_SEARCH, _TREE, "xxgkannualreport.jsp", "vc_xxgkarea="))


def read(page: Page, asked: Request) -> Listing:
    """Guessed reports of the agencies named, the list and the tree that the page calls; for an answer its rows."""
    if asked.family == NAME:
        return _read_tree(page, asked) if asked.state["step"] == "tree" else _read_search(page, asked)
    if is_report_address(page.url):
        return Listing(guessed_reports(page))
    island = hanweb_jpage.read(page, asked) if hanweb_jpage.fits(page) else Listing()
    tree = _tree(page)
    rows = (*island.rows, *guessed_reports(page))
    search = _search(page)
    if island.more:
        return Listing(rows, island.more, (*island.lists, *tree, *search[:1]))
    return Listing(rows, search, (*island.lists, *tree))


def _tree(page: Page) -> tuple[Request, ...]:
    address = address_in(page.text, _TREE)
    url = resolve(page.url, address) if address else None
    state = {"step": "tree", "known": what_is_known(page)}
    return (Request(url, "GET", "", ajax_headers(page.url), NAME, state),) if url else ()


def _search(page: Page) -> tuple[Request, ...]:
    """The first page of the list, the second where the page shows the rows of the first itself."""
    address = address_in(page.text, _SEARCH)
    url = resolve(page.url, address) if address else None
    if not url:
        return ()
    form = _form(page, url)
    shown = bool(_TOTAL.search(page.text)) and "tr_main_value" in page.text
    numbers = (2,) if shown and _pages(page.text) > 1 else () if shown else (1,)
    methods: tuple[Method, ...] = ("POST", "GET")
    return tuple(_request(url, form, number, method, page.url) for number in numbers for method in methods)


def _form(page: Page, url: str) -> str:
    """The fields of the list: as its address names them, else as the page's own, its script, its hidden inputs do."""
    fields = {name: quote(value, safe=",:") for name, value in endpoint_words()[NAME]["form"].items()}
    call, inputs = around(page.text, _SEARCH, _CALL_WIDTH), _inputs(page)
    own = parse_qs(urlsplit(page.url).query)
    column = _COLUMN.search(page.url)
    for name in fields:
        told = own.get(_NARROWED.get(name, name), [""])[0] or value_in(call, name, False) or inputs.get(name)
        if not told and name == "divid" and column:
            told = f"div{column[1]}"
        fields[name] = quote(unquote(told), safe=",:") if told else fields[name]
    fields |= {name: value for name, value in fields_of(urlsplit(url).query).items() if value or name not in fields}
    return "&".join(f"{name}={value}" for name, value in fields.items())


def _inputs(page: Page) -> dict[str, str]:
    elements = page.tree.iter("input") if page.tree is not None else ()
    return {element.get("name") or element.get("id") or "": element.get("value", "")[:500] for element in elements}


def _request(url: str, form: str, number: int, method: Method, referer: str) -> Request:
    """The number goes into the query as well as into the body."""
    address, form = url.partition("?")[0], with_fields(form, currpage=number)
    state = {"step": "search", "page": str(number)}
    if method == "GET":
        return Request(f"{address}?{form}", "GET", "", ajax_headers(referer), NAME, state)
    headers = (*ajax_headers(referer), ("Content-Type", _FORM))
    return Request(with_query(address, currpage=number), "POST", form, headers, NAME, state)


def _read_search(page: Page, asked: Request) -> Listing:
    rows = rows_of_html(_marked_rows(page.text) or page.text, shell_of(asked))
    number, pages = int(asked.state["page"]), _pages(page.text)
    if not rows or (number >= pages if pages else "下一页" not in page.text):
        return Listing(rows)
    form = asked.body or urlsplit(asked.url).query
    return Listing(rows, (_request(asked.url, form, number + 1, asked.method, shell_of(asked)),))


def _marked_rows(text: str) -> str:
    """The rows of the list alone, where they are marked: other tables may stand in the answer."""
    if "tr_main_value" not in text:
        return ""
    soup = BeautifulSoup(text[:_MAX_HTML], "lxml")
    return "".join(map(str, soup.select("tr.tr_main_value_odd, tr.tr_main_value_even")))


def _pages(text: str) -> int:
    total = _TOTAL.search(text)
    return int(total[1]) if total else 0


def _read_tree(page: Page, asked: Request) -> Listing:
    """The agencies of the tree, as links where it has any, and their reports."""
    links = rows_of_html(unescaped(page.text), shell_of(asked))
    return Listing((*links, *guessed_reports(page, is_tree=True, known=asked.state["known"])))
