"""All official tables of a document: which copies of them it prints, and the values of the fullest."""

from functools import cache
from typing import TypeVar

import msgspec

from parsers.codebook import load_codebook
from parsers.documents.model import Document, Grid
from parsers.forms.applications import APPLICANTS, ApplicationRow, find_application_rows, read_application_rows
from parsers.forms.disclosure import DisclosureRow, find_disclosure_rows, read_disclosure_row, vote_form
from parsers.forms.review import read_review
from parsers.forms.rows import Slot, TableReading, print_rows
from parsers.forms.schema import load_forms, newest_form, statistics_form, telling_rows
from parsers.forms.statistics import is_statistics, read_statistics
from parsers.headings import find_heading
from parsers.records import Value

# Fewer rows than these are a table of the report's own that shares a label with a form.
_MIN_DISCLOSURE = 2
_MIN_APPLICATIONS = 3
_TABLES = ("disclosure", "applications", "review_litigation", "statistics")


class Tables(msgspec.Struct):
    """The official tables of one report by kind, the form that the report follows, and what was odd."""

    form: str
    readings: dict[str, TableReading]
    notes: list[str]
    first_block: int | None


class _Found(msgspec.Struct):
    """Rows of all copies of each table, in reading order."""

    disclosure: list[list[DisclosureRow]] = msgspec.field(default_factory=list)
    applications: list[list[ApplicationRow]] = msgspec.field(default_factory=list)
    review: list[TableReading] = msgspec.field(default_factory=list)
    statistics: list[TableReading] = msgspec.field(default_factory=list)
    first_block: int | None = None


def read_tables(document: Document) -> Tables:
    """Find and read the official tables; labels decide which form a table follows, never the year."""
    found = _find(document)
    form = _choose_form(found)
    notes: list[str] = []
    readings: dict[str, TableReading] = {}
    copies = {
        "disclosure": [_read_disclosure(rows, form) for rows in found.disclosure if len(rows) >= _MIN_DISCLOSURE],
        "applications": [_read_applications(rows) for rows in found.applications if len(rows) >= _MIN_APPLICATIONS],
        "review_litigation": found.review,
        "statistics": found.statistics,
    }
    for kind in _TABLES:
        full = [copy for copy in copies[kind] if copy.slots]
        if full:
            readings[kind] = _choose_copy(kind, full, notes)
    return Tables(name_form(form, readings), readings, notes, found.first_block)


def _find(document: Document) -> _Found:
    found = _Found()
    order: tuple[str | None, ...] = ()
    table = -1
    section = ""
    for place, block in enumerate(document.blocks):
        if not isinstance(block, Grid):
            heading = find_heading(block.text)
            section = heading.section if heading else section
            continue
        table += 1
        rows = print_rows(block)
        in_review = section == "review_litigation"
        if not in_review and not any(row.meanings for row in rows):
            continue
        disclosure = find_disclosure_rows(block, rows, table)
        applications, order = find_application_rows(block, rows, table, order)
        review = read_review(block, rows, table, newest_form(), in_review)
        _add_rows(found.disclosure, disclosure, [row.key for row in disclosure])
        _add_rows(found.applications, applications, [row.indicator for row in applications])
        if review:
            _add_slots(found.review, "review_litigation", review)
        if is_statistics(rows):
            slots = read_statistics(block, rows, table, statistics_form())
            _add_slots(found.statistics, "statistics", slots)
        if found.first_block is None and (disclosure or applications or review or found.statistics):
            found.first_block = place
    return found


_Row = TypeVar("_Row", DisclosureRow, ApplicationRow)


def _add_rows(copies: list[list[_Row]], rows: list[_Row], keys: list[str]) -> None:
    """Add the rows of one grid to the copy that is being collected; a row met before begins the next copy."""
    before = {_key(item) for item in copies[-1]} if copies else set()
    names: set[str] = set()
    for row, key in zip(rows, keys, strict=True):
        if key in names:
            continue
        if not copies or key in before:
            copies.append([])
            before = set()
        names.add(key)
        copies[-1].append(row)


def _key(row: DisclosureRow | ApplicationRow) -> str:
    return row.key if isinstance(row, DisclosureRow) else row.indicator


def _add_slots(copies: list[TableReading], kind: str, slots: dict[tuple[str, str | None], Slot]) -> None:
    if not copies or any(key in copies[-1].slots for key in slots):
        copies.append(TableReading(kind))
    copies[-1].slots.update(slots)


def _choose_form(found: _Found) -> str:
    """By the headers of section 2, else by the rows of section 3; '' where neither tells."""
    voted = vote_form([row for rows in found.disclosure for row in rows])
    if voted:
        return voted
    return _tell_form([row for rows in found.applications for row in rows])


def _tell_form(rows: list[ApplicationRow]) -> str:
    """The form that alone has some of the rows of section 3; '' where none does.

    The oldest wins: what is one row of numbers in it groups several rows in a newer one.
    """
    telling = telling_rows()
    return min((telling[row.indicator] for row in rows if row.indicator in telling), default="")


def name_form(form: str, readings: dict[str, TableReading]) -> str:
    """The form of the report: that of section 2 or 3, the statistics form, or narrative."""
    if any(kind in readings for kind in ("disclosure", "applications", "review_litigation")):
        return form or newest_form().form
    return statistics_form().form if "statistics" in readings else "narrative"


def _read_disclosure(rows: list[DisclosureRow], form: str) -> TableReading:
    reading = TableReading("disclosure", form)
    for row in rows:
        reading.slots.update(read_disclosure_row(row, form))
    return reading


def _read_applications(rows: list[ApplicationRow]) -> TableReading:
    form = load_forms().get(_tell_form(rows), newest_form())
    return TableReading("applications", form.form, read_application_rows(rows, form))


def _choose_copy(kind: str, copies: list[TableReading], notes: list[str]) -> TableReading:
    """The copy with the most numbers (the first of equals); what the others print otherwise is noted."""
    best = max(copies, key=TableReading.count_numbers)
    for copy in copies:
        if copy is best:
            continue
        differing = [key for key, slot in copy.slots.items() if key in best.slots and _differs(slot, best.slots[key])]
        says = f"{len(differing)} numbers differ" if differing else "no number differs"
        notes.append(
            f"the {kind} table is printed more than once; the fullest copy is read "
            f"({best.count_numbers()} numbers against {copy.count_numbers()}; {says})"
        )
    return best


def _differs(slot: Slot, kept: Slot) -> bool:
    return slot.reading.value is not None and slot.reading.value != kept.reading.value


def make_values(report_id: str, tables: Tables) -> list[Value]:
    """The values of a report in the order of the codebook; rows that are not printed give none."""
    values: list[Value] = []
    units = _units()
    for kind in _TABLES:
        reading = tables.readings.get(kind)
        if reading is None:
            continue
        slots = reading.slots
        for key in _codebook_order(kind, reading.form):
            slot = slots.get(key)
            if slot is None:
                continue
            indicator, applicant = key
            cell = slot.cell
            values.append(
                Value(
                    report_id,
                    indicator,
                    applicant,
                    slot.reading.value,
                    units[indicator],
                    cell.text,
                    slot.reading.status,
                    slot.table,
                    cell.row,
                    cell.column,
                    cell.line,
                    reading.source_sha256,
                )
            )
    return values


@cache
def _units() -> dict[str, str]:
    return {indicator: unit for form in reversed(load_forms().values()) for indicator, unit in form.units.items()}


@cache
def _codebook_order(table: str, form: str) -> tuple[tuple[str, str | None], ...]:
    """The cells of a table in all its forms, each once, in the order of the codebook, those of ``form`` first."""
    order: dict[tuple[str, str | None], None] = {}
    for item in sorted(load_codebook(), key=lambda item: item.form != form):
        if item.table == table:
            order.update(dict.fromkeys((item.indicator, name) for name in (APPLICANTS if item.dimension else (None,))))
    return tuple(order)
