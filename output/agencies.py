"""The agencies of a dataset, each once, and the reports whose agency could not be told."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from output.bodies import tell_changes
from output.derived import Agency
from output.index import ReportIndex
from output.schema import NOTE_SEPARATOR

_NAME_SEPARATOR = ";"
_COLUMNS = "agency_id, agency, year, division_code, province, city, county, level, agency_type"
_KNOWN = f"SELECT {_COLUMNS} FROM reports WHERE agency_id IS NOT NULL ORDER BY agency_id, year, report_id"
_UNKNOWN = f"""
SELECT {_COLUMNS} FROM reports WHERE agency_id IS NULL
ORDER BY division_code IS NULL, division_code, agency IS NULL, agency, year, report_id"""
_NO_TABLE = "The place in its name is in no table of divisions."
_NO_AGENCY = "The report names no agency."
_NO_PLACE = "The division of the agency is not known: its name tells none, or one that several bear."


class _Row(NamedTuple):
    agency_id: str | None
    agency: str | None
    year: int | None
    division_code: str | None
    province: str | None
    city: str | None
    county: str | None
    level: str | None
    agency_type: str | None


def find_agencies(index: ReportIndex) -> Iterator[Agency]:
    """The agencies by their id; then, without one, those of which agency or place is not known."""
    for agency_id, group in groupby(map(_Row._make, index.query(_KNOWN)), key=lambda row: row.agency_id):
        assert agency_id is not None
        yield _known(agency_id, list(group))
    unknown = map(_Row._make, index.query(_UNKNOWN))
    for _, group in groupby(unknown, key=lambda row: (row.division_code, row.agency)):
        yield _unknown(list(group))


def _known(agency_id: str, rows: list[_Row]) -> Agency:
    code = agency_id.partition(":")[0]
    is_resolved = code.isdigit()
    notes = [*([] if is_resolved else [_NO_TABLE]), *tell_changes(agency_id)]
    # The places of a branch may be those of the city that it is a branch of.
    placed = [row for row in rows if row.division_code == code] or rows
    return _agency(rows, placed[-1], agency_id, code if is_resolved else None, is_resolved, notes)


def _unknown(rows: list[_Row]) -> Agency:
    return _agency(rows, rows[-1], None, rows[-1].division_code, False, [_NO_PLACE if rows[-1].agency else _NO_AGENCY])


def _agency(
    rows: list[_Row], place: _Row, agency_id: str | None, code: str | None, is_resolved: bool, notes: list[str]
) -> Agency:
    years = [row.year for row in rows if row.year is not None]
    name = rows[-1].agency
    others = sorted({row.agency for row in rows if row.agency is not None} - {name})
    return Agency(
        agency_id=agency_id,
        name=name,
        division_code=code,
        province=place.province,
        city=place.city,
        county=place.county,
        level=rows[-1].level,
        agency_type=rows[-1].agency_type,
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        reports=len(rows),
        names=_NAME_SEPARATOR.join(others) or None,
        resolved=is_resolved,
        note=NOTE_SEPARATOR.join(notes) or None,
    )
