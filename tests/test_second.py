"""Two readings of the same tables: the rules decide, and what they do not decide is unreadable."""

from collections.abc import Callable

import pytest

from parsers.documents import read_document
from parsers.documents.model import Document
from parsers.forms.reader import Tables, read_tables
from parsers.reader import parse_report
from parsers.second import settle_tables
from tests.reportgen import make_report, render_html
from tests.reportgen.draw_pdf import DrawOptions, draw_pdf
from tests.reportgen.model import Report
from tests.reportgen.score import score

KEY = ("applications.received", "natural_person")


def changed(report: Report, table: str, change: int, at: int = 0) -> Report:
    """The report with a number printed otherwise."""
    copy = report.copy()
    cells = [(r, c, box) for r, c, box in copy.table(table).boxes() if box.key]
    r, c, box = cells[at]
    number = int(box.number or 0) + change
    copy.table(table).rows[r][c] = box.printed(str(number), number)
    return copy


def without_row(report: Report, at: int) -> Report:
    copy = report.copy()
    del copy.table("applications").rows[at]
    return copy


def document(report: Report) -> Document:
    return read_document(render_html(report))


def settle(first: Report, second: Callable[[], Document]) -> Tables:
    read = document(first)
    read.second = second
    return settle_tables(read, read_tables(read))


def value(tables: Tables, key: tuple[str, str | None]) -> object:
    return tables.readings["applications"].slots[key].reading.value


def test_a_reading_that_satisfies_the_rules_is_not_checked() -> None:
    def fail() -> Document:
        raise AssertionError

    report = make_report(3)
    assert not settle(report, fail).notes


def test_the_reading_that_satisfies_the_rules_is_taken() -> None:
    report = make_report(3)
    right = {(i, a): n for i, a, n in report.gold()}
    tables = settle(changed(report, "applications", 5), lambda: document(report))
    assert value(tables, KEY) == right[KEY]
    assert tables.notes == [
        "the applications table was read in two ways that differ in 1 cells; the second satisfies the rules and is taken"
    ]


def test_what_two_doubtful_readings_read_otherwise_is_unreadable() -> None:
    report = make_report(3)
    other = changed(report, "applications", 7)
    tables = settle(changed(report, "applications", 5), lambda: document(other))
    slot = tables.readings["applications"].slots[KEY]
    assert slot.reading.status == "unreadable"
    assert sum(s.reading.status == "unreadable" for s in tables.readings["applications"].slots.values()) == 1
    assert "no rule tells which is right" in tables.notes[0]


def test_a_report_that_contradicts_itself_is_read_as_printed() -> None:
    report = changed(make_report(3), "applications", 5)
    tables = settle(report, lambda: document(report))
    assert value(tables, KEY) == {(i, a): n for i, a, n in report.gold()}[KEY]
    assert not tables.notes


def test_a_row_that_one_reading_lacks_comes_from_the_other() -> None:
    report = make_report(3)
    tables = settle(without_row(report, 3), lambda: document(report))
    assert len(tables.readings["applications"].slots) == 175
    assert "the second satisfies the rules" in tables.notes[0]


def test_a_table_without_sums_has_no_judge() -> None:
    """Section 2 has no rule: a complete second reading fills gaps, but decides nothing."""
    report = make_report(3)
    first = changed(report, "disclosure", 1)
    del first.table("disclosure").rows[3]
    reading = settle(first, lambda: document(report)).readings["disclosure"]
    assert reading.slots["disclosure.rules.issued", None].reading.status == "unreadable"
    assert reading.slots["disclosure.normative_documents.issued", None].reading.value is not None


@pytest.mark.parametrize("form", ["2021", "2019", "2014"])
def test_pdfplumber_reads_the_same(form: str) -> None:
    report = make_report(4, form)
    read = read_document(draw_pdf(report, DrawOptions(cut=False)))
    assert read.second is not None
    first, second = read_tables(read), read_tables(read.second())
    values = [
        {k: s.reading.value for r in tables.readings.values() for k, s in r.slots.items()} for tables in (first, second)
    ]
    assert values[0] == values[1]
    assert len(values[0]) == len(report.gold())


def test_failed_checks_of_a_pdf_are_those_that_were_printed() -> None:
    report = changed(make_report(3), "applications", 5)
    records = parse_report(draw_pdf(report))
    assert score(records, report.gold()).right == 200
    assert {check.rule for check in records.checks if check.outcome == "fail"} >= {"T3-ROW", "T3-FLOW"}
    assert records.report.status == "flagged"
