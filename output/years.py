"""Y-CARRY and Y-IN-FORCE: what holds between a report and that of the same agency on the year before.

Source: records.md, "The rules". There is no check where the year before is not in the dataset, or where the form of
one of the two does not print the cells. Of two reports on the year before, those that still stand count; where they
differ in a cell, nobody can say which holds, and the check is incomplete.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from parsers.records import Check, Outcome, RecordSet, Report, Value

Number = int | float

APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total")
CARRIED_OVER, CARRIED_FORWARD = "applications.carried_over", "applications.carried_forward"
IN_FORCE = ("disclosure.rules", "disclosure.normative_documents")
_PARTS = ("in_force", "issued", "repealed")
CELLS: tuple[tuple[str, str | None], ...] = (
    *((indicator, applicant) for indicator in (CARRIED_OVER, CARRIED_FORWARD) for applicant in APPLICANTS),
    *((f"{kind}.{part}", None) for kind in IN_FORCE for part in _PARTS),
)
"""The cells that the rules need, in the order in which they are kept."""

_PLACES = {cell: place for place, cell in enumerate(CELLS)}
_CARRY_FORMS = ("2019", "2021")
_IN_FORCE_FORMS = ("2021",)
_UNKNOWN = "cannot be told (a cell is blank, unreadable or missing)"
_DIFFER = "cannot be told (two reports on that year differ)"
_TOLERANCE = 1e-6

Cells = Sequence[Number | None]


class Earlier(NamedTuple):
    """A report of the year before: its form, whether it is withdrawn, and its cells in the order of ``CELLS``."""

    report_id: str
    form: str
    withdrawn: str | None
    cells: Cells


class _Read(NamedTuple):
    """A cell of the year before: its number, or why there is none."""

    number: Number | None
    reason: str = _UNKNOWN


def cells_of(values: list[Value]) -> list[Number | None]:
    """The numbers of the cells that the rules need, in the order of ``CELLS``; nothing where there are none."""
    cells: list[Number | None] = [None] * len(CELLS)
    found = False
    for value in values:
        place = _PLACES.get((value.indicator, value.applicant))
        if place is not None:
            cells[place], found = value.value, True
    return cells if found else []


def with_year_checks(record: RecordSet, before: list[Earlier]) -> RecordSet:
    """The record set with the checks against the year before; flagged where one fails and it was clean."""
    checks = list(check_years(record, before))
    if not checks:
        return record
    report = record.report
    if report.status == "clean" and any(check.outcome == "fail" for check in checks):
        report = msgspec.structs.replace(report, status="flagged")
    return msgspec.structs.replace(record, report=report, checks=[*record.checks, *checks])


def check_years(record: RecordSet, before: list[Earlier]) -> Iterator[Check]:
    """The checks of a report against the reports of its agency on the year before."""
    report, now = record.report, cells_of(record.values) or [None] * len(CELLS)
    standing = [earlier for earlier in before if earlier.withdrawn is None] or before
    if report.form in _CARRY_FORMS and (cells := _cells_in(standing, _CARRY_FORMS)):
        yield from _check_carry(report, now, cells)
    if report.form in _IN_FORCE_FORMS and (cells := _cells_in(standing, _IN_FORCE_FORMS)):
        yield from _check_in_force(report, now, cells)


def _cells_in(reports: list[Earlier], forms: tuple[str, ...]) -> list[Cells]:
    return [report.cells for report in reports if report.form in forms]


def _check_carry(report: Report, now: Cells, before: list[Cells]) -> Iterator[Check]:
    """Y-CARRY: carried over equals what the year before carried forward, in each column; subject is the applicant."""
    year = (report.year or 0) - 1
    for applicant in APPLICANTS:
        carried = _read(before, CARRIED_FORWARD, applicant)
        actual = now[_PLACES[CARRIED_OVER, applicant]]
        says = (f"carried forward in {year} are", "carried over are")
        yield _compare(report, "Y-CARRY", applicant, carried, actual, says)


def _check_in_force(report: Report, now: Cells, before: list[Cells]) -> Iterator[Check]:
    """Y-IN-FORCE: in force equals in force the year before + issued - repealed; subject is the indicator."""
    year = (report.year or 0) - 1
    for kind in IN_FORCE:
        subject = f"{kind}.in_force"
        in_force, issued, repealed = (
            now[_PLACES[f"{kind}.{part}", None]] for part in ("in_force", "issued", "repealed")
        )
        earlier = _read(before, subject, None)
        expected = _Read(None)
        if earlier.number is None:
            expected = earlier
        elif issued is not None and repealed is not None:
            expected = _Read(_tidy(earlier.number + issued - repealed))
        says = (f"in force in {year}, issued and repealed give", "in force are")
        yield _compare(report, "Y-IN-FORCE", subject, expected, in_force, says)


def _read(before: list[Cells], indicator: str, applicant: str | None) -> _Read:
    found = {cells[_PLACES[indicator, applicant]] for cells in before}
    return _Read(found.pop()) if len(found) == 1 else _Read(None, _DIFFER)


def _compare(
    report: Report, rule: str, subject: str, expected: _Read, actual: Number | None, says: tuple[str, str]
) -> Check:
    outcome: Outcome = "incomplete"
    if expected.number is not None and actual is not None:
        outcome = "pass" if abs(expected.number - actual) < _TOLERANCE else "fail"
    told = expected.reason if expected.number is None else expected.number
    detail = f"{subject}: {says[0]} {told}, {says[1]} {_UNKNOWN if actual is None else actual}"
    return Check(report.report_id, rule, subject, outcome, None, expected.number, actual, detail)


def _tidy(number: Number) -> Number:
    """A sum without the dust of binary fractions."""
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded
