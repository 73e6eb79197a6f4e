"""Rows out of what script endpoints answer: fragments of HTML, XML islands with a record a row, objects of JSON.

Everything here is read from strangers' pages: what is cut off gives fewer rows, nothing raises, time stays linear.
"""

import html
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from msgspec.structs import replace

from scraper.cms.scripts import whole_number
from scraper.links import links_of_html
from scraper.model import Link

MAX_ROWS = 2000
_MAX_HTML = 300_000
_MAX_RECORD = 20_000
_MAX_RECORDS = 1_000_000
_PROLOG = re.compile(r"\s{0,99}<\?xml[^<>]{0,200}>")
# The year of an index number such as 2026-02-00018 is no date: no digit may follow.
_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})\s{0,9}[-/.年]\s{0,9}([0-9]{1,2})\s{0,9}[-/.月]\s{0,9}([0-9]{1,2})(?![0-9])"
)


def records_in(text: str) -> list[str]:
    """The HTML of each whole ``<record>`` of an XML island, in order."""
    return list(_records(text))


def rows_of_records(records: list[str], base: str) -> tuple[Link, ...]:
    """The links of records, each with the date printed in its record."""
    return _once(link for record in records for link in _row_links(record, base))


def rows_of_html(fragment: str, base: str) -> tuple[Link, ...]:
    """The links of an HTML fragment, each with the date of the list item, table row or paragraph that it stands in."""
    fragment = _PROLOG.sub("", fragment[:_MAX_HTML], count=1)
    if "<" not in fragment:
        return ()
    soup = BeautifulSoup(fragment, "lxml")
    kind = "li, tr" if soup.select_one("li a, tr a, li[onclick], tr[onclick]") else "p, dd"
    rows = (str(row) for row in soup.select(kind, limit=MAX_ROWS) if row.select_one(kind) is None)
    dated = [link for row in rows for link in _row_links(row, base)]
    return _once([*dated, *(replace(link, kind="row") for link in links_of_html(fragment, base))])


def date_in(text: str) -> str:
    """The last full date of a text as ``2026-01-20``; "" where there is none."""
    dates = [
        f"{year}-{int(month):02}-{int(day):02}"
        for year, month, day in _DATE.findall(text)
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    ]
    return dates[-1] if dates else ""


def number_in(text: str, element: str) -> int:
    """The number in an element of an island (``<totalrecord>58</totalrecord>``); 0 where it is not told."""
    match = re.search(rf"<{element}>(?:<!\[CDATA\[)?\s{{0,9}}(\d{{1,9}})(?!\d)", text, re.ASCII)
    return int(match[1]) if match else 0


def inside(value: object, *names: str) -> object:
    """The value under a path of names in a JSON object; None where the path breaks off."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects_in(value: object) -> list[dict[str, object]]:
    """The objects of a JSON list, at most ``MAX_ROWS``."""
    return [item for item in value[:MAX_ROWS] if isinstance(item, dict)] if isinstance(value, list) else []


def string_in(value: object, *names: str) -> str:
    """The first of the fields of a JSON object that holds a text or a number that is not 0, as text; "" where none."""
    for name in names:
        found = inside(value, name)
        if isinstance(found, str) and found.strip():
            return found.strip()
        if whole_number(found):
            return str(found)
    return ""


def _records(text: str) -> Iterator[str]:
    end, left = 0, _MAX_RECORDS
    for _ in range(MAX_ROWS):
        start = text.find("<record>", end)
        end = text.find("</record>", start)
        if start < 0 or end < 0 or left <= 0:
            return
        content = text[start + len("<record>") : end][:_MAX_RECORD].strip()
        left -= len(content)
        content = content.removeprefix("<![CDATA[").removesuffix("]]>")
        yield content if "<" in content else html.unescape(content)


def _row_links(row: str, base: str) -> list[Link]:
    links = links_of_html(row, base)
    date = _date_of_row(row) if links else ""
    return [replace(link, kind="row", date=date) for link in links]


def _date_of_row(row: str) -> str:
    """The date beside the links of a row, else the one within them."""
    soup = BeautifulSoup(row, "lxml")
    titles = [anchor.extract().get_text(" ") for anchor in soup.select("a")]
    return date_in(soup.get_text(" ")) or date_in(" ".join(titles))


def _once(links: Iterator[Link] | list[Link]) -> tuple[Link, ...]:
    """Each address once, with the fullest label (a picture may lead to it as well)."""
    found: dict[str, Link] = {}
    for link in links:
        known = found.get(link.url)
        if known is None or (not known.label and link.label):
            found[link.url] = link
    return tuple(found.values())
