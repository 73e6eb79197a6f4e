"""Epoint web builder (README.md, section 10): an empty shell, the id of the site in a script, rows by POST of JSON.

Whether ``pageIndex`` counts from 0 or from 1 differs: 0 is asked for first, and where 1 repeats it, 2 comes next.
"""

import json
import re
from urllib.parse import parse_qs, urlsplit

from scraper.cms import generic_static
from scraper.cms.endpoint import address_in, ajax_headers, head_of, value_in, with_query
from scraper.cms.fragment import date_in, inside, objects_in, string_in
from scraper.cms.scripts import fragment_text, read_json, whole_number
from scraper.model import Link, Listing, Page, Request
from scraper.urls import resolve

NAME = "epoint"
_SCRIPTS = ("webBuilderCommon.js", "ajaxReq.js")
_ACTION = "rest/lightfrontaction/getgovinfolist"
_USUAL_PROJECT = "/EWB-FRONT"
# Projects of the version that wants the object wrapped.
_OLDER_PROJECTS = ("_Mid", "MiddleForWeb")
_SIZE = 20
_URL_MARKS = re.compile(r"govInfoPub|[?&]categorynum=|EWB")
_JSON = ("Content-Type", "application/json; charset=UTF-8")


def fits_url(url: str) -> bool:
    """Whether the address is of one of the product's shapes."""
    return _URL_MARKS.search(url) is not None


def fits(page: Page) -> bool:
    """Whether the page loads the product's script."""
    return fits_url(page.url) or _SCRIPTS[0].lower() in head_of(page)


def read(page: Page, asked: Request) -> Listing:
    """The step to the script that names the site, from there to the list; for an answer of the list its rows.

    A page that asks for no category is a static one.
    """
    if asked.family == NAME and asked.state["step"] == "list":
        return _read_list(page, asked)
    state = asked.state if asked.family == NAME else _state(page)
    if not state:
        return generic_static.read(page, asked)
    requests = _list(page, state)
    if requests:
        # The shell stands for the rows that are to come: a list whose page brings no address is over.
        return Listing((Link(state["shell"], kind="row"),), requests)
    return Listing(lists=_scripts(page, state)) if asked.family != NAME else Listing()


def _state(page: Page) -> dict[str, str]:
    """What the address of a shell asks for; empty where it names no category."""
    query = parse_qs(urlsplit(page.url).query)
    category, department = (query.get(name, [""])[0] for name in ("categorynum", "deptcode"))
    if not category:
        return {}
    return {"step": "script", "category": category, "department": department, "shell": page.url}


def _scripts(page: Page, state: dict[str, str]) -> tuple[Request, ...]:
    """The script files that may hold the id of the site: those that the page loads, else the usual ones.

    The category goes with the address, so that each list of a site has a step of its own.
    """
    named = [found for name in _SCRIPTS if (found := address_in(page.text, name))]
    urls = [resolve(page.url, target) for target in named or [f"/js/{name}" for name in _SCRIPTS]]
    query = {"categorynum": state["category"]} | ({"deptcode": state["department"]} if state["department"] else {})
    headers = ajax_headers(page.url)
    return tuple(Request(with_query(url, **query), "GET", "", headers, NAME, state) for url in urls if url)


def _list(page: Page, state: dict[str, str]) -> tuple[Request, ...]:
    """The first page of the list in both ways of counting and both forms; empty where the text names no site."""
    site = value_in(page.text, "siteGuid")
    project = value_in(page.text, "projectName") or _USUAL_PROJECT
    url = resolve(state["shell"], f"/{project.strip('/')}/{_ACTION}") if site else None
    if not url:
        return ()
    fields = {"deptcode": state["department"], "categorynum": state["category"], "pageIndex": 0, "pageSize": _SIZE}
    fields["siteGuid"] = site
    older = any(name in project for name in _OLDER_PROJECTS)
    return tuple(
        _request(url, fields | {"pageIndex": first}, wrapped, first, state["shell"])
        for wrapped in (older, not older)
        for first in (0, 1)
    )


def _request(url: str, fields: dict[str, object], wrapped: bool, base: int, shell: str, size: int = 0) -> Request:
    """One page; ``base`` is the number of the first page, ``wrapped`` the older form, ``size`` the rows of a page as
    the server gives them (0: not known yet)."""
    body = json.dumps({"params": fields} if wrapped else fields, separators=(",", ":"))
    state = {"step": "list", "shell": shell, "base": str(base), "wrapped": "yes" if wrapped else "", "size": str(size)}
    return Request(url, "POST", body, (*ajax_headers(shell), _JSON), NAME, state)


def _read_list(page: Page, asked: Request) -> Listing:
    custom = inside(read_json(page.text), "custom")
    custom = read_json(custom) if isinstance(custom, str) else custom
    shell, entries = asked.state["shell"], objects_in(inside(custom, "data"))
    rows = tuple(row for entry in entries if (row := _row(entry, shell)))
    sent = json.loads(asked.body)
    fields, wrapped = (sent["params"], True) if asked.state["wrapped"] else (sent, False)
    number, base, total = fields["pageIndex"], int(asked.state["base"]), whole_number(inside(custom, "total"))
    # A server may give fewer rows at a time than were asked for.
    size = int(asked.state["size"]) or len(entries)
    if not rows or (total and (number - base + 1) * size >= total):
        return Listing(rows)
    # A server that counts from 1 gave its first page for 0, and gives it again for 1.
    following = [(number + 1, base)] + ([(2, 1)] if number == 0 else [])
    requests = (_request(asked.url, fields | {"pageIndex": n}, wrapped, first, shell, size) for n, first in following)
    return Listing(rows, tuple(requests))


def _row(item: dict[str, object], shell: str) -> Link | None:
    target = string_in(item, "infourl", "visiturl", "linkurl")
    url = resolve(shell, target) if target else None
    if not url:
        return None
    title = fragment_text(string_in(item, "realtitle", "title"))
    date = date_in(string_in(item, "infodate", "handsdate"))
    return Link(url, title, date=date, near=string_in(item, "deptname"), kind="row")
