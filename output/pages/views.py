"""What the templates of the overview, of divisions and of agencies show, in one language."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from output.measures import Measure
from output.pages.charts import STATUSES, Point, figures_of, stacks_of
from output.pages.overview import (
    AgencyRows,
    agency_file,
    coverage_cells,
    coverage_counts,
    division_file,
    division_name,
    years_of,
    years_told,
)
from output.pages.render import number
from output.pages.source import Row
from output.pages.words import words_of

Types = Mapping[str, tuple[str, str]]
Figures = Sequence[tuple[Measure, list[Point]]]
_SIGNS = {"flagged": "!", "partial": "△"}
_GLYPHS = {"found": "●", "late": "◐", "without_tables": "○", "missing": "×"}


class Division(NamedTuple):
    """A division with its agencies, in the order in which they are shown."""

    code: str
    rows: list[Row]
    agencies: list[AgencyRows]


class Item(msgspec.Struct, frozen=True):
    """A division as the overview tells of it."""

    code: str
    province: str
    place: str
    agencies: int
    reports: int
    flagged: int
    years: list[int]
    coverage: dict[str, int]


def type_name(code: str, types: Types, language: str) -> str:
    """The words for a type of agency; its code where there are none."""
    return types[code][language != "zh"] if code in types else code


def item_of(division: Division) -> Item:
    """What the overview keeps of a division."""
    years = years_of(division.agencies)
    totals: Counter[str] = sum(coverage_counts(division.agencies, years).values(), Counter())
    named = next((row for row in reversed(division.rows) if row.province), division.rows[-1])
    place = " ".join(dict.fromkeys(name for name in (named.city, named.county) if name))
    flagged = sum(row.status != "clean" for row in division.rows)
    return Item(
        division.code, named.province, place, len(division.agencies), len(division.rows), flagged, years, dict(totals)
    )


def overview_view(
    items: Sequence[Item], counts: Mapping[int, Mapping[str, int]], figures: Figures, language: str
) -> dict[str, Any]:
    """The values of the template of the overview; ``counts`` are those of all divisions by year."""
    words = words_of(language)
    years = sorted(counts)
    groups = [
        {"name": province or words["no_division"], "items": [_item_view(item, words) for item in own]}
        for province, own in groupby(items, key=lambda item: item.province)
    ]
    return {
        "groups": groups,
        "divisions": len(items),
        "agencies": sum(item.agencies for item in items),
        "reports": sum(item.reports for item in items),
        "flagged": sum(item.flagged for item in items),
        "years_told": years_told(years, words),
        "stacks": stacks_of(counts),
        "figures": figures_of(figures, years, language, words),
    }


def _item_view(item: Item, words: Mapping[str, Any]) -> dict[str, Any]:
    expected = sum(item.coverage.values())
    found = expected - item.coverage.get("missing", 0)
    return {
        "code": item.code,
        "name": item.place or item.province or words["no_division"],
        "href": f"divisions/{division_file(item.code)}",
        "agencies": item.agencies,
        "reports": item.reports,
        "flagged": item.flagged,
        "years": years_told(item.years, words),
        "found": found,
        "expected": expected,
        "share": round(100 * found / expected) if expected else 100,
    }


def division_view(division: Division, figures: Figures, types: Types, language: str) -> dict[str, Any]:
    """The values of the template of a division."""
    words = words_of(language)
    years = years_of(division.agencies)
    counts = coverage_counts(division.agencies, years)
    totals: Counter[str] = sum(counts.values(), Counter())
    return {
        "code": division.code,
        "name": division_name(division.rows, words["no_division"]),
        "reports": len(division.rows),
        "flagged": sum(row.status != "clean" for row in division.rows),
        "years": years,
        "years_told": years_told(years, words),
        "totals": [(status, _GLYPHS[status], totals[status]) for status in STATUSES],
        "agencies": [_agency_line(agency, years, types, language) for agency in division.agencies],
        "stacks": stacks_of(counts),
        "figures": figures_of(figures, years, language, words),
    }


def _agency_line(agency: AgencyRows, years: Sequence[int], types: Types, language: str) -> dict[str, Any]:
    words = words_of(language)
    cells = {
        year: {
            "status": cell.status,
            "glyph": _GLYPHS[cell.status],
            "note": cell.note,
            "reports": [(report_href(row), _SIGNS.get(row.status, ""), row.title, row.status) for row in cell.reports],
        }
        for year, cell in coverage_cells(agency, years).items()
    }
    return {
        "name": agency.last.agency or words["no_agency"],
        "type": type_name(agency.last.agency_type, types, language),
        "href": f"../agencies/{agency_file(agency.agency_id)}",
        "cells": cells,
    }


def agency_view(agency: AgencyRows, figures: Figures, types: Types, language: str) -> dict[str, Any]:
    """The values of the template of an agency."""
    words = words_of(language)
    years = years_of([agency])
    last = agency.last
    return {
        "name": last.agency or words["no_agency"],
        "names": [name for name in dict.fromkeys(row.agency for row in agency.rows) if name and name != last.agency],
        "type": type_name(last.agency_type, types, language),
        "level": words["levels"].get(last.level, last.level),
        "reports": len(agency.rows),
        "years_told": years_told(years, words),
        "rows": _year_lines(agency, years, words),
        "figures": figures_of(figures, years, language, words),
    }


def report_href(row: Row) -> str:
    """The page of a report, as seen from the pages of divisions, agencies and reports."""
    return f"../reports/{row.report_id}.html"


def _year_lines(agency: AgencyRows, years: Sequence[int], words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each report, and for each year without one that should have one; reports without a year last."""
    cells = coverage_cells(agency, years)
    lines: list[dict[str, Any]] = []
    for year in years:
        own = [row for row in agency.rows if row.year == year]
        status = cells[year].status if year in cells else ""
        lines += [_year_line(row, str(year), status) for row in own]
        if not own and year in cells:
            lines.append({"year": year, "href": "", "note": cells[year].note})
    return lines + [_year_line(row, str(words["no_year"]), "") for row in agency.rows if row.year is None]


def _year_line(row: Row, year: str, coverage: str) -> dict[str, Any]:
    return {
        "year": year,
        "href": report_href(row),
        "title": row.title,
        "form": row.form,
        "status": row.status,
        "sign": _SIGNS.get(row.status, ""),
        "coverage": coverage,
        "published": row.published,
        "withdrawn": bool(row.withdrawn),
        "received": None if row.received is None else number(row.received),
    }
