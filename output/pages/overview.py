"""What is known of divisions and agencies: their names, files, years and coverage."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from output.pages.source import Covered, Row

# Years of a figure or of a map: more than there are reports.
MAX_YEARS = 40
_RANKS = {"province": 1, "city": 2, "district": 3, "township": 4}


class AgencyRows(NamedTuple):
    """An agency with its reports by year, and what the dataset says of its years."""

    agency_id: str
    rows: list[Row]
    covered: Sequence[Covered]

    @property
    def last(self) -> Row:
        """Its latest report."""
        return self.rows[-1]


def agencies_of(rows: Iterable[Row], coverage: Mapping[str, Sequence[Covered]]) -> list[AgencyRows]:
    """The agencies of rows that are in the order of their ids and years."""
    groups = groupby(rows, key=lambda row: row.agency_id)
    return [AgencyRows(agency_id, list(group), coverage.get(agency_id, ())) for agency_id, group in groups]


def agency_file(agency_id: str) -> str:
    """The file name of an agency's page, the same at every build."""
    return f"{sha256(agency_id.encode('utf-8', 'replace')).hexdigest()[:16]}.html"


def division_file(code: str) -> str:
    """The file name of a division's page; what is no code has one too."""
    return f"{code if code.isascii() and code.isalnum() else 'none'}.html"


def division_name(rows: Sequence[Row], unknown: str) -> str:
    """The name of a division, from the widest to the narrowest."""
    row = next((row for row in reversed(rows) if row.province), None)
    if row is None:
        return unknown
    return " ".join(dict.fromkeys(name for name in (row.province, row.city, row.county) if name))


def years_of(agencies: Iterable[AgencyRows]) -> list[int]:
    """The years that there are reports on, or should be."""
    years = {row.year for agency in agencies for row in agency.rows if row.year is not None}
    years |= {covered.year for agency in agencies for covered in agency.covered}
    return sorted(years)[-MAX_YEARS:]


def years_told(years: Sequence[int], words: Mapping[str, Any]) -> str:
    """The years as a person says them."""
    if not years:
        return str(words["no_year"])
    return str(years[0]) if years[0] == years[-1] else str(words["from_to"].format(first=years[0], last=years[-1]))


class CoverageCell(NamedTuple):
    """What is found of an agency in one year: a state of ``coverage``, its reports, and what is noted."""

    status: str
    reports: list[Row]
    note: str


def coverage_cells(agency: AgencyRows, years: Iterable[int]) -> dict[int, CoverageCell]:
    """What is found of an agency in each year in which something is found or missed.

    Where the dataset has no table of coverage, a year between two reports of the agency is taken to be missing.
    """
    found: dict[int, list[Row]] = defaultdict(list)
    for row in agency.rows:
        if row.year is not None:
            found[row.year].append(row)
    said = {covered.year: covered for covered in agency.covered}
    cells: dict[int, CoverageCell] = {}
    for year in years:
        if year in found:
            own = said.get(year)
            status = own.status if own and own.status != "missing" else "found"
            cells[year] = CoverageCell(status, found[year], own.note if own else "")
        elif year in said or (not said and found and min(found) < year < max(found)):
            cells[year] = CoverageCell("missing", [], said[year].note if year in said else "")
    return cells


def coverage_counts(agencies: Iterable[AgencyRows], years: Sequence[int]) -> dict[int, Counter[str]]:
    """How many agencies have each state of coverage in each year."""
    counts: dict[int, Counter[str]] = {year: Counter() for year in years}
    for agency in agencies:
        for year, cell in coverage_cells(agency, years).items():
            counts[year][cell.status] += 1
    return counts


def type_rank(agency: AgencyRows) -> tuple[int, int, str]:
    """The order of the agencies of a division: the wider level first, the government before its departments."""
    row = agency.last
    return _RANKS.get(row.level, 5), 0 if row.agency_type.startswith("government") else 1, agency.agency_id
