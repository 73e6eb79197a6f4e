"""Report pages of the Hanweb disclosure module that nobody lists (README.md, section 3 a): one per agency and year.

``xxgkAnnualReport.jsp?area=<code of the agency>&fbtime=<year reported on>``. Codes and years that a page prints are
put together. All years since 2019 are tried where the site is known to have such pages, the two newest where it is
not, and a year before that only after the year that follows it had a report.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from scraper.cms.endpoint import address_in, endpoint_words, with_query
from scraper.links import clean_text
from scraper.model import Link, Page
from scraper.urls import resolve

FAMILY = "hanweb-xxgk"
_PAGE = "xxgkannualreport.jsp"
_PATH = "/module/xxgk/xxgkAnnualReport.jsp"
_FIRST, _DEFAULT_FIRST, _LAST = 2008, 2019, 2100
_PROBED = 2
_MAX_AREAS = 1000
_MAX_BODIES = 5
_MIN_BODY, _MIN_PAGE = 300, 1000
# The unified social credit code of an agency begins with 11; the letters I, O, S, V and Z are not used in it.
_CODE = "11[0-9A-HJ-NPQRTUWXY]{16}"
_AREA = re.compile(rf"(?<![A-Za-z])(?:vc_xxgk)?area[\"']?\s{{0,9}}[=:]\s{{0,9}}[\"']?({_CODE})(?!\w)", re.ASCII)
_BARE_AREA = re.compile(rf"(?<!\w)({_CODE})(?!\w)", re.ASCII)
_DATED = re.compile(r"(?<!\d)(20\d\d)(?=\s{0,9}[-/.年]\s{0,9}\d{1,2}(?!\d))", re.ASCII)
_REPORTED = re.compile(r"\bfbtime=(20\d\d)(?!\d)", re.ASCII)


def is_report_address(url: str) -> bool:
    """Whether the address is that of the report of one agency and year."""
    return urlsplit(url).path.lower().endswith(_PAGE)


def guessed_reports(page: Page, is_tree: bool = False, known: str = "") -> tuple[Link, ...]:
    """Addresses of reports of the agencies that a page names, all guessed.

    A page that is such a report leads to the other years of its agency, if it holds a text at all. In an answer that
    is a tree of agencies (``is_tree``) a code counts wherever it stands; ``known`` is then what ``what_is_known`` said
    of the page that asked for the tree.
    """
    if is_report_address(page.url):
        return _neighbours(page)
    areas = dict.fromkeys(
        match[1] for pattern in (_AREA, *([_BARE_AREA] if is_tree else [])) for match in pattern.finditer(page.text)
    )
    year, address = _newest(page.text), address_in(page.text, _PAGE)
    if not year and known:
        year = int(known.partition(" ")[0])
    address = address or known.partition(" ")[2]
    first = min(_DEFAULT_FIRST, year) if address else max(year - _PROBED + 1, _FIRST)
    names = _names(page, areas)
    return tuple(
        link
        for area in list(areas)[:_MAX_AREAS]
        for link in _links(page.url, address, area, range(year, first - 1, -1) if year else (), names.get(area, ""))
    )


def what_is_known(page: Page) -> str:
    """The newest year that can be reported on, and the address of such a report if the page prints one."""
    return f"{_newest(page.text)} {address_in(page.text, _PAGE)}"


def _neighbours(page: Page) -> tuple[Link, ...]:
    query = parse_qs(urlsplit(page.url).query)
    area, asked = query.get("area", [""])[0], query.get("fbtime", [""])[0]
    if not re.fullmatch(_CODE, area) or not re.fullmatch(r"20\d\d", asked, re.ASCII) or not _has_report(page):
        return ()
    newest, year = max(_newest(page.text), int(asked)), int(asked)
    years = set(range(_DEFAULT_FIRST, newest + 1)) | {max(year - 1, _FIRST)}
    return tuple(_links(page.url, page.url, area, sorted(years - {year}, reverse=True), ""))


def _has_report(page: Page) -> bool:
    """Whether the page holds a text: a year without a report answers as well."""
    if page.tree is None or endpoint_words()[FAMILY]["phrase"] not in page.text:
        return False
    bodies = [part for part in page.tree.iter("div", "td") if _is_body(part)][:_MAX_BODIES]
    if not bodies:
        return _length(page.tree) >= _MIN_PAGE
    return any(_length(part) >= _MIN_BODY or next(part.iter("a", "img", "iframe"), None) is not None for part in bodies)


def _is_body(element: etree._Element) -> bool:
    return element.get("id", "").lower() == "zoom" or "bt_content" in element.get("class", "")


def _length(element: etree._Element) -> int:
    return len("".join("".join(element.itertext()).split()))


def _newest(text: str) -> int:
    """The newest year that can be reported on: that before the newest date, or the newest one reported on already."""
    dated = [int(year) - 1 for year in _DATED.findall(text)]
    reported = [int(year) for year in _REPORTED.findall(text)]
    # Where no date is printed, the links may be a year old.
    newest = max([*dated, *(year + (not dated) for year in reported)], default=0)
    return newest if newest >= _FIRST else 0


def _names(page: Page, areas: Iterable[str]) -> dict[str, str]:
    """The text of the first anchor to each area."""
    found: dict[str, str] = {}
    wanted = set(areas)
    for anchor in page.tree.iter("a") if wanted and page.tree is not None else ():
        match = _AREA.search(anchor.get("href", "")[:1000])
        if match and match[1] in wanted:
            found.setdefault(match[1], clean_text("".join(anchor.itertext()))[:100])
    return found


def _links(base: str, address: str, area: str, years: Iterable[int], name: str) -> Iterable[Link]:
    for year in years:
        url = resolve(base, with_query(address or _PATH, area=area, fbtime=year))
        if url:
            label = endpoint_words()[FAMILY]["label"].format(year=year)
            yield Link(url, label, near=name, kind="row", guessed=True)
