"""The header of a report: title, agency, year, publisher, numbers and date, in the order of trust of their sources.

What stands before the first section heading holds the title and the metadata; the page's own <title> and <meta> tags
and the first sentences of the text fill what is missing. Where sources disagree, the more trusted one is taken and a
note says so. What no source states is None. Words are data (``data/header.toml``).
"""

import msgspec

from parsers.agencies import find_agency_type, find_level
from parsers.divisions import find_places, host_code, index_code
from parsers.documents.model import Document
from parsers.header.agency import decide_agency
from parsers.header.division import decide_division
from parsers.header.metadata import read_document_number, read_fields, read_index, read_published, read_publisher
from parsers.header.page import Page, collect_page
from parsers.header.script import make_restorer, simplify_page
from parsers.header.title_search import cut_below_title, find_titles
from parsers.header.whole import settle_government
from parsers.header.years import decide_year

__all__ = ["Header", "read_header"]


class Header(msgspec.Struct, frozen=True):
    """What the header says; unknown is None. ``is_titled``: a title of an annual disclosure report was found;
    ``is_disputed``: title and text name agencies of two places.

    ``title``, ``publisher`` and the two numbers are as printed, ``agency`` is its full name, ``published`` an ISO date;
    the other fields are those of the report record.
    """

    title: str | None = None
    agency: str | None = None
    publisher: str | None = None
    year: int | None = None
    index_number: str | None = None
    document_number: str | None = None
    published: str | None = None
    agency_type: str | None = None
    division_code: str | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None
    level: str | None = None
    notes: tuple[str, ...] = ()
    is_titled: bool = False
    is_disputed: bool = False


def read_header(document: Document, body_start: int, body_text: str, url: str | None) -> Header:
    """Read the header of a report.

    ``document.blocks[:body_start]`` stand before the first section heading; ``body_text`` is the text behind it, of
    which only the start and the end are looked at; ``url`` is where the page came from.
    """
    page = collect_page(document, body_start, body_text, url)
    if page.is_open:
        page = cut_below_title(page)
    plain = simplify_page(page)
    if plain is None:
        return _read_page(page)
    header, restore = _read_page(plain), make_restorer(page)
    return msgspec.structs.replace(
        header, title=restore(header.title), agency=restore(header.agency), publisher=restore(header.publisher)
    )


def _read_page(page: Page) -> Header:
    fields = read_fields(page)
    titles = find_titles(page, fields)
    index_number = read_index(page, fields)
    indexed, site = index_code(index_number), host_code(page.url)[0]
    published = read_published(page, fields)
    year, year_notes = decide_year(page, titles, published)
    agency, agency_notes, is_disputed = decide_agency(page, titles, fields, indexed or site, year)
    agency, whole_notes = settle_government(agency, titles, page)
    code, division_notes = decide_division(agency, indexed, site, year)
    return Header(
        title=titles[0].title.printed if titles else None,
        agency=agency,
        publisher=read_publisher(fields),
        year=year,
        index_number=index_number,
        document_number=read_document_number(page, fields),
        published=published,
        agency_type=find_agency_type(agency),
        division_code=code,
        **msgspec.structs.asdict(find_places(code, year)),
        level=find_level(agency, code, year),
        notes=(*year_notes, *agency_notes, *whole_notes, *division_notes),
        is_titled=bool(titles),
        is_disputed=is_disputed,
    )
