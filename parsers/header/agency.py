"""Which of the names on a page is that of its agency, in the order of trust of their sources."""

from collections.abc import Iterable, Iterator

from parsers.agencies import (
    complete_place,
    find_agency_type,
    find_legal_name,
    is_agency,
    is_complete,
    place_end,
    place_of_short,
    same_work,
    strip_unit,
)
from parsers.divisions import division_name
from parsers.header.dates import read_signature
from parsers.header.metadata import read_publisher, read_source
from parsers.header.page import OPENING, Page, read_breadcrumb
from parsers.header.title_search import FoundTitle, find_headline
from parsers.header.words import load_words
from parsers.text import compact

_BEFORE_CONTACT, _BEHIND_CONTACT = 60, 50
_MAX_CONTACTS = 4
_MAX_STEP = 24
# A longer name without a place may tell one that no table knows.
_LONGEST_BARE = 10


def decide_agency(
    page: Page, titles: list[FoundTitle], fields: dict[str, str], code: str | None, year: int | None
) -> tuple[str | None, list[str], bool]:
    """The full name of the agency, or None, and notes for people on sources that differ.

    From the title (the best of ``titles`` first), the text, the signature, 发布机构 and 来源 among ``fields``, the
    breadcrumb. Short forms are completed by the text, or by the division ``code`` of index number or site in that year.
    The last value says whether title and text name agencies of two places: one of them was copied.
    """
    agency = next((t.title.agency for n, t in enumerate(titles) if t.title.agency and (n == 0 or t.is_head)), None)
    # A text that uses the full name of the title needs no search for another.
    names = [] if agency and agency in page.start and is_complete(agency) else _names_in_text(page.start)
    if agency is None:
        agency, notes = _untitled_agency(page, fields, names)
        return (_complete(agency, names, code, year) if agency else None), notes, False
    agency = _complete(agency, names, code, year)
    notes = _differing_places(agency, (*names, *_announced_names(page.start)))
    return agency, notes, bool(notes)


def _complete(agency: str, names: list[str], code: str | None, year: int | None) -> str:
    agency = complete_place(agency)
    if find_agency_type(agency) == "development_zone":
        full = next((name for name in names if name.startswith(agency)), None)
    else:
        full = find_legal_name(agency, names)
    return full or (place_of_short(agency, code, year) or _of_division(agency, code, year) if code else None) or agency


def _of_division(agency: str, code: str, year: int | None) -> str | None:
    """The name of a department that tells no place, with that of the division whose site it stands on."""
    words = load_words().text
    is_bare = place_end(agency) == 0 and len(agency) <= _LONGEST_BARE and not agency.startswith(words.national)
    place = division_name(code, year) if is_bare and agency.endswith(words.departments) else None
    return place + agency if place and find_agency_type(agency) is not None else None


def _names_in_text(text: str) -> list[str]:
    """Full names of agencies in 由…编制, 请与…联系: each without the office inside the agency, then as written."""
    made_by = (match[1] for match in load_words().patterns.made_by.finditer(text, 0, OPENING))
    plain = [compact(name) for name in dict.fromkeys((*_contacts(text), *made_by))]
    own = load_words().text.own
    variants = dict.fromkeys(
        variant for name in plain if not name.startswith(own) for variant in (strip_unit(name), name)
    )
    return [name for name in variants if len(name) > 2 and is_agency(name)]


def _announced_names(text: str) -> Iterator[str]:
    """Names of agencies in front of 2023年政府信息公开 in the opening of the text: whose report it says it is."""
    for match in load_words().patterns.announced_name.finditer(text, 0, OPENING):
        name = complete_place(compact(match[1] or match[2]))
        if is_agency(name) and not name.startswith(load_words().text.own):
            yield name


def _contacts(text: str) -> Iterator[str]:
    """The names in 请与…联系; the pattern is tried only around the word, as a text may be long."""
    words = load_words()
    word, pattern = words.text.contact, words.patterns.contact
    place = text.find(word)
    for _ in range(_MAX_CONTACTS):
        if place < 0:
            return
        near = pattern.finditer(text, max(0, place - _BEFORE_CONTACT), place + _BEHIND_CONTACT)
        yield from (match[1] for match in near)
        place = text.find(word, place + len(word))


def _untitled_agency(page: Page, fields: dict[str, str], names: list[str]) -> tuple[str | None, list[str]]:
    """The agency of a report whose title names none, with a note where publisher and source differ."""
    headline = find_headline(page, fields)
    if headline is not None:
        return headline, []
    publisher, source = read_publisher(fields), read_source(fields)
    names = [*_announced_names(page.start), *names]
    chosen = _named_agency(names, publisher) or read_signature(page.end)[0] or publisher
    notes = []
    if chosen is not None and chosen == publisher and source and source != publisher and not chosen.endswith(source):
        notes = [f"The publisher is {publisher}, the source {source}; the publisher is taken as the agency."]
    return compact(chosen or source or page.meta(load_words().metas.source)) or _column_agency(page), notes


def _named_agency(names: list[str], publisher: str | None) -> str | None:
    """The first name in the text; the office of a government answers questions about the government's report too."""
    named = next(iter(names), None)
    if publisher and find_agency_type(named) == "government_office":
        return publisher if find_agency_type(compact(publisher)) == "government" else named
    return named


def _column_agency(page: Page) -> str | None:
    no_leads = load_words().title.no_leads
    steps = (step for step in reversed(read_breadcrumb(page)) if 2 < len(step) <= _MAX_STEP)
    return next((step for step in steps if not step.startswith(no_leads) and is_agency(step)), None)


def _differing_places(agency: str, names: Iterable[str]) -> list[str]:
    """A note on a text that names the same kind of agency of another place (it was copied from there)."""
    here = agency[: place_end(agency)]
    for name in names:
        if agency in name or name in agency:
            continue
        there = name[: place_end(name)]
        if here and there and same_work(agency, name) and not (here.endswith(there) or there.endswith(here)):
            return [f"The title names {agency}, the text {name}; the title is kept."]
    return []
