"""Which agencies are expected to report on which years, and what was found.

An agency is expected from the first to the last year of its reports, and on to the latest year of any agency of its
division, save where agencies of its name were merged into others. A report that is dated before the year that it names
begins (a slip of the pen, or of the reader) tells nothing of the years to be expected of the others.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from output.bodies import find_body
from output.derived import Coverage
from output.index import ReportIndex

# Since the regulations of 2019: article 49 for departments, article 50 for governments. Before, 31 March for all.
_DEADLINE, _LATE_DEADLINE = "01-31", "03-31"
_FIRST_YEAR_OF_FORMS = 2019
_LATEST = """
SELECT division, max(year) FROM reports
WHERE division IS NOT NULL AND (published IS NULL OR year <= substr(published, 1, 4) + 0) GROUP BY division"""
_REPORTS = """
SELECT agency_id, division, year, report_id, published, withdrawn, numbers, agency_type
FROM reports WHERE agency_id IS NOT NULL AND year IS NOT NULL ORDER BY agency_id, year, report_id"""

Status = Literal["found", "late", "without_tables", "missing"]
_ORDER: tuple[Status, ...] = ("found", "late", "without_tables")


class _Found(NamedTuple):
    agency_id: str
    division: str
    year: int
    report_id: str
    published: str | None
    withdrawn: str | None
    numbers: int
    agency_type: str | None


def find_coverage(index: ReportIndex) -> Iterator[Coverage]:
    """A row for each agency and year expected, by agency and year."""
    latest: dict[str, int | None] = dict(index.query(_LATEST))
    rows = map(_Found._make, index.query(_REPORTS))
    for agency_id, group in groupby(rows, key=lambda row: row.agency_id):
        reports = list(group)
        by_year = {year: list(found) for year, found in groupby(reports, key=lambda row: row.year)}
        body = find_body(agency_id)
        last = max(by_year) if body and body.into else latest.get(reports[0].division) or max(by_year)
        for year in range(min(by_year), max(last, max(by_year)) + 1):
            yield _judge(agency_id, year, by_year.get(year, []))


def _judge(agency_id: str, year: int, reports: list[_Found]) -> Coverage:
    if not reports:
        return Coverage(agency_id, year, "missing", None, None, None)
    row = min(reports, key=_rank)
    notes = [f"{len(reports)} reports on this year"] if len(reports) > 1 else []
    if row.published is None:
        notes.append("no date of publication is told")
    elif _is_late(row):
        notes.append(f"dated {row.published[:10]}, the last day was {_deadline(row)}")
    if row.withdrawn is not None:
        notes.append(f"withdrawn, found no more on {row.withdrawn[:10]}")
    return Coverage(agency_id, year, _status(row), row.report_id, row.published, "; ".join(notes) or None)


def _rank(row: _Found) -> tuple[bool, int, str, str]:
    """Of several reports the least is told: one that still stands, without faults, the earliest."""
    return (row.withdrawn is not None, _ORDER.index(_status(row)), row.published or "9", row.report_id)


def _status(row: _Found) -> Status:
    if row.year >= _FIRST_YEAR_OF_FORMS and row.numbers == 0:
        return "without_tables"
    return "late" if _is_late(row) else "found"


def _is_late(row: _Found) -> bool:
    return row.published is not None and row.published[:10] > _deadline(row)


def _deadline(row: _Found) -> str:
    """The last day for a report, as an ISO date."""
    is_later = row.agency_type == "government" or row.year < _FIRST_YEAR_OF_FORMS
    return f"{row.year + 1}-{_LATE_DEADLINE if is_later else _DEADLINE}"
